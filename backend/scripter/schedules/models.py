"""The rows of schedules: when they are due and by which policies, the ledger of their due times, pauses, calendars, and
the last beat of the clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scripter.access.models import User
from scripter.lib import clock
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime
from scripter.schedules.blackouts import Period
from scripter.schedules.policies import CatchUp, Code, Outcome, Overlap
from scripter.schedules.timing import Kind
from scripter.scripts.models import Script

__all__ = ["Calendar", "CatchUp", "ClockTick", "Code", "Kind", "Occurrence", "Outcome", "Overlap", "Pause", "Schedule"]

# Which calendars hold for which schedules.
_CALENDARS = Table(
    "schedule_calendars",
    Base.metadata,
    Column("schedule_id", ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("calendar_id", ForeignKey("calendars.id"), primary_key=True, index=True),
)


class Schedule(Base):
    """When jobs of a script start by themselves, with what, and what becomes of runs that cannot."""

    __tablename__ = "schedules"
    __table_args__ = (
        # The planner asks for exactly this, every minute, over all schedules.
        Index(None, "next_at"),
        # The keys by which jobs are started only once hold the number of the schedule: it must never be used again.
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    kind: Mapped[Kind] = mapped_column(String(10), default=Kind.CRON)
    # As its author wrote it; `cron.Cron.parse` accepts it. Empty for the other kinds.
    cron: Mapped[str] = mapped_column(String(200), default="")
    zone: Mapped[str] = mapped_column(String(64))
    every_s: Mapped[int | None]
    epoch: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Nothing is due outside of these; both ends are included.
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enabled: Mapped[bool]
    arguments: Mapped[list[str]] = mapped_column(JSON)
    environment: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    # Of its jobs; None: the script's own.
    priority: Mapped[int | None]
    overlap: Mapped[Overlap] = mapped_column(String(10), default=Overlap.SKIP)
    overlap_limit: Mapped[int] = mapped_column(default=1)
    catch_up: Mapped[CatchUp] = mapped_column(String(10), default=CatchUp.LATEST)
    catch_up_window_s: Mapped[int] = mapped_column(default=86_400)
    catch_up_cap: Mapped[int] = mapped_column(default=10)
    grace_s: Mapped[int] = mapped_column(default=60)
    jitter_s: Mapped[int] = mapped_column(default=0)
    blackouts: Mapped[list[Period]] = mapped_column(JSON, default=list)
    # Every due time up to here, this one included, has its occurrence.
    cursor: Mapped[datetime] = mapped_column(UtcDateTime)
    # The first due time after the cursor, the one to be planned next; None if there is none.
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who is asked about it. No constraint: SQLite cannot be taught one in a migration without rebuilding the table.
    owner_id: Mapped[int | None] = mapped_column(Id)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    script: Mapped[Script] = relationship()
    owner: Mapped[User | None] = relationship(primaryjoin="foreign(Schedule.owner_id) == User.id", viewonly=True)
    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    calendars: Mapped[list[Calendar]] = relationship(secondary=_CALENDARS, order_by="Calendar.name_key")


class Occurrence(Base):
    """One due time of a schedule: first a plan, then the account of what happened."""

    __tablename__ = "occurrences"
    __table_args__ = (
        # No due time can be planned twice, whoever plans it and however often.
        UniqueConstraint("schedule_id", "due_at"),
        Index(None, "outcome", "planned_at"),
        Index(None, "due_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it is to start: its due time and the jitter of that.
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome] = mapped_column(String(16))
    # Why it was skipped, missed or caught up: for programs, and in plain words.
    reason_code: Mapped[Code | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # From when it was planned to start until it was fired.
    late_ms: Mapped[int | None] = mapped_column(Integer)


class Pause(Base):
    """A time in which a schedule is off, or all are. What was to start in it is skipped, whenever that is found out."""

    __tablename__ = "schedule_pauses"
    __table_args__ = (Index(None, "schedule_id", "until"), IDS_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # None: all schedules.
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    # None: it lasts.
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
    paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    paused_by: Mapped[User | None] = relationship(foreign_keys=[paused_by_id])


class Calendar(Base):
    """Periods in which nothing starts, shared by schedules."""

    __tablename__ = "calendars"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), unique=True)
    # Whose clocks and days its weekly periods and dates mean.
    zone: Mapped[str] = mapped_column(String(64))
    periods: Mapped[list[Period]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ClockTick(Base):
    """The one row that says when the clock last ticked, so that a silent clock is noticed."""

    __tablename__ = "clock_ticks"

    ONLY = 1

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The rules of time zones by which all schedules are planned.
    rules: Mapped[str | None] = mapped_column(String(40))
