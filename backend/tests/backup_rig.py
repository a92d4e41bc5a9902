"""Installations to be backed up and restored, each with a database of its own; and rows for every table there is."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table, create_engine, text
from sqlalchemy.engine import make_url

import testbed
from scripter import start_up
from scripter.backup import service
from scripter.backup.restore import Restore, Restored
from scripter.backup.service import Made
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.context import Context
from scripter.lib.db import Base, UtcDateTime

NASTY = "naïve \N{SNOWMAN} \U0001f980 'quoted' \"twice\" \\ \t \n %s :name \r\n {} \u2028 end"
MOMENT = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
# Of 32 bits, as MariaDB keeps it: six digits of it are another number.
FLOAT = 0.3333333432674408


@dataclass
class Installations:
    """Makes installations on both kinds of database, and takes them away at the end."""

    services: testbed.Services
    directory: Path
    stack: ExitStack

    def settings(self, kind: str) -> Settings:
        """A new, empty one."""
        data = self.directory / f"data-{secrets.token_hex(4)}"
        url = "" if kind == "sqlite" else self.stack.enter_context(mariadb(self.services))
        return Settings(data=Data(directory=str(data)), database=DatabaseSettings(url=url))

    @contextmanager
    def open(self, settings: Settings) -> Iterator[Context]:
        """As a server has it."""
        context = start_up.open_context(settings)
        try:
            yield context
        finally:
            context.close()


@contextmanager
def mariadb(services: testbed.Services) -> Iterator[str]:
    """The URL of a MariaDB database without any table."""
    admin = create_engine(services.mariadb_url, isolation_level="AUTOCOMMIT")
    name = f"backup_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET latin1"))
    yield make_url(services.mariadb_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def backup(context: Context, *, with_logs: bool = False) -> tuple[bytes, Made]:
    """A backup, in memory."""
    target = io.BytesIO()
    made = service.write(context, target, with_logs=with_logs, tell=lambda _: None)
    return target.getvalue(), made


def restore(settings: Settings, archive: bytes, seen: Callable[[Restore], None] = lambda _: None) -> Restored:
    """Restore into an installation that is stopped; `seen` is shown the restore before it begins."""
    with start_up.alone(settings) as context:
        one = Restore(context, io.BytesIO(archive))
        seen(one)
        return one.run(lambda _: None)


def fill_every_table(context: Context, rows: int = 3) -> None:
    """Rows in all tables, with values that are easily broken on the way, and a deleted row of the highest id in each."""
    with context.db.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name == "job_locks":
                continue  # its one row is made by a migration
            for number in range(1, rows + 1):
                connection.execute(table.insert(), _row(table, number))
            if table.dialect_options["sqlite"]["autoincrement"]:
                connection.execute(table.insert(), _row(table, rows + 5))
                connection.execute(table.delete().where(table.c.id == rows + 5))


def _row(table: Table, number: int) -> dict[str, object]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: sa.Column[Any], number: int) -> object:
    special: dict[str, object] = {
        "id": number,
        "manifest": [],
        "status": "failed",
        "outcome": "ran",
        "cursor": MOMENT,
        # Nothing for the planner, who would have to understand the rest.
        "enabled": False,
        "next_at": None,
        "deadline_at": None,
        "started_at": None,
        "log_bytes": None,
        "started_by_id": 1,
    }
    if column.name in special and (special[column.name] is not None or column.nullable):
        return special[column.name]
    if column.foreign_keys:
        return number if column.primary_key else 1
    if column.nullable and number % 2:
        return None
    return _typed(column, number)


def _typed(column: sa.Column[Any], number: int) -> object:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return MOMENT + timedelta(seconds=number)
    if isinstance(kind, sa.JSON):
        return {"words": NASTY, "none": None, "numbers": [number, 0.1, -1], "empty": {}}
    if isinstance(kind, sa.Boolean):
        return bool(number % 2)
    if isinstance(kind, sa.Float):
        return FLOAT
    if isinstance(kind, sa.BigInteger):
        return 2**53 + 1 + number
    if isinstance(kind, sa.Integer):
        return number
    return f"{number} {NASTY}"[: getattr(kind, "length", None)]
