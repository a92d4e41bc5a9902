from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.lib import clock
from scripter.schedules import planner, service
from scripter.schedules.firing import Firing
from scripter.schedules.models import Occurrence, Outcome, Overlap, Schedule
from scripter.scripts.models import Script

MakeScript = Callable[..., int]


def planned(context: Context, script_id: int, count: int, *, seconds: float) -> int:
    """A schedule with `count` occurrences that become due from `seconds` on, 100 ms apart. Gives its id."""
    with context.db.transaction() as session:
        schedule = service.add(session, script_id, cron="0 0 29 2 *", overlap=Overlap.ALLOW, overlap_limit=100, by=None)
        start = clock.now() + timedelta(seconds=seconds)
        for number in range(count):
            due_at = start + timedelta(milliseconds=100 * number)
            session.add(Occurrence(schedule_id=schedule.id, due_at=due_at, planned_at=due_at, outcome=Outcome.PLANNED))
        return schedule.id


def rows(context: Context, schedule_id: int) -> list[Occurrence]:
    with context.db.reading() as session:
        return list(session.scalars(select(Occurrence).where(Occurrence.schedule_id == schedule_id)))


def jobs_by_due_time(context: Context) -> Counter[object]:
    with context.db.reading() as session:
        return Counter((job.schedule_id, job.due_at) for job in session.scalars(select(Job)))


@contextmanager
def firing(context: Context, threads: int = 1) -> Iterator[None]:
    running = [Firing(context) for _ in range(threads)]
    for one in running:
        one.start()
    yield
    for one in running:
        one.stop()


def until_settled(context: Context, schedule_id: int) -> list[Occurrence]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = rows(context, schedule_id)
        if all(row.outcome != Outcome.PLANNED for row in found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"not settled: {[row.outcome for row in rows(context, schedule_id)]}")


def test_what_is_planned_is_fired_and_never_before_its_time(context: Context, make_script: MakeScript) -> None:
    schedule = planned(context, make_script(), 5, seconds=0.7)
    with firing(context):
        settled = until_settled(context, schedule)
    for row in settled:
        assert row.outcome == Outcome.RAN
        assert row.fired_at is not None and row.fired_at >= row.due_at
        assert row.late_ms == (row.fired_at - row.due_at) // timedelta(milliseconds=1)


def test_several_workers_fire_each_row_once(context: Context, make_script: MakeScript) -> None:
    schedule = planned(context, make_script(), 40, seconds=-3)
    with firing(context, threads=3):
        settled = until_settled(context, schedule)
    assert {row.outcome for row in settled} == {Outcome.RAN}
    started = jobs_by_due_time(context)
    assert set(started.values()) == {1} and len(started) == 40


def test_a_schedule_that_breaks_the_firing_itself_is_accounted_for_and_its_neighbours_run(
    context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    broken, whole = planned(context, script, 1, seconds=-2), planned(context, script, 1, seconds=-1)
    with context.db.transaction() as session:
        session.get_one(Schedule, broken).arguments = 5  # type: ignore[assignment]
    with firing(context):
        (failed,) = until_settled(context, broken)
        (ran,) = until_settled(context, whole)
    assert (failed.outcome, failed.job_id) == (Outcome.SKIPPED, None)
    assert "failed to start" in (failed.reason or "")
    assert ran.outcome == Outcome.RAN


def test_a_worker_that_starts_plans_what_came_due_while_nobody_was_there(
    context: Context, make_script: MakeScript
) -> None:
    with context.db.transaction() as session:
        schedule = service.add(session, make_script(), cron="* * * * *", by=None)
    with context.db.transaction() as session:
        # As if the last planner had been seen ten minutes ago.
        row = session.get_one(Schedule, schedule.id)
        session.query(Occurrence).filter_by(schedule_id=schedule.id).delete()
        row.cursor = row.next_at = clock.now() - timedelta(minutes=10)
    with firing(context):
        deadline = time.monotonic() + 60
        while not jobs_by_due_time(context) and time.monotonic() < deadline:
            time.sleep(0.05)
    found = Counter(row.outcome for row in rows(context, schedule.id))
    assert found[Outcome.MISSED] >= 8
    assert len(jobs_by_due_time(context)) >= 1


def test_what_is_due_is_fired_while_there_is_no_end_of_planning(
    context: Context, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "plan", lambda session, now: True)
    schedule = planned(context, make_script(), 3, seconds=0.3)
    with firing(context):
        settled = until_settled(context, schedule)
    assert {row.outcome for row in settled} == {Outcome.RAN}


def test_runs_that_find_the_line_full_are_skipped_with_the_reason(context: Context, make_script: MakeScript) -> None:
    script = make_script()
    with context.db.transaction() as session:
        session.get_one(Script, script).max_queued = 2
    schedule = planned(context, script, 5, seconds=-3)
    with firing(context):
        settled = until_settled(context, schedule)
    assert sorted(row.outcome for row in settled) == [Outcome.RAN] * 2 + [Outcome.SKIPPED] * 3
    reasons = {row.reason for row in settled if row.outcome == Outcome.SKIPPED}
    assert len(reasons) == 1
    assert str(reasons.pop()).startswith("2 jobs are waiting, and of the script report no more than 2 may.")
    assert len(jobs_by_due_time(context)) == 2
