"""From what a request carries to who is asking: login cookies and API tokens, kept as SHA-256 only.

Both hold 256 random bits, so a plain hash is enough: there is nothing to guess. Called by `guard` and `service`."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import Login, Token, User
from scripter.access.scopes import SCOPES_OF, Role, Scope
from scripter.lib import clock

TOKEN_START = "scr_"  # noqa: S105
_PREFIX_LENGTH = len(TOKEN_START) + 6
# Writing the time of each request would make every read a write.
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, and by which login or token. `csrf` is set for logins: what browsers have to prove."""

    user: User
    scopes: frozenset[Scope]
    seen_at: datetime | None
    login_id: int | None = None
    token_id: int | None = None
    expires_at: datetime | None = None
    csrf: str | None = None


def hashed(token: str) -> str:
    """What is stored of a token, a cookie or a setup code."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """The proof that belongs to this cookie: pages of ours are told it, pages of others cannot know it."""
    return hmac.new(token.encode(errors="replace"), b"csrf", hashlib.sha256).hexdigest()


def open_login(session: Session, user: User) -> str:
    """A new login of `user`; gives what the cookie holds. Logins that have run out are swept on the way."""
    now = clock.now()
    lifetime = timedelta(days=context.of(session).settings.login.max_days)
    token = secrets.token_urlsafe(32)
    session.execute(delete(Login).where(Login.expires_at <= now))
    session.add(
        Login(user_id=user.id, token_hash=hashed(token), created_at=now, seen_at=now, expires_at=now + lifetime)
    )
    return token


def close_login(session: Session, token: str) -> None:
    """End the login of this cookie, if there is one."""
    session.execute(delete(Login).where(Login.token_hash == hashed(token)))


def close_all_logins(session: Session, user: User) -> None:
    """Log `user` out everywhere."""
    session.execute(delete(Login).where(Login.user_id == user.id))


def open_token(session: Session, user: User, name: str, expires_at: datetime | None) -> tuple[Token, str]:
    """A new API token of `user`: its row, and the token itself, which is never seen again."""
    secret = TOKEN_START + secrets.token_urlsafe(32)
    token = Token(
        user_id=user.id,
        name=name,
        prefix=secret[:_PREFIX_LENGTH],
        token_hash=hashed(secret),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, secret


def by_cookie(session: Session, token: str) -> Identity | None:
    """Who has logged in with this cookie, unless it has run out or was idle for too long."""
    return _of_login(session, Login.token_hash == hashed(token), csrf_of(token)) if token else None


def by_token(session: Session, secret: str) -> Identity | None:
    """Whose API token this is, unless it has expired."""
    if not secret.startswith(TOKEN_START):
        return None
    return _of_token(session, Token.token_hash == hashed(secret))


def refreshed(session: Session, identity: Identity) -> Identity | None:
    """The same identity as it stands now; None once its login or token has ended."""
    if identity.token_id is not None:
        return _of_token(session, Token.id == identity.token_id)
    return _of_login(session, Login.id == identity.login_id, identity.csrf)


def is_stale(identity: Identity, now: datetime) -> bool:
    """Whether its last use was so long ago that it should be noted."""
    return identity.seen_at is None or now - identity.seen_at >= _TOUCH_EVERY


def touch(session: Session, identity: Identity, now: datetime) -> None:
    """Note that the login or token has been used."""
    if identity.token_id is not None:
        session.execute(update(Token).where(Token.id == identity.token_id).values(last_used_at=now))
    else:
        session.execute(update(Login).where(Login.id == identity.login_id).values(seen_at=now))


def _of_login(session: Session, which: ColumnElement[bool], csrf: str | None) -> Identity | None:
    # Both rows at once: every request begins with this question.
    row = session.execute(select(Login, User).join(User, User.id == Login.user_id).where(which)).one_or_none()
    if row is None:
        return None
    (login, user), now = row, clock.now()
    idle = timedelta(hours=context.of(session).settings.login.idle_hours)
    if now >= login.expires_at or now - login.seen_at >= idle:
        return None
    return Identity(user, _scopes(user), login.seen_at, login_id=login.id, expires_at=login.expires_at, csrf=csrf)


def _of_token(session: Session, which: ColumnElement[bool]) -> Identity | None:
    row = session.execute(select(Token, User).join(User, User.id == Token.user_id).where(which)).one_or_none()
    if row is None:
        return None
    token, user = row
    if token.expires_at is not None and clock.now() >= token.expires_at:
        return None
    return Identity(user, _scopes(user), token.last_used_at, token_id=token.id, expires_at=token.expires_at)


def _scopes(user: User) -> frozenset[Scope]:
    # A role that this version does not know has no scopes: less is allowed, never more.
    return SCOPES_OF[Role(user.role)] if user.role in set(Role) else frozenset()
