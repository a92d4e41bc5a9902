"""The door of upkeep: workers announce themselves here, the sweep repairs, and everybody may ask how things stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scripter import context
from scripter.context import Context
from scripter.images import service as images
from scripter.jobs import service as jobs
from scripter.lib import clock
from scripter.lib.db import changed_rows
from scripter.runners.choose import notice
from scripter.runners.protocol import Runner
from scripter.schedules import service as schedules
from scripter.scripts import service as scripts
from scripter.upkeep.models import WorkerRow

# A worker beats every 5 s; three missed beats and it is taken for dead.
ALIVE = timedelta(seconds=20)
REMEMBERED = timedelta(days=1)
CLOCK_LATE = timedelta(minutes=3)
# A doorbell for a job that has waited this long has certainly been lost, or no place was free.
RING_AGAIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker tells about itself every few seconds."""

    name: str
    runner: Runner
    places: int
    running: int
    engine_answers: bool


def beat(session: Session, beat: Beat) -> None:
    """Note that this worker (`context.worker`) is alive; the first beat announces it."""
    run = context.of(session).worker
    now = clock.now()
    fresh = {"seen_at": now, "running": beat.running, "engine_answers": beat.engine_answers}
    if changed_rows(session, update(WorkerRow).where(WorkerRow.run == run).values(**fresh)) == 1:
        return
    session.add(
        WorkerRow(
            run=run,
            name=beat.name,
            pool="default",
            runner=beat.runner.kind,
            isolates=beat.runner.isolates,
            notice=notice(beat.runner),
            places=beat.places,
            started_at=now,
            **fresh,
        )
    )


def leave(session: Session) -> None:
    """This worker stops now."""
    session.execute(delete(WorkerRow).where(WorkerRow.run == context.of(session).worker))


def earlier_runs(session: Session, name: str) -> list[str]:
    """The runs of the worker `name` before the present one. Who holds its lock knows that they are dead."""
    present = context.of(session).worker
    return list(session.scalars(select(WorkerRow.run).where(WorkerRow.name == name, WorkerRow.run != present)))


def forget_runs(session: Session, runs: list[str]) -> None:
    """Remove the rows of dead runs, once what they left is in other hands."""
    session.execute(delete(WorkerRow).where(WorkerRow.run.in_(runs)))


def workers(session: Session) -> list[WorkerRow]:
    """The workers that beat lately, the oldest first."""
    since = clock.now() - REMEMBERED
    return list(session.scalars(select(WorkerRow).where(WorkerRow.seen_at > since).order_by(WorkerRow.id)))


def hindrance(session: Session, running: int) -> str | None:
    """What keeps every waiting job from being taken, in words, while `running` jobs hold places; None: nothing."""
    if away := engine_hindrance(session):
        return away
    places = sum(worker.places for worker in _alive(session) if worker.engine_answers)
    return f"all {places} places are taken" if running >= places else None


def engine_hindrance(session: Session) -> str | None:
    """What keeps everything that needs an engine from being begun, builds as well as jobs; None: nothing."""
    alive = _alive(session)
    if not alive:
        return "no worker is running"
    if shortage := context.of(session).shortage():
        return shortage
    return None if any(worker.engine_answers for worker in alive) else "the engine does not answer"


def _alive(session: Session) -> list[WorkerRow]:
    now = clock.now()
    return [worker for worker in workers(session) if is_alive(worker, now)]


def is_alive(worker: WorkerRow, now: datetime) -> bool:
    """Whether the worker has beaten lately enough to be believed."""
    return now - worker.seen_at < ALIVE


def clock_is_late(last_tick: datetime | None, now: datetime) -> bool:
    """Whether the minute tick has stayed away for too long."""
    return last_tick is None or now - last_tick > CLOCK_LATE


def sweep(session: Session) -> None:
    """Ring again for jobs whose doorbell was lost, end those that wait past their deadline while no worker does so,
    close builds whose worker is gone, forget workers long dead, and show saved files that a killed process has not."""
    jobs.end_overdue(session)
    jobs.ring_again(session, clock.now() - RING_AGAIN)
    images.sweep(session)
    scripts.sweep(session)
    session.execute(delete(WorkerRow).where(WorkerRow.seen_at < clock.now() - REMEMBERED))


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the parts answer; `runner` is None while no worker is alive to ask, `disk` is whether there is room,
    `clock` whether it ticks (None: it never has)."""

    database: bool
    queue: bool
    runner: bool | None
    disk: bool
    clock: bool | None = None

    @property
    def is_whole(self) -> bool:
        return self.database and self.queue and self.runner is True and self.disk and self.clock is not False


def health(shared: Context) -> Health:
    """Ask every part, now."""
    queue, disk = shared.queue.answers(), shared.shortage() is None
    try:
        with shared.db.reading() as session:
            alive = [worker for worker in workers(session) if is_alive(worker, clock.now())]
            last_tick = schedules.last_tick(session)
    except SQLAlchemyError:
        return Health(database=False, queue=queue, runner=None, disk=disk)
    runner = any(worker.engine_answers for worker in alive) if alive else None
    ticks = None if last_tick is None else not clock_is_late(last_tick, clock.now())
    return Health(database=True, queue=queue, runner=runner, disk=disk, clock=ticks)
