"""The rows of schedules: crontab lines, the ledger of their due times, and the last beat of the clock."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scripter.access.models import User
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime
from scripter.scripts.models import Script


class Outcome(StrEnum):
    """What became of a due time. `planned` is the only one that is not final."""

    PLANNED = "planned"
    RAN = "ran"
    SKIPPED = "skipped"
    MISSED = "missed"
    CAUGHT_UP = "caught_up"


class Schedule(Base):
    """A crontab line in a time zone that starts jobs of a script."""

    __tablename__ = "schedules"
    __table_args__ = (
        # The planner asks for exactly this, every minute, over all schedules.
        Index(None, "enabled", "next_at"),
        # The keys by which jobs are started only once hold the number of the schedule: it must never be used again.
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"), index=True)
    # As its author wrote it; `cron.Cron.parse` accepts it.
    cron: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    enabled: Mapped[bool]
    arguments: Mapped[list[str]] = mapped_column(JSON)
    # Every due time up to here, this one included, has its occurrence.
    cursor: Mapped[datetime] = mapped_column(UtcDateTime)
    # The first due time after the cursor, the one to be planned next; none while the schedule is off.
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    script: Mapped[Script] = relationship()
    created_by: Mapped[User | None] = relationship()


class Occurrence(Base):
    """One due time of a schedule: first a plan, then the account of what happened."""

    __tablename__ = "occurrences"
    __table_args__ = (
        # No due time can be planned twice, whoever plans it and however often.
        UniqueConstraint("schedule_id", "due_at"),
        Index(None, "outcome", "due_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome] = mapped_column(String(16))
    # Why it was skipped, missed or caught up, in plain words.
    reason: Mapped[str | None] = mapped_column(String(500))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_ms: Mapped[int | None] = mapped_column(Integer)


class ClockTick(Base):
    """The one row that says when the clock last ticked, so that a silent clock is noticed."""

    __tablename__ = "clock_ticks"

    ONLY = 1

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
