"""The ledger: every due time is one row, planned a little ahead, fired at its second, and always accounted for.

`service` plans after each change and `tasks` every minute; `firing` fires. Any number of processes may do so at once:
planners lock the schedules that they plan, the database refuses a second row for the same due time, and a row is fired
by whoever changes it from `planned`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

import structlog
from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.orm import Session

from scripter.jobs import service as jobs
from scripter.jobs.models import Job
from scripter.jobs.states import Trigger
from scripter.lib.clock import iso
from scripter.lib.db import Base, changed_rows
from scripter.lib.errors import BadInput, ScripterError
from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times
from scripter.schedules.models import ClockTick, Occurrence, Outcome, Schedule
from scripter.schedules.zones import zone_of

log = structlog.get_logger(__name__)

# How far ahead rows are written: two ticks may be lost without anything coming late.
AHEAD = timedelta(minutes=3)
# Up to here a run counts as punctual; later it has to be caught up.
PUNCTUAL = timedelta(minutes=1)
# After a downtime the newest due time still runs if it is not older than this, and all older ones are missed.
# A day: long enough that last night's backup still runs after a morning's repair.
CATCH_UP_WINDOW = timedelta(hours=24)

# Bounds of one transaction, so that a long downtime or many schedules do not hold locks for long.
_TIMES_AT_ONCE = 2000
_SCHEDULES_AT_ONCE = 200
_REST = timedelta(hours=1)

_REPLACED = "Scripter was not running at this time; a later run takes its place."
_TOO_OLD = "Scripter was not running at this time, and came back more than 24 hours later."
_CAUGHT_UP = "Scripter was not running at the due time; this run was caught up."
_SWITCHED_OFF = "The schedule was switched off before this run could start."


def verdict(due_at: datetime, now: datetime, *, replaced: bool) -> tuple[Outcome, str | None]:
    """What should become of this due time if it is dealt with at `now`, and why; `planned` while it lies ahead.

    `replaced` says that a later time of the same schedule is due as well.
    """
    late = now - due_at
    if late < timedelta(0):
        return Outcome.PLANNED, None
    if late <= PUNCTUAL:
        return Outcome.RAN, None
    if replaced:
        return Outcome.MISSED, _REPLACED
    if late > CATCH_UP_WINDOW:
        return Outcome.MISSED, _TOO_OLD
    return Outcome.CAUGHT_UP, _CAUGHT_UP


def plan(session: Session, now: datetime) -> bool:
    """Write the occurrences of the next minutes, and those that a downtime left out. True: call again for more."""
    waiting = (
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_at <= now + AHEAD)
        .order_by(Schedule.next_at)
        .limit(_SCHEDULES_AT_ONCE)
        .with_for_update()
    )
    schedules = session.scalars(waiting).all()
    for schedule in schedules:
        try:
            plan_one(session, schedule, now)
        except BadInput as error:
            # Only after an update of the rules: a zone that was renamed. It must not stop its neighbours.
            log.error("schedule.cannot_be_planned", schedule=schedule.id, error=error.message)
            schedule.next_at = now + AHEAD + _REST
    session.flush()
    return len(schedules) == _SCHEDULES_AT_ONCE or any(_is_due(schedule, now + AHEAD) for schedule in schedules)


def plan_one(session: Session, schedule: Schedule, now: datetime) -> None:
    """Move the cursor of this schedule, which the caller has locked, up to a little after `now`."""
    cron, zone = Cron.parse(schedule.cron), zone_of(schedule.zone)
    horizon = max(now + AHEAD, schedule.cursor)
    times = list(due_times(cron, zone, schedule.cursor, until=horizon, count=_TIMES_AT_ONCE))
    if times:
        _write(session, schedule, times, now)
    schedule.cursor = horizon if len(times) < _TIMES_AT_ONCE else times[-1]
    schedule.next_at = next(due_times(cron, zone, schedule.cursor, count=1), None)


def start_over(session: Session, schedule: Schedule, now: datetime) -> None:
    """Plan anew from `now` on by what the schedule says now; what was planned by its old words is withdrawn."""
    ahead = (Occurrence.schedule_id == schedule.id, Occurrence.outcome == Outcome.PLANNED, Occurrence.due_at > now)
    session.execute(delete(Occurrence).where(*ahead))
    schedule.cursor, schedule.next_at = now, None
    if schedule.enabled:
        plan_one(session, schedule, now)
    session.flush()


def upcoming(session: Session, limit: int) -> list[tuple[int, datetime]]:
    """The next occurrences that wait to be fired, by id and due time, earliest first; some may be due already."""
    query = select(Occurrence.id, Occurrence.due_at).where(Occurrence.outcome == Outcome.PLANNED)
    rows = session.execute(query.order_by(Occurrence.due_at, Occurrence.id).limit(limit))
    return [(row.id, row.due_at) for row in rows]


def fire(session: Session, occurrence_id: int, now: datetime) -> Job | None:
    """Settle a due occurrence: start its job, or write down why not. Harmless if somebody else has done so already."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is None or occurrence.outcome != Outcome.PLANNED:
        return None
    schedule = session.get_one(Schedule, occurrence.schedule_id)
    outcome, reason = verdict(occurrence.due_at, now, replaced=_is_replaced(session, occurrence, schedule, now))
    if outcome in (Outcome.RAN, Outcome.CAUGHT_UP) and not schedule.enabled:
        outcome, reason = Outcome.SKIPPED, _SWITCHED_OFF
    if outcome == Outcome.PLANNED or not _settle(session, occurrence, outcome, reason):
        return None
    return None if outcome in (Outcome.MISSED, Outcome.SKIPPED) else _start(session, schedule, occurrence, now)


