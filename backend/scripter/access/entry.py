"""The ways in: the first user, logging in, and changing one's password. Called by `api`.

Each takes several short transactions, because hashing a password takes long and must not hold the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripter.access import credentials, passwords, service, throttle
from scripter.access.credentials import Identity
from scripter.access.models import SetupCode, User
from scripter.access.scopes import Role, Tag
from scripter.context import Context
from scripter.lib import clock
from scripter.lib.db import changed_rows
from scripter.lib.errors import BadInput, Conflict, Forbidden, Unauthenticated
from scripter.lib.names import check_name, name_key


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody types a password: for which account, and from which address."""

    name: str
    host: str

    @property
    def keys(self) -> tuple[str, str]:
        return throttle.account(self.name), throttle.address(self.host)


def set_up(context: Context, code: str, name: str, password: str) -> str:
    """Make the first user, an administrator, with the code from the console; gives the cookie of their login.

    Raises:
        Conflict: there is a user already, perhaps since a moment ago.
        Forbidden: this is not the code.
        BadInput: at `name` or `password`; the code stays good.
    """
    with context.db.reading() as session:
        _check_setup(session, code)
    name = check_name("name", name)
    passwords.check("password", password, name)
    password_hash = passwords.hashed(password)
    return context.db.run(lambda session: _first_user(session, code, name, password_hash))


def log_in(context: Context, attempt: Attempt, password: str) -> str:
    """Gives the cookie of a new login. Takes the same work, and says the same, whether or not the user exists.

    Raises:
        Unauthenticated: name or password is wrong.
        TooMany: there were too many failures lately.
    """
    context.db.run(lambda session: throttle.admit(session, attempt.keys))
    with context.db.reading() as session:
        user = service.user_named(session, attempt.name)
    right = passwords.matches(None if user is None else user.password_hash, password)
    cookie = context.db.run(lambda session: _judged(session, user, attempt, right=right))
    if cookie is None:
        raise Unauthenticated("The name or the password is wrong.")
    return cookie


def change_password(context: Context, who: Identity, old: str, new: str, host: str) -> str | None:
    """Change one's own password; every login ends. Gives the cookie of a new one to who had a login.

    Raises:
        BadInput: at `old` or `new`.
        TooMany: there were too many failures lately.
    """
    attempt = Attempt(who.user.name, host)
    passwords.check("new", new, who.user.name)
    context.db.run(lambda session: throttle.admit(session, attempt.keys))
    if not passwords.matches(who.user.password_hash, old):
        raise BadInput.at("old", "This is not your present password.")
    password_hash = passwords.hashed(new)
    return context.db.run(lambda session: _changed(session, who, attempt, password_hash))


def _check_setup(session: Session, code: str) -> None:
    if not service.setup_needed(session):
        raise Conflict("Scripter is set up already. Log in instead.")
    if session.scalar(select(SetupCode.id).where(SetupCode.code_hash == credentials.hashed(code))) is None:
        raise Forbidden("This setup code is not valid. Take the link from the console of the last start.")


def _first_user(session: Session, code: str, name: str, password_hash: str) -> str:
    # Who deletes the code's row has won: the database lets one transaction do it, the others find it gone.
    used = delete(SetupCode).where(SetupCode.code_hash == credentials.hashed(code))
    if changed_rows(session, used) != 1 or not service.setup_needed(session):
        raise Conflict("Scripter is set up already. Log in instead.")
    user = User(
        name=name,
        name_key=name_key(name),
        role=Role.ADMINISTRATOR,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    service.note(session, None, Tag.USER_CREATE, f"user:{user.id}", {"name": user.name, "role": user.role})
    return credentials.open_login(session, user)


def _changed(session: Session, who: Identity, attempt: Attempt, password_hash: str) -> str | None:
    throttle.forgive(session, *attempt.keys)
    user = session.get_one(User, who.user.id, with_for_update=True)
    service.set_password_hash(session, user, password_hash, by=user)
    return credentials.open_login(session, user) if who.login_id is not None else None


def _judged(session: Session, user: User | None, attempt: Attempt, *, right: bool) -> str | None:
    """The cookie of a new login, or None with a note in the trail."""
    cookie = _admitted(session, user, attempt) if user is not None and right else None
    if cookie is None:
        target = "user:unknown" if user is None else f"user:{user.id}"
        service.note(session, None, Tag.LOGIN_FAIL, target, {"address": attempt.host})
    return cookie


def _admitted(session: Session, user: User, attempt: Attempt) -> str | None:
    """The cookie of a new login, unless the password was changed while we looked at the old one."""
    present = session.get_one(User, user.id, with_for_update=True)
    if present.password_hash != user.password_hash:
        return None
    throttle.forgive(session, *attempt.keys)
    service.note(session, present, Tag.LOGIN_OPEN, f"user:{present.id}", {"address": attempt.host})
    return credentials.open_login(session, present)
