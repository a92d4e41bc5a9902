"""The last jobs of many schedules, and the last thing that became of each, in few statements that read nothing else.
Used by this room's API."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.schedules.models import Occurrence, Outcome, Schedule

COUNT = 20
# Schedules whose jobs are asked for in one statement: SQLite reads conditions only so deep.
_AT_ONCE = 200
_MILLISECOND = timedelta(milliseconds=1)


class Recent(NamedTuple):
    """One job of a schedule. `duration_ms` is that of its last attempt, None until that has ended."""

    job_id: int
    status: Status
    duration_ms: int | None
    due_at: datetime | None


def jobs_of(session: Session, schedule_ids: Collection[int]) -> dict[int, list[Recent]]:
    """The last `COUNT` jobs of each of these schedules, in the order in which they were started, by schedule id."""
    found: dict[int, list[Recent]] = {one: [] for one in schedule_ids}
    columns = select(Job.schedule_id, Job.id, Job.status, Job.started_at, Job.finished_at, Job.due_at)
    theirs = [
        and_(Job.schedule_id == schedule_id, Job.id >= first_id)
        for schedule_id, first_id in _first_ids(session, schedule_ids).items()
    ]
    for start in range(0, len(theirs), _AT_ONCE):
        rows = session.execute(columns.where(or_(*theirs[start : start + _AT_ONCE])).order_by(Job.id))
        for schedule_id, job_id, status, started_at, finished_at, due_at in rows:
            recent = Recent(job_id, Status(status), _duration_ms(started_at, finished_at), due_at)
            found[schedule_id or 0].append(recent)
    return found


def last_of(session: Session, schedule_ids: Collection[int]) -> dict[int, Occurrence]:
    """The newest settled occurrence of each of these schedules, by schedule id."""
    of_one = aliased(Occurrence)
    # Found at the end of the index by a few steps back over what is planned: nothing else of the ledger is read.
    newest = (
        select(of_one.id)
        .where(of_one.schedule_id == Schedule.id, of_one.outcome != Outcome.PLANNED)
        .order_by(of_one.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    ids = select(newest.label("id")).where(Schedule.id.in_(schedule_ids)).subquery()
    rows = session.scalars(select(Occurrence).join(ids, Occurrence.id == ids.c.id))
    return {one.schedule_id: one for one in rows}


def _first_ids(session: Session, schedule_ids: Collection[int]) -> dict[int, int]:
    """From which job on each schedule is told of: a few steps in the index, however many jobs there are."""
    first = (
        select(Job.id)
        .where(Job.schedule_id == Schedule.id)
        .order_by(Job.id.desc())
        .limit(1)
        .offset(COUNT - 1)
        .scalar_subquery()
    )
    query = select(Schedule.id, func.coalesce(first, 0)).where(Schedule.id.in_(schedule_ids))
    return dict(session.execute(query).all())


def _duration_ms(started_at: datetime | None, finished_at: datetime | None) -> int | None:
    return None if started_at is None or finished_at is None else (finished_at - started_at) // _MILLISECOND
