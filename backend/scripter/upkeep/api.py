"""Health for probes, and how things stand for the pages."""

from __future__ import annotations

from datetime import datetime

from flask_openapi import APIBlueprint

from scripter import __version__
from scripter.access import guard
from scripter.access.guard import needs, public
from scripter.access.scopes import Scope
from scripter.context import Context
from scripter.lib import clock, disk, http
from scripter.lib.http import Answer, Problem, View
from scripter.schedules import service as schedules
from scripter.upkeep import metrics, service
from scripter.upkeep.models import WorkerRow

bp = APIBlueprint("upkeep", __name__, url_prefix="/api")


class HealthView(View):
    """Whether the parts answer; `runner` is null while no worker is alive, `disk` tells whether jobs have room, `clock`
    whether schedules are planned every minute (null: it has not begun)."""

    status: str
    database: bool
    queue: bool
    runner: bool | None
    disk: bool
    clock: bool | None


class WorkerView(View):
    name: str
    pool: str
    places: int
    running: int
    seen_at: datetime
    alive: bool
    runner: str

    @classmethod
    def of(cls, row: WorkerRow, now: datetime) -> WorkerView:
        return cls(
            name=row.name,
            pool=row.pool,
            places=row.places,
            running=row.running,
            seen_at=row.seen_at,
            alive=service.is_alive(row, now),
            runner=row.runner,
        )


class RunnerView(View):
    """What jobs run on; nulls while no worker is alive. `notice` says plainly what is not safe."""

    kind: str | None
    isolates: bool | None
    notice: str | None


class ClockView(View):
    last_tick_at: datetime | None
    late: bool


class QueueView(View):
    kind: str
    reachable: bool


class DiskView(View):
    """The disk of the data directory, as the web process sees it. `shortage` says why nothing begins; null: it may."""

    free_mb: int
    min_free_mb: int
    shortage: str | None


class SystemView(View):
    version: str
    mode: str
    runner: RunnerView
    clock: ClockView
    workers: list[WorkerView]
    queue: QueueView
    disk: DiskView


@bp.get("/health", responses={200: HealthView, 503: HealthView})
@public
def show_health() -> Answer:
    """Whether Scripter can do its work; 503 when the database does not answer."""
    found = service.health(guard.context())
    status = "ok" if found.is_whole else "degraded"
    view = HealthView(
        status=status,
        database=found.database,
        queue=found.queue,
        runner=found.runner,
        disk=found.disk,
        clock=found.clock,
    )
    return http.show(view, 200 if found.database else 503)


@bp.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, 401: Problem})
@needs(Scope.SYSTEM_READ)
def show_metrics() -> Answer:
    """Figures for a monitoring system, in the text format of Prometheus."""
    with guard.reading() as session:
        return Answer(metrics.text(session, clock.now()), mimetype="text/plain", headers={"Cache-Control": "no-store"})


@bp.get("/system", responses={200: SystemView, 401: Problem})
@needs(Scope.SYSTEM_READ)
def show_system() -> Answer:
    """The running parts of this installation."""
    queue = guard.context().queue
    now = clock.now()
    with guard.reading() as session:
        last_tick = schedules.last_tick(session)
        workers = service.workers(session)
    return http.show(
        SystemView(
            version=__version__,
            mode="embedded" if queue.kind == "in-process" else "services",
            runner=_runner([row for row in workers if service.is_alive(row, now)]),
            clock=ClockView(last_tick_at=last_tick, late=service.clock_is_late(last_tick, now)),
            workers=[WorkerView.of(row, now) for row in workers],
            queue=QueueView(kind=queue.kind, reachable=queue.answers()),
            disk=_disk(guard.context()),
        )
    )


def _disk(shared: Context) -> DiskView:
    least = shared.settings.data.min_free_mb
    return DiskView(free_mb=disk.room(shared.data).free_mb, min_free_mb=least, shortage=shared.shortage())


def _runner(alive: list[WorkerRow]) -> RunnerView:
    """The least safe runner among the live workers: that is the one to warn of."""
    if not alive:
        return RunnerView(kind=None, isolates=None, notice=None)
    worst = min(alive, key=lambda row: row.isolates)
    return RunnerView(kind=worst.runner, isolates=worst.isolates, notice=worst.notice or None)
