"""Warm containers: how many are kept, that each is used once, and that none is left where nobody wants it."""

from __future__ import annotations

import time

import pytest
from job_rig import WAITS, House, until

from scripter import logstore
from scripter.config import MEBIBYTE, Worker
from scripter.images.models import Build
from scripter.jobs import pool as pools
from scripter.jobs import slots, supervisor
from scripter.jobs.models import Job
from scripter.jobs.pool import COST_MB, Kind, Pool, busiest
from scripter.jobs.states import Status
from scripter.jobs.supervisor import Supervisor
from scripter.runners.protocol import Limits, Network
from scripter.scripts.models import Script


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A pool knows no database."""
    return sqlite_url


@pytest.mark.parametrize(
    ("times", "most"),
    [([], 0), ([1.0], 1), ([1.0, 2.0, 3.0], 3), ([1.0, 20.0, 40.0], 1), ([0.0, 1.0, 30.0, 31.0, 32.0, 60.0], 3)],
)
def test_as_many_are_wanted_as_started_within_one_burst(times: list[float], most: int) -> None:
    assert busiest(times, 5.0) == most


def kind_of(house: House, memory_mb: int = 128) -> Kind:
    with house.context.db.reading() as session:
        build = session.get_one(Build, session.get_one(Script, house.script_id).image.good_build_id)
        reference = build.reference or ""
    return Kind(reference, Limits(memory_mb * MEBIBYTE, 1.0, 32), Network.NONE)


def pool_of(house: House, most: int = 4, memory_mb: int = 512) -> Pool:
    settings = house.context.settings
    house.context.settings = settings.model_copy(update={"worker": Worker(warm_memory_mb=memory_mb)})
    house.context.worker = "w:1"
    return Pool(house.context, house.runner, most)


def always() -> bool:
    return True


def test_what_was_asked_for_is_kept_and_each_container_is_given_away_once(docker_house: House) -> None:
    pool, kind = pool_of(docker_house), kind_of(docker_house)
    pool.tend(always)
    assert docker_house.warm() == []
    pool.ask(kind)
    pool.ask(kind)
    pool.tend(always)
    taken = [pool.take(kind), pool.take(kind)]
    assert {slot.name for slot in taken if slot} == {slot.name for slot in docker_house.warm()}
    assert len(docker_house.warm()) == 2
    assert pool.take(kind) is None
    pool.tend(always)
    again = pool.take(kind)
    assert again is not None
    assert again not in taken
    for slot in filter(None, [*taken, again]):
        pool.drop(slot)
    pool.close()


def test_nothing_is_made_while_jobs_are_starting(docker_house: House) -> None:
    pool = pool_of(docker_house)
    pool.ask(kind_of(docker_house))
    pool.tend(lambda: False)
    assert docker_house.warm() == []


@pytest.mark.parametrize(("most", "memory_mb", "kept"), [(2, 512, 2), (4, COST_MB, 1), (4, 0, 0)])
def test_no_more_are_kept_than_there_are_places_and_memory(
    docker_house: House, most: int, memory_mb: int, kept: int
) -> None:
    pool, kind = pool_of(docker_house, most, memory_mb), kind_of(docker_house)
    for _ in range(3):
        pool.ask(kind)
    pool.tend(always)
    assert len(docker_house.warm()) == kept
    pool.close()


def test_the_kind_asked_for_last_comes_first(docker_house: House) -> None:
    pool = pool_of(docker_house, 1)
    older, newer = kind_of(docker_house), kind_of(docker_house, 64)
    pool.ask(older, seconds_ago=60)
    pool.tend(always)
    pool.ask(newer)
    pool.tend(always)
    assert pool.take(older) is None
    slot = pool.take(newer)
    assert slot is not None
    pool.drop(slot)


def test_what_nobody_asks_for_any_more_is_removed_with_its_directory(
    docker_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, kind = pool_of(docker_house), kind_of(docker_house)
    pool.ask(kind)
    pool.tend(always)
    assert len(docker_house.warm()) == 1
    monkeypatch.setattr(pools, "KEEP_S", 0.0)
    pool.tend(always)
    assert docker_house.warm() == []
    assert list((docker_house.context.data / "slots").iterdir()) == []


def test_an_image_that_is_gone_is_tried_once_and_no_more(docker_house: House) -> None:
    pool = pool_of(docker_house)
    pool.ask(kind_of(docker_house)._replace(image="sha256:" + "f" * 64))
    pool.tend(always)
    assert (docker_house.warm(), pool.names()) == ([], set())


def test_the_local_runner_keeps_nothing_waiting(local_house: House) -> None:
    pool = pool_of(local_house)
    pool.ask(kind_of(local_house))
    pool.tend(always)
    assert local_house.warm() == []


def warmed(house: House) -> Supervisor:
    """A worker with a container that waits."""
    worker = house.worker("w:1")
    worker.start([])
    house.ended(house.queued())
    until(worker._pool.names, "a container to wait")
    return worker


def told(house: House, job: Job) -> str:
    """The first of Scripter's own lines in the log of a job."""
    data = logstore.read(slots.log_path(house.context, job), limit=10**6).data
    return next(line.text.decode() for line in map(logstore.parse, data.splitlines()) if line.own)


