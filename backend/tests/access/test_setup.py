"""The first user: made with the code from the console, once, by one of however many try at the same moment."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from people import PASSWORD, visitor
from sqlalchemy import func, select

from scripter.access import service
from scripter.access.models import AuditEntry, SetupCode, User


@pytest.fixture
def code(context):
    return _new_code(context)


def _new_code(context):
    with context.db.transaction() as session:
        link = service.setup_link(session, "http://127.0.0.1:8200")
    assert link.startswith("http://127.0.0.1:8200/setup?code=")
    return parse_qs(urlsplit(link).query)["code"][0]


def _users(context):
    with context.db.reading() as session:
        return session.scalar(select(func.count()).select_from(User))


def test_the_page_is_told_that_setup_is_needed(anonymous):
    assert anonymous.get("/api/session").json["setup_needed"] is True


def test_the_code_makes_the_first_user_and_logs_them_in(anonymous, code, context):
    answer = anonymous.post("/api/setup", json={"code": code, "name": "Ada", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json["user"]["name"] == "Ada"
    assert answer.json["setup_needed"] is False
    assert anonymous.get("/api/tokens").status_code == 200
    with context.db.reading() as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert (entry.tag, entry.by_id, entry.detail["name"]) == ("user:create", None, "Ada")


def test_the_code_works_once(anonymous, code, context):
    body = {"code": code, "name": "ada", "password": PASSWORD}
    assert anonymous.post("/api/setup", json=body).status_code == 201
    assert anonymous.post("/api/setup", json={**body, "name": "eve"}).status_code == 409
    assert _users(context) == 1


@pytest.mark.parametrize("guess", ["", "x", "0" * 32, "\ud7ff"])
def test_a_wrong_code_makes_nobody(anonymous, code, context, guess):
    body = {"code": guess, "name": "eve", "password": PASSWORD}
    assert anonymous.post("/api/setup", json=body).status_code == 403
    assert _users(context) == 0


def test_without_a_code_there_is_no_setup(anonymous, context):
    body = {"code": "", "name": "eve", "password": PASSWORD}
    assert anonymous.post("/api/setup", json=body).status_code == 403


def test_a_refused_name_or_password_does_not_use_up_the_code(anonymous, code):
    body = {"code": code, "name": "ada", "password": PASSWORD}
    for bad in ({"name": "../ada"}, {"password": "password1"}, {"password": "short"}):
        answer = anonymous.post("/api/setup", json={**body, **bad})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] in bad
    assert anonymous.post("/api/setup", json=body).status_code == 201


def test_each_start_prints_a_new_code_and_ends_the_older_one(anonymous, code, context):
    newer = _new_code(context)
    body = {"code": code, "name": "ada", "password": PASSWORD}
    assert anonymous.post("/api/setup", json=body).status_code == 403
    assert anonymous.post("/api/setup", json={**body, "code": newer}).status_code == 201


def test_there_is_no_link_once_there_is_a_user(context, anna):
    with context.db.transaction() as session:
        assert service.setup_link(session, "http://127.0.0.1:8200") is None


def test_a_code_that_was_left_over_makes_no_second_user(anonymous, code, anna, context):
    body = {"code": code, "name": "eve", "password": PASSWORD}
    assert anonymous.post("/api/setup", json=body).status_code == 409
    assert _users(context) == 1


def test_of_many_who_use_the_code_at_the_same_moment_one_wins(app, code, context):
    ready = threading.Barrier(6)
    answers = []

    def try_it(n):
        ready.wait()
        body = {"code": code, "name": f"user {n}", "password": PASSWORD}
        answers.append(visitor(app).post("/api/setup", json=body).status_code)

    crowd = [threading.Thread(target=try_it, args=(n,)) for n in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]
    assert _users(context) == 1


def test_the_code_is_kept_as_a_hash(code, context):
    with context.db.reading() as session:
        (row,) = session.scalars(select(SetupCode))
    assert code not in row.code_hash
    assert len(code) >= 22  # 128 bits and more


def test_nobody_can_log_in_before_the_setup(anonymous, code):
    for name in ("admin", "root", "scripter", ""):
        for password in ("admin", "changeme", ""):
            answer = anonymous.post("/api/session", json={"name": name, "password": password})
            assert answer.status_code in (401, 429)
