"""The OpenAPI document: whole, public, and in step with the routes and their scopes."""

from __future__ import annotations

import json
import re

import pytest

from scripter.access import guard


@pytest.fixture
def document(anonymous):
    answer = anonymous.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json


def _operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_route_of_the_api_is_described(app, document):
    described = {(path, method.upper()) for path, method, _ in _operations(document)}
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
        if rule.rule.startswith("/api/") and rule.endpoint != "openapi"
    }
    assert described == routes


def test_operation_ids_are_unique_and_readable(document):
    names = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_every_operation_has_a_summary(document):
    assert [path for path, _, operation in _operations(document) if not operation.get("summary")] == []


def test_what_needs_a_login_says_so_and_which_scope(app, document):
    by_name = {endpoint.replace(".", "_"): guard.declared(view) for endpoint, view in app.view_functions.items()}
    for _, _, operation in _operations(document):
        access = by_name[operation["operationId"]]
        assert bool(operation["security"]) is not access.public
        assert operation.get("x-scope") == access.scope
    assert set(document["components"]["securitySchemes"]) == {"token", "login"}


def test_every_error_is_a_problem(document):
    for path, method, operation in _operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (path, method, status)


def test_every_reference_leads_somewhere(document):
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)):
        assert name in document["components"]["schemas"]


def test_every_part_of_a_path_is_a_parameter(document):
    for path, method, operation in _operations(document):
        named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), (method, path)


def test_the_documents_own_pages_are_switched_off(anonymous):
    for path in ("/openapi/", "/openapi/openapi.json", "/openapi/swagger", "/api/openapi", "/api/docs"):
        assert "swagger" not in anonymous.get(path).text.lower()
