"""The rows of a database as text that means the same to every kind of database; and what they say about files.

Rows are read as they are stored, not through the rooms' models: a backup can be made of a database whose shape is older
than this program, and nothing that is in it gets lost on the way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.dialects.mysql import DOUBLE, FLOAT

from scripter.lib.db import Database

# Who is logged in, who failed to, the code of the setup link, and which workers live: of the moment, and the first
# three are nothing to lie about in archives. The shape of the database is in the archive's header.
LEFT_OUT = frozenset({"alembic_version", "failed_logins", "logins", "setup_codes", "workers"})
_MANIFEST = "manifest"
_PART_BYTES = 4 * 1024 * 1024
_ROWS_AT_ONCE = 500


class Part(NamedTuple):
    """Some rows of a table: `rows` of them, one in a line."""

    table: str
    rows: int
    lines: bytes


class Snapshot:
    """A database as it was at one moment, while others go on to write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        found = MetaData()
        found.reflect(connection)
        self._tables = [table for table in found.sorted_tables if table.name not in LEFT_OUT]
        self.tables = {table.name: [column.name for column in table.columns] for table in self._tables}
        self.last_ids = {table.name: last for table in self._tables if (last := self._last_id(table)) is not None}
        # The SHA-256 of all contents that rows speak of; known once their rows have been read.
        self.contents: set[str] = set()

    def parts(self) -> Iterator[Part]:
        """All rows, table by table, in an order in which they can be put in again."""
        for table in self._tables:
            yield from _parts(table.name, self._rows(table))

    def _rows(self, table: Table) -> Iterator[list[object]]:
        columns = [_as_stored(column, self._connection) for column in table.columns]
        query = sa.select(*columns).select_from(sa.table(table.name)).order_by(*_key(table))
        place = next((at for at, column in enumerate(table.columns) if column.name == _MANIFEST), None)
        result = self._connection.execution_options(stream_results=True, max_row_buffer=_ROWS_AT_ONCE).execute(query)
        for row in result:
            if place is not None:
                self.contents.update(entry["sha256"] for entry in json.loads(row[place]))
            yield [encoded(value) for value in row]

    def _last_id(self, table: Table) -> int | None:
        """The highest id ever given out: those of deleted rows must not be given again."""
        if "id" not in table.columns:
            return None
        if self._connection.dialect.name == "sqlite":
            query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
            return _number(self._connection.scalar(query, {"table": table.name}))
        query = sa.text(
            "SELECT auto_increment - 1 FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = :table"
        )
        return _number(self._connection.scalar(query, {"table": table.name}))


@contextmanager
def snapshot(db: Database) -> Iterator[Snapshot]:
    """The database as it is now. Whoever asks holds the lock under which its shape changes."""
    if db.is_sqlite:
        # Its first reading fixes what a transaction sees.
        with db.engine.connect() as connection:
            yield Snapshot(connection)
        return
    with db.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        yield Snapshot(connection)


def encoded(value: object) -> object:
    """A stored value as JSON can hold it. Times are text in the one form that all databases read."""
    match value:
        case datetime():
            return value.isoformat(" ", "microseconds")
        case Decimal():
            return {"decimal": str(value)}
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
    return value


def decoded(value: object) -> object:
    """The value that `encoded` was given, as a database takes it.

    Raises:
        ValueError: there is no such value.
    """
    match value:
        case {"decimal": str(digits)}:
            return str(Decimal(digits))
        case {"base64": str(text)}:
            return base64.b64decode(text, validate=True)
        case None | str() | int() | float():
            return value
    raise ValueError(f"no value of a column: {str(value)[:60]!r}")


def _parts(name: str, rows: Iterable[list[object]]) -> Iterator[Part]:
    lines = bytearray()
    count = 0
    for row in rows:
        lines += json.dumps(row, separators=(",", ":")).encode() + b"\n"
        count += 1
        if len(lines) >= _PART_BYTES:
            yield Part(name, count, bytes(lines))
            lines, count = bytearray(), 0
    if count:
        yield Part(name, count, bytes(lines))


def _as_stored(column: sa.Column[Any], connection: Connection) -> sa.ColumnElement[Any]:
    """The column without the type by which SQLAlchemy would translate what is in it."""
    plain: sa.ColumnElement[Any] = sa.column(column.name)
    if isinstance(column.type, FLOAT) and connection.dialect.name != "sqlite":
        # Asked for as it is, a FLOAT comes with six digits, and is another number when it is stored again.
        return sa.type_coerce(sa.cast(plain, DOUBLE), sa.types.NullType()).label(column.name)
    return plain


def _number(found: object) -> int | None:
    return found if isinstance(found, int) else None


def _key(table: Table) -> list[sa.ColumnElement[Any]]:
    return [sa.column(column.name) for column in table.primary_key.columns]
