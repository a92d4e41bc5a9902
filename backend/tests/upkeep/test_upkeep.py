"""Health, how things stand, heartbeats and the sweep; asked over HTTP where people ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dramatiq
import pytest
from people import Browser
from sqlalchemy import select, update

from scripter.config import Database as DatabaseSettings
from scripter.config import Queue as QueueSettings
from scripter.config import Settings
from scripter.context import Context
from scripter.jobs import service as jobs
from scripter.jobs.models import Job
from scripter.jobs.states import Trigger
from scripter.lib import clock
from scripter.lib.db import Database
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import Runner
from scripter.schedules.models import ClockTick
from scripter.scripts.models import Script
from scripter.upkeep import service, tasks
from scripter.upkeep.models import WorkerRow
from scripter.upkeep.service import Beat

NOWHERE = "127.0.0.1:1"


def beats(context: Context, runner: Runner, run: str = "w:1", *, answers: bool = True, ago_s: float = 0) -> None:
    """One heartbeat of a worker, that long ago."""
    context.worker = run
    name = run.partition(":")[0]
    with context.db.transaction() as session:
        service.beat(session, Beat(name=name, runner=runner, places=4, running=1, engine_answers=answers))
        seen = clock.now() - timedelta(seconds=ago_s)
        session.execute(update(WorkerRow).where(WorkerRow.run == run).values(seen_at=seen))


def ticked(context: Context, ago: timedelta) -> None:
    with context.db.transaction() as session:
        session.merge(ClockTick(id=1, at=clock.now() - ago))


def runs(context: Context) -> list[str]:
    with context.db.reading() as session:
        return list(session.scalars(select(WorkerRow.run).order_by(WorkerRow.run)))


@pytest.fixture
def docker(tmp_path: Path) -> Runner:
    return DockerRunner(tmp_path)


@pytest.fixture
def local(tmp_path: Path) -> Runner:
    return LocalRunner(tmp_path)


def test_all_is_well_when_database_queue_and_a_worker_answer(
    context: Context, anonymous: Browser, docker: Runner
) -> None:
    beats(context, docker)
    answer = anonymous.get("/api/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": True, "queue": True, "runner": True, "disk": True, "clock": None}


@pytest.mark.parametrize(("ago_s", "runner"), [(0, False), (60, None)])
def test_without_an_engine_or_a_worker_it_is_degraded_and_still_answers(
    context: Context, anonymous: Browser, docker: Runner, ago_s: float, runner: bool | None
) -> None:
    beats(context, docker, answers=False, ago_s=ago_s)
    answer = anonymous.get("/api/health")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["runner"]) == ("degraded", runner)


class TestOutages:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"queue": QueueSettings(url=f"amqp://a:b@{NOWHERE}/x")})

    def test_an_unreachable_broker_is_degraded(self, context: Context, anonymous: Browser, docker: Runner) -> None:
        beats(context, docker)
        answer = anonymous.get("/api/health")
        assert answer.status_code == 200
        assert (answer.json["status"], answer.json["queue"]) == ("degraded", False)


@pytest.fixture
def lost_database(context: Context) -> Iterator[None]:
    found, context.db = context.db, Database(DatabaseSettings(url=f"mysql+pymysql://a:b@{NOWHERE}/x").url)
    yield
    context.db.close()
    context.db = found


@pytest.mark.usefixtures("lost_database")
def test_an_unreachable_database_is_503(anonymous: Browser) -> None:
    answer = anonymous.get("/api/health")
    assert answer.status_code == 503
    assert (answer.json["status"], answer.json["database"], answer.json["runner"]) == ("degraded", False, None)


def test_how_things_stand_is_for_those_who_are_logged_in(anonymous: Browser) -> None:
    assert anonymous.get("/api/system").status_code == 401


def test_without_a_worker_nothing_is_said_about_the_runner(client: Browser) -> None:
    system = client.get("/api/system").json
    assert system["runner"] == {"kind": None, "isolates": None, "notice": None}
    assert (system["mode"], system["workers"]) == ("embedded", [])


def test_the_least_safe_live_runner_is_the_one_to_warn_of(
    context: Context, client: Browser, docker: Runner, local: Runner
) -> None:
    beats(context, docker, "d:1")
    assert client.get("/api/system").json["runner"] == {"kind": "docker", "isolates": True, "notice": None}
    beats(context, local, "l:1")
    runner = client.get("/api/system").json["runner"]
    assert (runner["kind"], runner["isolates"]) == ("local", False)
    assert "nothing isolates them" in runner["notice"]
    beats(context, local, "l:1", ago_s=60)
    system = client.get("/api/system").json
    assert system["runner"]["kind"] == "docker"
    assert [(worker["name"], worker["alive"]) for worker in system["workers"]] == [("d", True), ("l", False)]


@pytest.mark.parametrize(("ago", "late"), [(timedelta(minutes=1), False), (timedelta(minutes=4), True)])
def test_a_clock_that_stays_away_is_late(context: Context, client: Browser, ago: timedelta, late: bool) -> None:
    assert client.get("/api/system").json["clock"] == {"last_tick_at": None, "late": True}
    ticked(context, ago)
    assert client.get("/api/system").json["clock"]["late"] is late


def test_a_beat_announces_a_worker_once_and_freshens_it_after(context: Context, docker: Runner) -> None:
    beats(context, docker, "w:1", ago_s=60)
    beats(context, docker, "w:1")
    with context.db.reading() as session:
        (row,) = service.workers(session)
    assert service.is_alive(row, clock.now())
    assert (row.name, row.places, row.running) == ("w", 4, 1)


def test_a_worker_that_leaves_is_gone_at_once_and_only_it(context: Context, docker: Runner) -> None:
    beats(context, docker, "w:1")
    beats(context, docker, "w:2")
    with context.db.transaction() as session:
        service.leave(session)
    assert runs(context) == ["w:1"]


def test_earlier_runs_are_those_of_the_same_name(context: Context, docker: Runner) -> None:
    for run in ("w:1", "w-2:1", "v:1", "w:2"):
        beats(context, docker, run)
    with context.db.transaction() as session:
        assert service.earlier_runs(session, "w") == ["w:1"]
        service.forget_runs(session, ["w:1"])
    assert runs(context) == ["v:1", "w-2:1", "w:2"]


def test_the_sweep_forgets_workers_long_dead(context: Context, docker: Runner) -> None:
    beats(context, docker, "w:1", ago_s=2 * 86_400)
    beats(context, docker, "w:2", ago_s=3_600)
    tasks.sweep(context)
    assert runs(context) == ["w:2"]


@pytest.mark.parametrize(("waited_s", "rings"), [(60, 1), (0, 0)])
def test_the_sweep_rings_again_for_jobs_that_have_waited(
    context: Context, script: Script, waited_s: float, rings: int
) -> None:
    with context.db.transaction() as session:
        job = jobs.start(session, script, trigger=Trigger.API)
    context.queue.broker.flush_all()
    with context.db.transaction() as session:
        session.execute(update(Job).values(created_at=clock.now() - timedelta(seconds=waited_s)))
    tasks.sweep(context)
    rung = [message for message in _messages(context, "jobs") if message == (job.id,)]
    assert len(rung) == rings


def test_the_sweep_ends_jobs_that_wait_past_their_deadline_though_no_worker_runs(
    context: Context, script: Script
) -> None:
    with context.db.transaction() as session:
        job = jobs.start(session, script, trigger=Trigger.API)
        session.execute(update(Job).values(deadline_at=clock.now()))
    tasks.sweep(context)
    with context.db.reading() as session:
        assert session.get_one(Job, job.id).reason_code == "deadline"


def _messages(context: Context, queue: str) -> list[tuple[object, ...]]:
    found = context.queue.broker.queues[queue]
    return [_arguments(found.get_nowait()) for _ in range(found.qsize())]


def _arguments(encoded: bytes) -> tuple[object, ...]:
    return tuple(dramatiq.Message.decode(encoded).args)
