"""The worker process: hears the queue, runs jobs and builds on this machine's runner, fires due schedules.

`scripter worker` runs one of its own; embedded mode runs one in the process that serves the pages."""

from __future__ import annotations

import fcntl
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TypeVar

import dramatiq
import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from scripter import start_up
from scripter.config import Settings
from scripter.context import Context
from scripter.images import service as images
from scripter.jobs.supervisor import Supervisor
from scripter.lib import garbage
from scripter.lib.errors import Conflict
from scripter.lib.pulse import Pulse
from scripter.runners.protocol import Runner
from scripter.schedules.firing import Firing
from scripter.upkeep import service as upkeep
from scripter.upkeep.service import Beat

log = structlog.get_logger(__name__)

T = TypeVar("T")

QUEUES = {"jobs", "builds", "ticks"}
# Rings are short: they claim, set a bell or plan a minute. None of them waits for a job or a build.
RING_THREADS = 4
BEAT_S = 5.0
PAUSE_S = 0.5
# With room for a number behind it, as the rows have.
_NAME_LENGTH = 57


class Worker:
    """One worker: its name among the others, its threads, and its heartbeat."""

    def __init__(self, context: Context, runner: Runner, pulse: Pulse | None = None) -> None:
        self._context = context
        self._runner = runner
        self._pulse = pulse or Pulse()
        self._name, self._lock = _take_name(context)
        context.worker = f"{self._name}:{secrets.token_hex(4)}"
        context.runner = runner
        self._supervisor = Supervisor(context, runner, context.settings.worker.job_places)
        self._firing = Firing(context)
        self._rings: dramatiq.Worker = context.queue.worker(QUEUES, RING_THREADS)
        self._stopped = threading.Event()
        self._short = False
        self._heart = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Take over what earlier runs of this worker left, and begin."""
        earlier = self._patiently(self._announce)
        self._supervisor.start(earlier)
        self._patiently(lambda: self._context.db.run(lambda session: upkeep.forget_runs(session, earlier)))
        self._firing.start()
        self._rings.start()
        self._heart.start()
        log.info("worker.started", worker=self._context.worker, runner=self._runner.kind)

    def stop(self) -> None:
        """Stop taking work and leave; running containers stay and are adopted by whoever comes next."""
        log.info("worker.stopping", worker=self._context.worker)
        self._stopped.set()
        with ExitStack() as last:
            last.callback(self._lock.close)
            last.callback(self._leave)
            last.callback(self._supervisor.stop)
            last.callback(self._firing.stop)
            last.callback(self._rings.stop, timeout=5_000)
        self._heart.join()

    def _announce(self) -> list[str]:
        """Say that this run is here, and take over the builds of the earlier ones, which it gives."""
        self._beat()
        with self._context.db.reading() as session:
            earlier = upkeep.earlier_runs(session, self._name)
        self._context.db.run(lambda session: images.adopt(session, earlier))
        return earlier

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do it, again and again while the database server is away: it was there a moment ago, and will be back.

        Raises: OperationalError when it stays away.
        """
        deadline = time.monotonic() + start_up.DATABASE_WAIT_S
        while True:
            try:
                return work()
            except OperationalError as error:
                if self._context.db.is_sqlite or time.monotonic() > deadline:
                    raise
                log.warning("worker.database_away", error=str(error))
                time.sleep(PAUSE_S)

    def _leave(self) -> None:
        try:
            self._context.db.run(upkeep.leave)
        except SQLAlchemyError as error:
            log.warning("worker.not_signed_off", error=str(error))  # the next run of this name does it

    def _beat_on(self) -> None:
        while not self._stopped.wait(BEAT_S):
            try:
                self._beat()
            except SQLAlchemyError as error:
                log.warning("worker.beat_failed", error=str(error))

    def _beat(self) -> None:
        beat = Beat(
            name=self._name,
            runner=self._runner,
            places=self._context.settings.worker.job_places,
            running=self._supervisor.running,
            engine_answers=self._runner.answers(),
        )
        self._context.db.run(lambda session: upkeep.beat(session, beat))
        self._pulse.beat()
        self._tell_shortage()

    def _tell_shortage(self) -> None:
        """Say it when the disk becomes too full to begin anything, and when it is well again; once each."""
        shortage = self._context.shortage()
        if shortage and not self._short:
            log.warning("worker.waits_for_room", why=shortage)
        elif self._short and not shortage:
            log.info("worker.has_room_again")
        self._short = shortage is not None


def run(settings: Settings, pulse: Pulse) -> None:
    """Run a worker until it is told to stop (SIGTERM or SIGINT)."""
    context = start_up.open_context(settings)
    worker = Worker(context, start_up.choose_runner(context), pulse)
    # Not before: until here nothing has begun, and whoever waits for a database can be ended at once.
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    worker.start()
    garbage.settle()
    told.wait()
    worker.stop()
    context.close()


def _take_name(context: Context) -> tuple[str, IO[str]]:
    """A name that no live worker on this data directory has, held by a lock for as long as this process lives.

    Who gets a name knows that every earlier run of that name is dead, and may take over at once what it left.
    """
    wanted = (context.settings.worker.name or socket.gethostname())[:_NAME_LENGTH]
    directory = context.data / "run"
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(1, 100):
        name = wanted if number == 1 else f"{wanted}-{number}"
        file = _lock(directory / f"worker-{name}.lock")
        if file is not None:
            return name, file
    raise Conflict(f"A hundred workers named {wanted} are running already.")


def _lock(path: Path) -> IO[str] | None:
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
