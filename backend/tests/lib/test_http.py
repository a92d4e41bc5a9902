"""The border of the API: bodies, queries, paths, errors and headers, tried on a small application of their own."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

import pytest
import structlog
from flask.testing import FlaskClient
from flask_openapi import APIBlueprint, OpenAPI
from pydantic import Field
from sqlalchemy.exc import IntegrityError, OperationalError

from scripter.lib import http, problems
from scripter.lib.errors import BadInput, Conflict, TooMany
from scripter.lib.http import Answer, Problem


class Colour(StrEnum):
    RED = "red"


class File(http.Body):
    path: str


class Thing(http.Body):
    name: str
    colour: Colour = Colour.RED
    size: int = 1
    files: list[File] = Field(default_factory=list)


class ThingPath(http.Path):
    thing_id: int


class ThingView(http.View):
    name: str


def _application() -> OpenAPI:
    app = OpenAPI(
        "things",
        doc_ui=False,
        validation_error_callback=http.refuse,
        validation_error_model=Problem,
        static_folder=None,
    )
    app.request_class = http.Request
    app.url_map.converters["int"] = http.IdConverter
    app.config.update(MAX_CONTENT_LENGTH=10_000, PROVIDE_AUTOMATIC_OPTIONS=False)
    problems.install(app)
    bp = APIBlueprint("things", __name__, url_prefix="/api")

    @bp.post("/things/<int:thing_id>", responses={200: ThingView})
    def change(path: ThingPath, body: Thing) -> Answer:
        return http.show(ThingView(name=body.name), headers={"X-Size": str(body.size), "X-Colour": body.colour.name})

    @bp.get("/things", responses={200: ThingView})
    def listed(query: http.Page) -> Answer:
        return http.show(ThingView(name=f"{query.before} {query.limit}"))

    @bp.get("/fail/<kind>")
    def fail(path: KindPath) -> Answer:
        raise FAILURES[path.kind]

    app.register_api(bp)
    return app


class KindPath(http.Path):
    kind: str


FAILURES: dict[str, Exception] = {
    "crash": RuntimeError("the secret is hunter2"),
    "locked": OperationalError("SELECT hunter2", {}, sqlite3.OperationalError("database is locked")),
    "race": IntegrityError("INSERT hunter2", {}, sqlite3.IntegrityError("UNIQUE")),
    "conflict": Conflict("The image is being built."),
    "busy": TooMany("Slow down.", retry_after_s=7),
    "field": BadInput.at("files.0.path", "Relative paths only."),
}


@pytest.fixture(scope="module")
def api() -> FlaskClient:
    return _application().test_client()


def test_a_good_body_is_read_with_its_enums(api):
    answer = api.post("/api/things/1", json={"name": "x", "colour": "red", "files": [{"path": "a"}]})
    assert (answer.status_code, answer.json) == (200, {"name": "x"})
    assert answer.headers["X-Colour"] == "RED"


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "name", "required"),
        ({"name": 5}, "name", "text"),
        ({"name": None}, "name", "text"),
        ({"name": "x", "size": "5"}, "size", "whole number"),
        ({"name": "x", "size": True}, "size", "whole number"),
        ({"name": "x", "size": 1.5}, "size", "whole number"),
        ({"name": "x", "colour": "blue"}, "colour", "one of: 'red'"),
        ({"name": "x", "files": {}}, "files", "list"),
        ({"name": "x", "files": [{"path": 1}]}, "files.0.path", "text"),
        ({"name": "x", "files": [{"path": "a", "mode": 1}]}, "files.0.mode", "no such field"),
        ({"name": "x", "is_admin": True}, "is_admin", "no such field"),
        ({"name": "x", "owner_id": 1}, "owner_id", "no such field"),
        ({"name": "x", "__proto__": {}}, "__proto__", "no such field"),
    ],
)
def test_a_wrong_field_is_named_and_what_is_allowed_is_said(api, body, field, words):
    answer = api.post("/api/things/1", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "bad_input"
    (error,) = answer.json["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_an_error_never_repeats_what_was_sent(api):
    answer = api.post("/api/things/1", json={"name": ["hunter2"], "colour": "hunter2", "size": "hunter2"})
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 3
    assert b"hunter2" not in answer.data


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not valid JSON"),
        (b'{"a":', "line 1, column 6"),
        (b"null", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
        (b"5", "must be a JSON object"),
        (b"\xff\xfe", "UTF-8"),
        (b'\xef\xbb\xbf{"name":"x"}', "not valid JSON"),
        (b'{"name":"\\ud800"}', "half a character"),
        (b'{"size":NaN}', "NaN"),
        (b'{"size":-Infinity}', "NaN"),
        (b'{"size":1e400}', "too large"),
        (b'{"size":9223372036854775808}', "too large"),
        (b'{"size":' + b"9" * 5000 + b"}", "too large"),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "too deep"),
        (b"[" * 9000, "too deep"),
        (b'{"name":"a\nb"}', "not valid JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_400_and_says_why(api, raw, words):
    answer = api.post("/api/things/1", data=raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["code"] == "malformed"
    assert words in answer.json["detail"]


def test_a_key_given_twice_is_refused_and_named(api):
    answer = api.post("/api/things/1", data=b'{"name":"x","size":1,"size":2}', content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "size"


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "text/xml", "application/x-www-form-urlencoded", "application/json; charset=utf-7"]
)
def test_a_body_of_another_type_is_415(api, kind):
    answer = api.post("/api/things/1", data=b'{"name":"x"}', content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_type")


def test_a_body_that_is_too_large_is_413(api):
    answer = api.post("/api/things/1", json={"name": "x" * 20_000})
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("thing", ["0", "-1", "007", str(2**63), "9" * 40, "1 OR 1=1", "%00", "1.0", "x", "\u0661"])
def test_an_id_that_no_row_can_have_is_404(api, thing, method):
    answer = api.open(f"/api/things/{thing}", json={"name": "x"}, method=method)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_an_id_of_eighteen_digits_is_an_address(api):
    assert api.post(f"/api/things/{10**18 - 1}", json={"name": "x"}).status_code == 200


def test_a_page_has_50_entries_unless_somebody_asks(api):
    assert api.get("/api/things").json == {"name": "None 50"}
    assert api.get("/api/things?before=9&limit=200").json == {"name": "9 200"}


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=0", "limit=201", "limit=1e9", "before=0", "before=abc", "sort=password;--", "limit="]
)
def test_a_bad_query_names_its_parameter(api, query):
    answer = api.get(f"/api/things?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.partition("=")[0]


def test_a_wrong_method_is_405_and_says_which_are_right(api):
    for method in ("GET", "PUT", "DELETE", "TRACE", "OPTIONS"):
        answer = api.open("/api/things/1", method=method)
        assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == "POST"


def test_an_unknown_address_is_a_problem_too(api):
    answer = api.get("/api/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("crash", 500, "internal"),
        ("locked", 503, "unavailable"),
        ("race", 409, "conflict"),
        ("conflict", 409, "conflict"),
        ("busy", 429, "too_many"),
        ("field", 422, "bad_input"),
    ],
)
def test_every_error_is_a_problem_with_its_code_and_without_secrets(api, kind, status, code):
    with structlog.testing.capture_logs():
        answer = api.get(f"/api/fail/{kind}")
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (status, status, code)
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"hunter2" not in answer.data
    assert b"Traceback" not in answer.data


def test_a_crash_is_logged_with_the_number_that_was_shown(api):
    with structlog.testing.capture_logs() as lines:
        answer = api.get("/api/fail/crash")
    (line,) = [one for one in lines if one["event"] == "request.crashed"]
    assert line["request_id"] == answer.json["request_id"]
    assert line["request_id"] in answer.json["detail"]
    assert isinstance(line["exc_info"], RuntimeError)


def test_errors_that_pass_say_when_to_try_again(api):
    with structlog.testing.capture_logs():
        assert api.get("/api/fail/busy").headers["Retry-After"] == "7"
        assert int(api.get("/api/fail/locked").headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "name", ['a"b.log', "a\r\nSet-Cookie: x=1.log", "\U0001f600 größe.log", "a\\b%41.log", "a;b.log", "\ud800.log"]
)
def test_a_file_name_cannot_break_out_of_its_header(name):
    header = http.attachment(name)["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')


def test_a_file_name_survives_its_header():
    assert http.attachment("größe 1.log")["Content-Disposition"].endswith("filename*=UTF-8''gr%C3%B6%C3%9Fe%201.log")
