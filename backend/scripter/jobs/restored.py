"""Jobs of a system that was restored from a backup: what waited or ran at that time is over. Called by `backup`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scripter import context, logstore
from scripter.jobs import slots
from scripter.jobs.models import Job, JobAttempt
from scripter.jobs.moves import move
from scripter.jobs.states import FINAL, Reason, Status
from scripter.lib import clock


def close_all(session: Session, made_at: str) -> int:
    """End every job that waits or runs, for good: its container, if there was one, belongs to the system of before.

    `made_at`: when the backup was made, as people read it. Gives how many there were.
    """
    open_ones = session.scalars(select(Job).where(Job.status.not_in(FINAL)).order_by(Job.id)).all()
    for job in open_ones:
        if job.status == Status.QUEUED:
            to, code, words = (
                Status.CANCELLED,
                Reason.CANCELLED,
                f"it was waiting when the backup of {made_at} was made",
            )
        else:
            to, code, words = Status.LOST, Reason.LOST, f"it was running when the backup of {made_at} was made"
        _close(session, job, to, code, f"{words}; how it ended is not in it, and it is not started again")
    return len(open_ones)


def say_logs_are_missing(session: Session, made_at: str) -> int:
    """Where a job has begun, but its log is not there, let its log say so. Gives how many there are.

    One file under many names: it takes the room of one. Programs that bring logs back put new files in its place.
    """
    shared = context.of(session)
    words = f"this log was not in the backup of {made_at}, from which Scripter was restored"
    notice: Path | None = None
    count = 0
    begun = or_(Job.started_at.is_not(None), Job.log_bytes > 0)
    for row in session.execute(select(Job.script_id, Job.id, Job.created_at).where(begun)):
        path = shared.logs.job_path(row.script_id, str(row.id), row.created_at)
        if not path.exists():
            notice = logstore.notice(path, words, like=notice)
            count += 1
    return count


def _close(session: Session, job: Job, to: Status, code: Reason, words: str) -> None:
    ended: dict[str, object] = {"reason": words, "reason_code": code, "finished_at": clock.now(), "lease_until": None}
    if job.status != Status.QUEUED:
        begun = {"started_at": job.started_at, "start_kind": job.start_kind, "start_ms": job.start_ms}
        session.add(
            JobAttempt(
                **{name: value for name, value in ended.items() if name != "lease_until"},
                **begun,
                job_id=job.id,
                number=job.attempt,
                status=to,
                log_start=job.log_bytes or 0,
                log_end=logstore.size(slots.log_path(context.of(session), job)) or None,
                worker=job.worker,
            )
        )
    move(session, job.id, Status(job.status), to, ended, why=words)
