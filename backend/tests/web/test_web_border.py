"""What surrounds every answer: security headers, numbers, log lines; what is refused at the door."""

from __future__ import annotations

import gzip

import flask
import pytest
import structlog
from people import PASSWORD, visitor

from scripter.config import Data, Database, Server, Settings
from scripter.context import Context
from scripter.lib import errors
from scripter.upkeep.service import Health
from scripter.web import create_app

ADDRESSES = ["/", "/jobs/7", "/api/session", "/api/openapi.json", "/api/tokens", "/api/nothing", "/assets/x.js", "//"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_security_headers(anonymous, address):
    headers = anonymous.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Request-ID"]
    assert headers["Cache-Control"]
    assert "Strict-Transport-Security" not in headers


def test_crashes_carry_them_too_and_show_nothing(anonymous, monkeypatch):
    monkeypatch.setattr("scripter.access.service.setup_needed", lambda _session: 1 / 0)
    with structlog.testing.capture_logs() as lines:
        answer = anonymous.get("/api/session")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] == answer.json["request_id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"ZeroDivision" not in answer.data
    assert any(line["event"] == "request.crashed" for line in lines)


def test_every_answer_has_a_number_of_its_own(anonymous):
    assert len({anonymous.get("/api/session").headers["X-Request-ID"] for _ in range(5)}) == 5


@pytest.mark.parametrize("proxies, given, taken", [
    (1, "0123456789abcdef0123456789abcdef", True),
    (0, "0123456789abcdef0123456789abcdef", False),
    (1, "0123456789ABCDEF0123456789ABCDEF", False),
    (1, "<script>alert(1)</script>", False),
])  # fmt: skip
def test_a_proxy_gives_the_request_its_number(context, proxies, given, taken):
    context.settings = context.settings.model_copy(update={"server": Server(proxies=proxies)})
    answer = visitor(create_app(context)).get("/api/session", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is taken


def test_who_asks_every_few_seconds_whether_all_is_well_fills_no_log(anonymous, monkeypatch):
    with structlog.testing.capture_logs() as lines:
        anonymous.get("/api/health")
    assert [line for line in lines if line["event"] == "request"] == []
    monkeypatch.setattr("scripter.upkeep.service.health", lambda _shared: Health(False, False, None, True))
    with structlog.testing.capture_logs() as lines:
        anonymous.get("/api/health")
    assert [line["status"] for line in lines if line["event"] == "request"] == [503]


def test_with_https_browsers_are_told_to_stay_with_it(context):
    context.settings = context.settings.model_copy(update={"server": Server(secure_cookies=True)})
    headers = visitor(create_app(context)).get("/api/session").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_one_line_is_logged_for_a_request_without_query_password_or_token(anonymous, anna):
    with structlog.testing.capture_logs() as lines:
        anonymous.get("/setup?code=hunter2")
        anonymous.post("/api/session", json={"name": "hunter2", "password": "hunter2"})
        anonymous.get("/api/tokens", headers={"Authorization": "Bearer scr_hunter2"})
        anonymous.post("/api/session", json={"name": "anna", "password": PASSWORD})
        anonymous.get("/api/tokens")
    logged = [line for line in lines if line["event"] == "request"]
    assert [(one["method"], one["path"], one["status"]) for one in logged][1:] == [
        ("POST", "/api/session", 401),
        ("GET", "/api/tokens", 401),
        ("POST", "/api/session", 200),
        ("GET", "/api/tokens", 200),
    ]
    assert logged[-1]["user"] == anna.id
    assert "hunter2" not in str(lines)
    assert PASSWORD not in str(lines)


def test_a_path_cannot_forge_a_log_line(anonymous):
    with structlog.testing.capture_logs() as lines:
        anonymous.get("/", environ_overrides={"PATH_INFO": "/x\n2026 [info] all is well \x1b[31m"})
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["path"].isprintable()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x"])
def test_packed_bodies_are_refused_unopened(client, encoding):
    bomb = gzip.compress(b'{"name": "' + b"x" * 10_000_000 + b'"}')
    answer = client.post(
        "/api/tokens", data=bomb, content_type="application/json", headers={"Content-Encoding": encoding}
    )
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_type")


def test_a_body_beyond_the_limit_is_refused(client, app):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/api/tokens", json={"name": "x" * 2000})
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(tmp_path):
    nowhere = Database(url="mysql+pymysql://scripter:hunter2@127.0.0.1:1/scripter")
    context = Context.open(Settings(data=Data(directory=str(tmp_path)), database=nowhere))
    browser = visitor(create_app(context))
    with structlog.testing.capture_logs() as lines:
        answer = browser.get("/api/session")
    context.close()
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text
    assert "hunter2" not in str(lines)


def test_the_address_of_a_caller_is_taken_from_a_proxy_only_if_there_is_one(context, anna):
    def address_seen(proxies):
        context.settings = context.settings.model_copy(update={"server": Server(proxies=proxies)})
        app = create_app(context)
        seen = []
        app.before_request(lambda: seen.append(flask.request.remote_addr))
        visitor(app).get("/api/session", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
        return seen[0]

    assert address_seen(0) == "127.0.0.1"
    assert address_seen(1) == "198.51.100.7"


def test_every_code_of_the_error_tree_is_one_that_programs_know():
    kinds = [errors.ScripterError, *errors.ScripterError.__subclasses__()]
    codes = {one.code: one.status for one in kinds if one.__module__ == errors.__name__}
    assert codes == {
        "bad_input": 422, "malformed": 400, "unauthenticated": 401, "forbidden": 403, "not_found": 404,
        "conflict": 409, "too_large": 413, "unsupported_type": 415, "too_many": 429,
        "internal": 500, "unavailable": 503, "disk_full": 507,
    }  # fmt: skip
