"""Slows down guessing at passwords, per account and per address; nobody is locked out for good.

An attempt is counted before the password is looked at, so that a hundred at the same moment count as a hundred."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scripter.access.models import FailedLogin
from scripter.lib import clock
from scripter.lib.errors import TooMany
from scripter.lib.names import name_key

FREE_FAILS = 5
LONGEST_DELAY = timedelta(minutes=15)
# After this time without a failure, all is forgotten.
MEMORY = timedelta(hours=1)


def account(name: str) -> str:
    """The key of the account that was named, whether or not it exists."""
    return _key("account", name_key(name))


def address(host: str) -> str:
    """The key of the address that the attempt comes from."""
    return _key("address", host)


def delay_after(fails: int) -> timedelta:
    """How long to wait after so many failures: nothing for the first few, then 1 s, 2 s, 4 s ... 15 min."""
    if fails < FREE_FAILS:
        return timedelta()
    return min(timedelta(seconds=2 ** min(fails - FREE_FAILS, 20)), LONGEST_DELAY)


def admit(session: Session, keys: Sequence[str]) -> None:
    """Count one attempt against each of `keys`, as failed until `forgive` says otherwise.

    Raises:
        TooMany: for one of them the time to wait is not over; then nothing is counted.
    """
    now = clock.now()
    session.execute(delete(FailedLogin).where(FailedLogin.failed_at < now - MEMORY))
    # In one order for everybody, or two attempts could wait for each other for ever.
    rows = [_locked(session, key, now) for key in sorted(keys)]
    wait = max((row.blocked_until - now for row in rows), default=timedelta())
    if wait > timedelta():
        seconds = int(wait.total_seconds()) + 1
        raise TooMany(f"Too many failed attempts. Try again in {_in_words(seconds)}.", retry_after_s=seconds)
    for row in rows:
        row.fails += 1
        row.failed_at = now
        row.blocked_until = now + delay_after(row.fails)


def forgive(session: Session, account_key: str, address_key: str) -> None:
    """The password was right: forget the account's failures, and take this attempt back from the address.

    The address keeps the rest: its owner might be guessing at others and log in as themselves now and then.
    """
    session.execute(delete(FailedLogin).where(FailedLogin.key == account_key))
    row = session.get(FailedLogin, address_key, with_for_update=True)
    if row is not None:
        row.fails -= 1
        row.blocked_until = clock.now()


def _locked(session: Session, key: str, now: datetime) -> FailedLogin:
    """The row of `key`, made if need be, and ours until the transaction ends."""
    find = select(FailedLogin).where(FailedLogin.key == key).with_for_update()
    row = session.scalar(find)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            row = FailedLogin(key=key, fails=0, failed_at=now, blocked_until=now)
            session.add(row)
    except IntegrityError:
        return session.execute(find).scalar_one()  # somebody else was first
    return row


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode(errors="replace")).hexdigest()


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds" if seconds > 1 else "a second"
    return f"{-(-seconds // 60)} minutes"
