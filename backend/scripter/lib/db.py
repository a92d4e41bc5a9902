"""The database: engine, sessions, column types, and what happens after a commit. Used by every room with rows."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    insert,
)
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.dml import UpdateBase

# Unnamed constraints cannot be dropped by a later migration on SQLite.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives rowid behaviour (and autoincrement) only to INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")

# For `__table_args__`: without it SQLite gives the id of a deleted row to the next one, which would inherit what is
# kept under that id elsewhere: log files, links, the audit trail.
IDS_ONCE = {"sqlite_autoincrement": True}

# Snapshot too old, deadlock, and no such savepoint: the database has taken the whole transaction back by itself, which
# shows as this where it happens within a savepoint.
_DEADLOCKS = {1020, 1213, 1305}
_LOCK_WAIT_TIMEOUT = 1205
# How long MariaDB lets a transaction wait for a row before it gives up. Its default is 50 s, and nothing of ours takes
# a tenth of this; whoever holds a lock for longer is in trouble, and should not take all others with it.
_LOCK_WAIT_S = 10
_TRIES = 8
# The most connections that one process opens, and how many of them it keeps.
POOL = 60
_KEPT = 20
# How long SQLite waits for another writer.
_BUSY_S = 15

T = TypeVar("T")


class Base(DeclarativeBase):
    """Base of all rows."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes outside, naive UTC with microseconds in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime was given to the database; times are aware UTC.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def after_commit(session: Session, send: Callable[[], object]) -> None:
    """Call `send` once the rows of this session are visible to others; never if they are rolled back."""
    session.info.setdefault("after_commit", []).append(send)


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    if session.in_nested_transaction():
        return  # only a savepoint; the rows are not visible yet
    for send in session.info.pop("after_commit", []):
        send()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("after_commit", None)


def changed_rows(session: Session, statement: UpdateBase) -> int:
    """Execute an UPDATE or DELETE and say how many rows it met: the way to claim something exactly once."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def insert_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Write many rows that all have the same columns, without making objects of them: several times as fast."""
    if rows:
        session.connection().execute(insert(table), rows)


class Database:
    """One engine and its sessions. `info` is put into every session, for what its users share. With `tls` nothing is
    said to a server that cannot prove who it is."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        self.engine = _engine(url, tls)
        self.info: dict[str, object] = {}
        self._writing = self.engine.execution_options(write=True)
        self._turns = threading.RLock()
        self._writers = threading.RLock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed at the end, or all rolled back on an exception."""
        with (
            self._in_line(),
            Session(self._writing, expire_on_commit=False, info=dict(self.info)) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: it takes no write lock and never commits."""
        with Session(self.engine, expire_on_commit=False, info=dict(self.info)) as session:
            yield session

    def run(self, work: Callable[[Session], T]) -> T:
        """`work` in a transaction, tried again when the database chose it as the victim of a deadlock."""
        try:
            return self._once(work)
        except OperationalError as error:
            if not _can_succeed_later(error):
                raise
        return self.repeated(lambda: self._once(work), _can_succeed_later)

    def repeated(self, deed: Callable[[], T], again: Callable[[OperationalError], bool]) -> T:
        """`deed`, whose transaction was taken back before, done once more, or a few times while `again` says so.

        Those who lost take turns. All at once they would only get in each other's way again.
        """
        for attempt in range(2, _TRIES):
            with self._turns:
                time.sleep(0.02 * attempt)
                try:
                    return deed()
                except OperationalError as error:
                    if not again(error):
                        raise
        with self._turns:
            return deed()

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """SQLite has one writer at a time, and lets those who wait look by chance whether it is free: in a crowd some
        look in vain until their time is up. Those of one process therefore wait here, where they are called."""
        waited = self.is_sqlite and self._writers.acquire(timeout=_BUSY_S)
        try:
            yield
        finally:
            if waited:
                self._writers.release()

    def _once(self, work: Callable[[Session], T]) -> T:
        with self.transaction() as session:
            return work(session)

    def close(self) -> None:
        self.engine.dispose()


def is_deadlock(error: OperationalError) -> bool:
    """Whether the database took this transaction back to let another one through: the same can succeed at once."""
    return _code(error) in _DEADLOCKS


def _can_succeed_later(error: OperationalError) -> bool:
    waited_in_vain = _code(error) == _LOCK_WAIT_TIMEOUT or "database is locked" in str(error.orig)
    return waited_in_vain or is_deadlock(error)


def _code(error: OperationalError) -> object:
    return next(iter(getattr(error.orig, "args", ())), None)


def _engine(url: str, tls: ssl.SSLContext | None) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    from scripter.lib import mariadb  # with its driver, which SQLite does without

    engine = create_engine(
        url,
        hide_parameters=True,  # errors are logged, and the values may be anything that users keep to themselves
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=_KEPT,
        max_overflow=POOL - _KEPT,
        connect_args={
            "init_command": f"SET SESSION innodb_lock_wait_timeout={_LOCK_WAIT_S}",
            **({"ssl": tls} if tls else {}),
        },
        # Claims are conditional updates; a snapshot per transaction would only show them stale rows.
        isolation_level="READ COMMITTED",
    )
    event.listen(engine, "do_connect", mariadb.connect)
    return engine


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY_S},
        pool_size=_KEPT,
        max_overflow=POOL - _KEPT,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={1000 * _BUSY_S}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later cannot wait for another writer in SQLite; it fails at
        # once. Writers therefore take the write lock at the start.
        writes = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
