"""What ran and what will run between two moments, for calendars: rows of the ledger, and beyond them what is to come.
Used by this room's API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib.errors import BadInput
from scripter.schedules import hours
from scripter.schedules.hours import Tally
from scripter.schedules.models import Occurrence, Outcome, Schedule
from scripter.schedules.policies import planned_at
from scripter.schedules.timing import Timing

log = structlog.get_logger(__name__)

MOST = 2_000
LONGEST = timedelta(days=400)


class Entry(NamedTuple):
    """One due time of a schedule. `row` is None for those that the planner has not come to yet."""

    schedule: Schedule
    due_at: datetime
    planned_at: datetime
    outcome: Outcome
    row: Occurrence | None
    job_status: Status | None = None


class Stretch(NamedTuple):
    """The due times of some time, rising. `complete` is False where there were more than are given."""

    entries: list[Entry]
    complete: bool


def between(
    session: Session,
    begin: datetime,
    end: datetime,
    *,
    outcome: Outcome | None = None,
    schedule_id: int | None = None,
) -> Stretch:
    """The due times of all schedules, or of one, from `begin` on, before `end`; those that are off are only told of the
    past.

    Raises:
        BadInput: at `to`.
    """
    check(begin, end)
    written = _written(session, begin, end, outcome, schedule_id)
    ahead = _ahead_of_all(session, begin, end, schedule_id) if outcome in (None, Outcome.PLANNED) else ()
    # No further than anybody is told: of many that run often there is no end.
    found = list(islice(merge(written, ahead, key=_in_turn), MOST + 1))
    return Stretch(found[:MOST], len(written) < MOST and len(found) <= MOST)


def days(session: Session, schedule: Schedule, begin: datetime, end: datetime, zone: ZoneInfo) -> dict[date, Tally]:
    """How often what became of its due times, by the days of `zone`; those to come count as planned.

    Raises:
        BadInput: at `to`.
    """
    check(begin, end)
    found = hours.by_day(session, schedule.id, begin, end, zone)
    for one in _ahead(schedule, begin, end) if schedule.enabled else ():
        found.setdefault(one.due_at.astimezone(zone).date(), Tally()).outcomes[Outcome.PLANNED] += 1
    return dict(sorted(found.items()))


def _written(
    session: Session, begin: datetime, end: datetime, outcome: Outcome | None, schedule_id: int | None
) -> list[Entry]:
    query = (
        select(Occurrence, Schedule, Job.status)
        .join(Schedule, Schedule.id == Occurrence.schedule_id)
        .outerjoin(Job, Job.id == Occurrence.job_id)
        .where(Occurrence.due_at >= begin, Occurrence.due_at < end)
        .options(joinedload(Schedule.script))
        .order_by(Occurrence.due_at, Occurrence.schedule_id)
        .limit(MOST)
    )
    if outcome is not None:
        query = query.where(Occurrence.outcome == outcome)
    if schedule_id is not None:
        query = query.where(Occurrence.schedule_id == schedule_id)
    return [
        Entry(schedule, row.due_at, row.planned_at, Outcome(row.outcome), row, status and Status(status))
        for row, schedule, status in session.execute(query)
    ]


def _in_turn(one: Entry) -> tuple[datetime, int]:
    return one.due_at, one.schedule.id


def _ahead_of_all(session: Session, begin: datetime, end: datetime, schedule_id: int | None) -> Iterator[Entry]:
    query = select(Schedule).where(Schedule.enabled, Schedule.next_at < end).options(joinedload(Schedule.script))
    if schedule_id is not None:
        query = query.where(Schedule.id == schedule_id)
    schedules = session.scalars(query.order_by(Schedule.next_at).limit(MOST)).all()
    return merge(*(_ahead(one, begin, end) for one in schedules), key=_in_turn)


def _ahead(schedule: Schedule, begin: datetime, end: datetime) -> Iterator[Entry]:
    """What the planner will write, by the function by which it does. Of one that cannot be planned nothing: wherever it
    is shown, it says why, and it must not hide the others."""
    try:
        yield from _as_planned(schedule, begin, end)
    except BadInput:
        return
    except Exception:
        log.exception("schedule.cannot_be_shown", schedule=schedule.id)


def _as_planned(schedule: Schedule, begin: datetime, end: datetime) -> Iterator[Entry]:
    after = max(schedule.cursor, begin - timedelta(microseconds=1))
    times = Timing.of(schedule).due_times(after, until=end - timedelta(microseconds=1), count=MOST + 1)
    for one in times:
        yield Entry(schedule, one, planned_at(schedule.id, one, schedule.jitter_s), Outcome.PLANNED, None)


def check(begin: datetime, end: datetime) -> None:
    """Whether this is a time that can be looked at.

    Raises:
        BadInput: at `to`.
    """
    if not begin < end <= begin + LONGEST:
        raise BadInput.at("to", f"must be later than from, by {LONGEST.days} days at most")
