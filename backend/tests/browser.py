"""A browser for tests: keeps cookies, and sends the CSRF token with what changes something, as our pages do."""

from __future__ import annotations

from typing import Any

import flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from scripter.access import credentials
from scripter.access.models import User
from scripter.context import Context


class Browser(FlaskClient):
    """Flask's own test client, with a CSRF token once somebody is logged in."""

    csrf = ""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        headers = Headers(options.pop("headers", None))
        if self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        return super().open(*arguments, headers=headers, **options)


def visitor(app: flask.Flask) -> Browser:
    """Somebody who is not logged in."""
    return Browser(app, app.response_class, use_cookies=True)


def logged_in(app: flask.Flask, context: Context, user: User) -> Browser:
    """`user` in a browser of their own."""
    with context.db.transaction() as session:
        cookie = credentials.open_login(session, user)
    browser = visitor(app)
    browser.set_cookie("scripter_session", cookie)
    browser.csrf = credentials.csrf_of(cookie)
    return browser
