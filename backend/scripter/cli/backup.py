"""`scripter backup` and `scripter restore`: on the machine of the data directory, past the API."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from scripter.cli import terminal
from scripter.cli.app import App, pass_app
from scripter.cli.server import load_settings, settings_options
from scripter.config import Settings
from scripter.lib import disk, logs
from scripter.lib.errors import BadInput, Conflict, DiskFull, ScripterError, Unavailable

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

    from scripter.backup.restore import Restored
    from scripter.backup.service import Made

NOT_IN_IT = (
    "Not in it: config.toml, the passwords of database and broker, TLS certificates, and what images were built into."
)
DAMAGED = 1


def register(root: click.Group) -> None:
    root.command("backup")(backup)
    root.command("restore")(restore)


@settings_options
@click.argument("target", metavar="FILE")
@click.option("--logs", "with_logs", is_flag=True, help="With the logs of jobs and builds.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@pass_app
def backup(app: App, file: Path | None, data: Path | None, target: str, with_logs: bool, force: bool) -> None:
    """Copy everything into FILE, while Scripter runs: users, images, scripts with all versions, schedules, jobs.

    `-` is standard output: `docker compose exec -T worker scripter backup - > FILE`. Logs are in it with --logs only.
    It holds no keys and no passwords in clear, but all scripts: keep it as you keep those. Exits with 1 if stored
    contents are damaged and therefore missing in it.
    """
    settings = prepared(load_settings(file, data))
    from scripter import start_up
    from scripter.backup import service
    from scripter.backup.target import STANDARD, opened

    with in_words(settings), start_up.as_it_is(settings) as context:
        with opened(target, force=force) as out, _progress(app) as tell:
            made = service.write(context, out, with_logs=with_logs, tell=tell)
        service.record(context, made)
    _tell_made(app, made, target, err=target == STANDARD)
    click.get_current_context().exit(DAMAGED if made.damaged else 0)


@settings_options
@click.argument("target", metavar="FILE")
@click.option("--force", is_flag=True, help="Destroy what is there now, without being asked.")
@pass_app
def restore(app: App, file: Path | None, data: Path | None, target: str, force: bool) -> None:
    """Put the backup in FILE in the place of everything that is here. Stop all of Scripter first.

    `-` is standard input: `docker compose run --rm -T --no-deps worker scripter restore - < FILE`. The whole of it is
    checked before anything is touched. If it is interrupted after that, Scripter does not start until it has been run
    again.

    No schedule catches up what was due before the restore, and no job goes on; everybody has to log in again.
    """
    settings = prepared(load_settings(file, data))
    from scripter import start_up
    from scripter.backup.restore import Restore, said
    from scripter.backup.target import source

    with in_words(settings), source(target) as stream, start_up.alone(settings) as context:
        one = Restore(context, stream)
        if (losses := one.losses()) and not force:
            _ask(app, target, f"the backup of {said(one.header.made_at)}", str(settings.data_directory), losses)
        with _progress(app) as tell:
            done = one.run(tell)
    app.show(asdict(done), lambda: _tell_restored(done))


def prepared(settings: Settings) -> Settings:
    """The settings, for commands that work on the data itself: told to stop, they tidy up.

    Raises:
        BadInput: the data belongs to another user, and would not be readable to that one afterwards.
    """
    logs.set_up(human=True)
    signal.signal(signal.SIGTERM, _stop)
    directory = settings.data_directory
    if directory.exists() and directory.stat().st_uid != os.geteuid():
        raise BadInput.at("data.directory", f"{directory} belongs to another user; run this command as that user.")
    return settings


def _stop(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


@contextmanager
def in_words(settings: Settings) -> Iterator[None]:
    """Errors of the database and the disk as people can read them."""
    # Not at the top: every command would take half a second longer to start.
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, OSError) as error:
        raise _with_the_way_on(settings, _told(error)) from error


def _told(error: DBAPIError | OSError) -> ScripterError:
    if words := disk.full(error):
        return DiskFull(f"Not done: {words}.")
    return (
        ScripterError(str(error)) if isinstance(error, OSError) else Unavailable(f"The database failed: {error.orig}")
    )


def _with_the_way_on(settings: Settings, trouble: ScripterError) -> ScripterError:
    from scripter.backup import marks

    if marks.unfinished(settings.data_directory) is None:
        return trouble
    return type(trouble)(f"{trouble.message} Only a part has been restored: run the same command again.")


@contextmanager
def _progress(app: App) -> Iterator[Callable[[str], None]]:
    """Where it stands, for a person who waits at a terminal."""
    if app.json or not sys.stderr.isatty():
        yield lambda _words: None
        return
    with terminal.errors().status("...") as status:
        yield lambda words: status.update(terminal.line(words))


def _ask(app: App, target: str, what: str, where: str, losses: list[str]) -> None:
    told = f"{', '.join(losses)}: all of it in {where} and its database will be gone, replaced by {what}."
    if app.json or target == "-" or not sys.stdin.isatty():
        raise Conflict(f"This is not empty. {told} Add --force if that is what you want.")
    terminal.say(terminal.line(told), err=True)
    click.confirm("Go on?", abort=True, err=True)


def _tell_made(app: App, made: Made, target: str, *, err: bool) -> None:
    if app.json:
        terminal.show_json(asdict(made), err=err)
        return
    where = "standard output" if err else target
    logs = "none (--logs)" if made.logs is None else made.logs
    held = f"Rows: {made.rows}, contents of files: {made.contents}, logs: {logs}"
    terminal.say(f"Written to {where}. {held}. {NOT_IN_IT}", err=True)
    if made.damaged:
        some = ", ".join(made.damaged[:3])
        terminal.say(
            f"DAMAGED: {len(made.damaged)} stored contents are not what they were, and are not in the backup: {some}."
            " Restore them from an earlier one, or save the files again.",
            err=True,
        )


def _tell_restored(done: Restored) -> None:
    from scripter.backup.restore import said

    terminal.say(f"Restored: the backup of {said(done.made_at)}, made by Scripter {done.version}, {done.rows} rows.")
    facts = (
        ("jobs that waited or ran then, closed and not started again", done.jobs_closed),
        ("builds that were not done then, closed", done.builds_closed),
        ("due times of schedules since then, counted as missed and not caught up", done.due_times_missed),
        ("logs that were not in the backup, and say so", done.logs_missing),
        ("images to build again, because what they were built into is not in a backup", done.images_to_build),
        ("API tokens, valid as they were then, also if they were revoked since", done.tokens),
    )
    for words, count in facts:
        if count:
            terminal.say(f"  {words}: {count}")
    terminal.say("Everybody has to log in again. Start Scripter now.")
