"""The one door to jobs: schedules, people, the command line and webhooks all start jobs here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.images import service as images
from scripter.jobs import limits, line, making, restrictions
from scripter.jobs import outcome as outcomes
from scripter.jobs.bulk import Started, Wish, start_all
from scripter.jobs.listing import Filter, last_of, listed, starters, viewed
from scripter.jobs.making import check_arguments
from scripter.jobs.models import Job, JobAttempt, JobEvent
from scripter.jobs.moves import move, record
from scripter.jobs.states import FINAL, Reason, Status, Trigger
from scripter.lib import bounds, clock, crash
from scripter.lib.bounds import Bound
from scripter.lib.db import after_commit, changed_rows
from scripter.lib.errors import Conflict, NotFound
from scripter.scripts import service as scripts
from scripter.scripts.models import Script, Version

__all__ = [
    "Filter", "Started", "Wish", "builds_in_use", "cancel", "check_arguments", "end_overdue", "events", "forget_script",
    "get", "hindrances", "is_of", "last_of", "listed", "live_of", "of_version", "ring_again", "several", "start",
    "start_all", "starters", "waiting_and_running",
]  # fmt: skip

# In one transaction; the rest comes with the next one, a few seconds later.
OVERDUE_AT_ONCE = 500

# Rooms above know the workers, and say what keeps every waiting job from being taken.
hindrances = line.hindrances


def start(
    session: Session,
    script: Script,
    *,
    trigger: Trigger,
    by: User | None = None,
    version: int | None = None,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    time_limit_s: int | None = None,
    priority: int | None = None,
    override_reason: str | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Queue one execution of `script` (its newest version unless told) and ring a worker after the commit.

    Two calls with the same `idempotency_key` give the same job. With an `override_reason` the job runs beside those
    that hold its restriction; only people may ask for that.

    Raises:
        BadInput: naming the field that cannot be accepted.
        Conflict: the script's image has no usable build, or the key was used for another script.
        NotFound: there is no such version.
        Restricted: a job that this one may not run beside is there, and the script says not to wait.
        TooMany: as many jobs wait already as may; nothing is stored.
    """
    key = None if idempotency_key is None else making.hashed(idempotency_key)
    if key is not None and (known := _by_key(session, key, script)):
        return known
    check_arguments(arguments)
    _check_own(session, time_limit_s, priority)
    added = scripts.check_environment(environment or {})
    chosen = scripts.version(session, script, version)
    build = images.usable(session, script.image_id)
    environment = {**script.environment, **added}
    restriction = restrictions.of(script, environment)
    if override_reason is not None:
        override_reason = restrictions.override(script, restriction, override_reason)
    elif restriction is not None:
        restrictions.refuse(session, script, restriction)
    limits.check_room(session, script, by)
    job = Job(**making.facts(script, chosen.id, build))
    job.trigger, job.started_by_id = trigger, by.id if by else None
    job.idempotency_key = key
    job.arguments, job.environment = list(arguments), environment
    job.restriction, job.override_reason = restriction, override_reason
    if time_limit_s is not None:
        job.time_limit_s = time_limit_s
    if priority is not None:
        job.priority = priority
    try:
        _add(session, job)
    except IntegrityError:
        # Somebody sent the same key at the same moment and was first.
        if key is not None and (known := _by_key(session, key, script)):
            return known
        raise
    record(session, job.id, None, Status.QUEUED, f"started by {by.name if by else trigger.value}")
    detail = {"script": script.id, "version": chosen.number}
    overridden = {"restriction": restriction, "override_reason": override_reason} if override_reason else {}
    note(session, by, Tag.JOB_START, target=f"job:{job.id}", detail={**detail, **overridden})
    crash.at("job-written")
    after_commit(session, lambda: crash.at("job-committed"))
    context.wake(session, "jobs.execute", job.id)
    return job


def cancel(session: Session, job: Job, by: User | None) -> Job:
    """Stop the job: at once while it waits, otherwise by telling the worker that follows it.

    Raises:
        Conflict: it has ended already.
    """
    # Locked: an attempt that ends at this moment must not send the job back to wait for another one unseen.
    session.execute(select(Job.id).where(Job.id == job.id).with_for_update())
    asked: dict[str, object] = {"cancel_requested_at": clock.now(), "cancelled_by_id": by.id if by else None}
    words = f"cancelled by {by.name}" if by else "cancelled by Scripter"
    ended = {**asked, "reason": words, "reason_code": Reason.CANCELLED, "finished_at": clock.now()}
    if not move(session, job.id, Status.QUEUED, Status.CANCELLED, ended, why=words):
        running = update(Job).where(Job.id == job.id, Job.status.not_in(FINAL))
        if changed_rows(session, running.values(**asked)) != 1:
            raise Conflict("This job has ended already; there is nothing to cancel.")
        context.wake(session, "jobs.stop", job.id)
    note(session, by, Tag.JOB_CANCEL, target=f"job:{job.id}")
    session.refresh(job)
    return job


