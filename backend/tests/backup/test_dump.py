"""Rows on their way from one database to another, of the same kind or the other."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest
from backup_rig import Installations, fill_every_table
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from scripter import migrations
from scripter.backup import dump, load
from scripter.backup.archive import BadArchive, Header
from scripter.context import Context
from scripter.lib.db import Base

KINDS = ["sqlite", "mariadb"]


def dumped(context: Context) -> tuple[Header, list[tuple[str, bytes]]]:
    with dump.snapshot(context.db) as snapshot:
        parts = [(part.table, part.lines) for part in snapshot.parts()]
        header = Header("", "", migrations.head(), "", False, snapshot.tables, snapshot.last_ids)
    return header, parts


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_every_row_of_every_table_arrives_as_it_was(installations: Installations, source: str, to: str) -> None:
    with (
        installations.open(installations.settings(source)) as one,
        installations.open(installations.settings(to)) as other,
    ):
        fill_every_table(one)
        header, parts = dumped(one)
        assert {name for name, _ in parts} == {table.name for table in Base.metadata.sorted_tables} - dump.LEFT_OUT
        load.empty(other.db)
        migrations.forget(other.data / "run")
        load.fill(other.db, header, parts, other.data / "run", lambda _: None)
        arrived, parts_there = dumped(other)
        # A table's columns may come in another order.
        assert _by_name(arrived, parts_there) == _by_name(header, parts)
        for name in header.tables:
            if Base.metadata.tables[name].dialect_options["sqlite"]["autoincrement"]:
                assert arrived.last_ids[name] == header.last_ids[name] == 8, name


def _by_name(header: Header, parts: list[tuple[str, bytes]]) -> dict[str, list[dict[str, object]]]:
    return {
        name: [dict(zip(header.tables[name], json.loads(line), strict=True)) for line in lines.splitlines()]
        for name, lines in parts
    }


@given(st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary())
def test_a_value_is_the_same_after_a_way_through_json(value: object) -> None:
    assert dump.decoded(json.loads(json.dumps(dump.encoded(value)))) == value


@given(st.decimals(allow_nan=False, allow_infinity=False), st.datetimes())
def test_decimals_and_times_become_the_text_that_every_database_reads(number: Decimal, moment: datetime) -> None:
    assert Decimal(str(dump.decoded(dump.encoded(number)))) == number
    assert datetime.fromisoformat(str(dump.decoded(dump.encoded(moment)))) == moment


@pytest.mark.parametrize("line", [b"{}", b"[1]", b"[1, 2, 3]", b"[1, [2]]", b'[1, {"base64": "!"}]', b"[1, 2", b"\xff"])
def test_what_is_no_row_is_refused_in_words(line: bytes) -> None:
    with pytest.raises(BadArchive, match="A row of the backup cannot be read"):
        load.check_rows(line, ["a", "b"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_snapshot_is_of_one_moment_while_others_write(installations: Installations, kind: str) -> None:
    with installations.open(installations.settings(kind)) as context:
        fill_every_table(context)
        with dump.snapshot(context.db) as snapshot:
            parts = snapshot.parts()
            read = [next(parts)]
            with context.db.transaction() as session:
                session.execute(text("DELETE FROM occurrences"))
                session.execute(text("DELETE FROM job_events"))
            read += parts
        assert {part.table: part.rows for part in read}["job_events"] == 3
        assert {part.table: part.rows for part in read}["occurrences"] == 3
