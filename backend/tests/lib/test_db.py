"""The database layer, on both kinds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from scripter.access.models import FailedLogin
from scripter.context import Context
from scripter.lib.db import after_commit

AT = datetime(2026, 11, 22, 4, 45, 40, 453659, tzinfo=UTC)


def row(key: str, fails: int = 1, at: datetime = AT) -> FailedLogin:
    return FailedLogin(key=key, fails=fails, failed_at=at, blocked_until=AT)


def test_times_come_back_in_utc_to_the_microsecond(context: Context) -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with context.db.transaction() as session:
        session.add(row("a", at=there))
    with context.db.reading() as session:
        found = session.get_one(FailedLogin, "a").failed_at
    assert found == AT
    assert found.tzinfo is UTC


def test_a_naive_time_is_refused(context: Context) -> None:
    with pytest.raises(Exception, match="naive"), context.db.transaction() as session:
        session.add(row("a", at=AT.replace(tzinfo=None)))


def test_what_waits_for_the_commit_sees_the_rows(context: Context) -> None:
    seen: list[int] = []

    def look() -> None:
        with context.db.reading() as other:
            seen.append(len(other.scalars(select(FailedLogin)).all()))

    with context.db.transaction() as session:
        session.add(row("a"))
        after_commit(session, look)
        session.flush()
        assert seen == []
    assert seen == [1]


def test_what_waits_for_the_commit_is_forgotten_on_rollback(context: Context) -> None:
    sent: list[str] = []
    with pytest.raises(RuntimeError), context.db.transaction() as session:
        after_commit(session, lambda: sent.append("no"))
        raise RuntimeError
    assert sent == []


def test_a_savepoint_is_no_commit(context: Context) -> None:
    sent: list[str] = []
    with context.db.transaction() as session:
        after_commit(session, lambda: sent.append("yes"))
        with session.begin_nested():
            session.add(row("a"))
        assert sent == []
    assert sent == ["yes"]


def test_many_writers_of_the_same_rows_all_come_through(context: Context) -> None:
    with context.db.transaction() as session:
        session.add_all([row("a", 0), row("b", 0)])

    def add(first: str, second: str) -> None:
        for _ in range(10):
            context.db.run(lambda session: [_add_one(session, key) for key in (first, second)])

    def _add_one(session: object, key: str) -> None:
        found = session.get_one(FailedLogin, key, with_for_update=True)  # type: ignore[attr-defined]
        found.fails += 1
        session.flush()  # type: ignore[attr-defined]

    # Opposite orders: on MariaDB that makes deadlocks, of which the victims must be tried again.
    threads = [threading.Thread(target=add, args=pair) for pair in [("a", "b"), ("b", "a")] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with context.db.reading() as session:
        assert [session.get_one(FailedLogin, key).fails for key in "ab"] == [40, 40]
