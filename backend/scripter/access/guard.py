"""Who is asking, and may they: declared on every handler, decided here for every request before anything is read.

Handlers declare with `needs`, `personal` or `public`; what declares nothing is refused. The decision hangs on the
endpoint that the router chose, never on the spelling of a path. Handlers get their sessions here, too."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar, cast
from urllib.parse import urlsplit

import flask
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scripter.access import credentials
from scripter.access.credentials import Identity
from scripter.access.models import User
from scripter.access.scopes import Scope
from scripter.context import Context
from scripter.lib import clock, db
from scripter.lib.errors import Forbidden, Unauthenticated

log = structlog.get_logger(__name__)

_EXTENSION = "scripter"
_MARK = "__access__"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

H = TypeVar("H", bound=Callable[..., object])
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Access:
    """What one handler demands: nothing (`public`), a login, or a login with a scope."""

    public: bool = False
    scope: Scope | None = None


_PUBLIC: Final = Access(public=True)
_PERSONAL: Final = Access()


def needs(scope: Scope) -> Callable[[H], H]:
    """Only for those whose role has `scope`."""
    return lambda handler: _declare(handler, Access(scope=scope))


def personal(handler: H) -> H:
    """For everybody who is logged in, about nobody but themselves."""
    return _declare(handler, _PERSONAL)


def public(handler: H) -> H:
    """For everybody, also without a login."""
    return _declare(handler, _PUBLIC)


def declared(handler: Callable[..., object]) -> Access | None:
    """What `handler` demands; None if it has not said so, and nobody may call it."""
    access = getattr(handler, _MARK, None)
    return access if isinstance(access, Access) else None


def install(app: flask.Flask, context: Context) -> None:
    """Guard every request of `app`, and give its handlers their sessions."""
    app.extensions[_EXTENSION] = context
    app.before_request(_check)
    # mypy cannot know that this attribute may be replaced.
    app.dispatch_request = _patient(app.dispatch_request)  # type: ignore[method-assign]


def context() -> Context:
    """The context of the present application."""
    return cast("Context", flask.current_app.extensions[_EXTENSION])


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that commits at the end of the block.

    When the database takes the first transaction of a request back because of a deadlock, the handler is called again.
    What it does outside of the database must bear that; saving a file twice does.
    """
    try:
        with context().db.transaction() as session:
            yield session
    except OperationalError as error:
        # After a commit it would repeat what has been done.
        if flask.g.get("committed") or not db.is_deadlock(error):
            raise
        raise _TakenBack(error) from error
    flask.g.committed = True


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads."""
    with context().db.reading() as session:
        yield session


def identity() -> Identity | None:
    """Who is asking; None for a visitor. Looked up once in a request."""
    if "identity" not in flask.g:
        flask.g.identity = _identify()
    return cast("Identity | None", flask.g.identity)


def current_identity() -> Identity:
    """Who is asking, where the handler demands a login."""
    found = identity()
    if found is None:
        raise Unauthenticated
    return found


def current_user() -> User:
    """The user who is asking. The row belongs to no session any more: hand on its `id`."""
    return current_identity().user


def permit() -> Callable[[], bool]:
    """For live streams: a question whether this request's login or token still stands, with the same scope."""
    who, access, shared = current_identity(), _access_of_request(), context()

    def still() -> bool:
        with shared.db.reading() as session:
            now = credentials.refreshed(session, who)
        return now is not None and access is not None and (access.scope is None or access.scope in now.scopes)

    return still


def cookie() -> str | None:
    """What the browser's login cookie holds; None without one."""
    return flask.request.cookies.get(_cookie_name())


def remember(answer: flask.Response, token: str) -> None:
    """Put the login's cookie into `answer`."""
    lifetime = timedelta(days=context().settings.login.max_days)
    secure, path = _cookie_place()
    answer.set_cookie(_cookie_name(), token, max_age=lifetime, path=path, httponly=True, samesite="Lax", secure=secure)


