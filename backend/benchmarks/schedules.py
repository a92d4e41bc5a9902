"""How punctual schedules are, and what many of them cost: on an idle database of the testbed's MariaDB, no jobs run.

Lateness is taken from the rows of the ledger: from when a run was planned until its row was written."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

import testbed
from benchmarks import ground
from benchmarks.workload import figure, percentile
from scripter.config import Jobs
from scripter.context import Context
from scripter.jobs.models import Job, JobEvent
from scripter.lib import clock
from scripter.schedules import ledger, planner, service
from scripter.schedules.firing import Firing
from scripter.schedules.models import Occurrence, Outcome, Schedule

GROWTH = (1_000, 10_000, 100_000)
DUE = 10
AT_ONCE = 10_000
# All due in the same second, of which none is to be late because of the others.
TOGETHER = 300
# Of one schedule each, in an otherwise idle second.
IDLE = 60
ROUNDS = 7
_AFTER = timedelta(seconds=4)


def measure(services: testbed.Services) -> None:
    """Print the figures of planning, of firing, and of lateness."""
    with ground.empty(services.mariadb_url, Jobs(max_queued=2 * AT_ONCE)) as context:
        script_id = ground.add_script(context)
        _measure_lateness(context, script_id)
        _measure_together(context, script_id)
        _measure_firing(context, script_id)
        made = AT_ONCE
        for count in GROWTH:
            _clear(context, keep=min(count, made))
            _fill(context, script_id, max(0, count - made))
            made = max(count, made)
            figure(f"plan_{count}_ms", _plan_ms(context), "ms")
            figure(f"fire_of_{count}_ms", _fire_ms(context), "ms")


def _measure_lateness(context: Context, script_id: int) -> None:
    """Runs that come one by one, a tenth of a second apart, to a firing thread that sleeps meanwhile."""
    _fill(context, script_id, IDLE)
    begin = clock.now() + _AFTER
    _plan_rows(context, [begin + timedelta(milliseconds=100 * number) for number in range(IDLE)])
    late = _fired(context)
    figure("lateness_p50_ms", percentile(late, 0.5), "ms")
    figure("lateness_p99_ms", percentile(late, 0.99), "ms")


def _measure_together(context: Context, script_id: int) -> None:
    """A few hundred in one second, as at the full minute of a busy house."""
    _clear(context, keep=IDLE)
    _fill(context, script_id, TOGETHER - IDLE)
    _plan_rows(context, [clock.now() + _AFTER] * TOGETHER)
    late = _fired(context)
    figure("lateness_together_p50_ms", percentile(late, 0.5), "ms")
    figure("lateness_together_p99_ms", percentile(late, 0.99), "ms")


def _measure_firing(context: Context, script_id: int) -> None:
    """As many schedules as can be, all due in the same second; from then until the last row stands."""
    _clear(context, keep=TOGETHER)
    _fill(context, script_id, AT_ONCE - TOGETHER)
    _plan_rows(context, [clock.now() + _AFTER] * AT_ONCE)
    worked = time.process_time()
    late = _fired(context)
    figure("fire_10000_cpu_s", time.process_time() - worked, "s")
    figure("fire_10000_s", max(late) / 1000, "s")
    figure("fire_10000_p50_s", percentile(late, 0.5) / 1000, "s")


def _plan_ms(context: Context) -> float:
    """A round of the planner with a few schedules that are due, the middle one of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        with context.db.transaction() as session:
            ids = session.scalars(select(Schedule.id).limit(DUE)).all()
            now = clock.now()
            session.execute(update(Schedule).where(Schedule.id.in_(ids)).values(cursor=now, next_at=now))
        begun = time.perf_counter()
        context.db.run(lambda session: planner.plan(session, clock.now()))
        taken.append((time.perf_counter() - begun) * 1000)
    return percentile(taken, 0.5)


def _fire_ms(context: Context) -> float:
    """A round of the ledger with a few runs that are due, the middle one of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        _plan_rows(context, [clock.now()] * DUE)
        begun = time.perf_counter()
        done = context.db.run(lambda session: ledger.fire(session, clock.now()))
        taken.append((time.perf_counter() - begun) * 1000)
        if done.settled != DUE:
            raise RuntimeError(f"{done.settled} runs were settled, and {DUE} were due.")
    return percentile(taken, 0.5)


def _fired(context: Context) -> list[float]:
    """The lateness of all planned runs, in milliseconds, once a firing thread has settled them."""
    firing = Firing(context)
    firing.start()
    while _count(context, Outcome.PLANNED):
        time.sleep(0.5)  # rarely: who asks must not be what is measured
    firing.stop()
    with context.db.reading() as session:
        rows = session.execute(select(Occurrence.late_ms, Occurrence.outcome)).all()
    if any(outcome != Outcome.RAN for _, outcome in rows):
        raise RuntimeError("Some of the runs did not take place.")
    return [float(late or 0) for late, _ in rows]


def _count(context: Context, outcome: Outcome) -> int:
    with context.db.reading() as session:
        return session.scalar(select(func.count(Occurrence.id)).where(Occurrence.outcome == outcome)) or 0


def _plan_rows(context: Context, moments: list[datetime]) -> None:
    with context.db.transaction() as session:
        ids = session.scalars(select(Schedule.id).order_by(Schedule.id).limit(len(moments))).all()
        rows = [
            {"schedule_id": one, "due_at": moment, "planned_at": moment, "outcome": Outcome.PLANNED}
            for one, moment in zip(ids, moments, strict=True)
        ]
        session.execute(insert(Occurrence), rows)


def _fill(context: Context, script_id: int, count: int) -> None:
    """Schedules like one that was made by the service, which are not due for a long time."""
    if not count:
        return
    with context.db.transaction() as session:
        like = service.add(session, script_id, cron="0 0 29 2 *", grace_s=3600, by=None)
        names = [column.key for column in Schedule.__table__.columns if column.key != "id"]
        shape: dict[str, Any] = {name: getattr(like, name) for name in names}
        session.execute(insert(Schedule), [shape] * (count - 1))


def _clear(context: Context, *, keep: int) -> None:
    with context.db.transaction() as session:
        for table in (Occurrence, JobEvent, Job):
            session.execute(delete(table))
        last = session.scalar(select(Schedule.id).order_by(Schedule.id).offset(keep).limit(1))
        if last is not None:
            session.execute(delete(Schedule).where(Schedule.id >= last))
