"""How many jobs may wait: one too many is refused at the door, in words and with a moment to try again.

Used by `service.start`. What was refused has left nothing behind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


class Room:
    """Places in the line for many jobs that no person starts. Until the transaction ends nobody else takes the last."""

    def __init__(self, session: Session, scripts: Sequence[Script], wanted: int) -> None:
        """For at most `wanted` jobs of these scripts."""
        self._session = session
        self._all = _of_all(session)
        [self._waiting] = _counts(session, [self._all])
        if self._all.most - self._waiting - wanted < _NEAR:
            session.execute(select(JobLock.name).where(JobLock.name == JobLock.QUEUE).with_for_update())
            [self._waiting] = _counts(session, [self._all])
        self._of_scripts: dict[int, int] = {}
        for script in sorted(scripts, key=lambda one: one.id):
            if script.max_queued is not None:
                line.lock(session, script.id, None)
                [self._of_scripts[script.id]] = _counts(session, [_of_script(script, script.max_queued)])

    def take(self, script: Script, *, instead_of: Collection[int] = ()) -> None:
        """Give one place to a job of this script, which gets those of the jobs that it replaces.

        Raises:
            TooMany: naming the limit, with the seconds after which a place in the line is likely free.
        """
        freed = self._waiting_among(instead_of) if instead_of else 0
        limits, counts = [self._all], [self._waiting - freed]
        if script.max_queued is not None:
            limits.append(_of_script(script, script.max_queued))
            counts.append(self._of_scripts[script.id] - freed)
        _refuse(self._session, limits, counts)
        self._waiting += 1 - freed
        if script.max_queued is not None:
            self._of_scripts[script.id] += 1 - freed

    def _waiting_among(self, job_ids: Collection[int]) -> int:
        among = select(func.count()).where(Job.id.in_(job_ids), Job.status == Status.QUEUED)
        return self._session.scalar(among) or 0


def _limits(session: Session, script: Script, by: User | None) -> list[_Limit]:
    """Those that hold for this job; the one of the whole queue comes first and always holds."""
    most = context.of(session).settings.jobs
    found = [_of_all(session)]
    if script.max_queued is not None:
        found.append(_of_script(script, script.max_queued))
    if by is not None and most.max_queued_per_user:
        told = f"of those that {by.name} has started no more than {most.max_queued_per_user} may"
        found.append(_Limit(Job.started_by_id == by.id, most.max_queued_per_user, told))
    return found


def _of_all(session: Session) -> _Limit:
    most = context.of(session).settings.jobs.max_queued
    return _Limit(true(), most, f"of all scripts together no more than {most} may")


def _of_script(script: Script, most: int) -> _Limit:
    return _Limit(Job.script_id == script.id, most, f"of the script {script.name} no more than {most} may")


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
