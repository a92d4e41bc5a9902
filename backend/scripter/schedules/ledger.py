"""The ledger: every due time is one row, planned a little ahead, fired at its second, and always accounted for.

`firing` fires. Any number of processes may do so at once: whoever fires locks the schedules whose runs he settles, and
a row is settled by whoever changes it from `planned`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session, selectinload

from scripter.jobs import service as jobs
from scripter.jobs.models import Job
from scripter.jobs.restrictions import Restricted
from scripter.jobs.service import Started, Wish
from scripter.jobs.states import FINAL
from scripter.lib.clock import iso
from scripter.lib.db import changed_rows
from scripter.lib.errors import Conflict, ScripterError, TooMany
from scripter.schedules import pauses, planner, policies
from scripter.schedules.backfill import is_filling
from scripter.schedules.models import CatchUp, ClockTick, Code, Occurrence, Outcome, Overlap, Schedule
from scripter.schedules.policies import Deed, Rest, Verdict
from scripter.scripts.models import Script

# Bound of one transaction: short enough that those behind it are not late because of it.
AT_ONCE = 500
# Of one schedule: after a downtime it may have many.
_OF_ONE = 100
_RUNS = frozenset({Outcome.RAN, Outcome.CAUGHT_UP})


@dataclass(frozen=True, slots=True)
class Round:
    """What one call of `fire` has done. `behind`: of some schedule not every due time has its row yet."""

    settled: int = 0
    behind: bool = False


class _Row(NamedTuple):
    """What is needed of an occurrence to settle it; as objects, ten thousand of them would take a second."""

    id: int
    schedule_id: int
    due_at: datetime
    planned_at: datetime


@dataclass(slots=True)
class _Settled:
    """What becomes of one occurrence."""

    row: _Row
    verdict: Verdict
    job_id: int | None = None


@dataclass(slots=True)
class _Case:
    """One schedule with its runs that are due, in the order of their start, and its jobs that have not ended; those of
    a backfill (`filling`: there are some) are not among them."""

    schedule: Schedule
    runs: list[_Settled]
    live: list[Job | Started] = field(default_factory=list)
    filling: bool = False


def next_start(session: Session) -> datetime | None:
    """When the next planned run is to start, perhaps in the past; None while none is planned."""
    return session.scalar(
        select(Occurrence.planned_at)
        .where(Occurrence.outcome == Outcome.PLANNED)
        .order_by(Occurrence.planned_at)
        .limit(1)
    )


def fire(
    session: Session,
    now: datetime,
    *,
    most: int = AT_ONCE,
    only: int | None = None,
    written: Callable[[], datetime] | None = None,
) -> Round:
    """Settle runs that were to start by `now`, the earliest first: start their jobs, or write down why not.

    Not those of schedules that somebody else holds at this moment. `most`: of how many runs at most; `only`: of this
    schedule; `written`: tells the time at which rows are written, `now` unless given.
    """
    schedules = _held(session, _due(session, now, most, only))
    planner.plan_these(session, [one for one in schedules if planner.is_behind(one, now)], now)
    whole = [one for one in schedules if not planner.is_behind(one, now)]
    cases = _cases(session, whole, now)
    _start_all(session, cases)
    settled = [run for one in cases for run in one.runs]
    _write(session, settled, written() if written else now)
    return Round(len(settled), len(whole) < len(schedules))


def give_up(session: Session, schedule_id: int, now: datetime, reason: str) -> None:
    """Account for the due runs of a schedule that could not even be settled, so that they are not tried for ever."""
    due = (Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at <= now)
    broken = update(Occurrence).where(Occurrence.schedule_id == schedule_id, *due)
    told = {"outcome": Outcome.SKIPPED, "reason_code": Code.FAILED_TO_START, "reason": reason}
    session.execute(broken.values(**told))


def due_schedules(session: Session, now: datetime) -> list[int]:
    """The schedules that have runs to be settled."""
    due = (Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at <= now)
    return list(session.scalars(select(Occurrence.schedule_id).where(*due).distinct()))


def record_tick(session: Session, at: datetime) -> None:
    """The clock has ticked."""
    ticked = update(ClockTick).where(ClockTick.id == ClockTick.ONLY).values(at=at)
    if changed_rows(session, ticked) == 0:
        session.execute(planner.insert_new(ClockTick).values(id=ClockTick.ONLY, at=at))


def _due(session: Session, now: datetime, most: int, only: int | None) -> Collection[int]:
    """The schedules of the next runs that are due; those that can be settled first, since what a downtime has left
    behind stands in front of all others and may have to be planned for long."""
    due = [Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at <= now]
    if only is not None:
        due.append(Occurrence.schedule_id == only)
    query = select(Occurrence.schedule_id).where(*due).order_by(Occurrence.planned_at, Occurrence.id).limit(most)
    whole = Schedule.next_at.is_(None) | (Schedule.next_at > now)
    ready = query.join(Schedule, Schedule.id == Occurrence.schedule_id).where(whole)
    return set(session.scalars(ready)) or set(session.scalars(query))


def _held(session: Session, schedule_ids: Collection[int]) -> Sequence[Schedule]:
    """Those of the schedules that nobody else holds, held until the end of the transaction."""
    script = selectinload(Schedule.script).joinedload(Script.image)
    query = select(Schedule).where(Schedule.id.in_(schedule_ids)).order_by(Schedule.id)
    held = query.options(script, selectinload(Schedule.calendars)).with_for_update(skip_locked=True)
    return session.scalars(held).all() if schedule_ids else ()


def _cases(session: Session, schedules: Sequence[Schedule], now: datetime) -> list[_Case]:
    """The schedules with what is to be settled of them, and judged as far as that goes without starting anything."""
    ids = [one.id for one in schedules]
    due = (Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at <= now, Occurrence.schedule_id.in_(ids))
    columns = (Occurrence.id, Occurrence.schedule_id, Occurrence.due_at, Occurrence.planned_at)
    query = select(*columns).where(*due).order_by(Occurrence.planned_at, Occurrence.id)
    rows = [_Row(*one) for one in session.execute(query)] if ids else []
    if not rows:
        return []
    off, live = pauses.rests(session, ids, rows[0].planned_at), jobs.live_of(session, ids)
    of_one: dict[int, list[_Row]] = {}
    for row in rows:
        of_one.setdefault(row.schedule_id, []).append(row)
    return [
        _case(one, _judged(one, of_one[one.id], now, off[one.id]), live.get(one.id, ()))
        for one in schedules
        if one.id in of_one
    ]


def _case(schedule: Schedule, runs: list[_Settled], live: Sequence[Job]) -> _Case:
    own: list[Job | Started] = [job for job in live if not is_filling(job)]
    return _Case(schedule, runs, own, filling=len(own) < len(live))


def _judged(schedule: Schedule, rows: Sequence[_Row], now: datetime, off: Sequence[Rest]) -> list[_Settled]:
    ended = schedule.ends_at is not None and schedule.ends_at < now
    closed, wanted = planner.blackouts(schedule), planner.lateness(schedule)
    verdicts = policies.judged([row.planned_at for row in rows], now, wanted, off, closed, ended=ended)
    # Those that are left over are judged again in the next round, and not otherwise: only later ones count for them.
    return [_Settled(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)][:_OF_ONE]


def _start_all(session: Session, cases: Sequence[_Case]) -> None:
    """Start what is to run: of each schedule one after the other, since each counts for the next."""
    waiting = [(one, iter([run for run in one.runs if run.verdict.outcome in _RUNS])) for one in cases]
    while waiting:
        turn = [(one, runs, run) for one, runs in waiting if (run := next(runs, None)) is not None]
        wishes = [(one, run, wish) for one, _, run in turn if (wish := _wish(one, run)) is not None]
        # Who was to start first comes first into the line.
        wishes.sort(key=lambda each: (each[1].row.planned_at, each[1].row.id))
        for (one, run, wish), made in zip(wishes, jobs.start_all(session, [w for _, _, w in wishes]), strict=True):
            _note_start(session, one, run, wish, made)
        waiting = [(one, runs) for one, runs, _ in turn]


def _wish(one: _Case, run: _Settled) -> Wish | None:
    """The job that this run wants; None if it wants none because of those that have not ended."""
    schedule, row = one.schedule, run.row
    catching_up_all = run.verdict.outcome is Outcome.CAUGHT_UP and schedule.catch_up == CatchUp.ALL
    overlap = Overlap(schedule.overlap)
    deed = policies.beside(
        overlap, schedule.overlap_limit, len(one.live), catching_up_all=catching_up_all, filling=one.filling
    )
    if deed is Deed.SKIP:
        run.verdict = Verdict(Outcome.SKIPPED, Code.OVERLAP, _in_the_way(one))
        return None
    return Wish(
        script=schedule.script,
        schedule_id=schedule.id,
        due_at=row.due_at,
        idempotency_key=f"schedule:{schedule.id}:{iso(row.due_at)}",
        arguments=schedule.arguments,
        environment=schedule.environment,
        priority=schedule.priority,
        in_turn=deed in (Deed.START_IN_TURN, Deed.REPLACE),
        fails=_in_the_way(one) if deed is Deed.FAIL else None,
        replaces=[job.id for job in one.live] if deed is Deed.REPLACE else (),
    )


def _stopped(session: Session, job_id: int) -> bool:
    """Stop a job for the sake of a newer one; True if it has ended by that."""
    job = session.get_one(Job, job_id)
    with suppress(Conflict):  # it ended by itself just now
        jobs.cancel(session, job, by=None)
    return job.status in FINAL


def _note_start(session: Session, one: _Case, run: _Settled, wish: Wish, made: Started | ScripterError) -> None:
    """Jobs are stopped for the sake of a newer one only where that could be started."""
    if isinstance(made, ScripterError):
        run.verdict = Verdict(Outcome.SKIPPED, _code(made), made.message[:500])
        return
    run.job_id = made.id
    if wish.fails:
        run.verdict = Verdict(Outcome.SKIPPED, Code.OVERLAP, wish.fails)
        return
    if wish.replaces:
        one.live = [job for job in one.live if job.id != made.id and not _stopped(session, job.id)]
    one.live.append(made)


def _in_the_way(one: _Case) -> str:
    first = one.live[0]
    others = f" and {len(one.live) - 1} more" if len(one.live) > 1 else ""
    due = f", due at {first.due_at:%Y-%m-%d %H:%M} UTC," if first.due_at else ""
    return f"Job {first.id}{due}{others} of this schedule had not ended."


def _code(error: ScripterError) -> Code:
    if isinstance(error, Restricted):
        return Code.RESTRICTION
    return Code.LIMIT if isinstance(error, TooMany) else Code.FAILED_TO_START


def _write(session: Session, settled: Sequence[_Settled], at: datetime) -> None:
    """One statement for all that came to the same.

    Raises:
        Conflict: somebody else has settled one of them, who cannot hold its schedule; nothing of this may stay then.
    """
    alike: dict[Verdict, list[_Settled]] = {}
    for one in settled:
        alike.setdefault(one.verdict, []).append(one)
    for verdict, group in alike.items():
        planned = update(Occurrence).where(Occurrence.id.in_([one.row.id for one in group]))
        written = planned.where(Occurrence.outcome == Outcome.PLANNED).values(
            outcome=verdict.outcome, reason_code=verdict.code, reason=verdict.reason, **_of_each(group, verdict, at)
        )
        if changed_rows(session, written.execution_options(synchronize_session=False)) != len(group):
            raise Conflict("A run was settled by somebody else. Try again.")


def _of_each(group: Sequence[_Settled], verdict: Verdict, at: datetime) -> dict[str, object]:
    """What differs among those that came to the same."""
    job_ids = {one.row.id: one.job_id for one in group if one.job_id is not None}
    found: dict[str, object] = {"job_id": case(job_ids, value=Occurrence.id)} if job_ids else {}
    if verdict.outcome in _RUNS:
        late = {one.row.id: (at - one.row.planned_at) // timedelta(milliseconds=1) for one in group}
        same = set(late.values())
        found |= {"fired_at": at, "late_ms": same.pop() if len(same) == 1 else case(late, value=Occurrence.id)}
    return found
