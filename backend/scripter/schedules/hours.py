"""What ran and what will run, counted by the hour and by schedule: a week's calendar of thousands of schedules, some of
which run every minute, is one answer of bounded size. Used by this room's API and by `weeks`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Integer, Select, String, case, cast, func, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib.errors import BadInput
from scripter.schedules.models import Occurrence, Outcome, Schedule
from scripter.schedules.timing import Timing

log = structlog.get_logger(__name__)

LONGEST = timedelta(days=31)
# Bounds of one answer: its cells; the rows of the ledger that are counted; due times of one schedule, and of all.
CELLS = 5_000
_ROWS = 200_000
_TIMES_OF_ONE = 20_000
_TIMES = 200_000
_SCHEDULES = 5_000
_HOUR = timedelta(hours=1)
_BROKEN = (Status.FAILED, Status.LOST)

_Rows: TypeAlias = Select[int, datetime, Outcome, int | None]
_Part: TypeAlias = Callable[[ColumnElement[int]], ColumnElement[Any]]


class Which(NamedTuple):
    """Whose due times; None: any."""

    script_id: int | None = None
    schedule_id: int | None = None

    def schedules(self) -> list[ColumnElement[bool]]:
        wanted = ((Schedule.script_id, self.script_id), (Schedule.id, self.schedule_id))
        return [column == value for column, value in wanted if value is not None]


@dataclass(slots=True)
class Tally:
    """What became of due times; `failed`: how many of those that ran have failed or are lost."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failed: int = 0

    def add(self, other: Tally) -> None:
        self.outcomes.update(other.outcomes)
        self.failed += other.failed

    def by_name(self) -> dict[str, int]:
        """As the API shows it."""
        return {**{one.value: self.outcomes[one] for one in Outcome}, "failed": self.failed}


@dataclass(slots=True)
class Cell:
    """What is due of one schedule in the hour that begins at `at`; `first_at` is the earliest of it."""

    schedule_id: int
    at: datetime
    first_at: datetime
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Hours:
    """The hours from `begin` on, before `end`, those in which nothing is due left out.

    `cells` are at most `CELLS`, earliest first; `totals` count all schedules whatever became of the cells. `too_often`:
    what lies ahead of these is not counted, there is so much of it. `complete`: nothing else was left out."""

    begin: datetime
    end: datetime
    schedules: Sequence[Schedule] = ()
    cells: list[Cell] = field(default_factory=list)
    totals: dict[datetime, Tally] = field(default_factory=dict)
    too_often: list[int] = field(default_factory=list)
    complete: bool = True


class _Cells(dict[tuple[int, datetime], Cell]):
    """By schedule and hour; hours are counted from `begin`."""

    def __init__(self, begin: datetime) -> None:
        super().__init__()
        self.begin = begin

    def add(self, schedule_id: int, due_at: datetime, tally: Tally) -> None:
        at = self.begin + (due_at - self.begin) // _HOUR * _HOUR
        cell = self.setdefault((schedule_id, at), Cell(schedule_id, at, due_at))
        cell.first_at = min(cell.first_at, due_at)
        cell.tally.add(tally)


def between(session: Session, begin: datetime, end: datetime, which: Which) -> Hours:
    """Hours are counted from `begin`, so that they may be those of any zone's clocks.

    Raises:
        BadInput: at `to`.
    """
    if not begin < end <= begin + LONGEST:
        raise BadInput.at("to", f"must be later than from, by {LONGEST.days} days at most")
    found = Hours(begin.astimezone(UTC), end.astimezone(UTC))
    cells = _Cells(found.begin)
    _count_written(session, found, cells, which)
    _count_ahead(session, found, cells, which)
    ranked = sorted(cells.values(), key=lambda one: (one.at, one.first_at, one.schedule_id))
    for one in ranked:
        found.totals.setdefault(one.at, Tally()).add(one.tally)
    found.complete &= len(ranked) <= CELLS
    found.cells = ranked[:CELLS]
    found.schedules = _named(session, {one.schedule_id for one in found.cells} | set(found.too_often))
    return found


def _named(session: Session, schedule_ids: Collection[int]) -> Sequence[Schedule]:
    query = select(Schedule).where(Schedule.id.in_(schedule_ids)).order_by(Schedule.id)
    return session.scalars(query.options(joinedload(Schedule.script), selectinload(Schedule.calendars))).all()


