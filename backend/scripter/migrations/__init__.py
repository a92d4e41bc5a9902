"""The shape of the database, step by step (Alembic), brought up to date at the start of every process under a lock."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from scripter.lib.db import Database
from scripter.lib.errors import Unavailable

LOCK = "scripter-migrations"
LOCK_WAIT_S = 60


def upgrade(db: Database, lock_directory: Path) -> None:
    """Bring the database to the newest shape. Several processes may start at once: one works, the others wait.

    Raises:
        Unavailable: another process has held the lock for a minute.
    """
    with db.engine.connect() as connection, _locked(db, connection, lock_directory):
        config = configuration()
        config.attributes["connection"] = connection
        if db.is_sqlite:
            # Batch operations rebuild tables: with constraints on, dropping the old one would empty its children.
            _set_foreign_keys(connection, "OFF")
        command.upgrade(config, "head")
        if db.is_sqlite:
            _set_foreign_keys(connection, "ON")


def is_current(db: Database) -> bool:
    """Whether the database has the shape that this code expects."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(configuration()).get_current_head()


def configuration() -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _set_foreign_keys(connection: Connection, state: str) -> None:
    # Means nothing inside a transaction, which a Connection always begins; and Alembic commits only its own ones.
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    driver_connection.execute(f"PRAGMA foreign_keys={state}")


@contextmanager
def _locked(db: Database, connection: Connection, directory: Path) -> Iterator[None]:
    if db.is_sqlite:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / "migrations.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    got = connection.scalar(text("SELECT GET_LOCK(:name, :wait)"), {"name": LOCK, "wait": LOCK_WAIT_S})
    if got != 1:
        raise Unavailable("Another process has been changing the database for a minute. Try again when it is done.")
    connection.commit()
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK})
        connection.commit()
