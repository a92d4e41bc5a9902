"""The engine or the database goes away while a worker is at work, and comes back: nothing is lost, nothing runs twice."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from gate import Gate, before
from job_rig import WAITS, House, until
from sqlalchemy import update
from worker_deaths import DEAD, running

import testbed
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.jobs import slots, supervisor
from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.runners.docker import DockerRunner
from scripter.runners.protocol import Slot, SlotSpec

# The SDK never closes a socket whose engine hung up in the middle of a request.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here, except where a test says otherwise: the moves are tested on both."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _sockets_are_gone(request: pytest.FixtureRequest) -> Iterator[None]:
    """After all else of the test has been taken down, and while the filter above still holds."""
    yield
    if "engine_gate" in request.fixturenames:
        gc.collect()


@pytest.fixture
def engine_gate(services: testbed.Services, tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(socket.AF_UNIX, str(tmp_path / "engine"), services.docker_host.removeprefix("unix://"))
    yield gate
    gate.close()


@pytest.fixture
def far_engine(engine_gate: Gate, tmp_path: Path) -> DockerRunner:
    """The engine behind the gate."""
    return DockerRunner(tmp_path, host=f"unix://{engine_gate.address}")


def test_with_the_engine_away_a_job_goes_back_to_the_queue_and_runs_once_it_is_back(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner
) -> None:
    job = docker_house.claimed("w:1")
    engine_gate.shut()
    assert not docker_house.attempt("w:1", job, far_engine).begin()
    waiting = docker_house.now(job)
    assert (waiting.status, waiting.worker) == (Status.QUEUED, None)
    docker_house.worker("w:2", runner=far_engine).start([])
    engine_gate.mend()
    assert docker_house.ended(job).status == Status.SUCCEEDED
    assert docker_house.output(job) == ["begun"]


def test_a_cancelled_job_does_not_go_back_to_the_queue(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner
) -> None:
    job = docker_house.claimed("w:1")
    docker_house.cancel(job)
    engine_gate.shut()
    assert not docker_house.attempt("w:1", job, far_engine).begin()
    assert docker_house.now(job).status == Status.CANCELLED


def test_with_the_engine_away_at_the_go_nothing_has_begun_and_the_job_runs_once_later(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = docker_house.claimed("w:1")
    prepare = far_engine.prepare

    def last_words(spec: SlotSpec) -> Slot:
        slot = prepare(spec)
        engine_gate.shut()
        return slot

    monkeypatch.setattr(far_engine, "prepare", last_words)
    assert not docker_house.attempt("w:1", job, far_engine).begin()
    assert docker_house.now(job).status == Status.QUEUED
    engine_gate.mend()
    docker_house.worker("w:2").start([])
    assert docker_house.ended(job).status == Status.SUCCEEDED
    assert docker_house.output(job) == ["begun"]


def test_an_engine_that_goes_while_a_job_runs_loses_nothing_of_it(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner
) -> None:
    docker_house.source(WAITS)
    job = docker_house.queued()
    docker_house.worker("w:1", runner=far_engine).start([])
    docker_house.running(job)
    engine_gate.shut()
    docker_house.finish(job)
    ended = docker_house.ended(job)
    assert (ended.status, docker_house.output(job)) == (Status.SUCCEEDED, ["begun", "finished"])
    engine_gate.mend()
    # It was left on the engine, for the next cleaning to find.
    assert [slots.owner(docker_house.context, slot.name) for slot in docker_house.slots()] == [(job.id, 1)]


def test_what_a_dead_run_left_is_adopted_as_soon_as_the_engine_is_back_and_not_when_its_lease_is_over(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner
) -> None:
    job = docker_house.claimed(DEAD)
    running(docker_house, job)
    with docker_house.context.db.transaction() as session:
        session.execute(update(Job).values(lease_until=clock.now() + timedelta(hours=1)))
    engine_gate.shut()
    docker_house.worker("w:next", runner=far_engine).start([DEAD])
    assert docker_house.now(job).worker == DEAD
    engine_gate.mend()
    assert docker_house.ended(job).status == Status.SUCCEEDED


def test_jobs_that_were_taken_over_when_the_engine_went_are_left_for_the_next_round(
    docker_house: House, engine_gate: Gate, far_engine: DockerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RENEW_S", 3600.0)  # which would find them as well, later
    job = docker_house.claimed(DEAD)
    running(docker_house, job)
    alive = far_engine.alive

    def too_late(labels: Mapping[str, str]) -> list[Slot]:
        monkeypatch.setattr(far_engine, "alive", alive)
        engine_gate.shut()
        return alive(labels)

    monkeypatch.setattr(far_engine, "alive", too_late)
    docker_house.worker("w:next", runner=far_engine).start([DEAD])
    engine_gate.mend()
    assert docker_house.ended(job).status == Status.SUCCEEDED


class TestTheDatabaseAway:
    @pytest.fixture
    def gate(self, services: testbed.Services) -> Iterator[Gate]:
        with before(services.mariadb_url) as gate:
            yield gate

    @pytest.fixture
    def settings(self, mariadb_url: str, gate: Gate, tmp_path: Path) -> Settings:
        (tmp_path / "data").mkdir()
        return Settings(
            data=Data(directory=str(tmp_path / "data")), database=DatabaseSettings(url=gate.way_to(mariadb_url))
        )

    def test_a_job_that_ends_meanwhile_is_recorded_when_it_is_back(self, local_house: House, gate: Gate) -> None:
        local_house.source(WAITS)
        job = local_house.queued()
        local_house.worker("w:1").start([])
        local_house.running(job)
        gate.shut()
        local_house.finish(job)
        record = local_house.directory(job) / "exit.json"
        until(record.exists, "the script's end")
        threading.Event().wait(0.5)  # so that the worker has tried in vain
        gate.mend()
        ended = local_house.ended(job)
        assert (ended.status, ended.worker) == (Status.SUCCEEDED, "w:1")
        assert local_house.output(job) == ["begun", "finished"]

    def test_a_worker_can_stop_without_it(self, local_house: House, gate: Gate) -> None:
        supervisor = local_house.worker("w:1")
        supervisor.start([])
        gate.shut()
        supervisor.stop()
        gate.mend()
