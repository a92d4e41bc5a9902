"""Claims and leases: one winner each, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from scripter.config import Jobs
from scripter.context import Context
from scripter.jobs import moves, service
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Status, Trigger
from scripter.lib import clock
from scripter.lib.errors import BadInput, Conflict
from scripter.scripts.models import Script

Make = Callable[..., Job]


@pytest.fixture
def queued(context: Context, script: Script) -> Make:
    """Queues one more job of the script."""

    def make(**wishes: object) -> Job:
        with context.db.transaction() as session:
            return service.start(session, script, trigger=Trigger.API, **wishes)  # type: ignore[arg-type]

    return make


def reload(context: Context, job: Job) -> Job:
    with context.db.reading() as session:
        return service.get(session, job.id)


def claim(context: Context, worker: str) -> Job | None:
    with context.db.transaction() as session:
        return moves.claim_next(session, worker)


def test_a_job_is_claimed_by_exactly_one_of_many_workers(context: Context, queued: Make) -> None:
    jobs = [queued().id for _ in range(12)]
    won: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while job := context.db.run(lambda session: moves.claim_next(session, name)):
            with lock:
                won.append(job.id)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(jobs)


def test_the_oldest_job_of_the_highest_priority_comes_first(context: Context, queued: Make) -> None:
    first, second, urgent = queued(), queued(), queued()
    with context.db.transaction() as session:
        session.get_one(Job, urgent.id).priority = 5
    order = [job.id for _ in range(3) if (job := claim(context, "w"))]
    assert order == [urgent.id, first.id, second.id]


@pytest.mark.parametrize(("reference", "words"), [("sha256:1", "cold start"), ("venv:sha256:1", "start")])
def test_a_start_without_a_container_is_not_called_cold(reference: str, words: str) -> None:
    assert moves.start_in_words(Job(image_reference=reference), "cold") == words


def test_every_move_leaves_an_event_row(context: Context, queued: Make) -> None:
    job = queued()
    claim(context, "w")
    with context.db.transaction() as session:
        assert moves.mark_running(session, job, "w", 12, "cold")
        assert moves.finish(session, job, "w", could_not_start("no reason"))
    with context.db.reading() as session:
        seen = [(event.was, event.now) for event in service.events(session, job_id=job.id)]
    assert seen == [
        (None, Status.QUEUED),
        (Status.QUEUED, Status.STARTING),
        (Status.STARTING, Status.RUNNING),
        (Status.RUNNING, Status.FAILED),
    ]


def test_a_worker_that_lost_its_lease_can_do_nothing_more(context: Context, queued: Make) -> None:
    job = queued()
    claim(context, "old")
    with context.db.transaction() as session:
        later = clock.now() + moves.LEASE + timedelta(seconds=1)
        assert [one.id for one in moves.take_over(session, "new", dead=[], now=later)] == [job.id]
    with context.db.transaction() as session:
        assert not moves.mark_running(session, job, "old", 1, "cold")
        assert not moves.finish(session, job, "old", could_not_start("late"))
        assert not moves.give_back(session, job, "old", "late")
        assert moves.renew(session, "old") == set()
    assert reload(context, job).status == Status.STARTING


def test_a_live_lease_is_respected_and_a_dead_run_is_not(context: Context, queued: Make) -> None:
    job = queued()
    claim(context, "old")
    with context.db.transaction() as session:
        assert moves.take_over(session, "new", dead=[], now=clock.now()) == []
        assert [one.id for one in moves.take_over(session, "new", dead=["old"], now=clock.now())] == [job.id]


def test_an_end_is_recorded_once(context: Context, queued: Make) -> None:
    job = queued()
    claim(context, "w")
    with context.db.transaction() as session:
        assert moves.finish(session, job, "w", could_not_start("first"))
        assert not moves.finish(session, job, "w", could_not_start("second"))
    assert reload(context, job).reason == "could not start: first"


def test_a_move_that_the_table_does_not_know_is_an_error_of_ours(context: Context, queued: Make) -> None:
    job = queued()
    with context.db.transaction() as session, pytest.raises(ValueError, match="cannot go from"):
        moves.move(session, job.id, Status.SUCCEEDED, Status.QUEUED)


def test_a_waiting_job_is_cancelled_at_once(context: Context, queued: Make) -> None:
    job = queued()
    with context.db.transaction() as session:
        service.cancel(session, service.get(session, job.id), None)
    assert reload(context, job).status == Status.CANCELLED
    assert claim(context, "w") is None


def test_a_running_job_is_asked_to_stop_and_an_ended_one_is_refused(context: Context, queued: Make) -> None:
    job = queued()
    claim(context, "w")
    with context.db.transaction() as session:
        service.cancel(session, service.get(session, job.id), None)
    assert reload(context, job).cancel_requested_at is not None
    with context.db.transaction() as session:
        moves.finish(session, job, "w", could_not_start("gone"))
    with context.db.transaction() as session, pytest.raises(Conflict, match="ended already"):
        service.cancel(session, service.get(session, job.id), None)


def test_the_same_key_gives_the_same_job(context: Context, queued: Make) -> None:
    assert queued(idempotency_key="a").id == queued(idempotency_key="a").id
    assert queued(idempotency_key="b").id != queued(idempotency_key="a").id


def test_the_same_key_from_many_threads_at_once_gives_one_job(context: Context, queued: Make) -> None:
    ids: list[int] = []

    def work() -> None:
        ids.append(queued(idempotency_key="storm").id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(["a"] * 101, "arguments"), (["ok", "x" * 4097], "arguments.1"), (["a\0b"], "arguments.0")],
)
def test_arguments_that_no_command_line_carries_are_refused(queued: Make, arguments: list[str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        queued(arguments=arguments)
    assert caught.value.fields[0].field == field


@pytest.mark.parametrize("seconds", [0, 121])
def test_a_jobs_own_time_limit_is_held_to_the_ceiling(context: Context, queued: Make, seconds: int) -> None:
    context.settings = context.settings.model_copy(update={"jobs": Jobs(max_time_limit_s=120)})
    assert queued(time_limit_s=120).time_limit_s == 120
    with pytest.raises(BadInput, match="between 1 and 120 seconds") as caught:
        queued(time_limit_s=seconds)
    assert caught.value.fields[0].field == "time_limit_s"
