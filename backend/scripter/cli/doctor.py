"""`scripter doctor`: what is not well, and what to do about it."""

from __future__ import annotations

import stat
from typing import NamedTuple

import click

from scripter import __version__
from scripter.cli import credentials, terminal
from scripter.cli.app import App, pass_app
from scripter.cli.shapes import DiskFacts, Health, Session, System
from scripter.lib.errors import ScripterError

PROBLEM = 1


class Finding(NamedTuple):
    """One thing that was looked at. `state` is ok, note or problem; a problem has a remedy."""

    about: str
    state: str
    found: str
    remedy: str = ""


def register(root: click.Group) -> None:
    root.command("doctor")(doctor)


@pass_app
def doctor(app: App) -> None:
    """Look at this machine and at the server. Exits with 1 if something is wrong."""
    findings = [*_local(), *_remote(app)]
    app.show([one._asdict() for one in findings], lambda: _tell(findings))
    click.get_current_context().exit(PROBLEM if any(one.state == "problem" for one in findings) else 0)


def _local() -> list[Finding]:
    file = credentials.path()
    if not file.exists():
        return [Finding("credentials", "ok", "none are stored")]
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return [Finding("credentials", "problem", f"others can read {file}", f"chmod 600 {file}")]
    return [Finding("credentials", "ok", f"stored in {file}, for you alone")]


def _remote(app: App) -> list[Finding]:
    try:
        health: Health = app.client.health()
    except ScripterError as error:
        remedy = "Start it with `scripter up`, or say where it is: SCRIPTER_URL, or `scripter login URL`."
        return [Finding("server", "problem", error.message, remedy)]
    findings = [Finding("server", "ok", f"answers at {app.client.url}"), *_of_health(health)]
    try:
        session: Session = app.client.get("/api/session")
        findings.append(_of_version(session["version"]))
        system: System = app.client.get("/api/system")
    except ScripterError as error:
        return [*findings, Finding("login", "problem", error.message, "Log in with `scripter login`.")]
    return [*findings, Finding("login", "ok", "accepted"), *_of_system(system)]


def _of_health(health: Health) -> list[Finding]:
    database = Finding("database", "ok", "answers")
    if not health["database"]:
        database = Finding("database", "problem", "does not answer", "Look at the database server and `database.url`.")
    runner = Finding("engine", "ok", "a worker can run jobs")
    if health["runner"] is None:
        runner = Finding("engine", "problem", "no worker is alive: jobs wait", "Start one with `scripter worker`.")
    elif not health["runner"]:
        remedy = "Start Docker on the worker's machine, or look at `docker.host`."
        runner = Finding("engine", "problem", "the Docker engine does not answer its worker", remedy)
    return [database, runner]


def _of_version(server: str) -> Finding:
    if server == __version__:
        return Finding("version", "ok", f"{server} here and there")
    remedy = "Install the same version here as there."
    return Finding("version", "problem", f"{__version__} here, {server} on the server", remedy)


def _of_system(system: System) -> list[Finding]:
    queue = Finding("queue", "ok", f"{system['queue']['kind']}, answers")
    if not system["queue"]["reachable"]:
        queue = Finding("queue", "problem", "does not answer: jobs start late", "Look at RabbitMQ and `queue.url`.")
    return [queue, _of_clock(system), _of_workers(system), _of_disk(system["disk"]), *_of_runner(system)]


def _of_disk(disk: DiskFacts) -> Finding:
    if disk["shortage"] is None:
        return Finding("disk", "ok", f"{disk['free_mb']} MB are free")
    remedy = f"Make room: jobs and builds wait until {disk['min_free_mb']} MB (`data.min_free_mb`) are free."
    return Finding("disk", "problem", disk["shortage"], remedy)


def _of_clock(system: System) -> Finding:
    last = system["clock"]["last_tick_at"]
    told = f"last tick {terminal.when(last)}" if last else "has not ticked yet"
    if not system["clock"]["late"]:
        return Finding("clock", "ok", told)
    needed = "`scripter up` is" if system["mode"] == "embedded" else "`scripter clock` and a worker are"
    return Finding("clock", "problem", f"late: {told}", f"Schedules are not planned. See that {needed} running.")


def _of_workers(system: System) -> Finding:
    alive = [one["name"] for one in system["workers"] if one["alive"]]
    gone = [one["name"] for one in system["workers"] if not one["alive"]]
    told = f"alive: {', '.join(alive) or 'none'}" + (f"; silent: {', '.join(gone)}" if gone else "")
    return Finding("workers", "ok" if alive else "problem", told, "" if alive else "Start one with `scripter worker`.")


def _of_runner(system: System) -> list[Finding]:
    runner = system["runner"]
    if runner["kind"] is None:
        return []
    if runner["isolates"]:
        return [Finding("isolation", "ok", f"jobs run in containers ({runner['kind']})")]
    return [Finding("isolation", "note", runner["notice"] or "Jobs are not isolated from the worker's machine.")]


def _tell(findings: list[Finding]) -> None:
    terminal.show_table(("", "ABOUT", "FOUND"), [(one.state, one.about, one.found) for one in findings], "")
    for one in findings:
        if one.remedy:
            terminal.say(terminal.line(f"{one.about}: {one.remedy}"))
