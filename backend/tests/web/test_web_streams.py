"""Live streams behind the guard: opened by whoever may, and ended with the login or token that opened them."""

from __future__ import annotations

import pytest
from people import visitor
from sqlalchemy import delete, update

from scripter.access import service
from scripter.access.models import Login, Token, User
from scripter.lib import sse

STREAM = "/api/jobs/stream"


@pytest.fixture(autouse=True)
def _ask_each_time(monkeypatch):
    monkeypatch.setattr(sse, "RECHECK_S", 0.0)
    monkeypatch.setattr(sse, "PING_S", 0.0)  # a quiet stream gives a ping for each turn


def _end(context, statement):
    with context.db.transaction() as session:
        session.execute(statement)


def test_a_visitor_opens_no_stream(anonymous):
    assert anonymous.get(STREAM).status_code == 401


def test_a_stream_ends_with_its_login(client, context):
    answer = client.get(STREAM)
    chunks = iter(answer.response)
    assert next(chunks).startswith(b"retry:")
    assert next(chunks) == b": ping\n\n"
    _end(context, delete(Login))
    assert list(chunks) == []
    answer.close()


def test_a_stream_ends_with_its_token(app, context, anna):
    with context.db.transaction() as session:
        _, token = service.make_token(session, anna, "ci")
    answer = visitor(app).get(STREAM, headers={"Authorization": f"Bearer {token}"})
    chunks = iter(answer.response)
    next(chunks), next(chunks)
    _end(context, delete(Token))
    assert list(chunks) == []
    answer.close()


def test_a_stream_ends_when_the_role_loses_the_scope(client, context):
    answer = client.get(STREAM)
    chunks = iter(answer.response)
    next(chunks), next(chunks)
    _end(context, update(User).values(role="janitor"))
    assert list(chunks) == []
    answer.close()
