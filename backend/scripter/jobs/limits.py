"""How many jobs may wait: one too many is refused at the door, in words and with a moment to try again.

Used by `service.start`. What was refused has left nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import User
from scripter.jobs import line
from scripter.jobs.models import Job, JobEvent, JobLock
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.lib.errors import TooMany
from scripter.scripts.models import Script

# Further from the end of the queue than this, starts do not wait for each other to keep its limit: more of them than
# this there never are at one time.
_NEAR = 1000
_LOOK_BACK = timedelta(minutes=1)


class _Limit(NamedTuple):
    """Whose waiting jobs are counted, how many there may be, and what people are told about them."""

    whose: ColumnElement[bool]
    most: int
    told: str


def check_room(session: Session, script: Script, by: User | None) -> None:
    """Refuse one more waiting job if that is one too many. Until the transaction ends nobody else can add the last one.

    Raises:
        TooMany: naming the limit, with the seconds after which a place in the line is likely free.
    """
    limits = _limits(session, script, by)
    counts = _counts(session, limits)
    _refuse(session, limits, counts)
    is_near = limits[0].most - counts[0] < _NEAR
    if is_near:
        session.execute(select(JobLock.name).where(JobLock.name == JobLock.QUEUE).with_for_update())
    if len(limits) > 1:
        line.lock(session, script.id, by.id if by else None)
    if is_near or len(limits) > 1:
        _refuse(session, limits, _counts(session, limits))


def _limits(session: Session, script: Script, by: User | None) -> list[_Limit]:
    """Those that hold for this job; the one of the whole queue comes first and always holds."""
    most = context.of(session).settings.jobs
    found = [_Limit(true(), most.max_queued, f"of all scripts together no more than {most.max_queued} may")]
    if script.max_queued is not None:
        told = f"of the script {script.name} no more than {script.max_queued} may"
        found.append(_Limit(Job.script_id == script.id, script.max_queued, told))
    if by is not None and most.max_queued_per_user:
        told = f"of those that {by.name} has started no more than {most.max_queued_per_user} may"
        found.append(_Limit(Job.started_by_id == by.id, most.max_queued_per_user, told))
    return found


def _counts(session: Session, limits: list[_Limit]) -> list[int]:
    """How many jobs wait now under each of these limits: one statement, which reads one index."""
    counted = (func.count(case((one.whose, 1))) for one in limits)
    return list(session.execute(select(*counted).where(Job.status == Status.QUEUED)).one())


def _refuse(session: Session, limits: list[_Limit], counts: list[int]) -> None:
    for limit, count in zip(limits, counts, strict=True):
        if count >= limit.most:
            seconds = _pause_s(session, limit)
            raise TooMany(
                f"{count} jobs are waiting, and {limit.told}. Nothing was started. Try again in {seconds} s, when some"
                " of them should have begun, or cancel some.",
                retry_after_s=seconds,
            )


def _pause_s(session: Session, limit: _Limit) -> int:
    """Until the next of these jobs is likely to be taken, as often as they were during the last minute."""
    lately = (JobEvent.at > clock.now() - _LOOK_BACK, JobEvent.now == Status.STARTING)
    taken = select(func.count(JobEvent.id)).join(Job, Job.id == JobEvent.job_id).where(*lately, limit.whose)
    return round(_LOOK_BACK.total_seconds() / max(1, session.scalar(taken) or 0)) or 1
