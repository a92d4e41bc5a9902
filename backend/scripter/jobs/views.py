"""How jobs look over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from scripter import context, logstore
from scripter.access.models import User
from scripter.jobs import line, retries, slots
from scripter.jobs.line import Standing
from scripter.jobs.models import Job, JobAttempt, JobEvent
from scripter.jobs.states import ACTIVE, FINAL, MOVES, Reason, Status, Trigger
from scripter.lib.http import Items, View
from scripter.runners.protocol import Kind


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


class AttemptView(View):
    """One attempt of a job. Bytes `log_start` up to `log_end` of the log are its own; null: they still grow."""

    number: int
    status: Status
    reason: str | None
    reason_code: Reason | None
    exit_code: int | None
    signal: int | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None
    start_kind: str | None
    start_ms: int | None
    peak_memory_bytes: int | None
    cpu_seconds: float | None
    log_start: int
    log_end: int | None
    log_dropped_bytes: int | None
    worker: str | None


class JobView(JobSummary):
    """A job. What an attempt has too is that of the present one, or of the last; while it waits there is none."""

    script: Named
    version: VersionRef
    image: ImageRef
    # `docker`: it has a container; `local`: it is a process of the worker's machine.
    runner: Kind
    trigger: Trigger
    started_by: Named | None
    schedule_id: int | None
    due_at: datetime | None
    arguments: list[str]
    environment: dict[str, str]
    limits: JobLimits
    network: str
    priority: int
    exit_code: int | None
    signal: int | None
    reason_code: Reason | None
    attempt: int
    max_attempts: int
    retry_at: datetime | None
    deadline_at: datetime | None
    attempts: list[AttemptView]
    start_kind: str | None
    start_ms: int | None
    peak_memory_bytes: int | None
    cpu_seconds: float | None
    log_size: int
    log_dropped_bytes: int | None
    worker: str | None
    queue_position: int | None
    waits_for: str | None
    # The job that has what this one needs to itself, because of a restriction or of its schedule.
    waits_for_job_id: int | None
    restriction: str | None
    # Why whoever started it had it run beside the jobs that hold the restriction.
    override_reason: str | None
    cancel_requested_at: datetime | None
    moves: list[str]


class JobList(Items[JobView]):
    """Jobs, newest first."""


class PeopleView(View):
    """People by name; all of them."""

    items: list[Named]


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
    return views(session, [job])[0]


def views(session: Session, jobs: Sequence[Job]) -> list[JobView]:
    """The same of several; what is asked about the line of waiting jobs is asked once."""
    standings = line.standings(session, jobs)
    return [_view(session, job, standings.get(job.id, Standing())) for job in jobs]


def _view(session: Session, job: Job, standing: Standing) -> JobView:
    status = Status(job.status)
    return JobView(
        **summary(job).model_dump(),
        script=Named(id=job.script.id, name=job.script.name),
        version=VersionRef(id=job.version.id, number=job.version.number),
        image=ImageRef(id=job.image_id, name=job.image_name, reference=job.image_reference),
        runner=job.runner,
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
        priority=job.priority,
        exit_code=job.exit_code,
        signal=job.signal,
        reason_code=job.reason_code,
        attempt=job.attempt,
        max_attempts=retries.most_attempts(job.retries),
        retry_at=job.retry_at if status is Status.QUEUED else None,
        deadline_at=job.deadline_at,
        attempts=_attempts(job),
        start_kind=job.start_kind,
        start_ms=job.start_ms,
        peak_memory_bytes=job.peak_memory_bytes,
        cpu_seconds=job.cpu_seconds,
        log_size=log_size(session, job),
        log_dropped_bytes=job.log_dropped_bytes,
        worker=job.worker,
        queue_position=standing.position,
        waits_for=standing.waits_for,
        waits_for_job_id=standing.holder_id,
        restriction=job.restriction,
        override_reason=job.override_reason,
        cancel_requested_at=job.cancel_requested_at,
        moves=["cancel"] if Status.CANCELLED in MOVES.get(status, ()) and job.cancel_requested_at is None else [],
    )


def event(row: JobEvent) -> JobEventView:
    return JobEventView(id=row.id, at=row.at, was=row.was, now=row.now, why=row.why)


def duration_s(job: Job | JobAttempt) -> float | None:
    """Seconds from the script's start to its end; None while either is missing."""
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def log_size(session: Session, job: Job) -> int:
    """Bytes in the log file now."""
    if job.status in FINAL and job.log_bytes is not None:
        return job.log_bytes
    return logstore.size(slots.log_path(context.of(session), job))


def _attempts(job: Job) -> list[AttemptView]:
    """The attempts that have ended, and the one that is under way."""
    found = [_attempt(row, row.number, row.log_start, row.log_end, row.log_dropped_bytes) for row in job.attempts]
    if job.status in ACTIVE:
        found.append(_attempt(job, job.attempt, job.log_bytes or 0, None, None))
    return found


def _attempt(
    row: Job | JobAttempt, number: int, log_start: int, log_end: int | None, log_dropped_bytes: int | None
) -> AttemptView:
    return AttemptView(
        number=number,
        status=row.status,
        reason=row.reason,
        reason_code=row.reason_code,
        exit_code=row.exit_code,
        signal=row.signal,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_s=duration_s(row),
        start_kind=row.start_kind,
        start_ms=row.start_ms,
        peak_memory_bytes=row.peak_memory_bytes,
        cpu_seconds=row.cpu_seconds,
        log_start=log_start,
        log_end=log_end,
        log_dropped_bytes=log_dropped_bytes,
        worker=row.worker,
    )


def _person(user: User | None) -> Named | None:
    return None if user is None else Named(id=user.id, name=user.name)
