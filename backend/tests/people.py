"""The people of the tests and their browsers. A module of its own, because every `conftest` has the same name."""

from __future__ import annotations

from functools import cache
from typing import Any

import flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from scripter.access import credentials, passwords
from scripter.access.models import User
from scripter.access.scopes import Role
from scripter.context import Context
from scripter.lib import clock
from scripter.lib.names import name_key

PASSWORD = "correct horse battery staple"


class Browser(FlaskClient):
    """Keeps cookies, and sends the CSRF token once somebody is logged in, as our pages do."""

    csrf = ""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        headers = Headers(options.pop("headers", None))
        if self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        answer = super().open(*arguments, headers=headers, **options)
        if answer.mimetype != "text/event-stream":
            # Read to the end and closed, as a browser does; an answer may be an open file.
            answer.get_data()
            answer.close()
        return answer


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


def add_user(context: Context, name: str = "anna", password: str = PASSWORD) -> User:
    """A user who can log in with `password`."""
    user = User(
        name=name,
        name_key=name_key(name),
        role=Role.ADMINISTRATOR,
        password_hash=_hashed(password),
        created_at=clock.now(),
    )
    with context.db.transaction() as session:
        session.add(user)
    return user


@cache
def _hashed(password: str) -> str:
    """A real hash, made once for each password: it is slow on purpose, and nearly every test needs one."""
    return passwords.hashed(password)