def give_up(session: Session, occurrence_id: int, reason: str) -> None:
    """Account for an occurrence that could not even be settled, so that it is not tried for ever."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is not None:
        _settle(session, occurrence, Outcome.SKIPPED, reason)


def record_tick(session: Session, at: datetime) -> None:
    """The clock has ticked."""
    ticked = update(ClockTick).where(ClockTick.id == ClockTick.ONLY).values(at=at)
    if changed_rows(session, ticked) == 0:
        session.execute(_insert_new(ClockTick).values(id=ClockTick.ONLY, at=at))


def last_of(session: Session, schedule_ids: Collection[int]) -> dict[int, Occurrence]:
    """The newest settled occurrence of each of these schedules, by schedule id."""
    settled = (Occurrence.schedule_id.in_(schedule_ids), Occurrence.outcome != Outcome.PLANNED)
    newest = (
        select(Occurrence.schedule_id, func.max(Occurrence.due_at).label("due_at"))
        .where(*settled)
        .group_by(Occurrence.schedule_id)
        .subquery()
    )
    same = (Occurrence.schedule_id == newest.c.schedule_id) & (Occurrence.due_at == newest.c.due_at)
    return {one.schedule_id: one for one in session.scalars(select(Occurrence).join(newest, same))}


def _write(session: Session, schedule: Schedule, times: list[datetime], now: datetime) -> None:
    """One row per time. A row that exists already stays as it is: a clock that was set back plans nothing twice."""
    rows = [
        {"schedule_id": schedule.id, "due_at": due_at, "outcome": outcome, "reason": reason}
        for due_at, (outcome, reason) in zip(times, _first_outcomes(times, now), strict=True)
    ]
    session.execute(_insert_new(Occurrence), rows)


def _insert_new(row: type[Base]) -> Insert:
    """An INSERT that leaves out what is there already."""
    statement = insert(row).prefix_with("OR IGNORE", dialect="sqlite")
    return statement.prefix_with("IGNORE", dialect="mysql").prefix_with("IGNORE", dialect="mariadb")


def _first_outcomes(times: list[datetime], now: datetime) -> list[tuple[Outcome, str | None]]:
    """What a downtime has left behind for good is missed at once; all else is for the firing to settle."""
    judged = [verdict(one, now, replaced=later <= now) for one, later in pairwise([*times, now + AHEAD])]
    return [one if one[0] == Outcome.MISSED else (Outcome.PLANNED, None) for one in judged]


def _is_replaced(session: Session, occurrence: Occurrence, schedule: Schedule, now: datetime) -> bool:
    if _is_due(schedule, now):
        return True
    later = (Occurrence.due_at > occurrence.due_at, Occurrence.due_at <= now)
    query = select(Occurrence.id).where(Occurrence.schedule_id == occurrence.schedule_id, *later)
    return session.scalar(query.limit(1)) is not None


def _is_due(schedule: Schedule, now: datetime) -> bool:
    return schedule.next_at is not None and schedule.next_at <= now


def _settle(session: Session, occurrence: Occurrence, outcome: Outcome, reason: str | None) -> bool:
    """Give it this outcome if it is still planned; True for exactly one caller."""
    planned = update(Occurrence).where(Occurrence.id == occurrence.id, Occurrence.outcome == Outcome.PLANNED)
    return changed_rows(session, planned.values(outcome=outcome, reason=reason)) == 1


def _start(session: Session, schedule: Schedule, occurrence: Occurrence, now: datetime) -> Job | None:
    try:
        with session.begin_nested():
            job = jobs.start(
                session,
                schedule.script,
                trigger=Trigger.SCHEDULE,
                arguments=schedule.arguments,
                schedule_id=schedule.id,
                due_at=occurrence.due_at,
                idempotency_key=f"schedule:{schedule.id}:{iso(occurrence.due_at)}",
            )
    except ScripterError as error:
        occurrence.outcome, occurrence.reason = Outcome.SKIPPED, error.message[:500]
        return None
    occurrence.job_id, occurrence.fired_at = job.id, now
    occurrence.late_ms = (now - occurrence.due_at) // timedelta(milliseconds=1)
    return job
