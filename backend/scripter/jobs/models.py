"""The rows of jobs and of everything that happened to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scripter.access.models import User
from scripter.jobs.states import Reason, Status, Trigger
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime
from scripter.runners.protocol import Kind, kind_of
from scripter.scripts.models import Retries, Script, Version


class Job(Base):
    """One execution of one version of a script."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("uuid"),
        UniqueConstraint("idempotency_key"),
        # The line of waiting jobs, by priority and age, and those that run: with all that `line` and `limits` ask of
        # them, so that ten thousand waiting ones are counted without being read.
        Index("ix_jobs_line", "status", "priority", "id", "script_id", "started_by_id", "retry_at"),
        Index("ix_jobs_script_id_id", "script_id", "id"),
        # The list of jobs by what it is filtered by (by person: by the index of the foreign key, where there is one).
        Index("ix_jobs_status_id", "status", "id"),
        Index("ix_jobs_trigger_id", "trigger", "id"),
        Index("ix_jobs_created_at_id", "created_at", "id"),
        # The waiting jobs whose deadline has passed.
        Index("ix_jobs_status_deadline_at", "status", "deadline_at"),
        # Who holds a restriction, and which jobs of a schedule have not ended.
        Index("ix_jobs_restriction_status", "restriction", "status"),
        Index("ix_jobs_schedule_id_status", "schedule_id", "status"),
        # The newest jobs of many schedules at once.
        Index("ix_jobs_schedule_id_id", "schedule_id", "id"),
        # All that `statistics` asks of ended jobs.
        Index("ix_jobs_ended", "finished_at", "status", "started_at", "script_id", "log_bytes"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36))
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    # What it runs on is copied, without a foreign key: the record of it outlives the image.
    build_id: Mapped[int] = mapped_column(BigInteger)
    image_id: Mapped[int] = mapped_column(BigInteger, index=True)
    image_name: Mapped[str] = mapped_column(String(100))
    image_reference: Mapped[str] = mapped_column(String(200))
    trigger: Mapped[Trigger] = mapped_column(String(20))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # Schedules live above jobs; the number is kept for reading even when the schedule is gone.
    schedule_id: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str | None] = mapped_column(String(64))

    arguments: Mapped[list[str]] = mapped_column(JSON)
    environment: Mapped[dict[str, str]] = mapped_column(JSON)
    time_limit_s: Mapped[int]
    memory_mb: Mapped[int]
    cpus: Mapped[float]
    processes: Mapped[int]
    network: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(default=0)
    retries: Mapped[Retries] = mapped_column(JSON)
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of the jobs with the same one only one at a time is starting or running; None: it runs beside all others.
    restriction: Mapped[str | None] = mapped_column(String(100))
    # Why a person had it run beside those that hold its restriction; it holds the restriction like any other.
    override_reason: Mapped[str | None] = mapped_column(String(300))
    # Not beside another job of its schedule.
    in_turn: Mapped[bool] = mapped_column(default=False)

    # From here on the job tells of its present attempt, or of the last one; those before have rows of their own.
    status: Mapped[Status] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    reason_code: Mapped[Reason | None] = mapped_column(String(30))
    exit_code: Mapped[int | None]
    signal: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=1)
    # While the job waits to be tried again: not before this moment.
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    # The run of a worker that follows this job, and until when it may do so without renewing.
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    start_kind: Mapped[str | None] = mapped_column(String(10))
    start_ms: Mapped[int | None]
    peak_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    cpu_seconds: Mapped[float | None] = mapped_column(Float)
    # Bytes of the whole log, and of the output that is missing in it; the digest is of the last attempt's section.
    log_bytes: Mapped[int | None] = mapped_column(BigInteger)
    log_dropped_bytes: Mapped[int | None] = mapped_column(BigInteger)
    log_sha256: Mapped[str | None] = mapped_column(String(64))

    script: Mapped[Script] = relationship()
    version: Mapped[Version] = relationship()
    attempts: Mapped[list[JobAttempt]] = relationship(order_by="JobAttempt.number", viewonly=True)
    started_by: Mapped[User | None] = relationship(foreign_keys=[started_by_id])
    cancelled_by: Mapped[User | None] = relationship(foreign_keys=[cancelled_by_id])

    @property
    def runner(self) -> Kind:
        """What it runs on: `docker` gives it a container, `local` a process of the worker's machine."""
        return kind_of(self.image_reference)

    @property
    def deadline_s(self) -> float | None:
        """The deadline as people set it: seconds from when the job was queued."""
        return None if self.deadline_at is None else (self.deadline_at - self.created_at).total_seconds()


class JobAttempt(Base):
    """One ended attempt of a job, written in the transaction that records its end."""

    __tablename__ = "job_attempts"
    __table_args__ = (UniqueConstraint("job_id", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[Status] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    reason_code: Mapped[Reason | None] = mapped_column(String(30))
    exit_code: Mapped[int | None]
    signal: Mapped[int | None]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_kind: Mapped[str | None] = mapped_column(String(10))
    start_ms: Mapped[int | None]
    peak_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    cpu_seconds: Mapped[float | None] = mapped_column(Float)
    # The bytes of the job's log that are this attempt's: from `log_start` up to `log_end` (None: nobody could measure).
    log_start: Mapped[int] = mapped_column(BigInteger, default=0)
    log_end: Mapped[int | None] = mapped_column(BigInteger)
    log_dropped_bytes: Mapped[int | None] = mapped_column(BigInteger)
    log_sha256: Mapped[str | None] = mapped_column(String(64))
    worker: Mapped[str | None] = mapped_column(String(100))


class JobLock(Base):
    """What starts and claims wait for each other at, until the end of their transaction: only one at a time may take
    the last place in the line, or what a restriction gives to one alone. Who holds what is never told here."""

    __tablename__ = "job_locks"

    QUEUE = "queue"
    RESTRICTION = "restriction"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)


class JobEvent(Base):
    """One change of a job's state, written in the transaction that makes it."""

    __tablename__ = "job_events"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    was: Mapped[Status | None] = mapped_column(String(20))
    now: Mapped[Status] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(500), default="")
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)
