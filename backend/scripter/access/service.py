"""The door to access: users by name, the setup link, API tokens, and the note that every deed leaves in the trail.

Logging in, which takes several transactions, is in `entry`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scripter.access import credentials, passwords
from scripter.access.models import AuditEntry, SetupCode, Token, User
from scripter.access.scopes import Tag
from scripter.lib import clock
from scripter.lib.db import insert_rows
from scripter.lib.errors import NotFound
from scripter.lib.names import check_name, name_key


def note(session: Session, by: User | None, tag: Tag, target: str, detail: Mapping[str, object] | None = None) -> None:
    """Record a deed in the same transaction as the deed itself. `by` None is Scripter; no secrets in `detail`."""
    session.add(
        AuditEntry(
            at=clock.now(), by_id=None if by is None else by.id, tag=tag, target=target, detail=dict(detail or {})
        )
    )


def note_all(session: Session, by: User | None, tag: Tag, details: Mapping[str, Mapping[str, object]]) -> None:
    """Record many deeds of one kind, by their targets, in one statement."""
    at, by_id = clock.now(), None if by is None else by.id
    rows = [
        {"at": at, "by_id": by_id, "tag": tag, "target": target, "detail": dict(detail)}
        for target, detail in details.items()
    ]
    insert_rows(session, AuditEntry, rows)


def user_named(session: Session, name: str) -> User | None:
    """The user of this name, however it is capitalised."""
    return session.scalar(select(User).where(User.name_key == name_key(name)))


def users(session: Session) -> list[User]:
    """Everybody, the first one first."""
    return list(session.scalars(select(User).order_by(User.id)))


def setup_needed(session: Session) -> bool:
    """Whether there is no user yet."""
    return not session.scalar(select(func.count()).select_from(User))


def setup_link(session: Session, base_url: str) -> str | None:
    """A new link for making the first user, for the console; None if there is a user. Older links end."""
    if not setup_needed(session):
        return None
    code = secrets.token_urlsafe(24)
    session.execute(delete(SetupCode))
    session.add(SetupCode(code_hash=credentials.hashed(code), created_at=clock.now()))
    return f"{base_url}/setup?code={quote(code)}"


def reset_password(session: Session, user: User, password: str, *, by: User | None = None) -> None:
    """Give `user` a new password and log them out everywhere. API tokens stay.

    Raises:
        BadInput: at `password`.
    """
    passwords.check("password", password, user.name)
    set_password_hash(session, user, passwords.hashed(password), by=by)


def set_password_hash(session: Session, user: User, password_hash: str, *, by: User | None) -> None:
    """As `reset_password`, with a hash that was made before the transaction began."""
    user.password_hash = password_hash
    session.flush()  # the row's lock first: a login that is being opened at this moment sees the change
    credentials.close_all_logins(session, user)
    note(session, by, Tag.USER_PASSWORD, f"user:{user.id}")


def tokens_of(session: Session, user: User) -> list[Token]:
    """The user's API tokens, newest first."""
    return list(session.scalars(select(Token).where(Token.user_id == user.id).order_by(Token.id.desc())))


def make_token(session: Session, user: User, name: str, *, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A new API token that acts as `user`: its row and the token, which is shown this once.

    Raises:
        BadInput: at `name`.
    """
    token, secret = credentials.open_token(session, user, check_name("name", name), expires_at)
    note(session, user, Tag.TOKEN_CREATE, f"token:{token.id}", {"name": token.name, "prefix": token.prefix})
    return token, secret


def revoke_token(session: Session, user: User, token_id: int) -> None:
    """End one of the user's own API tokens.

    Raises:
        NotFound: also for tokens of others.
    """
    token = session.get(Token, token_id)
    if token is None or token.user_id != user.id:
        raise NotFound("There is no such token.")
    session.delete(token)
    note(session, user, Tag.TOKEN_REVOKE, f"token:{token.id}", {"name": token.name, "prefix": token.prefix})
