"""A worker that was away for longer than its lease does nothing to what another one has begun meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from job_rig import WAITS, House, until
from sqlalchemy import update
from structlog.testing import capture_logs

from scripter.jobs import slots
from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib import clock


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_worker_that_falls_asleep_right_after_its_claim_leaves_alone_what_another_has_begun(house: House) -> None:
    house.source(WAITS)
    job = house.claimed("w:asleep")
    with house.context.db.transaction() as session:
        session.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
    house.worker("w:awake").start([])
    house.running(job)
    assert not house.attempt("w:asleep", job).begin()
    house.finish(job)
    assert house.ended(job).status == Status.SUCCEEDED
    assert house.output(job) == ["begun", "finished"]


def test_a_place_that_is_removed_while_it_is_made_for_a_job_of_others_ends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.claimed("w:asleep")
    with house.context.db.transaction() as session:
        session.execute(update(Job).values(worker="w:awake"))

    def removed(*_: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(slots, "make", removed)
    with capture_logs() as told:
        assert not house.attempt("w:asleep", job).begin()
    assert [one["event"] for one in told] == ["job.not_ours"]
    assert house.now(job).status == Status.STARTING


def test_a_worker_that_gets_its_job_back_follows_it_once(house: House) -> None:
    house.source(WAITS)
    job = house.queued()
    house.worker("w:1").start([])
    house.running(job)
    for _ in range(4):
        with house.context.db.transaction() as session:
            session.execute(update(Job).values(worker="w:thief", lease_until=clock.now() - timedelta(seconds=1)))
        until(lambda: house.now(job).worker == "w:1", "the worker to have it back")
    until(lambda: [one.name for one in threading.enumerate()].count(f"job-{job.id}") == 1, "all threads but one to end")
    house.finish(job)
    assert house.ended(job).status == Status.SUCCEEDED
    assert house.output(job) == ["begun", "finished"]
