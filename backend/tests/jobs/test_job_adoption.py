"""A worker that finds what another one left: at every line where that one may have died, and when it lives on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from job_rig import WAITS, House, until
from sqlalchemy import update
from worker_deaths import DEAD, DEATHS, Died, given_its_go, running

from scripter.jobs.models import Job
from scripter.jobs.states import Reason, Status
from scripter.lib import clock


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here, except where a test says otherwise: the moves are tested on both."""
    return sqlite_url


@pytest.mark.parametrize("died", DEATHS)
def test_wherever_its_worker_died_a_job_runs_exactly_once(house: House, died: Died) -> None:
    job = house.claimed(DEAD)
    died(house, job)
    house.worker("w:next").start([DEAD])
    ended = house.ended(job)
    assert (ended.status, ended.reason) == (Status.SUCCEEDED, "exit 0")
    assert house.output(job) == ["begun"]
    until(house.nothing_left, "the containers and slots to be removed")


def test_a_running_job_whose_container_is_gone_is_lost_and_not_begun_again(house: House) -> None:
    house.source(WAITS)
    job = house.claimed(DEAD)
    running(house, job)
    until(lambda: house.begun(job), "the script's first line")
    for slot in house.slots():
        house.runner.discard(slot)
    house.worker("w:next").start([DEAD])
    ended = house.ended(job)
    assert (ended.status, ended.reason_code) == (Status.LOST, Reason.LOST)
    place = "container" if house.runner.kind == "docker" else "process"
    assert ended.reason == f"the {place} disappeared before the end was recorded"
    assert house.output(job) == ["begun"]


def test_an_adopted_job_that_was_never_said_to_run_can_be_cancelled(house: House) -> None:
    house.source(WAITS)
    job = house.claimed(DEAD)
    given_its_go(house, job)
    until(lambda: house.begun(job), "the script's first line")
    house.worker("w:next").start([DEAD])
    house.running(job)
    house.cancel(job)
    assert house.ended(job).reason == "cancelled by anna"


def test_a_worker_that_has_lost_the_job_while_preparing_it_does_not_begin_it(house: House) -> None:
    job = house.claimed("w:slow")
    with house.context.db.transaction() as session:
        session.execute(update(Job).values(worker="w:other"))
    assert not house.attempt("w:slow", job).begin()
    assert house.now(job).status == Status.STARTING
    assert house.begun(job) == 0


def test_a_worker_that_has_lost_its_lease_lets_go_and_leaves_the_container(house: House) -> None:
    house.source(WAITS)
    job = house.queued()
    first = house.worker("w:1")
    first.start([])
    house.running(job)
    with house.context.db.transaction() as session:
        session.execute(update(Job).values(worker="w:thief", lease_until=clock.now() + timedelta(hours=1)))
    until(lambda: first.running == 0, "the worker to let go")
    house.finish(job)
    until((house.directory(job) / "exit.json").exists, "the script's end")
    assert house.now(job).status == Status.RUNNING
    assert len(house.slots()) == 1


def test_a_job_that_lost_its_thread_is_found_again(house: House) -> None:
    house.source(WAITS)
    job = house.claimed("w:1")
    running_by = house.worker("w:1")
    given_its_go(house, job)
    running_by.start([])  # it holds the job by its row, and no thread of it knows
    house.running(job)
    house.finish(job)
    assert house.ended(job).status == Status.SUCCEEDED
    assert house.output(job) == ["begun", "finished"]
