"""Default deny, tried on every route that there is: what nobody declared, nobody may call."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import flask
import pytest
import structlog
from people import logged_in, visitor
from sqlalchemy import update

from scripter.access import guard
from scripter.access.models import User
from scripter.web import create_app

PUBLIC = {"page", "openapi", "access.show_session", "access.log_in", "access.set_up", "upkeep.show_health"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "")
REFUSALS = {401, 403, 404, 405}
# What has fooled guards that look at the path, or at headers that rewrite it.
TRICKS = {
    "X-Original-URL": "/api/session",
    "X-Rewrite-URL": "/api/session",
    "X-HTTP-Method-Override": "GET",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Prefix": "/api/session",
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def _routes(app):
    """Every route with an address that fits it."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "1")
        domain_and_path = rule.build(values, append_unknown=False)
        assert domain_and_path is not None, rule
        yield rule, domain_and_path[1]


def _spellings(path: str) -> list[str]:
    """The same address as somebody might write it who hopes that the guard and the router read it differently."""
    return [
        path,
        path + "/",
        path + "//",
        "/" + path,
        "//" + path,
        path.upper(),
        path.replace("/api", "/API", 1),
        path.replace("/api", "/Api", 1),
        path.replace("/api", "/%61pi", 1),
        path.replace("/api/", "/api//", 1),
        path.replace("/api/", "/api/./", 1),
        path.replace("/api/", "/api/../api/", 1),
        path.replace("/api/", "/api/%2e%2e/api/", 1),
        path.replace("/api/", "/api/%252e%252e/api/", 1),
        path.replace("/api/", "/api;/", 1),
        path.replace("/api/", "/api%2f", 1),
        path.replace("/api/", "/api\\", 1),
        path.replace("/api/", "/api%00/", 1),
        path.replace("/api/", "/api /", 1),
        path.replace("/api/", "/assets/../api/", 1),
        path.replace("/api/", "/session/../api/", 1),
        path.replace("/api/", "/api/session/../", 1),
        "/x/.." + path,
        "/." + path,
        path + ";x",
        path + ";jsessionid=1",
        path + ".",
        path + "/.",
        path + "/..",
        path + "%00",
        path + "%20",
        path + "%0a",
        path + ".json",
        path + ".css",
        path + "?/api/session",
        path + "#",
        path + "/assets/x.js",
    ]


def _send(app, method, spelling, browser):
    """The status of the answer, and the endpoint that gave it."""
    seen = []
    with flask.request_started.connected_to(lambda *_, **__: seen.append(flask.request.endpoint), app):
        path = unquote_to_bytes(spelling.partition("?")[0]).decode("latin1")
        query = spelling.partition("?")[2]
        answer = browser.open(
            method=method or "GET",
            headers=TRICKS,
            environ_overrides={"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method},
        )
    answer.close()
    return answer.status_code, seen[0]


def test_without_a_login_no_spelling_of_any_address_leads_anywhere(app):
    open_doors = set()
    browser = visitor(app)
    for _, path in _routes(app):
        for spelling in _spellings(path):
            for method in METHODS:
                status, endpoint = _send(app, method, spelling, browser)
                if status not in REFUSALS:
                    open_doors.add(endpoint)
    assert open_doors <= PUBLIC


def test_the_public_addresses_are_these_and_no_others(app):
    open_to_all = {name for name, view in app.view_functions.items() if (guard.declared(view) or guard.Access()).public}
    assert open_to_all <= PUBLIC
    assert len(open_to_all) <= 6


def test_every_route_says_who_may_call_it(app):
    silent = [name for name, view in app.view_functions.items() if guard.declared(view) is None]
    assert silent == [], f"Declare these with @needs(Scope...), @personal or @public: {silent}"


def test_every_route_of_the_api_but_the_public_ones_demands_a_scope_or_is_about_oneself(app):
    personal = {
        name
        for name, view in app.view_functions.items()
        if (access := guard.declared(view)) is not None and not access.public and access.scope is None
    }
    assert personal == {"access.log_out", "access.change_password"}


def test_a_route_that_declares_nothing_is_refused_even_to_administrators(context, anna):
    app = create_app(context)
    app.add_url_rule("/api/forgotten", "forgotten", lambda: "secrets")
    assert visitor(app).get("/api/forgotten").status_code == 403
    assert logged_in(app, context, anna).get("/api/forgotten").status_code == 403


def test_whoever_has_a_role_without_scopes_may_do_nothing_that_needs_one(app, context, anna):
    with context.db.transaction() as session:
        session.execute(update(User).values(role="janitor"))
    browser = logged_in(app, context, anna)
    for rule, path in _routes(app):
        access = guard.declared(app.view_functions[rule.endpoint])
        for method in rule.methods:
            if access is not None and access.scope is not None:
                answer = browser.open(path, method=method)
                assert answer.status_code == 403, (method, path)


def test_with_a_cookie_alone_nothing_can_be_changed(app, context, anna):
    """A page of another site can make a browser send the cookie, but not the CSRF token."""
    browser = logged_in(app, context, anna)
    for forged in ("", "0" * 64, "\u00e9"):
        browser.csrf = forged
        for rule, path in _routes(app):
            for method in set(rule.methods) - {"GET", "HEAD"}:
                if rule.endpoint not in PUBLIC:
                    answer = browser.open(path, method=method, json={})
                    assert answer.status_code == 403, (method, path)


def test_the_csrf_token_of_another_login_does_not_fit(app, context, anna):
    browser, other = logged_in(app, context, anna), logged_in(app, context, anna)
    browser.csrf = other.csrf
    assert browser.post("/api/tokens", json={"name": "x"}).status_code == 403


def test_reading_changes_nothing(app, context, client, monkeypatch):
    def refuse():
        raise AssertionError("A GET opened a transaction that writes.")

    monkeypatch.setattr(context.db, "transaction", refuse)
    for rule, path in _routes(app):
        if "GET" in rule.methods:
            with structlog.testing.capture_logs() as lines:
                answer = client.get(path)
                answer.close()
            assert answer.status_code != 500, (path, lines)


FOREIGN = ["https://evil.example", "null", "http://localhost.evil.example", "http://evil.example/localhost", "file://",
           "http://localhost:8201", "http://user@evil.example", "localhost", "http://", "chrome-extension://x"]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_site_gets_nothing_whatever_it_knows(client, origin):
    headers = {"Origin": origin}
    assert client.get("/api/tokens", headers=headers).status_code == 403
    assert client.post("/api/tokens", json={"name": "x"}, headers=headers).status_code == 403
    assert client.post("/api/session", json={"name": "x", "password": "y"}, headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_what_a_browser_calls_cross_site_changes_nothing(client, site):
    headers = {"Sec-Fetch-Site": site}
    assert client.post("/api/tokens", json={"name": "x"}, headers=headers).status_code == 403
    assert client.post("/api/session", json={"name": "x", "password": "y"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}]
)
def test_our_own_pages_and_programs_come_through(client, headers):
    made = client.post("/api/tokens", json={"name": "x", "expires_in_days": None}, headers=headers)
    assert made.status_code == 201


def test_a_form_of_another_site_changes_nothing(client):
    """A form can send text that happens to be JSON, with the cookie, but neither our type nor our token."""
    client.csrf = ""
    answer = client.post("/api/tokens", data='{"name": "x"}', content_type="text/plain")
    assert answer.status_code == 403


def test_nothing_is_shared_with_other_origins(client):
    answer = client.get("/api/session", headers={"Origin": "http://localhost"})
    assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control-")]  # noqa: SIM118
