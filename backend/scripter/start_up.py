"""What every process of Scripter does first: read the words of its log, join the rooms, open and prepare the data."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

import structlog
from sqlalchemy.exc import OperationalError

from scripter import migrations, wiring
from scripter.backup import marks
from scripter.config import Settings
from scripter.context import Context
from scripter.lib import tls
from scripter.lib.errors import BadInput, Unavailable
from scripter.lib.queue import UNREACHABLE
from scripter.runners import choose
from scripter.runners.protocol import Runner

log = structlog.get_logger(__name__)

# A database server that starts at the same time as we do gets this long to answer.
DATABASE_WAIT_S = 60
SWITCH_S = 0.0005


def open_context(settings: Settings) -> Context:
    """The context of this process, with a data directory that can be written and a database in today's shape.

    Raises:
        BadInput: the data directory or a certificate cannot be used, or the broker's is not to be believed.
        Unavailable: the database does not answer.
        Conflict: a backup is being restored into it, or was only half restored, or the database is of a newer version.
    """
    wiring.connect()
    # A job's start is handed from thread to thread. Python lets one that computes go on for 5 ms while others wait.
    sys.setswitchinterval(SWITCH_S)
    make_data_directory(settings)
    place = marks.enter(settings.data_directory)
    with ExitStack() as failing:
        failing.callback(place.close)
        context = Context.open(settings)
        failing.callback(context.db.close)
        _wait_for_database(context)
        _check_broker(context)
        migrations.upgrade(context.db, context.data / "run")
        context.at_close(failing.pop_all().close)
    return context


@contextmanager
def as_it_is(settings: Settings) -> Iterator[Context]:
    """A context for a command beside running servers, with a database in whatever shape it has.

    Raises: as `open_context`, but for the shape of the database.
    """
    with _opened(settings, lambda: marks.enter(settings.data_directory)) as context:
        yield context


@contextmanager
def alone(settings: Settings) -> Iterator[Context]:
    """A context for a command that wants nobody else on the data directory, nor that anybody starts.

    Raises: as `open_context`, but for the shape of the database and unfinished restores; Conflict: somebody is there.
    """
    with _opened(settings, lambda: marks.alone(settings.data_directory)) as context:
        yield context


@contextmanager
def _opened(settings: Settings, take: Callable[[], IO[str]]) -> Iterator[Context]:
    wiring.connect()
    make_data_directory(settings)
    with take():
        context = Context.open(settings)
        try:
            # A file does not come back by waiting, and one that cannot even be read may be what is to be replaced.
            if not context.db.is_sqlite:
                _wait_for_database(context)
            yield context
        finally:
            context.close()


def choose_runner(context: Context) -> Runner:
    """The runner that the settings ask for."""
    return choose.choose(context.settings, context.data)


def make_data_directory(settings: Settings) -> None:
    """The data directory, open as far as the containers need it; servers do this first, before they fork.

    Raises:
        BadInput: it cannot be used.
    """
    try:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        # Logs, sources and the database are nobody else's business. A group may be let in on purpose; containers do
        # not come this way, the engine hands them their own slot.
        settings.data_directory.chmod(settings.data_directory.stat().st_mode & 0o770)
        (settings.data_directory / "run").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadInput.at("data.directory", f"cannot be used: {error}") from error


def _wait_for_database(context: Context) -> None:
    deadline = time.monotonic() + DATABASE_WAIT_S
    said = False
    while True:
        try:
            with context.db.engine.connect():
                return
        except OperationalError as error:
            if refused := tls.refusal(error, "database"):
                raise BadInput.at("database.url", f"The database is not to be trusted. {refused}") from error
            if time.monotonic() > deadline or context.db.is_sqlite:
                raise Unavailable(f"The database does not answer: {error.orig}") from error
        if not said:
            log.info("database.waiting", seconds=DATABASE_WAIT_S)
            said = True
        time.sleep(0.5)


def _check_broker(context: Context) -> None:
    """A broker may be away for now; one with a certificate that is not to be believed will not become another."""
    if not context.settings.queue.encrypted:
        return
    try:
        context.queue.connect().close()
    except UNREACHABLE as error:
        if refused := tls.refusal(error, "queue"):
            raise BadInput.at("queue.url", f"The broker is not to be trusted. {refused}") from error
