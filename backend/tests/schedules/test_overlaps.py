"""What a due time does while jobs of its schedule, or those that it may not run beside, have not ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from scripter.context import Context
from scripter.jobs import moves
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Status
from scripter.schedules import ledger, service
from scripter.schedules.models import Code, Occurrence, Outcome, Overlap
from scripter.scripts.models import Held, Restriction, Script

MakeScript = Callable[..., int]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def run(context: Context, script_id: int, minutes: int = 3, **wishes: object) -> list[Occurrence]:
    """A schedule that is due each minute and whose jobs do not end; what became of its first due times."""
    with context.db.transaction() as session:
        made = service.add(session, script_id, cron="* * * * *", by=None, **wishes)  # type: ignore[arg-type]
    for number in range(1, minutes + 1):
        context.db.run(lambda session, at=NOON + number * MINUTE: ledger.fire(session, at))  # type: ignore[misc]
    with context.db.reading() as session:
        query = select(Occurrence).where(Occurrence.schedule_id == made.id, Occurrence.outcome != Outcome.PLANNED)
        return list(session.scalars(query.order_by(Occurrence.due_at)))


def jobs(context: Context) -> list[Job]:
    with context.db.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


@pytest.mark.parametrize(
    ("overlap", "limit", "outcomes", "statuses"),
    [
        ("skip", 1, ["ran", "skipped", "skipped"], ["queued"]),
        ("queue", 1, ["ran", "ran", "skipped"], ["queued", "queued"]),
        ("allow", 2, ["ran", "ran", "skipped"], ["queued", "queued"]),
        ("replace", 1, ["ran", "ran", "ran"], ["cancelled", "cancelled", "queued"]),
        ("fail", 1, ["ran", "skipped", "skipped"], ["queued", "failed", "failed"]),
    ],
)
def test_policies_for_runs_beside_each_other(
    context: Context, make_script: MakeScript, overlap: str, limit: int, outcomes: list[str], statuses: list[str]
) -> None:
    rows = run(context, make_script(), overlap=Overlap(overlap), overlap_limit=limit)
    assert [row.outcome for row in rows] == outcomes
    assert [job.status for job in jobs(context)] == statuses
    skipped = [row for row in rows if row.outcome == Outcome.SKIPPED]
    assert {row.reason_code for row in skipped} <= {Code.OVERLAP}
    first = jobs(context)[0].id
    assert all((row.reason or "").startswith(f"Job {first}, due at 2026-11-22 12:01 UTC") for row in skipped)
    if overlap == "fail":
        assert [row.job_id for row in rows] == [job.id for job in jobs(context)]


def test_queued_runs_of_a_schedule_are_taken_one_after_the_other(context: Context, make_script: MakeScript) -> None:
    run(context, make_script(), overlap=Overlap.QUEUE, overlap_limit=2)
    taken = []
    for _ in range(3):
        job = context.db.run(lambda session: moves.claim_next(session, "w"))
        assert job is not None
        assert context.db.run(lambda session: moves.claim_next(session, "x")) is None
        taken.append(job.due_at)
        context.db.run(lambda session, done=job: moves.finish(session, done, "w", could_not_start("over")))  # type: ignore[misc]
    assert taken == [NOON + number * MINUTE for number in (1, 2, 3)]


def test_a_run_that_meets_a_restriction_is_skipped_or_waits_as_the_script_says(
    context: Context, make_script: MakeScript
) -> None:
    one, other = make_script("one"), make_script("other")
    with context.db.transaction() as session:
        for script_id in (one, other):
            script = session.get_one(Script, script_id)
            script.restriction, script.restriction_key = Restriction.KEY, "db-{REGION}"
        session.get_one(Script, other).restriction_wait = Held.REFUSE
    (waits,) = run(context, one, 1, environment={"REGION": "eu"})
    (refused,) = run(context, other, 1, environment={"REGION": "eu"})
    (free,) = run(context, other, 1, environment={"REGION": "us"})
    assert [row.outcome for row in (waits, refused, free)] == ["ran", "skipped", "ran"]
    assert refused.reason_code == Code.RESTRICTION
    assert f"may not run beside job {waits.job_id} of one" in (refused.reason or "")


def restrict(context: Context, script_id: int, key: str = "db") -> None:
    """From now on it refuses to run beside others that need the same."""
    with context.db.transaction() as session:
        script = session.get_one(Script, script_id)
        script.restriction, script.restriction_key = Restriction.KEY, key
        script.restriction_wait = Held.REFUSE


def test_a_run_that_replaces_another_is_not_refused_because_of_that_one(
    context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    restrict(context, script)
    with context.db.transaction() as session:
        session.get_one(Script, script).max_queued = 1
    rows = run(context, script, 2, overlap=Overlap.REPLACE)
    assert [row.outcome for row in rows] == ["ran", "ran"]
    assert [job.status for job in jobs(context)] == ["cancelled", "queued"]

    context.db.run(lambda session: moves.claim_next(session, "w"))
    context.db.run(lambda session: ledger.fire(session, NOON + 3 * MINUTE))
    (_, old, new) = jobs(context)
    assert (old.status, old.cancel_requested_at is not None) == ("starting", True)
    assert (new.status, new.in_turn) == ("queued", True)
    assert context.db.run(lambda session: moves.claim_next(session, "w")) is None


@pytest.mark.parametrize("why", [Code.RESTRICTION, Code.FAILED_TO_START])
def test_a_run_that_cannot_start_itself_stops_none(context: Context, make_script: MakeScript, why: Code) -> None:
    script = make_script()
    (first,) = run(context, script, 1, overlap=Overlap.REPLACE)
    if why is Code.RESTRICTION:
        other = make_script("other")
        for one in (other, script):
            restrict(context, one)
        run(context, other, 1)
    else:
        with context.db.transaction() as session:
            session.get_one(Script, script).image.good_build_id = None
    context.db.run(lambda session: ledger.fire(session, NOON + 2 * MINUTE))
    with context.db.reading() as session:
        second = session.scalars(select(Occurrence).where(Occurrence.schedule_id == first.schedule_id)).all()[1]
    assert (second.outcome, second.reason_code, second.job_id) == (Outcome.SKIPPED, why, None)
    assert (jobs(context)[0].id, jobs(context)[0].status) == (first.job_id, Status.QUEUED)


def test_what_a_schedule_tells_its_jobs_is_what_they_get(context: Context, make_script: MakeScript) -> None:
    run(context, make_script(), 1, arguments=["--all"], environment={"REGION": "eu"}, priority=3)
    (job,) = jobs(context)
    assert (job.arguments, job.environment, job.priority) == (["--all"], {"REGION": "eu"}, 3)
    assert (job.status, job.due_at) == (Status.QUEUED, NOON + MINUTE)
