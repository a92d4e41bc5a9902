"""The last jobs of many schedules, and the last thing that became of each, in few statements that read nothing else.
Used by this room's API."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.schedules.models import Occurrence, Outcome, Schedule

COUNT = 20
# Schedules whose jobs are asked for in one statement: SQLite reads conditions only so deep.
_AT_ONCE = 200
# In such a text: between jobs, and between what is told of one.
_BETWEEN, _WITHIN = ",", "|"
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
    theirs = [
        and_(Job.schedule_id == schedule_id, Job.id >= first_id)
        for schedule_id, first_id in _first_ids(session, schedule_ids).items()
    ]
    # A row for each schedule, its jobs in one text: to read twenty thousand rows takes ten times as long.
    texts = select(Job.schedule_id, func.aggregate_strings(_told(), _BETWEEN)).group_by(Job.schedule_id)
    for start in range(0, len(theirs), _AT_ONCE):
        for schedule_id, text in session.execute(texts.where(or_(*theirs[start : start + _AT_ONCE]))):
            found[schedule_id or 0] = sorted(map(_recent, text.split(_BETWEEN)))
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
        # By itself MariaDB takes the index with the status, and sorts all jobs of each schedule.
        .with_hint(Job, "FORCE INDEX (ix_jobs_schedule_id_id)", "mysql")
        .with_hint(Job, "FORCE INDEX (ix_jobs_schedule_id_id)", "mariadb")
        .scalar_subquery()
    )
    query = select(Schedule.id, func.coalesce(first, 0)).where(Schedule.id.in_(schedule_ids))
    return dict(session.execute(query).all())


def _told() -> ColumnElement[str]:
    """A job as `_recent` reads it. Both kinds of database show a moment as 2026-11-22 12:34:56.123456."""
    moments = [func.coalesce(type_coerce(one, String), "") for one in (Job.started_at, Job.finished_at, Job.due_at)]
    first, *rest = [cast(Job.id, String(20)), type_coerce(Job.status, String), *moments]
    return reduce(lambda text, one: text.concat(_WITHIN).concat(one), rest, first)


def _recent(text: str) -> Recent:
    job_id, status, *moments = text.split(_WITHIN)
    started_at, finished_at, due_at = (
        datetime.fromisoformat(one).replace(tzinfo=UTC) if one else None for one in moments
    )
    return Recent(int(job_id), Status(status), _duration_ms(started_at, finished_at), due_at)


def _duration_ms(started_at: datetime | None, finished_at: datetime | None) -> int | None:
    return None if started_at is None or finished_at is None else (finished_at - started_at) // _MILLISECOND
