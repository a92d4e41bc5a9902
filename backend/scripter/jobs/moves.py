"""Changes of a job's state: each is one conditional update with one winner, and leaves an event row beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripter.jobs.models import Job, JobEvent
from scripter.jobs.outcome import Outcome
from scripter.jobs.states import ACTIVE, MOVES, Status
from scripter.lib import clock
from scripter.lib.db import changed_rows

LEASE = timedelta(seconds=20)
_CANDIDATES = 20


def move(
    session: Session,
    job_id: int,
    was: Status,
    to: Status,
    values: Mapping[str, object] = MappingProxyType({}),
    *,
    why: str = "",
    holder: str | None = None,
) -> bool:
    """Move the job if it still stands at `was` (and is still held by `holder`, if given); False if it does not."""
    if to not in MOVES.get(was, ()):
        raise ValueError(f"A job cannot go from {was} to {to}.")
    statement = update(Job).where(Job.id == job_id, Job.status == was).values(status=to, **values)
    if holder is not None:
        statement = statement.where(Job.worker == holder)
    if changed_rows(session, statement) != 1:
        return False
    record(session, job_id, was, to, why)
    return True


def record(session: Session, job_id: int, was: Status | None, to: Status, why: str = "") -> None:
    """Write down that the job went from `was` to `to`."""
    session.add(JobEvent(job_id=job_id, at=clock.now(), was=was, now=to, why=why[:500]))


def claim_next(session: Session, worker: str) -> Job | None:
    """The waiting job with the highest priority and age, now held by `worker`; None when none waits.

    Exactly one worker gets each job, whatever the number of rings that announced it.
    """
    waiting = select(Job.id).where(Job.status == Status.QUEUED).order_by(Job.priority.desc(), Job.id).limit(_CANDIDATES)
    for job_id in session.scalars(waiting).all():
        held = {"worker": worker, "lease_until": clock.now() + LEASE}
        if move(session, job_id, Status.QUEUED, Status.STARTING, held, why=f"taken by {worker}"):
            session.flush()
            return session.get_one(Job, job_id, populate_existing=True)
    return None


def give_back(session: Session, job: Job, worker: str, why: str) -> bool:
    """Put a job that has certainly not begun back into the queue."""
    free = {"worker": None, "lease_until": None}
    return move(session, job.id, Status.STARTING, Status.QUEUED, free, why=why, holder=worker)


def mark_running(session: Session, job: Job, worker: str, start_ms: int, kind: str) -> bool:
    """The go has been handed over; `start_ms` counts from the claim."""
    begun = {"start_ms": start_ms, "start_kind": kind, "started_at": clock.now()}
    why = f"{kind} start in {start_ms} ms"
    return move(session, job.id, Status.STARTING, Status.RUNNING, begun, why=why, holder=worker)


def found_running(session: Session, job: Job, worker: str) -> bool:
    """The script turned out to have begun, though whoever started it had no time left to say so."""
    begun = {"started_at": clock.now()}
    return move(session, job.id, Status.STARTING, Status.RUNNING, begun, why="was found running", holder=worker)


def finish(session: Session, job: Job, worker: str, outcome: Outcome) -> bool:
    """Record the end of a job that `worker` holds; False when it holds it no more (it then does nothing further)."""
    was = session.scalar(select(Job.status).where(Job.id == job.id))
    if was is None or Status(was) not in ACTIVE:
        return False
    ended: dict[str, object] = {
        "reason": outcome.reason[:500],
        "reason_code": outcome.code,
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "finished_at": outcome.finished_at or clock.now(),
        "peak_memory_bytes": outcome.peak_memory_bytes,
        "cpu_seconds": outcome.cpu_seconds,
        "log_bytes": outcome.log_bytes,
        "log_dropped_bytes": outcome.log_dropped_bytes,
        "log_sha256": outcome.log_sha256,
        "lease_until": None,
    }
    if outcome.started_at is not None:
        ended["started_at"] = outcome.started_at
    return move(session, job.id, Status(was), outcome.status, ended, why=outcome.reason, holder=worker)


def renew(session: Session, worker: str) -> set[int]:
    """Extend the leases of `worker`; gives the ids of the jobs that it still holds."""
    held = update(Job).where(Job.worker == worker, Job.status.in_(ACTIVE)).values(lease_until=clock.now() + LEASE)
    session.execute(held)
    return set(session.scalars(select(Job.id).where(Job.worker == worker, Job.status.in_(ACTIVE))))


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
        same = update(Job).where(Job.id == job.id, Job.worker == job.worker, Job.status.in_(ACTIVE))
        if changed_rows(session, same.values(worker=worker, lease_until=now + LEASE)) == 1:
            record(session, job.id, job.status, job.status, f"followed by {worker} from now on")
            taken.append(job)
    session.expire_all()
    return [session.get_one(Job, job.id) for job in taken]
