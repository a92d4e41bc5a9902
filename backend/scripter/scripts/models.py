"""Rows of scripts and of their versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scripter.access.models import User
from scripter.filestore import StoredEntry
from scripter.images.models import Image
from scripter.lib import clock
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime


class RetryReason(StrEnum):
    """The ends of an attempt that may be followed by another one, if the script says so."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    SIGNAL = "signal"
    COULD_NOT_START = "could_not_start"
    LOST = "lost"


class Restriction(StrEnum):
    """Which other jobs a job of a script may not run beside."""

    NONE = "none"
    # Those of the same script.
    SELF = "self"
    # Those that hold the same key, of whatever script.
    KEY = "key"
    # Those of all scripts that say the same.
    GLOBAL = "global"


class Held(StrEnum):
    """What a job does that may not run because of another one."""

    REFUSE = "refuse"
    WAIT = "wait"


class Retries(TypedDict):
    """Which attempts of a job are followed by another one, and after how long. Copied onto each job as it is queued.

    `count` attempts may follow the first; the pause before the n-th of them is `delay_s` * `factor` ** (n - 1) seconds.
    """

    count: int
    delay_s: int
    factor: float
    reasons: list[str]


# Unless somebody decides otherwise a script runs at most once: what it does may not bear being done again. A job that
# was lost may have done all of its work, so even who wants retries has to ask for that one.
ONCE: Retries = {
    "count": 0,
    "delay_s": 10,
    "factor": 2,
    "reasons": [reason for reason in RetryReason if reason is not RetryReason.LOST],
}


class Script(Base):
    """A named folder of source files and the image that it runs on. The files are those of its latest version."""

    __tablename__ = "scripts"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    # What makes two names the same: case folded, composed. The database itself refuses the second one.
    name_key: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    entry: Mapped[str] = mapped_column(String(500))
    time_limit_s: Mapped[int]
    memory_mb: Mapped[int]
    cpus: Mapped[float]
    processes: Mapped[int]
    network: Mapped[str] = mapped_column(String(16))
    environment: Mapped[dict[str, str]] = mapped_column(JSON)
    retries: Mapped[Retries] = mapped_column(JSON, default=lambda: dict(ONCE))
    # For the whole job, from when it was queued; None: no deadline.
    deadline_s: Mapped[int | None]
    # Of its jobs among those of other scripts: a higher one is taken first. And how many of them may run, and wait, at
    # one time; None: no limit.
    priority: Mapped[int] = mapped_column(default=0)
    max_running: Mapped[int | None]
    max_queued: Mapped[int | None]
    # Which jobs may not run beside its own. The key may hold the values of variables: `db-{REGION}`.
    restriction: Mapped[Restriction] = mapped_column(String(10), default=Restriction.NONE)
    restriction_key: Mapped[str] = mapped_column(String(100), default="")
    restriction_wait: Mapped[Held] = mapped_column(String(10), default=Held.WAIT)
    # No constraint: the two tables point at each other, which SQLite cannot be taught in a migration; set in the
    # same transaction as the version's own row.
    latest_version_id: Mapped[int | None] = mapped_column(Id)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    image: Mapped[Image] = relationship()


class Version(Base):
    """One frozen state of a script's files, never changed after. `digest` covers the manifest and the entry."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("script_id", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id", ondelete="CASCADE"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[list[StoredEntry]] = mapped_column(JSON)
    entry: Mapped[str] = mapped_column(String(500))
    message: Mapped[str] = mapped_column(Text, default="")
    # Only tried, never the one that jobs run unless told otherwise. A save of the same files makes it a saved one.
    draft: Mapped[bool] = mapped_column(default=False)
    # What a save found odd but kept: syntax errors, by file and line.
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    script: Mapped[Script] = relationship()
    author: Mapped[User | None] = relationship()
