"""Backfill: runs of a past window that never took place, made up for because somebody asks for it. Used by the API;
`ledger` asks which jobs are of one.

Only due times whose outcome is missed or skipped, or that have no row at all (the schedule is younger), are filled:
what ran is not run again, however often the same window is asked for. The jobs of a window follow each other; all of
them are started, or none. What is due meanwhile runs by itself, and does not wait for the end of the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.jobs import service as jobs
from scripter.jobs.models import Job
from scripter.jobs.service import Wish
from scripter.lib import clock
from scripter.lib.clock import iso
from scripter.lib.db import changed_rows
from scripter.lib.errors import BadInput, Conflict, ScripterError
from scripter.schedules import pauses, planner
from scripter.schedules.blackouts import covering
from scripter.schedules.models import Code, Occurrence, Outcome, Overlap, Schedule
from scripter.schedules.timing import Timing
from scripter.scripts import service as scripts

# How many runs one call may start: each of them is a container.
MOST = 100
# As far as a window is looked through; a line for each minute has this many due times in a week.
_MOST_TIMES = 10_080
_TICK = timedelta(microseconds=1)
_FILLED = (Outcome.MISSED, Outcome.SKIPPED)


class Gap(NamedTuple):
    """One due time of the window. `was` is None where it has no row; `fill`: it is to be made up for."""

    due_at: datetime
    was: Outcome | None
    reason: str | None
    fill: bool


class Window(NamedTuple):
    """The due times of a window, rising, and how many of them are to be made up for."""

    gaps: list[Gap]
    runs: int


def look(session: Session, schedule: Schedule, since: datetime, until: datetime) -> Window:
    """What a backfill from `since` to `until` (both included) would do. Changes nothing.

    Raises:
        BadInput: at `from` or `to`: the window is no window, not past, or has more due times than are looked at.
    """
    if until < since:
        raise BadInput.at("to", "must not be before from")
    if until > clock.now():
        raise BadInput.at("to", "must not lie in the future: what is still due runs by itself")
    times = list(islice(Timing.of(schedule).due_times(since - _TICK, until=until), _MOST_TIMES + 1))
    if len(times) > _MOST_TIMES:
        raise BadInput.at("from", f"more than {_MOST_TIMES} due times lie in this window; choose a shorter one")
    rows = _rows(session, schedule, since, until)
    gaps = [_gap(due_at, rows.get(due_at)) for due_at in times]
    return Window(gaps, sum(one.fill for one in gaps))


def fill(
    session: Session, schedule: Schedule, since: datetime, until: datetime, *, by: User | None
) -> list[Occurrence]:
    """Start a job for each gap of the window, the oldest first; gives their rows in the ledger.

    Raises:
        BadInput: as `look` does, or at `from`: more than `MOST` runs.
        Conflict: nothing may start at present, or somebody else has filled one of them at this moment.
        ScripterError: one of the jobs cannot be started, and so none is.
    """
    session.refresh(schedule, with_for_update=True)  # who plans or fires it waits
    window = look(session, schedule, since, until)
    if window.runs > MOST:
        raise BadInput.at("from", f"{window.runs} runs would start; at most {MOST} at once: choose a shorter window")
    now = clock.now()
    _check_open(session, schedule, now)
    gaps = [one for one in window.gaps if one.fill]
    for gap, made in zip(gaps, jobs.start_all(session, _wishes(schedule, gaps)), strict=True):
        if isinstance(made, ScripterError):
            raise made
        _write(session, schedule, gap, made.id, now, by)
    detail = {"script": schedule.script_id, "from": iso(since), "to": iso(until), "runs": len(gaps)}
    note(session, by, Tag.SCHEDULE_BACKFILL, target=f"schedule:{schedule.id}", detail=detail)
    filled = _rows(session, schedule, since, until)
    return [filled[one.due_at] for one in gaps]


def is_filling(job: Job) -> bool:
    """Whether a backfill started this job of a schedule."""
    return job.schedule_id is not None and job.due_at is not None and jobs.is_of(job, _key(job.schedule_id, job.due_at))


def _rows(session: Session, schedule: Schedule, since: datetime, until: datetime) -> dict[datetime, Occurrence]:
    within = (Occurrence.schedule_id == schedule.id, Occurrence.due_at >= since, Occurrence.due_at <= until)
    query = select(Occurrence).where(*within).execution_options(populate_existing=True)
    return {row.due_at: row for row in session.scalars(query)}


def _gap(due_at: datetime, row: Occurrence | None) -> Gap:
    if row is None:
        return Gap(due_at, None, None, fill=True)
    return Gap(due_at, Outcome(row.outcome), row.reason, fill=row.outcome in _FILLED)


def _check_open(session: Session, schedule: Schedule, now: datetime) -> None:
    """Where nothing is to start at all, nobody starts a hundred jobs."""
    if None in pauses.lasting(session, ()):
        raise Conflict("All schedules are paused. Resume them first.")
    for blackout in planner.blackouts(schedule):
        if words := covering(blackout.periods, blackout.zone, now):
            raise Conflict(f"Nothing of this schedule starts at present. {words}")


def _wishes(schedule: Schedule, gaps: Sequence[Gap]) -> list[Wish]:
    """One after the other, unless jobs of this schedule may run beside each other anyway; behind what is due now."""
    own = schedule.script.priority if schedule.priority is None else schedule.priority
    return [
        Wish(
            script=schedule.script,
            schedule_id=schedule.id,
            due_at=gap.due_at,
            idempotency_key=_key(schedule.id, gap.due_at),
            arguments=schedule.arguments,
            environment=schedule.environment,
            priority=max(own - 1, scripts.PRIORITIES[0]),
            in_turn=schedule.overlap != Overlap.ALLOW,
            as_one=True,
        )
        for gap in gaps
    ]


def _key(schedule_id: int, due_at: datetime) -> str:
    """A job that failed because another ran had the key of its due time."""
    return f"backfill:{schedule_id}:{iso(due_at)}"


def _write(session: Session, schedule: Schedule, gap: Gap, job_id: int, now: datetime, by: User | None) -> None:
    """Into the row of the due time, or a new one. How late it is says nothing of the clock, and is left out."""
    told = {
        "outcome": Outcome.CAUGHT_UP,
        "reason_code": Code.BACKFILL,
        "reason": _reason(gap, now, by)[:500],
        "job_id": job_id,
        "fired_at": now,
        "late_ms": None,
    }
    if gap.was is None:
        row = {"schedule_id": schedule.id, "due_at": gap.due_at, "planned_at": gap.due_at, **told}
        written = changed_rows(session, planner.insert_new(Occurrence).values(**row))
    else:
        same = (Occurrence.schedule_id == schedule.id, Occurrence.due_at == gap.due_at, Occurrence.outcome == gap.was)
        written = changed_rows(session, update(Occurrence).where(*same).values(**told))
    if written != 1:
        raise Conflict("Somebody else has just dealt with a run of this window. Look again.")


def _reason(gap: Gap, now: datetime, by: User | None) -> str:
    who = f" by {by.name}" if by else ""
    was = f" It was {gap.was.value}: {gap.reason}" if gap.was and gap.reason else ""
    return f"Filled in{who} on {now:%Y-%m-%d at %H:%M} UTC.{was}"
