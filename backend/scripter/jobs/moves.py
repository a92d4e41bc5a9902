"""Changes of a job's state: each is one conditional update with one winner, and leaves an event row beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from scripter import context, logstore
from scripter.jobs import line, retries, slots
from scripter.jobs.models import Job, JobAttempt, JobEvent
from scripter.jobs.outcome import Outcome
from scripter.jobs.retries import Verdict
from scripter.jobs.states import ACTIVE, MOVES, Status
from scripter.lib import clock, crash
from scripter.lib.db import changed_rows, insert_rows

LEASE = timedelta(seconds=20)


class Step(NamedTuple):
    """A job went from `was` to `to`."""

    job_id: int
    was: Status | None
    to: Status
    why: str = ""


_WITH_ALL = (joinedload(Job.version), joinedload(Job.script))


def move(
    session: Session,
    job_id: int,
    was: Status,
    to: Status,
    values: Mapping[str, object] = MappingProxyType({}),
    *,
    why: str = "",
    only: Sequence[ColumnElement[bool]] = (),
) -> bool:
    """Move the job if it still stands at `was` (and `only` if these hold); False if it does not."""
    if to not in MOVES.get(was, ()):
        raise ValueError(f"A job cannot go from {was} to {to}.")
    statement = update(Job).where(Job.id == job_id, Job.status == was, *only).values(status=to, **values)
    if changed_rows(session, statement) != 1:
        return False
    record(session, job_id, was, to, why)
    return True


def record(session: Session, job_id: int, was: Status | None, to: Status, why: str = "") -> None:
    """Write down that the job went from `was` to `to`."""
    session.add(JobEvent(job_id=job_id, at=clock.now(), was=was, now=to, why=why[:500]))


def record_all(session: Session, steps: Collection[Step]) -> None:
    """The same of many jobs, in one statement."""
    at = clock.now()
    rows = [{"job_id": one.job_id, "at": at, "was": one.was, "now": one.to, "why": one.why[:500]} for one in steps]
    insert_rows(session, JobEvent, rows)


def claim_next(session: Session, worker: str) -> Job | None:
    """The first of the waiting jobs that may be taken now, held by `worker` from now on; None when there is none.

    Exactly one worker gets each job, whatever the number of rings that announced it, and no script or person ever has
    more jobs running than they may. Version and script are read with the job.
    """
    while (head := line.first(session)) is not None:
        held = {"worker": worker, "lease_until": clock.now() + LEASE}
        why = f"taken by {worker}"
        if line.has_room(session, head) and move(session, head.job_id, Status.QUEUED, Status.STARTING, held, why=why):
            session.flush()
            return session.get_one(Job, head.job_id, populate_existing=True, options=_WITH_ALL)
        if head.is_limited:
            # Another worker was quicker. With a lock in hand nothing else is tried, or two workers could wait for
            # each other: this one looks again at once, in another transaction.
            context.of(session).job_bell.set()
            return None
    return None


def give_back(session: Session, job: Job, worker: str, why: str) -> bool:
    """Put a job that has certainly not begun back into the queue."""
    free = {"worker": None, "lease_until": None}
    return move(session, job.id, Status.STARTING, Status.QUEUED, free, why=why, only=_held(job, worker))


def start_in_words(job: Job, kind: str) -> str:
    """What people call such a start. Only a container can have stood ready, and be called warm for that."""
    return f"{kind} start" if job.runner == "docker" else "start"


def mark_running(session: Session, job: Job, worker: str, start_ms: int, kind: str) -> bool:
    """The go has been handed over; `start_ms` counts from the claim."""
    begun = {"start_ms": start_ms, "start_kind": kind, "started_at": clock.now()}
    why = f"{start_in_words(job, kind)} in {start_ms} ms"
    return move(session, job.id, Status.STARTING, Status.RUNNING, begun, why=why, only=_held(job, worker))


def found_running(session: Session, job: Job, worker: str) -> bool:
    """The script turned out to have begun, though whoever started it had no time left to say so."""
    begun = {"started_at": clock.now()}
    why = "was found running"
    return move(session, job.id, Status.STARTING, Status.RUNNING, begun, why=why, only=_held(job, worker))


def finish(session: Session, job: Job, worker: str, outcome: Outcome) -> bool:
    """Record the end of the job's present attempt, which is the job's own end unless it is to be tried again.

    False when `worker` holds this attempt no more; it then does nothing further.
    """
    # Locked: whoever cancels meanwhile finds the job waiting or ended, never on its way from one to the other.
    row = session.get(Job, job.id, with_for_update=True, populate_existing=True)
    if row is None or row.status not in ACTIVE or (row.worker, row.attempt) != (worker, job.attempt):
        return False
    told = _told(row, outcome)
    # Attempts follow each other in the log without a gap: the next one's bytes begin where these end.
    log_end = logstore.size(slots.log_path(context.of(session), row))
    session.add(_ended(row, outcome, told, log_end))
    log = {"log_bytes": log_end, "log_dropped_bytes": _in_all(row.log_dropped_bytes, outcome.log_dropped_bytes)}
    cancelled = row.cancel_requested_at is not None
    verdict = retries.verdict(
        row.retries, row.attempt, outcome, now=clock.now(), deadline=row.deadline_at, cancelled=cancelled
    )
    if verdict.at is not None:
        return _back_to_wait(session, row, outcome, verdict, {**dict.fromkeys(told), **log})
    why = f"{outcome.reason}; {verdict.why}" if verdict.why else outcome.reason
    return move(session, row.id, Status(row.status), outcome.status, {**told, **log, "lease_until": None}, why=why)


def _back_to_wait(session: Session, row: Job, outcome: Outcome, verdict: Verdict, values: Mapping[str, object]) -> bool:
    again = {"attempt": row.attempt + 1, "retry_at": verdict.at, "worker": None, "lease_until": None}
    why = f"attempt {row.attempt} {outcome.status}: {outcome.reason}; {verdict.why}"
    moved = move(session, row.id, Status(row.status), Status.QUEUED, {**values, **again}, why=why)
    crash.at("retry-written")
    return moved


def renew(session: Session, worker: str) -> set[int]:
    """Extend the leases of `worker`; gives the ids of the jobs that it still holds.

    No row is waited for: one that a frozen process has locked must not cost the worker the leases of all others.
    """
    held = set(session.scalars(select(Job.id).where(Job.worker == worker, Job.status.in_(ACTIVE))))
    free = session.scalars(select(Job.id).where(Job.id.in_(held)).with_for_update(skip_locked=True)).all()
    mine = update(Job).where(Job.id.in_(free), Job.worker == worker, Job.status.in_(ACTIVE))
    session.execute(mine.values(lease_until=clock.now() + LEASE))
    return held


def release(session: Session, worker: str) -> None:
    """Let go of all jobs of `worker`, which stops now: whoever comes next may follow them at once."""
    session.execute(update(Job).where(Job.worker == worker, Job.status.in_(ACTIVE)).values(lease_until=clock.now()))


def abandon(session: Session, worker: str, job_ids: Collection[int]) -> None:
    """Let go of these jobs of `worker`: the thread that followed them broke, so they are up for adoption again."""
    if not job_ids:
        return
    mine = update(Job).where(Job.worker == worker, Job.id.in_(job_ids), Job.status.in_(ACTIVE))
    session.execute(mine.values(lease_until=clock.now(), worker=f"{worker} (abandoned)"))


def take_over(session: Session, worker: str, *, dead: Iterable[str], now: datetime) -> list[Job]:
    """The active jobs whose follower is one of `dead` or has let its lease run out; `worker` holds them from now on."""
    left = select(Job).where(
        Job.status.in_(ACTIVE),
        Job.worker != worker,
        (Job.lease_until < now) | Job.lease_until.is_(None) | Job.worker.in_(list(dead)),
    )
    taken = []
    for job in session.scalars(left).all():
        if session.scalar(select(Job.id).where(Job.id == job.id).with_for_update(skip_locked=True)) is None:
            continue  # somebody is at it, and may be frozen there: the others must not wait for that
        same = update(Job).where(Job.id == job.id, Job.worker == job.worker, Job.status.in_(ACTIVE))
        if changed_rows(session, same.values(worker=worker, lease_until=now + LEASE)) == 1:
            record(session, job.id, job.status, job.status, f"followed by {worker} from now on")
            taken.append(job)
    session.expire_all()
    return [session.get_one(Job, job.id) for job in taken]


def _held(job: Job, worker: str) -> tuple[ColumnElement[bool], ...]:
    """This very attempt of the job, held by `worker`: it may have begun another one since."""
    return Job.worker == worker, Job.attempt == job.attempt


def _told(row: Job, outcome: Outcome) -> dict[str, object]:
    """What there is to tell of an ended attempt; the job tells the same of its last one."""
    return {
        "reason": outcome.reason[:500],
        "reason_code": outcome.code,
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "started_at": outcome.started_at or row.started_at,
        "finished_at": outcome.finished_at or clock.now(),
        "start_kind": row.start_kind,
        "start_ms": row.start_ms,
        "peak_memory_bytes": outcome.peak_memory_bytes,
        "cpu_seconds": outcome.cpu_seconds,
        "log_sha256": outcome.log_sha256,
    }


def _ended(row: Job, outcome: Outcome, told: Mapping[str, object], log_end: int) -> JobAttempt:
    return JobAttempt(
        **told,
        job_id=row.id,
        number=row.attempt,
        status=outcome.status,
        log_start=row.log_bytes or 0,
        log_end=log_end,
        log_dropped_bytes=outcome.log_dropped_bytes,
        worker=row.worker,
    )


def _in_all(before: int | None, now: int | None) -> int | None:
    return None if before is None and now is None else (before or 0) + (now or 0)
