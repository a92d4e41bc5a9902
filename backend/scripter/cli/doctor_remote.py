"""What `scripter doctor` sees from a client's side: the stored login, and the server through its API."""

from __future__ import annotations

import stat

from scripter import __version__
from scripter.cli import credentials, terminal
from scripter.cli.app import App
from scripter.cli.shapes import DiskFacts, Health, Session, System
from scripter.doctor.finding import Finding, notice, ok, problem
from scripter.lib.errors import ScripterError


def of_machine() -> list[Finding]:
    """Who may read the login that is stored here."""
    file = credentials.path()
    if not file.exists():
        return [ok("credentials", "none are stored")]
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        why = "They hold a token: whoever has it is you."
        return [problem("credentials", f"others can read {file}", why, f"chmod 600 {file}")]
    return [ok("credentials", f"stored in {file}, for you alone")]


def of_server(app: App) -> list[Finding]:
    """Whether it answers, knows us, and is well by its own word."""
    try:
        health: Health = app.client.health()
    except ScripterError as error:
        remedy = "Start it with `scripter up`, or say where it is: SCRIPTER_URL, or `scripter login URL`."
        return [problem("server", error.message, "No command that needs it works.", remedy)]
    findings = [ok("server", f"answers at {app.client.url}"), *_of_health(health)]
    try:
        session: Session = app.client.get("/api/session")
        findings.append(_of_version(session["version"]))
        system: System = app.client.get("/api/system")
    except ScripterError as error:
        why = "Most commands need a login, and so does the rest of this look at the server."
        return [*findings, problem("login", error.message, why, "Log in with `scripter login`.")]
    return [*findings, ok("login", "accepted"), *_of_system(system)]


def _of_health(health: Health) -> list[Finding]:
    return [_of_database(health["database"]), _of_engine(health["runner"])]


def _of_database(answers: bool) -> Finding:
    if answers:
        return ok("database", "answers")
    return problem("database", "does not answer", "Nothing works.", "Look at the database server and `database.url`.")


def _of_engine(answers: bool | None) -> Finding:
    if answers:
        return ok("engine", "a worker can run jobs")
    if answers is None:
        return problem("engine", "no worker is alive", "Jobs wait.", "Start one with `scripter worker`.")
    remedy = "Start Docker on the worker's machine, or look at `docker.host`."
    return problem("engine", "the Docker engine does not answer its worker", "Jobs wait.", remedy)


def _of_version(server: str) -> Finding:
    if server == __version__:
        return ok("version", f"{server} here and there")
    why = "Commands may ask for what the other does not know."
    return problem("version", f"{__version__} here, {server} on the server", why, "Install the same version here.")


def _of_system(system: System) -> list[Finding]:
    queue = ok("queue", f"{system['queue']['kind']}, answers")
    if not system["queue"]["reachable"]:
        queue = problem("queue", "does not answer", "Jobs start late.", "Look at RabbitMQ and `queue.url`.")
    return [queue, _of_clock(system), _of_workers(system), _of_disk(system["disk"]), *_of_runner(system)]


def _of_disk(disk: DiskFacts) -> Finding:
    if disk["shortage"] is None:
        return ok("disk", f"{disk['free_mb']} MB are free")
    remedy = f"Make room: jobs and builds wait until {disk['min_free_mb']} MB (`data.min_free_mb`) are free."
    return problem("disk", disk["shortage"], "No job and no build begins.", remedy)


def _of_clock(system: System) -> Finding:
    last = system["clock"]["last_tick_at"]
    told = f"last tick {terminal.when(last)}" if last else "has not ticked yet"
    if not system["clock"]["late"]:
        return ok("clock", told)
    needed = "`scripter up` is" if system["mode"] == "embedded" else "`scripter clock` and a worker are"
    return problem("clock", f"late: {told}", "Schedules are not planned.", f"See that {needed} running.")


def _of_workers(system: System) -> Finding:
    alive = [one["name"] for one in system["workers"] if one["alive"]]
    gone = [one["name"] for one in system["workers"] if not one["alive"]]
    told = f"alive: {', '.join(alive) or 'none'}" + (f"; silent: {', '.join(gone)}" if gone else "")
    return ok("workers", told) if alive else problem("workers", told, "Jobs wait.", "Start one with `scripter worker`.")


def _of_runner(system: System) -> list[Finding]:
    runner = system["runner"]
    if runner["kind"] is None:
        return []
    if runner["isolates"]:
        return [ok("isolation", f"jobs run in containers ({runner['kind']})")]
    return [notice("isolation", runner["notice"] or "Jobs are not isolated from the worker's machine.")]
