"""Attempts of a job as its rows tell them: tried again by its policy, held to its deadline, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from scripter.context import Context
from scripter.jobs import moves, service, slots
from scripter.jobs.models import Job, JobAttempt
from scripter.jobs.outcome import Outcome
from scripter.jobs.states import FINAL, Reason, Status, Trigger
from scripter.lib import clock
from scripter.scripts.models import ONCE, Retries, Script

TWICE: Retries = {**ONCE, "count": 1, "delay_s": 20}
SUCCEEDED = Outcome(status=Status.SUCCEEDED, code=Reason.EXIT, reason="exit 0", exit_code=0, log_dropped_bytes=5)
EXIT_3 = Outcome(
    status=Status.FAILED,
    code=Reason.EXIT,
    reason="exit 3",
    exit_code=3,
    peak_memory_bytes=1000,
    cpu_seconds=0.5,
    log_dropped_bytes=7,
    log_sha256="a" * 64,
)

Make = Callable[..., Job]


@pytest.fixture
def queued(context: Context, script: Script) -> Make:
    """Queues a job of the script under this policy and deadline."""

    def make(retries: Retries = TWICE, deadline_s: int | None = None) -> Job:
        with context.db.transaction() as session:
            row = session.get_one(Script, script.id)
            row.retries, row.deadline_s = retries, deadline_s
            return service.start(session, row, trigger=Trigger.API)

    return make


def now(context: Context, job: Job) -> Job:
    with context.db.reading() as session:
        return service.get(session, job.id)


def claim(context: Context, worker: str = "w") -> Job | None:
    return context.db.run(lambda session: moves.claim_next(session, worker))


def taken(context: Context, worker: str = "w") -> Job:
    """The next job, running at `worker`."""
    job = claim(context, worker)
    assert job is not None
    assert context.db.run(lambda session: moves.mark_running(session, job, worker, 12, "cold"))
    return job


def finish(context: Context, job: Job, outcome: Outcome, worker: str = "w") -> bool:
    return context.db.run(lambda session: moves.finish(session, job, worker, outcome))


def skip_pause(context: Context, job: Job) -> None:
    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.id == job.id).values(retry_at=clock.now()))


def write(context: Context, job: Job, text: str) -> None:
    path = slots.log_path(context, job)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(text)


def attempts(context: Context, job: Job) -> list[tuple[int, str, str | None]]:
    return [(one.number, one.status, one.reason) for one in now(context, job).attempts]


def words(context: Context, job: Job) -> list[tuple[str, str]]:
    with context.db.reading() as session:
        return [(event.now, event.why) for event in service.events(session, job_id=job.id)]


def test_a_job_without_a_policy_ends_with_its_first_attempt(context: Context, queued: Make) -> None:
    job = queued(ONCE)
    assert finish(context, taken(context), EXIT_3)
    assert now(context, job).status == Status.FAILED
    assert attempts(context, job) == [(1, "failed", "exit 3")]


def test_a_failed_attempt_sends_the_job_back_to_wait_and_is_kept(context: Context, queued: Make) -> None:
    job = queued()
    write(context, job, "one\n")
    assert finish(context, taken(context), EXIT_3)
    waiting = now(context, job)
    assert (waiting.status, waiting.attempt, waiting.worker) == (Status.QUEUED, 2, None)
    assert waiting.retry_at is not None
    assert waiting.retry_at > clock.now()
    assert (waiting.reason, waiting.exit_code, waiting.started_at, waiting.finished_at) == (None, None, None, None)
    [first] = waiting.attempts
    assert (first.exit_code, first.start_kind, first.start_ms, first.worker) == (3, "cold", 12, "w")
    assert (first.log_start, first.log_end, first.log_sha256) == (0, 4, "a" * 64)
    assert first.started_at is not None
    assert first.finished_at is not None
    assert words(context, job)[-1] == (
        "queued",
        "attempt 1 failed: exit 3; attempt 2 of 2 begins in 20 s",
    )


def test_a_job_is_not_taken_before_its_pause_is_over(context: Context, queued: Make) -> None:
    job = queued()
    finish(context, taken(context), EXIT_3)
    assert claim(context) is None
    other = queued(ONCE)
    assert taken(context).id == other.id
    with time_machine.travel(clock.now() + timedelta(seconds=21)):
        assert taken(context).id == job.id


def test_the_job_tells_of_its_last_attempt_and_of_its_whole_log(context: Context, queued: Make) -> None:
    job = queued()
    write(context, job, "one\n")
    finish(context, taken(context), EXIT_3)
    skip_pause(context, job)
    write(context, job, "second\n")
    finish(context, taken(context, "v"), SUCCEEDED, "v")
    ended = now(context, job)
    assert (ended.status, ended.reason, ended.exit_code, ended.attempt) == (Status.SUCCEEDED, "exit 0", 0, 2)
    assert (ended.log_bytes, ended.log_dropped_bytes) == (11, 12)
    assert [(one.number, one.log_start, one.log_end, one.worker) for one in ended.attempts] == [
        (1, 0, 4, "w"),
        (2, 4, 11, "v"),
    ]


def test_the_last_attempt_says_that_none_is_left(context: Context, queued: Make) -> None:
    job = queued()
    finish(context, taken(context), EXIT_3)
    skip_pause(context, job)
    finish(context, taken(context), EXIT_3)
    assert now(context, job).status == Status.FAILED
    assert now(context, job).reason == "exit 3"
    assert words(context, job)[-1] == ("failed", "exit 3; no attempt left: this was 2 of 2")


def test_what_a_job_does_is_settled_when_it_is_queued(context: Context, queued: Make) -> None:
    job = queued(TWICE, 600)
    queued(ONCE)
    finish(context, taken(context), EXIT_3)
    assert now(context, job).status == Status.QUEUED
    assert now(context, job).deadline_at == job.created_at + timedelta(seconds=600)


def test_the_end_of_an_earlier_attempt_cannot_end_a_later_one(context: Context, queued: Make) -> None:
    job = queued()
    first = taken(context)
    finish(context, first, EXIT_3)
    assert not finish(context, first, SUCCEEDED)
    skip_pause(context, job)
    taken(context)  # by the same worker
    assert not finish(context, first, SUCCEEDED)
    with context.db.transaction() as session:
        assert not moves.give_back(session, first, "w", "late")
    assert (now(context, job).status, now(context, job).attempt) == (Status.RUNNING, 2)
    assert attempts(context, job) == [(1, "failed", "exit 3")]


def test_an_end_told_by_many_at_once_makes_one_attempt(context: Context, queued: Make) -> None:
    job = queued()
    first = taken(context)
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(finish(context, first, EXIT_3))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 5 + [True]
    assert attempts(context, job) == [(1, "failed", "exit 3")]
    assert now(context, job).attempt == 2


def test_a_job_that_waits_for_its_next_attempt_is_cancelled_at_once(context: Context, queued: Make) -> None:
    job = queued()
    finish(context, taken(context), EXIT_3)
    with context.db.transaction() as session:
        service.cancel(session, service.get(session, job.id), None)
    ended = now(context, job)
    assert (ended.status, ended.reason) == (Status.CANCELLED, "cancelled by Scripter")
    assert len(ended.attempts) == 1


def test_a_job_that_fails_after_it_was_cancelled_is_not_tried_again(context: Context, queued: Make) -> None:
    job = queued()
    first = taken(context)
    with context.db.transaction() as session:
        service.cancel(session, service.get(session, job.id), None)
    finish(context, first, EXIT_3)
    assert now(context, job).status == Status.FAILED
    assert words(context, job)[-1] == ("failed", "exit 3; not tried again: it was cancelled")


def test_a_cancellation_at_the_very_end_of_an_attempt_is_never_forgotten(context: Context, queued: Make) -> None:
    """Whichever comes first: afterwards the job has ended, and does not wait for another attempt."""
    for _ in range(10):
        job = queued()
        first = taken(context)

        def cancel(job: Job = job) -> None:
            context.db.run(lambda session: service.cancel(session, service.get(session, job.id), None))

        threads = [threading.Thread(target=cancel), threading.Thread(target=finish, args=(context, first, EXIT_3))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert now(context, job).status in FINAL


def test_a_waiting_job_ends_at_its_deadline(context: Context, queued: Make) -> None:
    never_begun, free = queued(ONCE, 600), queued(ONCE)
    context.db.run(service.end_overdue)
    assert now(context, never_begun).status == Status.QUEUED
    with time_machine.travel(clock.now() + timedelta(seconds=600)):
        context.db.run(service.end_overdue)
    ended = now(context, never_begun)
    assert (ended.status, ended.reason_code) == (Status.FAILED, Reason.DEADLINE)
    assert ended.reason == "the deadline of 600 s passed before it began"
    assert ended.attempts == []
    assert now(context, free).status == Status.QUEUED


def test_a_job_past_its_deadline_is_not_taken(context: Context, queued: Make) -> None:
    queued(ONCE, 600)
    with time_machine.travel(clock.now() + timedelta(seconds=600)):
        assert claim(context) is None


def test_a_deadline_counts_for_all_attempts_and_pauses_together(context: Context, queued: Make) -> None:
    job = queued({**TWICE, "count": 5}, 600)
    finish(context, taken(context), EXIT_3)
    assert now(context, job).status == Status.QUEUED
    with time_machine.travel(clock.now() + timedelta(seconds=600)):
        context.db.run(service.end_overdue)
    assert now(context, job).reason == "the deadline of 600 s passed before attempt 2 began"
    late = queued(TWICE, 15)
    finish(context, taken(context), EXIT_3)
    assert now(context, late).status == Status.FAILED
    assert words(context, late)[-1][1] == "exit 3; the deadline leaves no time for attempt 2 of 2"


def test_bells_are_rung_again_for_jobs_whose_pause_is_over_only(context: Context, queued: Make) -> None:
    job = queued()
    finish(context, taken(context), EXIT_3)
    rung: list[object] = []
    context.queue.wake = lambda task, *arguments: rung.append(arguments)  # type: ignore[method-assign]
    with context.db.transaction() as session:
        service.ring_again(session, clock.now())
    assert rung == []
    skip_pause(context, job)
    with context.db.transaction() as session:
        service.ring_again(session, clock.now())
    assert rung == [(job.id,)]


def test_the_attempts_go_with_their_script(context: Context, queued: Make, script: Script) -> None:
    queued(ONCE)
    finish(context, taken(context), EXIT_3)
    with context.db.transaction() as session:
        service.forget_script(session, session.get_one(Script, script.id))
        assert session.scalars(select(JobAttempt)).all() == []
