"""API tokens: shown once, kept as a hash, their owner's alone, and dead as soon as they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from people import PASSWORD, add_user, logged_in, visitor
from sqlalchemy import select

from scripter.access import credentials, service
from scripter.access.models import AuditEntry, Token

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _make(client, **body):
    answer = client.post("/api/tokens", json={"name": "ci", "expires_in_days": None, **body})
    assert answer.status_code == 201
    return answer.json


def _bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_token_works_without_cookies_and_without_a_csrf_token(client, anonymous):
    token = _make(client)["token"]
    assert anonymous.get("/api/tokens", headers=_bearer(token)).status_code == 200
    made = anonymous.post("/api/tokens", json={"name": "second", "expires_in_days": None}, headers=_bearer(token))
    assert made.status_code == 201


def test_a_token_is_shown_once_and_kept_as_a_hash(client, context):
    made = _make(client)
    assert made["token"].startswith("scr_")
    assert len(made["token"]) >= 4 + 43  # 256 bits
    assert made["token"].startswith(made["prefix"])
    (listed,) = client.get("/api/tokens").json["items"]
    assert listed == {key: value for key, value in made.items() if key != "token"}
    with context.db.reading() as session:
        (row,) = session.scalars(select(Token))
    assert row.token_hash == credentials.hashed(made["token"])
    assert len(row.prefix) <= 10


def test_a_revoked_token_is_dead_at_once(client, anonymous):
    made = _make(client)
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 204
    assert anonymous.get("/api/tokens", headers=_bearer(made["token"])).status_code == 401
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 404


def test_a_token_ends_on_its_day(client, app, context, anna):
    with time_machine.travel(START, tick=False) as clock:
        browser = logged_in(app, context, anna)
        made = _make(browser, expires_in_days=1)
        assert made["expires_at"] == "2026-11-23T12:00:00Z"
        program = visitor(app)
        clock.shift(timedelta(hours=24) - timedelta(seconds=1))
        assert program.get("/api/tokens", headers=_bearer(made["token"])).status_code == 200
        clock.shift(1)
        assert program.get("/api/tokens", headers=_bearer(made["token"])).status_code == 401


@pytest.mark.parametrize("days", [0, -1, 3651, 10**12, 1.5, "1", True])
def test_a_lifetime_is_a_whole_number_of_days(client, days):
    answer = client.post("/api/tokens", json={"name": "ci", "expires_in_days": days})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "expires_in_days"


def test_a_token_cannot_make_one_that_outlives_it(client, anonymous):
    short = _bearer(_make(client, expires_in_days=1)["token"])
    for days in (None, 30):
        answer = anonymous.post("/api/tokens", json={"name": "ci", "expires_in_days": days}, headers=short)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "expires_in_days"


def test_its_last_use_is_noted_at_most_once_a_minute(context, app, anna):
    def last_used():
        with context.db.reading() as session:
            return session.scalars(select(Token.last_used_at)).one()

    with context.db.transaction() as session:
        _, token = service.make_token(session, anna, "ci")
    program = visitor(app)
    with time_machine.travel(START, tick=False) as clock:
        assert last_used() is None
        program.get("/api/tokens", headers=_bearer(token))
        clock.shift(30)
        program.get("/api/tokens", headers=_bearer(token))
        assert last_used() == START
        clock.shift(30)
        program.get("/api/tokens", headers=_bearer(token))
        assert last_used() == START + timedelta(minutes=1)


def test_the_tokens_of_others_are_neither_seen_nor_revoked(client, app, context):
    made = _make(client)
    other = logged_in(app, context, add_user(context, "bert"))
    assert other.get("/api/tokens").json["items"] == []
    assert other.delete(f"/api/tokens/{made['id']}").status_code == 404
    assert len(client.get("/api/tokens").json["items"]) == 1


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer scr_", "Basic YW5uYTp4", "scr_x", "Bearer scr_x, Bearer scr_y",
     "Bearer \u00ff\u00fe", "Bearer " + "x" * 5000],
)  # fmt: skip
def test_a_bad_authorization_is_401_even_beside_a_good_cookie(client, header):
    answer = client.get("/api/tokens", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_no_login_that_could_be_closed(client, anonymous):
    token = _make(client)["token"]
    assert anonymous.delete("/api/session", headers=_bearer(token)).status_code == 409


def test_a_new_password_leaves_the_tokens_alone(client, anonymous):
    token = _make(client)["token"]
    client.post("/api/session/password", json={"old": PASSWORD, "new": "a better horse"})
    assert anonymous.get("/api/tokens", headers=_bearer(token)).status_code == 200


def test_making_and_revoking_stand_in_the_audit_trail_without_the_token(client, context, anna):
    made = _make(client)
    client.delete(f"/api/tokens/{made['id']}")
    with context.db.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.tag, one.by_id) for one in entries] == [("token:create", anna.id), ("token:revoke", anna.id)]
    assert all(made["token"] not in str(one.detail) for one in entries)


@pytest.mark.parametrize("name", ["", "../x", "x" * 101, 5, None])
def test_a_token_has_a_proper_name(client, name):
    answer = client.post("/api/tokens", json={"name": name, "expires_in_days": None})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "name"


def test_a_password_that_is_reset_from_outside_ends_every_login(client, context, anna):
    with context.db.transaction() as session:
        service.reset_password(session, service.user_named(session, "ANNA"), "a better horse")
    assert client.get("/api/tokens").status_code == 401
