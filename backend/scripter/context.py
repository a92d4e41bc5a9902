"""What every room shares in one process: settings, database, queue, logs, and (in workers) the runner.

It rides in `session.info`, so that services take a session and nothing else, and no module keeps a global."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from scripter.config import Settings
from scripter.lib import disk, keys, tls
from scripter.lib.db import Database, after_commit
from scripter.lib.errors import BadInput
from scripter.lib.queue import Queue
from scripter.logstore import LogStore
from scripter.runners.protocol import Runner

_KEY = "context"
_DRIVERS = {"mysql+pymysql", "mariadb+pymysql", "sqlite"}


@dataclass(slots=True)
class Context:
    """The shared things. `queue` is set once it is made, since its tasks are given this very context."""

    settings: Settings
    db: Database
    logs: LogStore
    # None in processes that have no business with containers (the web process has no Docker socket).
    runner: Runner | None = None
    # This run of this worker process, unique for ever; empty in other processes. Leases are held in this name.
    worker: str = ""
    # Set when a job waits, or one should stop; the worker's hands sleep on them. A ring too many does no harm.
    job_bell: threading.Event = field(default_factory=threading.Event)
    stop_bell: threading.Event = field(default_factory=threading.Event)
    _queue: Queue | None = None
    _closing: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def open(cls, settings: Settings, runner: Runner | None = None) -> Context:
        """Open database and queue as the settings say. The tasks of all rooms must have been imported before.

        Raises:
            BadInput: a certificate that the settings name cannot be used.
        """
        context = cls(settings, open_database(settings), LogStore(settings.data_directory), runner)
        context.db.info[_KEY] = context
        queue = settings.queue
        context._queue = Queue(queue.url, context, tls.context(queue.trust, "queue") if queue.encrypted else None)
        return context

    @property
    def queue(self) -> Queue:
        if self._queue is None:
            raise RuntimeError("The queue is not open yet.")
        return self._queue

    @property
    def instance(self) -> str:
        """The name of this installation among others on the same engine: 12 hex digits."""
        return keys.secret(self.data / "keys" / "instance", size=6)

    @property
    def former_instances(self) -> list[str]:
        """The names that this installation had before it was restored from a backup; what runs by them is nobody's."""
        try:
            return (self.data / "keys" / "former-instances").read_text(encoding="ascii").split()
        except FileNotFoundError:
            return []

    @property
    def data(self) -> Path:
        return self.settings.data_directory

    def shortage(self) -> str | None:
        """Why no job and no build should begin now, for want of room on the disk; None while there is enough."""
        return disk.shortage(disk.room(self.data), self.settings.data.min_free_mb)

    def at_close(self, leave: Callable[[], object]) -> None:
        """Call `leave` when all else is closed."""
        self._closing.callback(leave)

    def close(self) -> None:
        self.queue.close()
        self.db.close()
        self._closing.close()


def open_database(settings: Settings) -> Database:
    """The database alone, as the settings say. Connects when it is first used.

    Raises:
        BadInput: the address is none, or a certificate that the settings name cannot be used.
    """
    wanted = settings.database
    _check_address(settings.database_url)
    return Database(settings.database_url, tls.context(wanted.trust, "database") if wanted.encrypted else None)


def _check_address(url: str) -> None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _no_address("cannot be read") from None
    if parsed.drivername not in _DRIVERS:
        raise _no_address("names a kind of database that Scripter does not know")
    if not parsed.database:
        raise _no_address("does not name a database at its end")


def _no_address(why: str) -> BadInput:
    # The address itself is not said again: a password may stand in it.
    shape = "mysql+pymysql://user:password@host/name, or be empty for SQLite in the data directory"
    return BadInput.at("database.url", f"The address of the database {why}. It must look like {shape}.")


def of(session: Session) -> Context:
    """The context that this session belongs to."""
    return cast("Context", session.info[_KEY])


def wake(session: Session, task: str, *arguments: object) -> None:
    """Ring `task` once this session's rows are visible; by name, so that a service need not import its tasks."""
    queue = of(session).queue
    after_commit(session, lambda: queue.wake(task, *arguments))
