"""`scripter doctor`: what is not well, why that matters, and what to do about it.

Where Scripter runs it looks at everything itself, with the settings of its processes; from elsewhere it asks the
server. Both where both can be done."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from scripter.cli import credentials, doctor_remote, terminal
from scripter.cli.app import App, pass_app
from scripter.cli.server import load_settings, settings_options
from scripter.doctor.finding import Finding, Level, problem
from scripter.lib.errors import BadInput

PROBLEM = 1
_SETTING = re.compile(r"SCRIPTER_[A-Z]+__[A-Z_]+")
_WORDS = {Level.PROBLEM: "problem", Level.WARNING: "warning", Level.NOTICE: "notice", Level.OK: "fine"}


def register(root: click.Group) -> None:
    root.command("doctor")(doctor)


@settings_options
@click.option(
    "--certificate",
    "certificates",
    envvar="SCRIPTER_CERTIFICATES",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A certificate to look at as well (PEM); can be given several times.",
)
@pass_app
def doctor(app: App, file: Path | None, data: Path | None, certificates: tuple[Path, ...]) -> None:
    """Look for what is not well, and say what to do about it.

    Where Scripter runs (settings are given, or its data are here) it looks at the engine, database, broker, disk,
    clocks, network and certificates; best where a worker runs: `docker compose exec worker scripter doctor`. With a
    login, or from elsewhere, it asks the server. Changes nothing. Exits with 1 if there is a problem.
    """
    findings = []
    here = _lives_here(file, data)
    if not here or _has_login():
        findings += [*doctor_remote.of_machine(), *doctor_remote.of_server(app)]
    if here or certificates:
        findings += _of_installation(app, file, data, certificates)
    app.show([asdict(one) for one in findings], lambda: _tell(findings))
    click.get_current_context().exit(PROBLEM if any(one.level is Level.PROBLEM for one in findings) else 0)


def _lives_here(file: Path | None, data: Path | None) -> bool:
    """Whether this is a machine or container of the installation itself, and not just somebody's command line."""
    if file or data or Path("config.toml").exists() or any(map(_SETTING.fullmatch, os.environ)):
        return True
    return (Path("data") / "keys" / "instance").exists()


def _has_login() -> bool:
    return bool({"SCRIPTER_URL", "SCRIPTER_TOKEN"} & set(os.environ)) or credentials.path().exists()


def _of_installation(app: App, file: Path | None, data: Path | None, certificates: Sequence[Path]) -> list[Finding]:
    try:
        settings = load_settings(file, data)
    except BadInput as error:
        return _of_mistakes(error)
    from scripter.doctor import checks
    from scripter.doctor.subject import Subject

    used = file or (Path("config.toml") if Path("config.toml").exists() else None)
    with terminal.progress(shown=not app.json) as tell:
        return checks.look(Subject(settings, used), lambda waiting: tell(_progress(waiting)), certificates)


def _of_mistakes(error: BadInput) -> list[Finding]:
    why = "No process of Scripter starts with such settings; nothing else was looked at."
    remedy = "Correct it in config.toml or in the environment; config.template.toml shows every field."
    return [problem("settings", f"{one.field}: {one.message}", why, remedy) for one in error.fields]


def _progress(waiting: Sequence[str]) -> str:
    if not waiting:
        return ""
    shown = ", ".join(waiting[:3])
    more = len(waiting) - 3
    return f"Looking at {shown}" + (f" and {more} more" if more > 0 else "") + " ..."


def _tell(findings: Sequence[Finding]) -> None:
    terminal.show_findings([(one.level, one.about, one.found, one.why, one.remedy) for one in findings])
    counts = Counter(one.level for one in findings)
    told = [_counted(counts[level], word) for level, word in _WORDS.items() if counts[level]]
    terminal.say(f"\n{', '.join(told)}.")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 or word == "fine" else f"{count} {word}s"
