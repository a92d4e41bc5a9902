"""A worker's hands on real runners: places, cancelling, a stop in the middle, rubbish, rounds that break."""

from __future__ import annotations

import shutil
import threading

import pytest
from job_rig import WAITS, House, until
from worker_deaths import prepared

from scripter.jobs import moves, slots
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Reason, Status


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here, except where a test says otherwise: the moves are tested on both."""
    return sqlite_url


def test_jobs_are_taken_in_order_and_only_as_many_as_there_are_places(house: House) -> None:
    jobs = [house.queued() for _ in range(3)]
    house.worker("w:1", places=1).start([])
    for job in jobs:
        assert house.ended(job).status == Status.SUCCEEDED
        assert house.output(job) == ["begun"]
    # One after the other: between a job's claim and its end nothing happens to another.
    told = [event.job_id for event in house.events() if event.was is not None]
    assert told == [job.id for job in jobs for _ in range(3)]
    until(house.nothing_left, "the containers and slots to be removed")


def test_two_workers_share_a_queue_without_running_anything_twice(house: House) -> None:
    jobs = [house.queued() for _ in range(8)]
    for name in ("w:1", "w:2"):
        house.worker(name).start([])
    for job in jobs:
        assert house.ended(job).status == Status.SUCCEEDED
        assert house.begun(job) == 1
        assert house.moves(job) == [Status.QUEUED, Status.STARTING, Status.RUNNING, Status.SUCCEEDED]


def test_a_worker_that_stops_leaves_its_jobs_running_and_the_next_one_finishes_them(house: House) -> None:
    house.source(WAITS)
    job = house.queued()
    first = house.worker("w:1")
    first.start([])
    house.running(job)
    first.stop()
    assert first.running == 0
    assert house.now(job).status == Status.RUNNING
    house.worker("w:2").start([])
    until(lambda: house.now(job).worker == "w:2", "the next worker to adopt the job")
    house.finish(job)
    assert house.ended(job).reason == "exit 0"
    assert house.output(job) == ["begun", "finished"]


def test_a_running_job_is_told_to_stop_when_it_is_cancelled(house: House) -> None:
    house.source(WAITS)
    job = house.queued()
    house.worker("w:1").start([])
    house.running(job)
    house.cancel(job)
    ended = house.ended(job)
    assert (ended.status, ended.reason) == (Status.CANCELLED, "cancelled by anna")


def test_a_job_cancelled_while_it_is_starting_never_begins(house: House) -> None:
    job = house.claimed("w:1")
    house.cancel(job)
    assert house.now(job).status == Status.STARTING
    attempt = house.attempt("w:1", job)
    assert not attempt.begin()
    ended = house.now(job)
    assert (ended.status, ended.reason) == (Status.CANCELLED, "cancelled by anna")
    assert house.output(job) == []
    attempt.clean()
    assert house.nothing_left()


def test_what_ended_jobs_and_unknown_ones_left_is_removed_and_what_is_needed_is_not(house: House) -> None:
    house.source(WAITS)
    over, kept = house.claimed("w:1"), house.claimed("w:1")
    for job in (over, kept):
        prepared(house, job)
    with house.context.db.transaction() as session:
        moves.finish(session, over, "w:1", could_not_start("for the test"))
    unknown = house.context.data / "slots" / "987654-1"
    shutil.copytree(house.directory(over) / "src", unknown / "src")
    house.worker("w:2").start([])
    until(lambda: not unknown.exists() and not house.directory(over).exists(), "the rubbish to be removed")
    assert [slots.owner(house.context, slot.name) for slot in house.slots()] == [(kept.id, 1)]
    assert house.directory(kept).exists()


@pytest.mark.parametrize("reference", ["sha256:" + "f" * 64, "local:" + "f" * 64])
def test_a_job_whose_image_is_gone_says_so_in_plain_words(house: House, reference: str) -> None:
    house.image(reference)
    job = house.queued()
    house.worker("w:1").start([])
    ended = house.ended(job)
    assert (ended.status, ended.reason_code) == (Status.FAILED, Reason.COULD_NOT_START)
    assert ended.reason == "could not start: image report is gone from the engine; build it again"
    until(house.nothing_left, "the slot to be removed")


def test_a_round_that_breaks_is_made_again(local_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broke = threading.Event()
    anything_waits = moves.claim_next

    def once(*arguments: object) -> object:
        if not broke.is_set():
            broke.set()
            raise RuntimeError("nobody expected this")
        return anything_waits(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(moves, "claim_next", once)
    job = local_house.queued()
    local_house.worker("w:1").start([])
    assert local_house.ended(job).status == Status.SUCCEEDED
    assert broke.is_set()
