"""The worker process as an operator sees it: its name, its end, and what it leaves to the next one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from gate import Gate, before
from job_rig import WAITS, House, until
from sqlalchemy import select

import testbed
from scripter import migrations, wiring, worker
from scripter.access.models import User
from scripter.config import Settings
from scripter.config import Worker as WorkerSettings
from scripter.context import Context
from scripter.jobs.states import Status
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.upkeep import service as upkeep
from scripter.upkeep.models import WorkerRow
from testbed.stack import Stack


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_second_worker_of_the_same_name_gets_another(context: Context) -> None:
    context.settings = context.settings.model_copy(update={"worker": WorkerSettings(name="w")})
    taken = [worker._take_name(context) for _ in range(3)]
    assert [name for name, _ in taken] == ["w", "w-2", "w-3"]
    taken[1][1].close()
    name, lock = worker._take_name(context)
    assert name == "w-2"
    for one in (lock, taken[0][1], taken[2][1]):
        one.close()


def test_a_long_host_name_fits_into_the_rows(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "h" * 64)
    taken = [worker._take_name(context) for _ in range(2)]
    assert {len(name) for name, _ in taken} <= set(range(1, 61))
    for _, lock in taken:
        lock.close()


class TestTheDatabaseGoesWhileItStarts:
    @pytest.fixture
    def gate(self, services: testbed.Services) -> Iterator[Gate]:
        with before(services.mariadb_url) as gate:
            yield gate

    @pytest.fixture
    def database_url(self, mariadb_url: str, gate: Gate) -> str:
        return gate.way_to(mariadb_url)

    @pytest.mark.parametrize("step", ["earlier_runs", "forget_runs"])
    def test_it_waits_and_begins(
        self, context: Context, gate: Gate, step: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        done = getattr(upkeep, step)

        def gone_once(*arguments: object) -> object:
            monkeypatch.setattr(upkeep, step, done)
            gate.shut()
            threading.Timer(1.5, gate.mend).start()
            return done(*arguments)

        monkeypatch.setattr(upkeep, step, gone_once)
        begun = worker.Worker(context, LocalRunner(tmp_path))
        begun.start()
        with context.db.reading() as session:
            assert session.scalars(select(WorkerRow.run)).all() == [context.worker]
        begun.stop()


class TestTheProcess:
    @pytest.fixture
    def stack(self, settings: Settings, services: testbed.Services, tmp_path: Path) -> Iterator[Stack]:
        environment = {
            "SCRIPTER_DOCKER__HOST": services.docker_host,
            "SCRIPTER_DATABASE__URL": settings.database.url,
            "SCRIPTER_WORKER__NAME": "w",
        }
        stack = Stack(tmp_path, environment)
        yield stack
        stack.close()

    @pytest.fixture
    def house(self, context: Context, anna: User, script: object, services: testbed.Services) -> Iterator[House]:
        wiring.connect()
        migrations.upgrade(context.db, context.data)
        client = docker.APIClient(base_url=services.docker_host, version="auto")
        image = client.inspect_image("python:3.11-slim")["Id"]
        client.close()
        house = House(context, DockerRunner(context.data, host=services.docker_host), script.id, anna)  # type: ignore[attr-defined]
        house.image(image)
        house.source(WAITS)
        yield house
        house.close()

    def names(self, house: House) -> list[str]:
        with house.context.db.reading() as session:
            return sorted(session.scalars(select(WorkerRow.name)))

    def test_told_to_stop_it_leaves_its_job_running_and_the_next_one_finishes_it(
        self, stack: Stack, house: House
    ) -> None:
        stack.start("worker")
        job = house.queued()
        house.running(job)
        assert stack.stop("worker") == 0
        assert self.names(house) == []
        assert house.now(job).status == Status.RUNNING
        assert len(house.slots()) == 1
        stack.start("worker")
        house.finish(job)
        assert house.ended(job).reason == "exit 0"
        assert house.output(job) == ["begun", "finished"]

    def test_killed_it_leaves_its_job_running_and_its_next_run_takes_over_at_once(
        self, stack: Stack, house: House
    ) -> None:
        stack.start("worker")
        job = house.queued()
        held_by = house.running(job).worker
        stack.kill("worker")
        house.finish(job)
        stack.start("worker")
        ended = house.ended(job)
        assert (ended.status, house.output(job)) == (Status.SUCCEEDED, ["begun", "finished"])
        # The lease of the dead run had not run out: its name told that it is dead.
        assert held_by is not None
        assert ended.worker not in (None, held_by)
        until(lambda: self.names(house) == ["w"], "the dead run to be forgotten")

    def test_two_of_one_name_live_beside_each_other(self, stack: Stack, house: House, tmp_path: Path) -> None:
        stack.start("worker")
        until(lambda: self.names(house) == ["w"], "the first worker")
        second = Stack(tmp_path, stack.environment)
        second.environment["SCRIPTER_DATA__DIRECTORY"] = str(stack.data)
        second.start("worker")
        until(lambda: self.names(house) == ["w", "w-2"], "the second worker")
        jobs = [house.queued() for _ in range(2)]
        for job in jobs:
            house.running(job)
            house.finish(job)
        for job in jobs:
            assert house.ended(job).status == Status.SUCCEEDED
        assert second.stop("worker") == 0
        assert self.names(house) == ["w"]
