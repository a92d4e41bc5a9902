from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.jobs.states import Trigger
from scripter.schedules import ledger, planner, recent, service
from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times
from scripter.schedules.models import Code, Kind, Occurrence, Outcome, Overlap, Schedule
from scripter.schedules.planner import AHEAD

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Clock = time_machine.Traveller
MakeScript = Callable[..., int]


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


class Scheduler:
    """One clock and one worker, beaten by hand."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def add(self, script_id: int, cron: str, **options: object) -> int:
        with self.context.db.transaction() as session:
            beside = {"overlap": Overlap.ALLOW, "overlap_limit": 100}
            return service.add(session, script_id, cron=cron, by=None, **{**beside, **options}).id  # type: ignore[arg-type]

    def change(self, schedule_id: int, **options: object) -> None:
        with self.context.db.transaction() as session:
            service.change(session, service.get(session, schedule_id), by=None, **options)  # type: ignore[arg-type]

    def plan(self, now: datetime) -> None:
        while self.context.db.run(lambda session: planner.plan(session, now)):
            pass

    def fire(self, now: datetime) -> None:
        while (done := self.context.db.run(lambda session: ledger.fire(session, now))).settled or done.behind:
            pass

    def rows(self, schedule_id: int) -> list[Occurrence]:
        with self.context.db.reading() as session:
            query = select(Occurrence).where(Occurrence.schedule_id == schedule_id).order_by(Occurrence.due_at)
            return list(session.scalars(query))

    def outcomes(self, schedule_id: int) -> dict[str, str]:
        return {f"{row.due_at:%H:%M}": row.outcome for row in self.rows(schedule_id)}

    def jobs(self) -> list[Job]:
        with self.context.db.reading() as session:
            return list(session.scalars(select(Job).order_by(Job.id)))


@pytest.fixture
def scheduler(context: Context, clock: Clock) -> Scheduler:
    return Scheduler(context)


def test_a_new_schedule_is_planned_a_little_ahead_and_runs_at_its_second(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *", arguments=["--all"])
    assert scheduler.outcomes(schedule) == {"12:01": "planned", "12:02": "planned", "12:03": "planned"}
    scheduler.fire(NOON + timedelta(seconds=59.9))
    assert scheduler.jobs() == []
    scheduler.fire(NOON + timedelta(seconds=60.25))
    (job,) = scheduler.jobs()
    assert (job.trigger, job.schedule_id, job.due_at) == (Trigger.SCHEDULE, schedule, NOON + MINUTE)
    assert job.arguments == ["--all"]
    first = scheduler.rows(schedule)[0]
    assert (first.outcome, first.job_id, first.late_ms) == (Outcome.RAN, job.id, 250)
    assert first.fired_at == NOON + timedelta(seconds=60.25)


def test_ticks_that_are_lost_late_or_doubled_change_nothing(scheduler: Scheduler, make_script: MakeScript) -> None:
    schedule = scheduler.add(make_script(), "*/2 * * * *")
    dice = random.Random(7)
    for number in range(60):
        now = NOON + number * MINUTE
        # Never more than two minutes without a tick: that is what the planner bridges.
        for _ in range(1 if number % 3 == 0 else dice.choice([0, 0, 1, 3])):
            scheduler.plan(now + timedelta(seconds=dice.uniform(0, 50)))
        scheduler.fire(now + timedelta(seconds=55))
    settled = [row for row in scheduler.rows(schedule) if row.due_at < NOON + HOUR]
    assert [row.due_at for row in settled] == [NOON + 2 * number * MINUTE for number in range(1, 30)]
    assert {row.outcome for row in settled} == {Outcome.RAN}
    assert len(scheduler.jobs()) == 29


def test_what_a_downtime_left_behind_keeps_nobody_else_from_running(
    scheduler: Scheduler, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "_TIMES_AT_ONCE", 100)
    monkeypatch.setattr(planner, "_ROWS_AT_ONCE", 100)
    script = make_script()
    behind = [scheduler.add(script, "* * * * *", overlap=Overlap.SKIP) for _ in range(3)]
    now = NOON + 24 * HOUR
    with scheduler.context.db.transaction() as session:
        fresh = service.add(session, script, cron="*/2 * * * *", by=None, overlap=Overlap.ALLOW, overlap_limit=100)
        fresh.cursor, fresh.next_at = now - MINUTE, now
    for number in range(10):
        at = now + number * MINUTE
        assert scheduler.context.db.run(lambda session, at=at: planner.plan(session, at))  # type: ignore[misc]
        scheduler.context.db.run(lambda session, at=at: ledger.fire(session, at))  # type: ignore[misc]
    assert [row.outcome for row in scheduler.rows(fresh.id) if row.due_at >= now] == ["ran"] * 5 + ["planned"] * 2
    written = [len(scheduler.rows(one)) for one in behind]
    assert min(written) == 3 and max(written) > 500  # one after the other: some are soon as they should be
    scheduler.plan(now)
    scheduler.fire(now)
    for schedule in behind:
        rows = scheduler.rows(schedule)
        assert [row.due_at for row in rows] == [NOON + number * MINUTE for number in range(1, len(rows) + 1)]
        assert {row.outcome for row in rows if row.due_at < now - MINUTE} == {Outcome.MISSED}


def test_several_planners_and_firers_at_once_neither_lose_nor_double(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    script = make_script()
    schedules = [scheduler.add(script, "* * * * *") for _ in range(5)]
    now = NOON + 3 * MINUTE
    at_once(lambda: scheduler.plan(now))
    at_once(lambda: scheduler.fire(now))
    for schedule in schedules:
        assert scheduler.outcomes(schedule) == {
            "12:01": "missed",
            "12:02": "ran",
            "12:03": "ran",
            "12:04": "planned",
            "12:05": "planned",
            "12:06": "planned",
        }
    assert Counter((job.schedule_id, job.due_at) for job in scheduler.jobs()).most_common(1)[0][1] == 1
    assert len(scheduler.jobs()) == 10


def test_after_a_downtime_the_newest_due_time_is_caught_up_and_the_others_are_missed(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    schedule = scheduler.add(make_script(), "*/10 * * * *")
    back = NOON + HOUR + 5 * MINUTE
    scheduler.plan(back)
    scheduler.fire(back)
    rows = scheduler.rows(schedule)
    assert [row.due_at for row in rows] == [NOON + 10 * number * MINUTE for number in range(1, 7)]
    assert [row.outcome for row in rows] == [Outcome.MISSED] * 5 + [Outcome.CAUGHT_UP]
    assert "a later run takes its place" in (rows[0].reason or "")
    assert "caught up" in (rows[-1].reason or "")
    (job,) = scheduler.jobs()
    assert job.due_at == NOON + HOUR
    scheduler.plan(NOON + HOUR + 9 * MINUTE)
    assert scheduler.outcomes(schedule)["13:10"] == "planned"


def test_rows_that_were_planned_before_the_downtime_are_accounted_for_too(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    back = NOON + timedelta(minutes=10, seconds=30)
    scheduler.fire(back)  # before any planner: what comes after the planned rows is not known yet, but that it comes
    scheduler.plan(back)
    scheduler.fire(back)
    found = Counter(row.outcome for row in scheduler.rows(schedule) if row.due_at <= back)
    assert found == {Outcome.MISSED: 9, Outcome.RAN: 1}
    assert [job.due_at for job in scheduler.jobs()] == [NOON + 10 * MINUTE]


def test_what_is_older_than_a_day_is_missed_and_the_schedule_goes_on(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    schedule = scheduler.add(make_script(), "0 13 1 * *")
    back = datetime(2026, 12, 3, tzinfo=UTC)
    scheduler.plan(back)
    scheduler.fire(back)
    (row,) = scheduler.rows(schedule)
    assert (row.outcome, row.job_id) == (Outcome.MISSED, None)
    assert "more than 24 hours" in (row.reason or "")
    scheduler.plan(datetime(2027, 1, 1, 12, 58, tzinfo=UTC))
    assert [one.outcome for one in scheduler.rows(schedule)] == [Outcome.MISSED, Outcome.PLANNED]


def test_days_of_downtime_leave_a_row_for_every_single_minute(scheduler: Scheduler, make_script: MakeScript) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    back = NOON + timedelta(days=3, seconds=10)
    scheduler.plan(back)
    scheduler.fire(back)
    rows = scheduler.rows(schedule)
    assert [row.due_at for row in rows] == [NOON + number * MINUTE for number in range(1, 3 * 24 * 60 + 4)]
    assert Counter(row.outcome for row in rows) == {Outcome.MISSED: 4319, Outcome.RAN: 1, Outcome.PLANNED: 3}


def test_editing_withdraws_what_was_planned_by_the_old_words(
    scheduler: Scheduler, make_script: MakeScript, clock: Clock
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    scheduler.fire(NOON + MINUTE)
    clock.move_to(NOON + timedelta(seconds=90))
    scheduler.change(schedule, cron="3-59/2 * * * *", zone="Europe/Paris")
    assert scheduler.outcomes(schedule) == {"12:01": "ran", "12:03": "planned"}
    scheduler.change(schedule, arguments=["new"])
    scheduler.fire(NOON + 3 * MINUTE)
    assert [job.arguments for job in scheduler.jobs()] == [[], ["new"]]


def test_a_due_time_that_ran_does_not_run_again_after_editing_or_a_clock_set_back(
    scheduler: Scheduler, make_script: MakeScript, clock: Clock
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    scheduler.fire(NOON + MINUTE)
    clock.move_to(NOON + timedelta(seconds=30))
    scheduler.change(schedule, enabled=False)
    scheduler.change(schedule, enabled=True)
    scheduler.fire(NOON + MINUTE)
    scheduler.fire(NOON + MINUTE)
    assert len(scheduler.jobs()) == 1
    assert scheduler.outcomes(schedule)["12:01"] == "ran"


def test_what_is_due_while_a_schedule_is_off_is_skipped_with_the_reason_and_not_caught_up(
    scheduler: Scheduler, make_script: MakeScript, clock: Clock
) -> None:
    schedule = scheduler.add(make_script(), "*/20 * * * *")
    scheduler.change(schedule, enabled=False)
    clock.move_to(NOON + HOUR - timedelta(seconds=1))
    scheduler.change(schedule, enabled=True)  # after a downtime: nobody has planned or fired meanwhile
    scheduler.plan(NOON + HOUR)
    scheduler.fire(NOON + HOUR)
    assert scheduler.outcomes(schedule) == {"12:20": "skipped", "12:40": "skipped", "13:00": "ran"}
    assert {row.reason_code for row in scheduler.rows(schedule)[:2]} == {Code.PAUSED}


def test_what_was_due_when_the_pause_came_is_skipped_with_the_reason(
    scheduler: Scheduler, make_script: MakeScript, clock: Clock
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    clock.move_to(NOON + timedelta(seconds=60.2))
    scheduler.change(schedule, enabled=False)
    scheduler.fire(NOON + timedelta(seconds=60.4))
    row, *_ = scheduler.rows(schedule)
    assert row.outcome == Outcome.SKIPPED
    assert "switched off" in (row.reason or "")
    assert scheduler.jobs() == []


def test_a_script_that_cannot_run_is_skipped_with_the_reason_and_its_neighbours_run(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    broken = scheduler.add(make_script("broken", built=False), "* * * * *")
    whole = scheduler.add(make_script("whole"), "* * * * *")
    scheduler.fire(NOON + MINUTE)
    row = scheduler.rows(broken)[0]
    assert (row.outcome, row.job_id, row.late_ms) == (Outcome.SKIPPED, None, None)
    assert "broken" in (row.reason or "")
    assert scheduler.rows(whole)[0].outcome == Outcome.RAN
    assert [job.schedule_id for job in scheduler.jobs()] == [whole]


@pytest.mark.parametrize(("column", "value"), [("zone", "Mars/Base"), ("kind", "weekly"), ("cron", "soon")])
def test_a_schedule_that_cannot_be_planned_does_not_stop_the_others(
    scheduler: Scheduler, make_script: MakeScript, column: str, value: str
) -> None:
    script = make_script()
    broken, whole = scheduler.add(script, "* * * * *"), scheduler.add(script, "* * * * *")
    with scheduler.context.db.transaction() as session:
        setattr(session.get_one(Schedule, broken), column, value)
    scheduler.plan(NOON + 2 * MINUTE)
    assert (len(scheduler.rows(broken)), len(scheduler.rows(whole))) == (3, 5)
    with scheduler.context.db.reading() as session:
        assert session.get_one(Schedule, broken).cursor == NOON + AHEAD
    scheduler.fire(NOON + 3 * MINUTE)
    assert scheduler.rows(broken)[-1].outcome == Outcome.RAN, "what was planned before runs as it was"
    # Nothing is lost by the time in which it could not be planned: it goes on from its cursor.
    with scheduler.context.db.transaction() as session:
        repaired = session.get_one(Schedule, broken)
        repaired.zone, repaired.kind, repaired.cron, repaired.next_at = "UTC", Kind.CRON, "* * * * *", NOON
    scheduler.plan(NOON + 2 * MINUTE)
    assert len(scheduler.rows(broken)) == 5


def test_deleting_a_schedule_takes_its_ledger_and_leaves_its_jobs(
    scheduler: Scheduler, make_script: MakeScript
) -> None:
    schedule = scheduler.add(make_script(), "* * * * *")
    scheduler.fire(NOON + MINUTE)
    with scheduler.context.db.transaction() as session:
        service.remove(session, service.get(session, schedule), by=None)
    scheduler.plan(NOON + 5 * MINUTE)
    assert scheduler.rows(schedule) == []
    assert [job.schedule_id for job in scheduler.jobs()] == [schedule]
    again = scheduler.add(scheduler.jobs()[0].script_id, "* * * * *")
    assert again != schedule


def test_the_last_settled_occurrence_of_each_schedule_is_found(scheduler: Scheduler, make_script: MakeScript) -> None:
    script = make_script()
    one, other, new = (scheduler.add(script, cron) for cron in ("* * * * *", "*/2 * * * *", "@daily"))
    for number in range(1, 4):
        scheduler.fire(NOON + number * MINUTE)
    with scheduler.context.db.reading() as session:
        last = recent.last_of(session, [one, other, new])
    assert {key: row.due_at for key, row in last.items()} == {one: NOON + 3 * MINUTE, other: NOON + 2 * MINUTE}


def test_a_month_with_downtimes_and_a_change_of_clocks_is_accounted_for_without_a_hole(
    scheduler: Scheduler, make_script: MakeScript, clock: Clock
) -> None:
    start = datetime(2026, 10, 10, tzinfo=UTC)
    clock.move_to(start)
    lines = [
        ("30 2 * * *", "Europe/Paris"),
        ("*/30 1-3 * * *", "Europe/Paris"),
        ("0 */7 * * 1-5", "Australia/Lord_Howe"),
    ]
    script = make_script()
    schedules = [(scheduler.add(script, cron, zone=zone), cron, zone) for cron, zone in lines]
    dice, now = random.Random(5), start
    while now < start + timedelta(days=30):
        scheduler.plan(now)
        scheduler.fire(now)
        # Mostly every few minutes, now and then a night or two of silence.
        now += HOUR * dice.uniform(10, 60) if dice.random() < 0.01 else MINUTE * dice.uniform(5, 40)
    for schedule, cron, zone in schedules:
        rows = scheduler.rows(schedule)
        expected = due_times(Cron.parse(cron), ZoneInfo(zone), start, until=rows[-1].due_at)
        assert [row.due_at for row in rows] == list(expected)
        assert all(row.outcome != Outcome.PLANNED or row.due_at > now - HOUR for row in rows)
    started = Counter((job.schedule_id, job.due_at) for job in scheduler.jobs())
    assert set(started.values()) == {1}


def test_the_tick_is_remembered(context: Context) -> None:
    with context.db.transaction() as session:
        assert service.last_tick(session) is None
        ledger.record_tick(session, NOON)
        ledger.record_tick(session, NOON + MINUTE)
        assert service.last_tick(session) == NOON + MINUTE


def test_the_planner_looks_further_ahead_than_two_lost_ticks() -> None:
    assert timedelta(minutes=2) < AHEAD


def at_once(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