def test_the_second_job_of_a_kind_starts_warm_and_says_so(docker_house: House) -> None:
    worker = docker_house.worker("w:1")
    worker.start([])
    first = docker_house.ended(docker_house.queued())
    until(worker._pool.names, "a container to wait")
    [waits] = docker_house.warm()
    second = docker_house.ended(docker_house.queued())
    assert (first.status, first.start_kind) == (Status.SUCCEEDED, "cold")
    assert (second.status, second.start_kind) == (Status.SUCCEEDED, "warm")
    assert docker_house.output(second) == ["begun"]
    assert "cold start in " in told(docker_house, first)
    assert "warm start in " in told(docker_house, second)
    until(lambda: worker._pool.names() - {waits.name}, "another one in its place")
    until(docker_house.nothing_left, "the jobs' containers and slots to be removed")


def test_a_warm_job_runs_what_was_saved_last(docker_house: House) -> None:
    warmed(docker_house)
    docker_house.source("print('newer')")
    job = docker_house.ended(docker_house.queued())
    assert (job.start_kind, docker_house.output(job)) == ("warm", ["newer"])


def test_a_warm_job_outlives_its_worker(docker_house: House) -> None:
    first = warmed(docker_house)
    docker_house.source(WAITS)
    job = docker_house.running(docker_house.queued())
    assert job.start_kind == "warm"
    first.stop()
    docker_house.worker("w:2").start([])
    until(lambda: docker_house.now(job).worker == "w:2", "the next worker to adopt the job")
    docker_house.finish(job)
    assert docker_house.ended(job).status == Status.SUCCEEDED
    assert docker_house.output(job) == ["begun", "finished"]


def test_a_waiting_container_that_has_died_makes_the_start_cold_and_nothing_worse(docker_house: House) -> None:
    warmed(docker_house)
    for slot in docker_house.warm():
        docker_house.runner.kill(slot)
    time.sleep(0.2)  # the engine closes its side of the input a moment later
    job = docker_house.ended(docker_house.queued())
    assert (job.status, job.start_kind) == (Status.SUCCEEDED, "cold")
    assert docker_house.output(job) == ["begun"]


def test_a_worker_that_stops_leaves_nothing_waiting(docker_house: House) -> None:
    warmed(docker_house).stop()
    assert docker_house.warm() == []


def test_what_an_earlier_run_of_the_worker_kept_waiting_is_removed(docker_house: House) -> None:
    pool, kind = pool_of(docker_house), kind_of(docker_house)
    pool.ask(kind)
    pool.tend(always)
    [left] = docker_house.warm()
    docker_house.worker("w:2").start([])
    assert left not in docker_house.warm()
    assert not left.directory.exists()
    # Nobody's process died in this test, so that its end of the input has to be closed by hand.
    docker_house.runner.discard(left)


def test_what_a_worker_that_is_gone_for_good_kept_waiting_is_looked_at_twice_and_then_removed(
    docker_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look comes soon, and not with the next sweep."""
    monkeypatch.setattr(supervisor, "CLEAN_S", 3600.0)
    monkeypatch.setattr(supervisor, "AGAIN_S", 0.5)
    pool, kind = pool_of(docker_house), kind_of(docker_house)
    pool.ask(kind)
    pool.tend(always)
    [left] = docker_house.warm()
    docker_house.runner.kill(left)  # as it ends by itself when its worker dies
    docker_house.worker("other:1").start([])
    until(lambda: left not in docker_house.warm() and not left.directory.exists(), "the container to be removed")
