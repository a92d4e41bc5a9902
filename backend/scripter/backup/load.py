"""Rows of a backup into a database: emptied, brought to the shape of the backup, filled, and brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData

from scripter import migrations
from scripter.backup.archive import BadArchive, Header
from scripter.backup.dump import decoded
from scripter.lib.db import Database
from scripter.migrations import Tell

_ROWS_AT_ONCE = 1000


def check_shape(header: Header, scratch: Path) -> None:
    """Make an empty database of the backup's shape in `scratch`, and see that the rows would fit.

    Raises:
        BadArchive: they would not.
    """
    db = Database(f"sqlite:///{scratch / 'shape.db'}")
    try:
        migrations.upgrade(db, scratch, lambda _: None, to=header.revision)
        found = MetaData()
        found.reflect(db.engine)
    finally:
        db.close()
    for name, columns in header.tables.items():
        if name not in found.tables or set(columns) != set(found.tables[name].columns.keys()):
            raise BadArchive(f"The backup's table {name} is not that of revision {header.revision}.")


def check_rows(lines: bytes, columns: Sequence[str]) -> int:
    """See that these lines are rows with so many columns; gives their number.

    Raises:
        BadArchive: they are not.
    """
    return sum(1 for _ in _rows(lines, columns))


def empty(db: Database) -> None:
    """Drop all tables. MariaDB cannot take that back."""
    with db.engine.connect() as connection:
        if db.is_sqlite:
            _drop_all(connection)
            return
        connection.execute(sa.text("SET FOREIGN_KEY_CHECKS=0"))
        _drop_all(connection)
        connection.execute(sa.text("SET FOREIGN_KEY_CHECKS=1"))


def fill(db: Database, header: Header, parts: Iterable[tuple[str, bytes]], lock_directory: Path, tell: Tell) -> None:
    """Make the tables as they were, put all rows in, and bring the shape up to date. `parts` are tables and lines."""
    migrations.upgrade(db, lock_directory, tell, to=header.revision)
    _empty_rows(db, header)
    told = ""
    for table, lines in parts:
        if table != told:
            tell(f"rows of {table}")
            told = table
        _insert(db, table, header.tables[table], lines)
    _keep_ids(db, header.last_ids)
    migrations.upgrade(db, lock_directory, tell)


def _drop_all(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)
    connection.commit()


def _empty_rows(db: Database, header: Header) -> None:
    """Migrations have put some rows in; those of the backup are the ones that count."""
    with db.engine.begin() as connection:
        for name in reversed(header.tables):
            connection.execute(sa.delete(sa.table(name)))


def _insert(db: Database, table: str, columns: Sequence[str], lines: bytes) -> None:
    target = sa.table(table, *(sa.column(name) for name in columns))
    with db.transaction() as session:
        batch: list[Mapping[str, object]] = []
        for row in _rows(lines, columns):
            batch.append(dict(zip(columns, row, strict=True)))
            if len(batch) == _ROWS_AT_ONCE:
                session.connection().execute(sa.insert(target), batch)
                batch = []
        if batch:
            session.connection().execute(sa.insert(target), batch)


def _rows(lines: bytes, columns: Sequence[str]) -> Iterator[list[object]]:
    for line in lines.splitlines():
        try:
            row: Any = json.loads(line)
            if not isinstance(row, list) or len(row) != len(columns):
                raise ValueError("not as many columns as the table has")
            yield [decoded(value) for value in row]
        except (ValueError, RecursionError, ArithmeticError) as error:
            raise BadArchive(f"A row of the backup cannot be read: {error}.") from error


def _keep_ids(db: Database, last_ids: Mapping[str, int]) -> None:
    """Go on counting where the database of the backup would have."""
    with db.engine.begin() as connection:
        for name, last in last_ids.items():
            if db.is_sqlite:
                _keep_id_of_sqlite(connection, name, last)
            else:
                quoted = connection.dialect.identifier_preparer.quote(name)
                connection.exec_driver_sql(f"ALTER TABLE {quoted} AUTO_INCREMENT = {int(last) + 1}")


def _keep_id_of_sqlite(connection: Connection, name: str, last: int) -> None:
    values = {"name": name, "last": last}
    changed = connection.execute(sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name"), values)
    if changed.rowcount == 0:
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
