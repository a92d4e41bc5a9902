"""The planner: writes a row for every due time a little ahead, and for those that a downtime has left out.

`service` plans after each change, `tasks` every minute, `ledger` what it finds missing. Any number may do so at once:
they lock the schedules that they plan, and the database refuses a second row for the same due time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Insert, SQLColumnExpression, case, delete, insert, select, update
from sqlalchemy.orm import Session, selectinload

from scripter.lib.db import Base
from scripter.lib.errors import BadInput
from scripter.schedules import policies
from scripter.schedules.models import CatchUp, ClockTick, Kind, Occurrence, Outcome, Schedule
from scripter.schedules.pauses import rests
from scripter.schedules.policies import Blackout, Lateness, Rest, Verdict
from scripter.schedules.timing import Timing
from scripter.schedules.zones import zone_of

log = structlog.get_logger(__name__)

# How far ahead rows are written: two ticks may be lost without anything coming late.
AHEAD = timedelta(minutes=3)
# Bounds of one transaction, so that a long downtime or many schedules do not hold locks for long.
_TIMES_AT_ONCE = 2000
_ROWS_AT_ONCE = 5000
_SCHEDULES_AT_ONCE = 200
_REST = timedelta(hours=1)
# Whoever has been planned up to so little ago goes before those that a downtime has left behind, which take long.
_FRESH = timedelta(minutes=2)


def plan(session: Session, now: datetime) -> bool:
    """Write the occurrences of the next minutes, and those that a downtime left out. True: call again for more."""
    old = now - _FRESH
    schedules = _waiting(session, _SCHEDULES_AT_ONCE, Schedule.next_at, Schedule.next_at > old, now)
    if len(schedules) < _SCHEDULES_AT_ONCE:
        # One after the other to its end: what is behind cannot be fired, and must not be so for longer than it has to.
        room = _SCHEDULES_AT_ONCE - len(schedules)
        schedules += _waiting(session, room, Schedule.next_at.desc(), Schedule.next_at <= old, now)
    plan_these(session, schedules, now)
    return len(schedules) == _SCHEDULES_AT_ONCE or any(is_behind(one, now + AHEAD) for one in schedules)


def _waiting(
    session: Session, most: int, order: SQLColumnExpression[Any], which: ColumnElement[bool], now: datetime
) -> list[Schedule]:
    """Schedules that are to be planned, held until the end of the transaction."""
    waiting = select(Schedule).where(Schedule.next_at <= now + AHEAD, which).order_by(order).limit(most)
    # What others plan or change at this moment is theirs.
    held = waiting.options(selectinload(Schedule.calendars)).with_for_update(skip_locked=True)
    return list(session.scalars(held))


def plan_these(session: Session, schedules: Sequence[Schedule], now: datetime) -> None:
    """Move the cursors of these schedules, which the caller has locked, up to a little after `now`, or on the way
    there: `is_behind` tells."""
    if not schedules:
        return
    off = rests(session, [one.id for one in schedules], min(one.cursor for one in schedules))
    rows: list[dict[str, Any]] = []
    for schedule in schedules:
        rows += _advanced(schedule, now, off[schedule.id])
        if len(rows) >= _ROWS_AT_ONCE:
            break
    if rows:
        # A row that exists already stays as it is: a clock that was set back plans nothing twice.
        session.execute(insert_new(Occurrence), rows)
    session.flush()


def start_over(session: Session, schedule: Schedule, now: datetime) -> None:
    """Plan anew from `now` on by what the schedule says now; what was planned by its old words is withdrawn."""
    ahead = (Occurrence.schedule_id == schedule.id, Occurrence.outcome == Outcome.PLANNED, Occurrence.due_at > now)
    session.execute(delete(Occurrence).where(*ahead))
    schedule.cursor, schedule.next_at = now, None
    plan_these(session, [schedule], now)


def renew(session: Session, rules: str, now: datetime) -> bool:
    """Plan anew from `now` on what goes by the clocks of a time zone, if the rules of those have become newer. True: so
    they had. What came due before has its row by the old rules, under which it was due."""
    known = session.scalar(select(ClockTick).where(ClockTick.id == ClockTick.ONLY))
    if known is None or (known.rules is not None and known.rules >= rules):
        return False
    is_first, known.rules = known.rules is None, rules
    if is_first:
        return False
    local = (Schedule.kind == Kind.CRON, Schedule.zone != "UTC")
    again = (
        update(Schedule)
        .where(*local)
        .values(next_at=now, cursor=case((Schedule.cursor > now, now), else_=Schedule.cursor))
    )
    session.execute(again.execution_options(synchronize_session=False))
    ids = select(Schedule.id).where(*local)
    ahead = (Occurrence.outcome == Outcome.PLANNED, Occurrence.due_at > now, Occurrence.schedule_id.in_(ids))
    session.execute(delete(Occurrence).where(*ahead).execution_options(synchronize_session=False))
    return True


def finish(session: Session, schedule: Schedule, now: datetime) -> None:
    """See that every due time of this schedule up to `now` has its row, by what it says at present."""
    while is_behind(schedule, now):
        plan_these(session, [schedule], now)


def is_behind(schedule: Schedule, now: datetime) -> bool:
    """Whether a due time up to `now` has no row yet."""
    return schedule.next_at is not None and schedule.next_at <= now


def lateness(schedule: Schedule) -> Lateness:
    """Which of its runs are still wanted when they come late."""
    return Lateness(
        grace=timedelta(seconds=schedule.grace_s),
        catch_up=CatchUp(schedule.catch_up),
        window=timedelta(seconds=schedule.catch_up_window_s),
        cap=schedule.catch_up_cap,
    )


def blackouts(schedule: Schedule) -> list[Blackout]:
    """Its own and those of its calendars.

    Raises:
        BadInput: a zone that is no longer known.
    """
    found = [Blackout(one.periods, zone_of(one.zone)) for one in schedule.calendars]
    return [Blackout(schedule.blackouts, zone_of(schedule.zone)), *found] if schedule.blackouts else found


def insert_new(row: type[Base]) -> Insert:
    """An INSERT that leaves out what is there already."""
    statement = insert(row).prefix_with("OR IGNORE", dialect="sqlite")
    return statement.prefix_with("IGNORE", dialect="mysql").prefix_with("IGNORE", dialect="mariadb")


def _advanced(schedule: Schedule, now: datetime, off: Sequence[Rest]) -> list[dict[str, Any]]:
    """The rows of one schedule; none, and it is put off for an hour, if they cannot be worked out: it must not stop its
    neighbours. `service.preview_of` says why."""
    cursor = schedule.cursor
    try:
        return _advance(schedule, now, off)
    except BadInput as error:  # after an update of the rules: a zone that was renamed
        log.error("schedule.cannot_be_planned", schedule=schedule.id, error=error.message)
    except Exception:
        log.exception("schedule.cannot_be_planned", schedule=schedule.id)
    schedule.cursor, schedule.next_at = cursor, now + AHEAD + _REST
    return []


def _advance(schedule: Schedule, now: datetime, off: Sequence[Rest]) -> list[dict[str, Any]]:
    timing = Timing.of(schedule)
    horizon = max(now + AHEAD, schedule.cursor)
    times = list(timing.due_times(schedule.cursor, until=horizon, count=_TIMES_AT_ONCE))
    schedule.cursor = horizon if len(times) < _TIMES_AT_ONCE else times[-1]
    schedule.next_at = next(timing.due_times(schedule.cursor, count=1), None)
    starts = [policies.planned_at(schedule.id, one, schedule.jitter_s) for one in times]
    return [
        {
            "schedule_id": schedule.id,
            "due_at": due_at,
            "planned_at": start,
            "outcome": first.outcome,
            "reason_code": first.code,
            "reason": first.reason,
        }
        for due_at, start, first in zip(times, starts, _first_verdicts(schedule, starts, now, off), strict=True)
    ]


def _first_verdicts(
    schedule: Schedule, starts: Sequence[datetime], now: datetime, off: Sequence[Rest]
) -> list[Verdict]:
    """What a downtime has left behind for good is accounted for at once; all else is for the firing to settle."""
    if not starts or min(starts) > now:
        return [Verdict(Outcome.PLANNED)] * len(starts)
    due = sorted((number for number, start in enumerate(starts) if start <= now), key=lambda number: starts[number])
    ended = schedule.ends_at is not None and schedule.ends_at < now
    moments = [starts[number] for number in due]
    judged = policies.judged(moments, now, lateness(schedule), off, blackouts(schedule), ended=ended)
    for_good = {n: one for n, one in zip(due, judged, strict=True) if one.outcome in (Outcome.MISSED, Outcome.SKIPPED)}
    return [for_good.get(number, Verdict(Outcome.PLANNED)) for number in range(len(starts))]