def forget(answer: flask.Response) -> None:
    """Take the login's cookie back."""
    secure, path = _cookie_place()
    answer.delete_cookie(_cookie_name(), path=path, httponly=True, samesite="Lax", secure=secure)


class _TakenBack(OperationalError):
    """Nothing has been done: the database let another transaction through."""

    def __init__(self, error: OperationalError) -> None:
        super().__init__(error.statement, error.params, error.orig)  # type: ignore[arg-type]


def _patient(dispatch: Callable[[], T]) -> Callable[[], T]:
    """Calls the handler again, a few times, while its transaction is taken back."""

    def dispatched() -> T:
        try:
            return dispatch()
        except _TakenBack:
            return context().db.repeated(again, lambda error: isinstance(error, _TakenBack))

    def again() -> T:
        log.info("request.again")
        _rewind()
        return dispatch()

    return dispatched


def _rewind() -> None:
    """Uploaded files have been read; the next call reads them again."""
    for _, file in flask.request.files.items(multi=True):  # noqa: PERF102 - a mapping with several values to a key
        file.stream.seek(0)


def _declare(handler: H, access: Access) -> H:
    setattr(handler, _MARK, access)
    return handler


def _access_of_request() -> Access | None:
    endpoint = flask.request.endpoint
    return declared(flask.current_app.view_functions[endpoint]) if endpoint else None


def _check() -> None:
    if flask.request.endpoint is None:
        return  # the router found nothing: 404 or 405 follow, whoever asks
    access = _access_of_request()
    if access is None:
        log.error("access.undeclared", endpoint=flask.request.endpoint)
        raise Forbidden("Nobody has said who may do this.")
    _refuse_foreign_pages()
    if access.public:
        return
    who = current_identity()
    _refuse_forged(who)
    if access.scope is not None and access.scope not in who.scopes:
        raise Forbidden(f"This needs the permission {access.scope}, which you do not have.")


def _identify() -> Identity | None:
    header = flask.request.headers.get("Authorization")
    with context().db.reading() as session:
        if header is not None:
            # Whoever sends a header means it: a bad one is not made good by a cookie.
            kind, _, token = header.partition(" ")
            found = credentials.by_token(session, token.strip()) if kind.lower() == "bearer" else None
        else:
            found = credentials.by_cookie(session, cookie() or "")
    if found is not None and credentials.is_stale(found, clock.now()):
        who = found
        context().db.run(lambda session: credentials.touch(session, who, clock.now()))
    return found


def _refuse_foreign_pages() -> None:
    """Requests that a browser sends on behalf of somebody else's page (also logins: they could be the attacker's)."""
    if "Authorization" in flask.request.headers:
        return  # no page can make a browser send this header to us
    origin = flask.request.headers.get("Origin")
    if origin is not None and not _is_ours(origin):
        raise Forbidden("This request comes from a page of another site.")
    site = flask.request.headers.get("Sec-Fetch-Site", "same-origin")
    if flask.request.method not in _READING and site not in ("same-origin", "none"):
        raise Forbidden("This request comes from a page of another site.")


def _is_ours(origin: str) -> bool:
    ours = {flask.request.host.lower(), urlsplit(context().settings.base_url).netloc.lower()}
    scheme, separator, host = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and host.lower() in ours


def _refuse_forged(who: Identity) -> None:
    if who.csrf is None or flask.request.method in _READING:
        return
    sent = flask.request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(sent.encode(), who.csrf.encode()):
        raise Forbidden("The header X-CSRF-Token is missing or out of date. Reload the page.")


def _cookie_place() -> tuple[bool, str]:
    """Whether only over HTTPS, and below which path: what else lives on the same host has no business with it."""
    server = context().settings.server
    return server.secure_cookies, f"{server.path}/"


def _cookie_name() -> str:
    secure, path = _cookie_place()
    if not secure:
        return "scripter_session"
    # The prefixes make browsers insist on Secure, and the first one on our own host and its whole path as well.
    return "__Host-scripter_session" if path == "/" else "__Secure-scripter_session"
