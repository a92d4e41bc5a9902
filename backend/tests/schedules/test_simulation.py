"""Thirty days, 200 schedules in 8 zones, three clocks, downtimes and clocks that jump: every due time is accounted for.

Seeds: SCRIPTER_TEST_SEEDS=20 tells twenty such stories instead of one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from simulation import START, Event, Story, expected, story
from sqlalchemy import event, select, update

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.jobs.states import FINAL, Status
from scripter.schedules import ledger, planner, service
from scripter.schedules.models import Kind, Occurrence, Outcome

MakeScript = Callable[..., int]
SEEDS = range(1, 1 + int(os.environ.get("SCRIPTER_TEST_SEEDS", "1")))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


class World:
    """The real planner and ledger, told what time it is. Jobs end when their schedule says, if nobody stops them."""

    def __init__(self, context: Context, script_id: int, told: Story) -> None:
        self.context, self.told = context, told
        self.up = True
        self.ends: dict[int, datetime] = {}
        with time_machine.travel(START, tick=False), context.db.transaction() as session:
            made = [service.add(session, script_id, by=None, **_wishes(plan.wishes)) for plan in told.plans]
            self.ids = [one.id for one in made]
        self._takes = {one: plan.takes for one, plan in zip(self.ids, told.plans, strict=True)}

    def live_through(self) -> None:
        for one in self.told.events:
            self._fire_up_to(one.at)
            self._happen(one)
        self._fire_up_to(self.told.end)

    def _happen(self, one: Event) -> None:
        if one.what == "tick" and self.up:
            self._plan(one.at)
        elif one.what in ("down", "up"):
            self.up = one.what == "up"
            if self.up:
                self._plan(one.at)
                self._fire(one.at)
        elif one.what == "back":
            self._plan(one.at - one.told)
            self._fire(one.at - one.told)
        elif one.what != "tick":
            with time_machine.travel(one.at, tick=False), self.context.db.transaction() as session:
                if one.what == "pause_all":
                    service.pause_all(session, reason="", by=None)
                elif one.what == "resume_all":
                    service.resume_all(session, by=None)
                else:
                    wishes = {"pause": {"enabled": False}, "resume": {"enabled": True}, "edit": {"cron": one.told}}
                    schedule = service.get(session, self.ids[one.which])
                    service.change(session, schedule, by=None, **wishes[one.what])  # type: ignore[arg-type]

    def _plan(self, now: datetime) -> None:
        while self.context.db.run(lambda session: planner.plan(session, now)):
            pass

    def _fire_up_to(self, until: datetime) -> None:
        while self.up:
            with self.context.db.reading() as session:
                start = ledger.next_start(session)
            if start is None or start > until:
                return
            self._fire(start)

    def _fire(self, now: datetime) -> None:
        self._end_jobs(now)
        # Three workers at the same second: the others find nothing left.
        while (done := self.context.db.run(lambda session: ledger.fire(session, now))).settled or done.behind:
            if done.behind:
                self._plan(now)
        self._begin_jobs(now)

    def _end_jobs(self, now: datetime) -> None:
        over = [job_id for job_id, end in self.ends.items() if end <= now]
        if over:
            with self.context.db.transaction() as session:
                ended = update(Job).where(Job.id.in_(over), Job.status.not_in(FINAL))
                session.execute(ended.values(status=Status.SUCCEEDED))
        for job_id in over:
            del self.ends[job_id]

    def _begin_jobs(self, now: datetime) -> None:
        """Give the new jobs their ends. One that waits for its turn begins when those before it have ended."""
        with self.context.db.reading() as session:
            query = select(Job.id, Job.schedule_id, Job.in_turn).where(Job.status.not_in(FINAL)).order_by(Job.id)
            live = session.execute(query).all()
        known, self.ends = self.ends, {}
        of_schedules: dict[int, datetime] = {}
        for job_id, schedule_id, in_turn in live:
            if job_id not in known:
                before = of_schedules.get(schedule_id, now) if in_turn else now
                known[job_id] = max(now, before) + self._takes[schedule_id]
            self.ends[job_id] = known[job_id]
            of_schedules[schedule_id] = max(known[job_id], of_schedules.get(schedule_id, now))


def _wishes(told: dict[str, object]) -> dict[str, object]:
    return {**told, "kind": Kind(str(told["kind"]))}


@pytest.mark.timeout(1800)  # about a minute on an idle processor
@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_month_of_troubles_no_due_time_is_lost_doubled_or_told_wrongly(
    context: Context, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # Clocks ring every 16 minutes instead of every one, and rows are planned ahead in proportion.
    monkeypatch.setattr(planner, "AHEAD", timedelta(minutes=60))
    event.listen(context.db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    context.db.engine.dispose()
    told = story(seed, days=30, schedules=200)
    world = World(context, make_script(), told)
    world.live_through()
    wanted = expected(told, world.ids)
    found: dict[int, dict[datetime, tuple[str, str | None]]] = {one: {} for one in world.ids}
    with context.db.reading() as session:
        for row in session.scalars(select(Occurrence).where(Occurrence.planned_at <= told.end)):
            assert row.due_at not in found[row.schedule_id]
            found[row.schedule_id][row.due_at] = (str(row.outcome), row.reason_code and str(row.reason_code))
            assert (row.reason is None) == (row.outcome == Outcome.RAN)
            assert (row.job_id is not None) or row.outcome not in (Outcome.RAN, Outcome.CAUGHT_UP)
        started = Counter((job.schedule_id, job.due_at) for job in session.scalars(select(Job)))
    for plan, schedule_id in zip(told.plans, world.ids, strict=True):
        wrong = {
            due.isoformat(): (wanted[schedule_id].get(due), found[schedule_id].get(due))
            for due in sorted(wanted[schedule_id].keys() | found[schedule_id].keys())
            if wanted[schedule_id].get(due) != found[schedule_id].get(due)
        }
        assert not wrong, f"seed {seed}, schedule {schedule_id} ({plan}): wanted and found differ: {wrong}"
    assert set(started.values()) == {1}
    tally = Counter(outcome for account in wanted.values() for outcome in account.values())
    print(f"seed {seed}: {sum(tally.values())} due times, {len(started)} jobs, {dict(tally)}")
    assert sum(tally.values()) > 10_000
