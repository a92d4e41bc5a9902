"""HTTP for access: the session of a browser, the first setup, and API tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import flask
from flask_openapi import APIBlueprint
from pydantic import Field

import scripter
from scripter.access import credentials, entry, guard, passwords, service
from scripter.access.credentials import Identity
from scripter.access.models import Token
from scripter.access.scopes import Scope, Tag
from scripter.lib import clock, http
from scripter.lib.errors import BadInput, Conflict
from scripter.lib.http import Answer, Problem

bp = APIBlueprint("access", __name__, url_prefix="/api")

Password = Annotated[str, Field(max_length=passwords.LONGEST, json_schema_extra={"format": "password"})]


class UserView(http.View):
    """Who is logged in."""

    id: int
    name: str
    role: str
    scopes: list[Scope]


class SessionView(http.View):
    """What a page has to know first. `csrf` goes into the header X-CSRF-Token of everything but GET."""

    user: UserView | None
    setup_needed: bool
    csrf: str | None
    version: str

    @classmethod
    def of(cls, who: Identity | None, *, setup_needed: bool) -> SessionView:
        user = None
        if who is not None:
            user = UserView(id=who.user.id, name=who.user.name, role=who.user.role, scopes=sorted(who.scopes))
        csrf = who.csrf if who is not None else None
        return cls(user=user, setup_needed=setup_needed, csrf=csrf, version=scripter.__version__)


class Setup(http.Body):
    """The first user; `code` comes from the link on the console."""

    code: Annotated[str, Field(max_length=200)]
    name: str
    password: Password


class LogIn(http.Body):
    """Name and password."""

    name: Annotated[str, Field(max_length=200)]
    password: Password


class ChangePassword(http.Body):
    """The present password and the one that replaces it."""

    old: Password
    new: Password


class NewToken(http.Body):
    """A token for a program; None means that it does not expire."""

    name: str
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TokenView(http.View):
    """An API token, without its secret."""

    id: int
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class Tokens(http.Items[TokenView]):
    """The user's tokens."""


class MadeToken(TokenView):
    """A new API token; the only answer that ever holds `token`."""

    token: str

    @classmethod
    def of(cls, row: Token, secret: str) -> MadeToken:
        return cls(**TokenView.model_validate(row).model_dump(), token=secret)


class TokenPath(http.Path):
    """One token."""

    token_id: http.RowId


@bp.get("/session", responses={200: SessionView})
@guard.public
def show_session() -> Answer:
    """Who is logged in, if anybody, and whether the first user has yet to be made."""
    with guard.reading() as session:
        return _show(guard.identity(), setup_needed=service.setup_needed(session))


@bp.post("/setup", responses={201: SessionView, 409: Problem})
@guard.public
def set_up(body: Setup) -> Answer:
    """Make the first user. Works once, with the code that was printed at the start."""
    cookie = entry.set_up(guard.context(), body.code, body.name, body.password)
    return _logged_in(cookie, 201)


@bp.post("/session", responses={200: SessionView, 401: Problem, 429: Problem})
@guard.public
def log_in(body: LogIn) -> Answer:
    """Log in. A login that this browser had before ends."""
    cookie = entry.log_in(guard.context(), entry.Attempt(body.name, _host()), body.password)
    if (before := guard.cookie()) is not None:
        with guard.transaction() as session:
            credentials.close_login(session, before)
    return _logged_in(cookie, 200)


@bp.delete("/session", responses={204: None, 409: Problem})
@guard.personal
def log_out() -> Answer:
    """Log out."""
    who = guard.current_identity()
    if who.login_id is None:
        raise Conflict("An API token is no login that could end. Revoke the token instead.")
    with guard.transaction() as session:
        credentials.close_login(session, guard.cookie() or "")
        service.note(session, who.user, Tag.LOGIN_CLOSE, f"user:{who.user.id}")
    answer = http.no_content()
    guard.forget(answer)
    return answer


@bp.post("/session/password", responses={204: None, 429: Problem})
@guard.personal
def change_password(body: ChangePassword) -> Answer:
    """Change one's own password. Every other login ends, and this one goes on under a new cookie and CSRF token."""
    cookie = entry.change_password(guard.context(), guard.current_identity(), body.old, body.new, _host())
    answer = http.no_content()
    if cookie is not None:
        guard.remember(answer, cookie)
    return answer


@bp.get("/tokens", responses={200: Tokens})
@guard.needs(Scope.TOKEN_READ)
def list_tokens() -> Answer:
    """One's own API tokens, newest first."""
    with guard.reading() as session:
        rows = service.tokens_of(session, guard.current_user())
        return http.show(Tokens(items=[TokenView.model_validate(row) for row in rows]))


@bp.post("/tokens", responses={201: MadeToken})
@guard.needs(Scope.TOKEN_WRITE)
def make_token(body: NewToken) -> Answer:
    """Make an API token. It is shown in this answer and never again."""
    expires_at = _expiry(guard.current_identity(), body.expires_in_days)
    with guard.transaction() as session:
        row, secret = service.make_token(session, guard.current_user(), body.name, expires_at=expires_at)
        return http.show(MadeToken.of(row, secret), 201)


@bp.delete("/tokens/<int:token_id>", responses={204: None, 404: Problem})
@guard.needs(Scope.TOKEN_WRITE)
def revoke_token(path: TokenPath) -> Answer:
    """End one of one's own API tokens at once."""
    with guard.transaction() as session:
        service.revoke_token(session, guard.current_user(), path.token_id)
    return http.no_content()


def _expiry(who: Identity, days: int | None) -> datetime | None:
    expires_at = None if days is None else clock.now() + timedelta(days=days)
    # Or a token that ends tomorrow could make one for ever.
    outlives = who.expires_at is not None and (expires_at is None or expires_at > who.expires_at)
    if who.token_id is not None and outlives:
        raise BadInput.at("expires_in_days", "A token made with a token may not outlive it.")
    return expires_at


def _logged_in(cookie: str, status: int) -> Answer:
    with guard.reading() as session:
        answer = _show(credentials.by_cookie(session, cookie), setup_needed=False, status=status)
    guard.remember(answer, cookie)
    return answer


def _show(who: Identity | None, *, setup_needed: bool, status: int = 200) -> Answer:
    return http.show(SessionView.of(who, setup_needed=setup_needed), status)


def _host() -> str:
    return flask.request.remote_addr or "unknown"
