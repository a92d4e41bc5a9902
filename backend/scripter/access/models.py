"""The rows of access: users, their logins and API tokens, failed logins, the setup code, the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from scripter.access.scopes import Role
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime

_SHA256 = 64  # hex digits


class User(Base):
    """A person who can log in. Other rooms keep only the id; what Scripter does by itself has no user."""

    __tablename__ = "users"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(30), default=Role.ADMINISTRATOR)
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Login(Base):
    """One browser that is logged in. Its cookie holds what `token_hash` is the SHA-256 of."""

    __tablename__ = "logins"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(_SHA256), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Token(Base):
    """A key for programs, acting as its user. `prefix` is its beginning, to recognise it by."""

    __tablename__ = "tokens"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(_SHA256), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FailedLogin(Base):
    """How often logging in has failed lately for one account or from one address.

    `key` is a SHA-256: names that were tried can be of any length, and may be passwords typed in the wrong place.
    """

    __tablename__ = "failed_logins"

    key: Mapped[str] = mapped_column(String(_SHA256), primary_key=True)
    fails: Mapped[int] = mapped_column()
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)


class SetupCode(Base):
    """The code that makes the first user; one row at most, and none once it is used."""

    __tablename__ = "setup_codes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(_SHA256))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """One deed: who (None is Scripter itself), when, what, to which thing (`image:3`), with which details."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "target", "id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Without a rule for deletion: a user whose deeds are recorded cannot vanish from the record.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    tag: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