def get(session: Session, job_id: int | str) -> Job:
    """The job with this id or UUID, with all that a view of it shows.

    Raises:
        NotFound: there is none.
    """
    wanted: ColumnElement[bool] = Job.uuid == job_id if isinstance(job_id, str) else Job.id == job_id
    job = session.scalar(viewed().where(wanted))
    if job is None:
        raise NotFound("There is no such job.")
    return job


def several(session: Session, job_ids: Collection[int]) -> list[Job]:
    """Those of these jobs that there are, with all that a view of them shows."""
    return list(session.scalars(viewed().where(Job.id.in_(job_ids)))) if job_ids else []


def events(session: Session, *, job_id: int | None = None, after: int = 0, limit: int = 200) -> list[JobEvent]:
    """What happened, oldest first, to one job or to all, with event ids above `after`."""
    query = select(JobEvent).where(JobEvent.id > after).order_by(JobEvent.id).limit(limit)
    if job_id is not None:
        query = query.where(JobEvent.job_id == job_id)
    return list(session.scalars(query))


def ring_again(session: Session, waiting_since: datetime) -> None:
    """Ring for the oldest job that has waited since before this moment: its doorbell may have been lost."""
    waiting = (Job.status == Status.QUEUED, Job.created_at < waiting_since, line.may_go())
    job_id = session.scalar(select(Job.id).where(*waiting).order_by(Job.id).limit(1))
    if job_id is not None:
        context.wake(session, "jobs.execute", job_id)


def end_overdue(session: Session) -> None:
    """End the waiting jobs whose deadline has passed; those that run are stopped at it by their agents."""
    now = clock.now()
    overdue = select(Job).where(Job.status == Status.QUEUED, Job.deadline_at <= now).limit(OVERDUE_AT_ONCE)
    for job in session.scalars(overdue).all():
        outcome = outcomes.deadline_passed(job.deadline_s, job.attempt)
        ended = {"reason": outcome.reason, "reason_code": outcome.code, "finished_at": now}
        move(session, job.id, Status.QUEUED, outcome.status, ended, why=outcome.reason)


def forget_script(session: Session, script: Script) -> None:
    """Remove the jobs of a script that is being deleted.

    Raises:
        Conflict: some of them wait or run.
    """
    busy = session.scalar(select(func.count()).where(Job.script_id == script.id, Job.status.not_in(FINAL)))
    if busy:
        raise Conflict(f"{script.name} has {busy} job(s) waiting or running. Cancel them or wait for their end first.")
    ids = select(Job.id).where(Job.script_id == script.id)
    session.execute(delete(JobEvent).where(JobEvent.job_id.in_(ids)))
    session.execute(delete(JobAttempt).where(JobAttempt.job_id.in_(ids)))
    session.execute(delete(Job).where(Job.script_id == script.id))


def live_of(session: Session, schedule_ids: Collection[int]) -> dict[int, list[Job]]:
    """The jobs of each of these schedules that have not ended, oldest first, by schedule id."""
    live = select(Job).where(Job.schedule_id.in_(schedule_ids), Job.status.not_in(FINAL)).order_by(Job.id)
    found: dict[int, list[Job]] = {}
    for job in session.scalars(live):
        found.setdefault(job.schedule_id or 0, []).append(job)
    return found


def is_of(job: Job, idempotency_key: str) -> bool:
    """Whether the job was started with this key."""
    return job.idempotency_key == making.hashed(idempotency_key)


def waiting_and_running(session: Session) -> tuple[int, int]:
    """How many jobs wait, and how many are starting or running."""
    query = select(Job.status, func.count()).where(Job.status.not_in(FINAL)).group_by(Job.status)
    counts = {Status(status): count for status, count in session.execute(query)}
    return counts.pop(Status.QUEUED, 0), sum(counts.values())


def builds_in_use(session: Session, build_ids: Collection[int]) -> set[int]:
    """Which of these builds a waiting or running job needs."""
    needed = select(Job.build_id).where(Job.build_id.in_(build_ids), Job.status.not_in(FINAL))
    return set(session.scalars(needed))


def of_version() -> ColumnElement[bool]:
    """Whether there is a job of a version, as a condition on versions."""
    # Asked for by its script as well, for the sake of the index.
    return select(Job.id).where(Job.script_id == Version.script_id, Job.version_id == Version.id).exists()


def _check_own(session: Session, time_limit_s: int | None, priority: int | None) -> None:
    """A job's own wishes are held to the same bounds as a script's. None: the script's own, which have been."""
    most = context.of(session).settings.jobs.max_time_limit_s
    if time_limit_s is not None:
        bounds.check([Bound("time_limit_s", time_limit_s, 1, most, "seconds")])
    if priority is not None:
        bounds.check([Bound("priority", priority, *scripts.PRIORITIES, "")])


def _add(session: Session, job: Job) -> None:
    """Raises: IntegrityError, with the session as it was before; only a key can be there already."""
    if job.idempotency_key is None:
        session.add(job)
        session.flush()
        return
    with session.begin_nested():
        session.add(job)


def _by_key(session: Session, key: str, script: Script) -> Job | None:
    job = session.scalar(select(Job).where(Job.idempotency_key == key))
    if job is not None and job.script_id != script.id:
        raise Conflict("This Idempotency-Key was used for another script.")
    return job
