"""The OpenAPI document: what the framework collected, completed with what is true of every operation.

Made once, when it is first asked for. Who may call an operation is read from its handler: the two cannot disagree."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import flask
from flask_openapi import Info, OpenAPI
from werkzeug.routing import Rule

import scripter
from scripter.access import guard
from scripter.access.guard import Access
from scripter.lib.http import Problem

INFO = Info(
    title="Scripter",
    version=scripter.__version__,
    description="Scripts, the images that they run on, their schedules, and the jobs that come of them.",
)
SECURITY_SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, `scr_...`."},
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": "scripter_session",
        "description": "The cookie of a login; everything but GET needs the header X-CSRF-Token as well.",
    },
}

_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
_WORDS = {
    "400": "The request cannot be read.",
    "401": "Not logged in, or the token is not valid.",
    "403": "Not allowed.",
    "404": "There is no such thing.",
    "409": "Not possible in the present state.",
    "413": "The body is too large.",
    "415": "The body is not of a type that is accepted here.",
    "422": "A field is wrong; `errors` names it.",
    "429": "Too many requests; see Retry-After.",
    "500": "Something went wrong inside Scripter.",
    "503": "A service that is needed does not answer; see Retry-After.",
}


def install(app: OpenAPI, site: str) -> None:
    """Serve the document of all routes that `app` has; `site` is the path that people have to put before them."""
    one_at_a_time = threading.Lock()

    @cache
    def whole() -> dict[str, Any]:
        placed = {"servers": [{"url": site}]} if site else {}
        return {**_complete(app, app.api_doc), **placed}

    @guard.public
    def openapi() -> flask.Response:
        with one_at_a_time:
            return flask.jsonify(whole())

    app.add_url_rule("/api/openapi.json", "openapi", openapi)


def _complete(app: OpenAPI, document: dict[str, Any]) -> dict[str, Any]:
    for rule, operation in _operations(app, document):
        room, _, name = rule.endpoint.rpartition(".")
        operation["operationId"] = f"{room}_{name}"
        operation["tags"] = [room]
        access = guard.declared(app.view_functions[rule.endpoint])
        _add_security(operation, access)
        _add_problems(rule, operation, access)
    for schema in document["components"]["schemas"].values():
        schema.pop("$defs", None)  # each stands among the components already
    return document


def _operations(app: OpenAPI, document: dict[str, Any]) -> Iterator[tuple[Rule, dict[str, Any]]]:
    """Every documented operation with the route that leads to it."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        methods = document["paths"].get(path, {})
        for method in rule.methods or ():
            if method.lower() in methods:
                yield rule, methods[method.lower()]


def _add_security(operation: dict[str, Any], access: Access | None) -> None:
    public = access is not None and access.public
    operation["security"] = [] if public else [{name: []} for name in SECURITY_SCHEMES]
    if access is not None and access.scope is not None:
        operation["x-scope"] = str(access.scope)


def _add_problems(rule: Rule, operation: dict[str, Any], access: Access | None) -> None:
    expected = {status for status in operation["responses"] if status >= "400"} | {"400", "403", "500", "503"}
    if access is None or not access.public:
        expected.add("401")
    if rule.arguments:
        expected.add("404")
    if "requestBody" in operation:
        expected |= {"413", "415", "422"}
    for status in sorted(expected):
        operation["responses"][status] = {"description": _WORDS.get(status, "An error."), "content": _PROBLEM}
