"""How jobs look over HTTP."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import User
from scripter.jobs import service, slots
from scripter.jobs.models import Job, JobEvent
from scripter.jobs.states import FINAL, MOVES, Reason, Status, Trigger
from scripter.lib.http import Items, View


class Named(View):
    """A thing by its id and name."""

    id: int
    name: str


class VersionRef(View):
    id: int
    number: int


class ImageRef(View):
    """The image as the job uses it: by digest, whatever the image has become since."""

    id: int
    name: str
    reference: str


class JobLimits(View):
    time_limit_s: int
    memory_mb: int
    cpus: float
    processes: int


class JobSummary(View):
    id: int
    uuid: str
    status: Status
    reason: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None


class JobView(JobSummary):
    script: Named
    version: VersionRef
    image: ImageRef
    trigger: Trigger
    started_by: Named | None
    schedule_id: int | None
    due_at: datetime | None
    arguments: list[str]
    environment: dict[str, str]
    limits: JobLimits
    network: str
    exit_code: int | None
    signal: int | None
    reason_code: Reason | None
    start_kind: str | None
    start_ms: int | None
    peak_memory_bytes: int | None
    cpu_seconds: float | None
    log_size: int
    log_dropped_bytes: int | None
    worker: str | None
    queue_position: int | None
    cancel_requested_at: datetime | None
    moves: list[str]


class JobList(Items[JobView]):
    """Jobs, newest first."""


class JobEventView(View):
    id: int
    at: datetime
    was: Status | None
    now: Status
    why: str


class JobEventList(Items[JobEventView]):
    """What happened to a job, oldest first."""


def summary(job: Job) -> JobSummary:
    """The few facts of a job that lists of other things show."""
    return JobSummary(
        id=job.id,
        uuid=job.uuid,
        status=job.status,
        reason=job.reason,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        duration_s=duration_s(job),
    )


def view(session: Session, job: Job) -> JobView:
    """Everything about a job that was read by `service.get` or `service.listed`."""
    status = Status(job.status)
    return JobView(
        **summary(job).model_dump(),
        script=Named(id=job.script.id, name=job.script.name),
        version=VersionRef(id=job.version.id, number=job.version.number),
        image=ImageRef(id=job.image_id, name=job.image_name, reference=job.image_reference),
        trigger=job.trigger,
        started_by=_person(job.started_by),
        schedule_id=job.schedule_id,
        due_at=job.due_at,
        arguments=job.arguments,
        environment=job.environment,
        limits=JobLimits(
            time_limit_s=job.time_limit_s, memory_mb=job.memory_mb, cpus=job.cpus, processes=job.processes
        ),
        network=job.network,
        exit_code=job.exit_code,
        signal=job.signal,
        reason_code=job.reason_code,
        start_kind=job.start_kind,
        start_ms=job.start_ms,
        peak_memory_bytes=job.peak_memory_bytes,
        cpu_seconds=job.cpu_seconds,
        log_size=log_size(session, job),
        log_dropped_bytes=job.log_dropped_bytes,
        worker=job.worker,
        queue_position=service.queue_position(session, job),
        cancel_requested_at=job.cancel_requested_at,
        moves=["cancel"] if Status.CANCELLED in MOVES.get(status, ()) and job.cancel_requested_at is None else [],
    )


def event(row: JobEvent) -> JobEventView:
    return JobEventView(id=row.id, at=row.at, was=row.was, now=row.now, why=row.why)


def duration_s(job: Job) -> float | None:
    """Seconds from the script's start to its end; None while either is missing."""
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def log_size(session: Session, job: Job) -> int:
    """Bytes in the log file now."""
    if job.status in FINAL and job.log_bytes is not None:
        return job.log_bytes
    try:
        return slots.log_path(context.of(session), job).stat().st_size
    except FileNotFoundError:
        return 0


def _person(user: User | None) -> Named | None:
    return None if user is None else Named(id=user.id, name=user.name)