def by_day(session: Session, schedule_id: int, begin: datetime, end: datetime, zone: ZoneInfo) -> dict[date, Tally]:
    """What the ledger says of one schedule by the days of `zone`, all of it, however often the schedule is due."""
    found: dict[date, Tally] = {}
    for _, first_at, tally in _tallies(
        session, _rows(begin, end).where(Occurrence.schedule_id == schedule_id), _quarter
    ):
        found.setdefault(first_at.astimezone(zone).date(), Tally()).add(tally)
    return found


def _count_written(session: Session, found: Hours, cells: _Cells, which: Which) -> None:
    """From the ledger, latest first: what is long past is left out where there is too much."""
    rows = _rows(found.begin, found.end).order_by(Occurrence.due_at.desc()).limit(_ROWS)
    if chosen := which.schedules():
        rows = rows.where(Occurrence.schedule_id.in_(select(Schedule.id).where(*chosen)))
    counted = 0
    for schedule_id, first_at, tally in _tallies(session, rows, lambda minute: minute >= found.begin.minute):
        cells.add(schedule_id, first_at, tally)
        counted += tally.outcomes.total()
    found.complete &= counted < _ROWS


def _rows(begin: datetime, end: datetime) -> _Rows:
    columns = (Occurrence.schedule_id, Occurrence.due_at, Occurrence.outcome, Occurrence.job_id)
    return select(*columns).where(Occurrence.due_at >= begin, Occurrence.due_at < end)


def _tallies(session: Session, rows: _Rows, part: _Part) -> Iterator[tuple[int, datetime, Tally]]:
    """Whose, the earliest due time and what became of them: counted in the database by hour and `part` of the hour.
    Both kinds of database show a moment as 2026-11-22 12:34:56, and can cut that."""
    row = rows.subquery()
    shown = type_coerce(row.c.due_at, String)
    minute = cast(func.substr(shown, 15, 2), Integer)
    failed = func.sum(case((Job.status.in_(_BROKEN), 1), else_=0))
    query = (
        select(row.c.schedule_id, func.min(row.c.due_at), row.c.outcome, func.count(), failed)
        .outerjoin(Job, Job.id == row.c.job_id)
        .group_by(row.c.schedule_id, row.c.outcome, func.substr(shown, 1, 13), part(minute))
    )
    for schedule_id, first_at, outcome, count, broken in session.execute(query):
        yield schedule_id, first_at, Tally(Counter({Outcome(outcome): count}), int(broken or 0))


def _quarter(minute: ColumnElement[int]) -> ColumnElement[int]:
    """Days begin at one, by the clocks of whatever zone."""
    return case((minute >= 45, 3), (minute >= 30, 2), (minute >= 15, 1), else_=0)


def _count_ahead(session: Session, found: Hours, cells: _Cells, which: Which) -> None:
    """What the planner will write, by the function by which it does; schedules that say the same are asked once."""
    left, until = _TIMES, found.end - timedelta.resolution
    for alike in _alike(session, found, which):
        after = max(min(one.cursor for one in alike), found.begin - timedelta.resolution)
        most = min(_TIMES_OF_ONE, left) + 1
        try:
            times = list(Timing.of(alike[0]).due_times(after, until=until, count=most))
        except BadInput:
            continue  # it cannot be planned; wherever it is shown, it says why
        except Exception:
            log.exception("schedule.cannot_be_shown", schedule=alike[0].id)
            continue
        left -= len(times)
        if left < 0:
            found.complete = False
            return
        if len(times) > _TIMES_OF_ONE:
            found.too_often += [one.id for one in alike]
            continue
        for one in alike:
            for due_at in times[bisect_right(times, one.cursor) :]:
                cells.add(one.id, due_at, Tally(Counter({Outcome.PLANNED: 1})))


def _alike(session: Session, found: Hours, which: Which) -> Collection[Sequence[Schedule]]:
    ahead = select(Schedule).where(Schedule.enabled, Schedule.next_at < found.end, *which.schedules())
    schedules = session.scalars(ahead.order_by(Schedule.next_at, Schedule.id).limit(_SCHEDULES)).all()
    found.complete &= len(schedules) < _SCHEDULES
    groups: dict[object, list[Schedule]] = {}
    for one in schedules:
        told = (one.kind, one.cron, one.zone, one.every_s, one.epoch, one.at, one.starts_at, one.ends_at)
        groups.setdefault(told, []).append(one)
    return groups.values()
