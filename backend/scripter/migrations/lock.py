"""The lock under which the database changes its shape: one process works, all others wait. Used by this room alone."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import text

from scripter.lib.db import Database
from scripter.lib.errors import Unavailable

log = structlog.get_logger(__name__)

# A change of a large database takes minutes, and whoever waits for it has nothing better to do.
WAIT_S = 600.0
_TELL_EVERY_S = 10
_LOOK_S = 0.1


@contextmanager
def locked(db: Database, directory: Path) -> Iterator[None]:
    """Hold the lock of this database. A holder that is killed frees it: the kernel or the server sees to that.

    Raises:
        Unavailable: another process has held it for ten minutes.
    """
    with _of_file(directory) if db.is_sqlite else _of_server(db):
        yield


@contextmanager
def _of_file(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "migrations.lock").open("w") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_LOOK_S)
                return False
            return True

        _wait(take)
        yield


@contextmanager
def _of_server(db: Database) -> Iterator[None]:
    # On a connection of its own, which nothing commits or breaks. The server knows one lock of a name for all of its
    # databases, and only 64 characters of it.
    name = f"scripter-{hashlib.sha256((db.engine.url.database or '').encode()).hexdigest()[:32]}"
    with db.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        _wait(lambda: connection.scalar(text("SELECT GET_LOCK(:name, 1)"), {"name": name}) == 1)
        try:
            yield
        finally:
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})


def _wait(take: Callable[[], bool]) -> None:
    began = told = time.monotonic()
    while not take():
        now = time.monotonic()
        if now - began > WAIT_S:
            raise Unavailable(
                "Another process has been changing or copying the database for ten minutes. Try again when it is done."
            )
        if told == began or now - told > _TELL_EVERY_S:
            log.warning("database.locked", why="another process changes or copies it", waited_s=round(now - began))
            told = now
