"""What every process of Scripter does first: read the words of its log, join the rooms, open and prepare the data."""

from __future__ import annotations

import sys
import time

import structlog
from sqlalchemy.exc import OperationalError

from scripter import migrations, wiring
from scripter.config import Settings
from scripter.context import Context
from scripter.lib.errors import BadInput, Unavailable
from scripter.runners import choose
from scripter.runners.protocol import Runner

log = structlog.get_logger(__name__)

# A database server that starts at the same time as we do gets this long to answer.
DATABASE_WAIT_S = 60
SWITCH_S = 0.0005


def open_context(settings: Settings) -> Context:
    """The context of this process, with a data directory that can be written and a database in today's shape.

    Raises:
        BadInput: the data directory cannot be used.
        Unavailable: the database does not answer.
    """
    wiring.connect()
    # A job's start is handed from thread to thread. Python lets one that computes go on for 5 ms while others wait.
    sys.setswitchinterval(SWITCH_S)
    make_data_directory(settings)
    context = Context.open(settings)
    _wait_for_database(context)
    migrations.upgrade(context.db, context.data / "run")
    return context


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
            if time.monotonic() > deadline or context.db.is_sqlite:
                raise Unavailable(f"The database does not answer: {error.orig}") from error
        if not said:
            log.info("database.waiting", seconds=DATABASE_WAIT_S)
            said = True
        time.sleep(0.5)
