"""Transactions that get in each other's way: repeated by themselves, done once, and no error for anybody. Fault 18."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import flask
import pytest
from flask_openapi import OpenAPI
from people import visitor
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripter.access import guard
from scripter.access.guard import public
from scripter.access.models import FailedLogin
from scripter.context import Context
from scripter.lib import clock
from scripter.lib.db import after_commit

THREADS, ROUNDS = 32, 3


@pytest.fixture
def database_url(mariadb_url: str) -> str:
    """SQLite has one writer at a time, and so no deadlocks."""
    return mariadb_url


@pytest.fixture(autouse=True)
def rows(context: Context) -> None:
    now = clock.now()
    with context.db.transaction() as session:
        session.add_all(FailedLogin(key=key, fails=0, failed_at=now, blocked_until=now) for key in "abcdefgh")


def fails(context: Context, key: str) -> int:
    with context.db.reading() as session:
        return session.get_one(FailedLogin, key).fails


def add_one(session: Session, key: str) -> None:
    session.execute(update(FailedLogin).where(FailedLogin.key == key).values(fails=FailedLogin.fails + 1))


class Rival:
    """A transaction that crosses the first one of a handler so that one of the two must give way, and never does."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._has_b = threading.Event()
        self._handler_has_a = threading.Event()
        self._thread = threading.Thread(target=self._cross)
        self._thread.start()
        assert self._has_b.wait(20)

    def let_a_be_taken(self) -> None:
        """Called by the handler between its two rows."""
        self._handler_has_a.set()

    def _cross(self) -> None:
        with self._context.db.transaction() as session:
            add_one(session, "b")
            # Whoever has changed more rows is let through.
            for key in "cdefgh":
                add_one(session, key)
            self._has_b.set()
            assert self._handler_has_a.wait(20)
            add_one(session, "a")

    def join(self) -> None:
        self._thread.join()


@pytest.fixture
def rival(context: Context) -> Iterator[Rival]:
    rival = Rival(context)
    yield rival
    rival.let_a_be_taken()
    rival.join()


def cross(session: Session, rival: Rival) -> None:
    """The handler's half of the deadlock."""
    add_one(session, "a")
    rival.let_a_be_taken()
    add_one(session, "b")


def test_thirty_two_requests_that_cross_each_other_are_all_answered_and_counted_once(
    app: OpenAPI, context: Context
) -> None:
    """Fault 18."""
    told: list[int] = []

    @app.post("/api/cross")
    @public
    def crossing() -> str:
        with guard.transaction() as session:
            for key in flask.request.args["keys"]:
                session.scalars(select(FailedLogin).where(FailedLogin.key == key).with_for_update()).one()
                add_one(session, key)
            after_commit(session, lambda: told.append(1))
        return "done"

    def ask(number: int) -> int:
        return visitor(app).post("/api/cross", query_string={"keys": "ab" if number % 2 else "ba"}).status_code

    with ThreadPoolExecutor(THREADS) as many:
        answers = list(many.map(ask, range(THREADS * ROUNDS)))
    assert answers == [200] * THREADS * ROUNDS
    assert [fails(context, key) for key in "ab"] == [THREADS * ROUNDS] * 2
    assert len(told) == THREADS * ROUNDS


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "in a savepoint"])
def test_a_request_whose_transaction_is_taken_back_is_handled_again_with_its_upload(
    app: OpenAPI, context: Context, rival: Rival, nested: bool
) -> None:
    """Fault 18."""
    read: list[bytes] = []

    @app.post("/api/upload")
    @public
    def upload() -> str:
        read.append(flask.request.files["file"].stream.read())
        with guard.transaction() as session:
            if not nested:
                cross(session, rival)
            else:
                with session.begin_nested():
                    cross(session, rival)
        return "done"

    answer = visitor(app).post("/api/upload", data={"file": (io.BytesIO(b"content"), "name")})
    rival.join()
    assert (answer.status_code, read) == (200, [b"content"] * 2)
    assert [fails(context, key) for key in "ab"] == [2, 2]


def test_a_request_that_has_committed_something_is_not_handled_again(
    app: OpenAPI, context: Context, rival: Rival
) -> None:
    """Fault 18."""
    committed: list[int] = []

    @app.post("/api/twice")
    @public
    def twice() -> str:
        with guard.transaction() as session:
            after_commit(session, lambda: committed.append(1))
            session.execute(select(1))
        with guard.transaction() as session:
            cross(session, rival)
        return "done"

    answer = visitor(app).post("/api/twice")
    rival.join()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert committed == [1]
    assert [fails(context, key) for key in "ab"] == [1, 1]
