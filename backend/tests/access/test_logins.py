"""Logging in and out through the door: cookies, CSRF, how long a login lasts, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from people import PASSWORD, logged_in, visitor
from sqlalchemy import func, select

from scripter.access import credentials, passwords
from scripter.access.models import AuditEntry, Login
from scripter.config import Server
from scripter.web import create_app

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RIGHT = {"name": "anna", "password": PASSWORD}
WRONG = {"name": "anna", "password": "wrong horse"}


def _cookie(browser, name="scripter_session"):
    return browser.get_cookie(name).value


def _logged_in_user(browser):
    return browser.get("/api/session").json["user"]


def test_a_visitor_is_told_that_nobody_is_logged_in(anonymous, anna):
    assert anonymous.get("/api/session").json == {
        "user": None, "setup_needed": False, "csrf": None, "version": "0.1.0"
    }  # fmt: skip


def test_name_and_password_open_a_login_with_every_scope_of_the_role(anonymous, anna):
    answer = anonymous.post("/api/session", json=RIGHT)
    assert answer.status_code == 200
    assert answer.json["user"]["name"] == "anna"
    assert answer.json["user"]["role"] == "administrator"
    assert "job:start" in answer.json["user"]["scopes"]
    assert _logged_in_user(anonymous)["id"] == anna.id


def test_the_name_may_be_typed_in_capitals(anonymous, anna):
    assert anonymous.post("/api/session", json={**RIGHT, "name": "ANNA"}).status_code == 200


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(anonymous, anna):
    wrong = anonymous.post("/api/session", json=WRONG)
    unknown = anonymous.post("/api/session", json={"name": "nobody", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert dict(wrong.headers).keys() == dict(unknown.headers).keys()
    assert anonymous.get_cookie("scripter_session") is None


def test_the_password_of_an_unknown_user_is_checked_all_the_same(anonymous, anna, monkeypatch):
    seen = []
    monkeypatch.setattr(passwords, "matches", lambda stored, password: seen.append(stored is None))
    anonymous.post("/api/session", json={"name": "nobody", "password": PASSWORD})
    anonymous.post("/api/session", json=WRONG)
    assert seen == [True, False]


def test_after_five_failures_even_the_right_password_has_to_wait(anonymous, anna):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            assert anonymous.post("/api/session", json=WRONG).status_code == 401
        turned_away = anonymous.post("/api/session", json=RIGHT)
        assert turned_away.status_code == 429
        clock.shift(int(turned_away.headers["Retry-After"]))
        assert anonymous.post("/api/session", json=RIGHT).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "anna"},
        {"name": "anna", "password": ["x"]},
        {"name": "anna", "password": None},
        {"name": "anna", "password": "x" * 1_000_000},
        {"name": "x" * 1_000, "password": PASSWORD},
        {**RIGHT, "role": "administrator"},
    ],
)
def test_a_login_that_cannot_be_one_is_refused_before_any_password_is_hashed(anonymous, anna, monkeypatch, body):
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("a password was looked at"))
    assert anonymous.post("/api/session", json=body).status_code == 422


def test_a_password_with_odd_characters_is_simply_wrong(anonymous, anna):
    assert anonymous.post("/api/session", json={"name": "a\x00b", "password": "x\x00y"}).status_code == 401


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(anonymous, anna):
    header = anonymous.post("/api/session", json=RIGHT).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Domain" not in header


def test_behind_https_the_cookie_stays_with_https_and_our_host(context, anna):
    context.settings = context.settings.model_copy(update={"server": Server(secure_cookies=True)})
    browser = visitor(create_app(context))
    answer = browser.post("/api/session", json=RIGHT, base_url="https://scripter.example")
    header = answer.headers["Set-Cookie"]
    assert header.startswith("__Host-scripter_session=")
    assert "Secure" in header
    assert "Path=/" in header
    assert "Domain" not in header
    assert answer.headers["Strict-Transport-Security"]


def test_the_database_holds_only_the_hash_of_the_cookie(anonymous, anna, context):
    anonymous.post("/api/session", json=RIGHT)
    with context.db.reading() as session:
        (login,) = session.scalars(select(Login))
    assert len(_cookie(anonymous)) >= 22  # 128 bits and more
    assert login.token_hash == credentials.hashed(_cookie(anonymous))


def test_logging_in_again_gives_a_new_cookie_and_ends_the_old_one(anonymous, anna, app):
    anonymous.post("/api/session", json=RIGHT)
    before = _cookie(anonymous)
    anonymous.post("/api/session", json=RIGHT)
    assert _cookie(anonymous) != before
    thief = visitor(app)
    thief.set_cookie("scripter_session", before)
    assert _logged_in_user(thief) is None


def test_a_cookie_that_was_planted_before_the_login_is_worth_nothing_after_it(anonymous, anna, app):
    anonymous.set_cookie("scripter_session", "planted")
    anonymous.post("/api/session", json=RIGHT)
    thief = visitor(app)
    thief.set_cookie("scripter_session", "planted")
    assert _logged_in_user(thief) is None


def test_after_logging_out_the_old_cookie_is_dead(client, app):
    cookie = _cookie(client)
    assert client.delete("/api/session").status_code == 204
    assert client.get_cookie("scripter_session") is None
    thief = visitor(app)
    thief.set_cookie("scripter_session", cookie)
    assert thief.get("/api/tokens").status_code == 401


def test_an_idle_login_ends_after_eight_hours_and_a_used_one_goes_on(context, app, anna):
    with time_machine.travel(START, tick=False) as clock:
        browser = logged_in(app, context, anna)
        for _ in range(3):
            clock.shift(timedelta(hours=7, minutes=59))
            assert _logged_in_user(browser) is not None
        clock.shift(timedelta(hours=8))
        assert _logged_in_user(browser) is None


def test_a_login_ends_after_seven_days_however_much_it_is_used(context, app, anna):
    with time_machine.travel(START, tick=False) as clock:
        browser = logged_in(app, context, anna)
        for _ in range(23):
            clock.shift(timedelta(hours=7))
            assert _logged_in_user(browser) is not None
        clock.shift(timedelta(hours=7))
        assert _logged_in_user(browser) is None


def test_the_last_use_is_written_at_most_once_a_minute(context, app, anna):
    def seen_at():
        with context.db.reading() as session:
            return session.scalars(select(Login.seen_at)).one()

    with time_machine.travel(START, tick=False) as clock:
        browser = logged_in(app, context, anna)
        clock.shift(59)
        browser.get("/api/tokens")
        assert seen_at() == START
        clock.shift(1)
        browser.get("/api/tokens")
        assert seen_at() == START + timedelta(minutes=1)


def test_a_new_password_ends_every_login_but_hands_a_new_one_to_who_changed_it(client, app, context, anna):
    elsewhere = logged_in(app, context, anna)
    before = _cookie(client)
    answer = client.post("/api/session/password", json={"old": PASSWORD, "new": "a better horse"})
    assert answer.status_code == 204
    assert _logged_in_user(elsewhere) is None
    assert _cookie(client) != before
    assert _logged_in_user(client)["name"] == "anna"
    thief = visitor(app)
    thief.set_cookie("scripter_session", before)
    assert _logged_in_user(thief) is None
    fresh = visitor(app)
    assert fresh.post("/api/session", json=RIGHT).status_code == 401
    assert fresh.post("/api/session", json={**RIGHT, "password": "a better horse"}).status_code == 200


def test_the_old_password_is_asked_for_and_guessing_at_it_is_slowed_down(client):
    with time_machine.travel(datetime.now(UTC), tick=False):
        for _ in range(5):
            answer = client.post("/api/session/password", json={"old": "wrong horse", "new": "a better horse"})
            assert answer.status_code == 422
            assert answer.json["errors"][0]["field"] == "old"
        answer = client.post("/api/session/password", json={"old": PASSWORD, "new": "a better horse"})
    assert answer.status_code == 429


def test_a_new_password_is_held_to_the_rules(client):
    answer = client.post("/api/session/password", json={"old": PASSWORD, "new": "password1"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "new"


def test_logins_and_failures_stand_in_the_audit_trail_without_passwords(anonymous, anna, context):
    anonymous.post("/api/session", json=WRONG)
    anonymous.post("/api/session", json={"name": "hunter2", "password": "hunter2!"})
    anonymous.post("/api/session", json=RIGHT)
    with context.db.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.tag, one.by_id, one.target) for one in entries] == [
        ("login:fail", None, f"user:{anna.id}"),
        ("login:fail", None, "user:unknown"),
        ("login:open", anna.id, f"user:{anna.id}"),
    ]
    assert all(one.detail == {"address": "127.0.0.1"} for one in entries)


def test_logins_that_have_run_out_are_swept_when_somebody_logs_in(context, app, anna):
    with time_machine.travel(START, tick=False) as clock:
        logged_in(app, context, anna)
        clock.shift(timedelta(days=8))
        logged_in(app, context, anna)
    with context.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Login)) == 1
