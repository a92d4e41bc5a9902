"""A worker's hands on real runners: places, adoption at every line where a worker may die, outages, orphans."""

from __future__ import annotations

import gc
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from gate import Gate
from job_rig import WAITS, House, until
from sqlalchemy import update
from sqlalchemy.engine import make_url

import testbed
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.jobs import moves, slots, supervisor
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Reason, Status
from scripter.lib import clock
from scripter.runners.docker import DockerRunner
from scripter.runners.protocol import Slot, SlotSpec

# The SDK never closes a socket whose engine hung up in the middle of a request.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

DEAD = "w:dead"


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


# Where a worker may have died, as what it had done by then.
def claimed(house: House, job: Job) -> None: ...


def laid_out(house: House, job: Job) -> None:
    slots.make(house.context, job)


def prepared(house: House, job: Job) -> None:
    laid_out(house, job)
    house.runner.prepare(slots.spec(house.context, job))


def given_its_go(house: House, job: Job) -> None:
    laid_out(house, job)
    slot = house.runner.prepare(slots.spec(house.context, job))
    house.runner.start(slot, slots.go(house.context, job, "cold start", 0))


def running(house: House, job: Job) -> None:
    given_its_go(house, job)
    with house.context.db.transaction() as session:
        assert moves.mark_running(session, job, DEAD, 1, "cold")


def finished(house: House, job: Job) -> None:
    running(house, job)
    until((house.directory(job) / "exit.json").exists, "the exit record")


def finished_and_removed_by_hand(house: House, job: Job) -> None:
    finished(house, job)
    for slot in house.slots():
        house.runner.discard(slot)


Died = Callable[[House, Job], None]
DEATHS = [claimed, laid_out, prepared, given_its_go, running, finished, finished_and_removed_by_hand]


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
    assert ended.reason == "the container disappeared before the end was recorded"
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


@pytest.mark.parametrize("written", [b"", b"\0\0", b"[]", b"{}", b'{"reason'])
def test_an_exit_record_that_the_agent_did_not_write_is_none(tmp_path: Path, written: bytes) -> None:
    assert slots.exit_record(tmp_path) is None
    (tmp_path / "exit.json").write_bytes(written)
    assert slots.exit_record(tmp_path) is None


def test_directories_nested_without_end_do_not_keep_a_slot_from_being_removed(tmp_path: Path) -> None:
    slot = tmp_path / "1-1"
    slot.mkdir()
    deep = "import os\nfor _ in range(1500): os.mkdir('d'), os.chdir('d')"
    subprocess.run([sys.executable, "-c", deep], cwd=slot, check=True)
    slots.remove(slot)
    assert not slot.exists()


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
        url = make_url(services.mariadb_url)
        gate = Gate(socket.AF_INET, ("127.0.0.1", 0), (url.host, url.port))
        yield gate
        gate.close()

    @pytest.fixture
    def settings(self, mariadb_url: str, gate: Gate, tmp_path: Path) -> Settings:
        far = make_url(mariadb_url).set(host="127.0.0.1", port=gate.address[1]).render_as_string(hide_password=False)
        (tmp_path / "data").mkdir()
        return Settings(data=Data(directory=str(tmp_path / "data")), database=DatabaseSettings(url=far))

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
