"""The hands of a worker: claims waiting jobs while it has places, follows them, keeps its leases, adopts what a dead
worker left. Made and stopped by the worker process; rung by `jobs.tasks`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from scripter.context import Context
from scripter.jobs import moves, slots
from scripter.jobs.attempt import Attempt
from scripter.jobs.models import Job
from scripter.jobs.states import ACTIVE, Status
from scripter.lib import clock
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import Runner, RunnerUnavailable, Slot

log = structlog.get_logger(__name__)

RENEW_S = 5.0
STOP_POLL_S = 1.0
IDLE_S = 2.0
CLEAN_S = 60.0


class Supervisor:
    """Runs jobs in `places` places on one runner until it is stopped; its containers outlive it."""

    def __init__(self, context: Context, runner: Runner, places: int) -> None:
        self._context = context
        self._runner = runner
        self._places = places
        self._attempts: dict[int, Attempt] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._told: set[int] = set()
        self._unattended: set[int] = set()
        self._cleaned = 0.0
        self._threads = [
            threading.Thread(target=self._loop, args=(self._take_all, context.job_bell, IDLE_S), name="take-jobs"),
            threading.Thread(
                target=self._loop, args=(self._tell_stops, context.stop_bell, STOP_POLL_S), name="stop-jobs"
            ),
            threading.Thread(target=self._loop, args=(self._keep, threading.Event(), RENEW_S), name="keep-leases"),
        ]

    def start(self, predecessors: list[str]) -> None:
        """Adopt what `predecessors` (dead runs of this worker) left, then begin to take jobs."""
        try:
            self._adopt(predecessors)
        except RunnerUnavailable as error:
            # Their leases run out, so the next rounds will adopt them once the engine answers.
            log.warning("worker.engine_away", error=str(error))
        for thread in self._threads:
            thread.start()
        self._context.job_bell.set()

    def stop(self) -> None:
        """Take no more jobs and follow none; the running ones go on and wait for whoever comes next."""
        self._stopping.set()
        with self._lock:
            attempts = list(self._attempts.values())
        for attempt in attempts:
            attempt.let_go.set()
        self._context.job_bell.set()
        self._context.stop_bell.set()
        for thread in self._threads:
            thread.join()
        deadline = time.monotonic() + 5
        while self.running and time.monotonic() < deadline:
            time.sleep(0.01)
        with self._context.db.transaction() as session:
            moves.release(session, self._context.worker)

    @property
    def running(self) -> int:
        """How many places are taken now."""
        return len(self._attempts)

    def _loop(self, work: Callable[[], None], bell: threading.Event, idle_s: float) -> None:
        while not self._stopping.is_set():
            bell.wait(idle_s)
            bell.clear()
            if self._stopping.is_set():
                return
            try:
                work()
            except (SQLAlchemyError, ScripterError, OSError) as error:
                # Database or engine away: running jobs need neither; try again at the next turn.
                log.warning("worker.round_failed", work=work.__name__, error=str(error))
                self._stopping.wait(1.0)

    def _take_all(self) -> None:
        while self.running < self._places and not self._stopping.is_set():
            claimed_at = time.monotonic()
            if not self._anything_waits() or not self._runner.answers():
                return
            with self._context.db.transaction() as session:
                job = moves.claim_next(session, self._context.worker)
                if job is None:
                    return
                self._load(job)
            self._live(Attempt(self._context, self._runner, job, claimed_at), Attempt.begin)

    def _anything_waits(self) -> bool:
        with self._context.db.reading() as session:
            return session.scalar(select(Job.id).where(Job.status == Status.QUEUED).limit(1)) is not None

    def _live(self, attempt: Attempt, begin: Callable[[Attempt], bool]) -> None:
        with self._lock:
            self._attempts[attempt.job_id] = attempt
        threading.Thread(target=self._follow, args=(attempt, begin), name=f"job-{attempt.job_id}", daemon=True).start()

    def _follow(self, attempt: Attempt, begin: Callable[[Attempt], bool]) -> None:
        try:
            if begin(attempt):
                attempt.follow()
        except Exception:
            # The rim of a job's thread: whatever broke, the row is still held, and the next adoption sees to it.
            log.exception("job.follow_failed", job=attempt.job_id)
            self._stopping.wait(1.0)
        finally:
            with self._lock:
                del self._attempts[attempt.job_id]
                self._told.discard(attempt.job_id)
            self._context.job_bell.set()

    def _tell_stops(self) -> None:
        """Tell the containers of cancelled jobs to stop, once each."""
        with self._context.db.reading() as session:
            asked = session.scalars(
                select(Job.id).where(
                    Job.worker == self._context.worker,
                    # One that is still starting is told once it runs: its agent listens only after the go.
                    Job.status == Status.RUNNING,
                    Job.cancel_requested_at.is_not(None),
                )
            ).all()
        for job_id in set(asked) - self._told:
            attempt = self._attempts.get(job_id)
            if attempt is not None and attempt.slot is not None:
                self._runner.stop(attempt.slot)
                self._told.add(job_id)

    def _keep(self) -> None:
        """Renew the leases; let go of jobs that are no longer ours; take over those whose worker is gone."""
        held = self._context.db.run(lambda session: moves.renew(session, self._context.worker))
        with self._lock:
            lost = [attempt for job_id, attempt in self._attempts.items() if job_id not in held]
            unattended = held - set(self._attempts)
        for attempt in lost:
            attempt.let_go.set()
        # Twice in a row: between claim and thread a job is unattended for a moment.
        again, self._unattended = unattended & self._unattended, unattended
        with self._context.db.transaction() as session:
            moves.abandon(session, self._context.worker, again)
        self._adopt([])
        if time.monotonic() - self._cleaned >= CLEAN_S:
            self._remove_orphans()

    def _adopt(self, dead: list[str]) -> None:
        """Follow the jobs of dead workers from now on, from what their containers and slot directories tell."""
        if not self._runner.answers():
            raise RunnerUnavailable
        with self._context.db.transaction() as session:
            jobs = moves.take_over(session, self._context.worker, dead=dead, now=clock.now())
            for job in jobs:
                self._load(job)
        if not jobs:
            return
        alive = {slot.labels["scripter.job"]: slot for slot in self._runner.alive(self._mine())}
        for job in jobs:
            log.info("job.adopted", job=job.uuid, status=job.status)
            attempt = Attempt(self._context, self._runner, job, time.monotonic())
            attempt.slot = alive.get(str(job.id))
            self._live(attempt, Attempt.resume)

    def _remove_orphans(self) -> None:
        """Remove the containers of jobs that have ended, or that nobody knows."""
        self._cleaned = time.monotonic()
        for slot in self._runner.alive(self._mine()):
            with self._context.db.reading() as session:
                job = session.get(Job, int(slot.labels["scripter.job"]))
            if job is None or job.status not in {*ACTIVE}:
                self._remove(slot)

    def _remove(self, slot: Slot) -> None:
        log.warning("job.orphan_removed", container=slot.name)
        self._runner.discard(slot)
        slots.remove(slot.directory)

    def _mine(self) -> dict[str, str]:
        return {"scripter.instance": self._context.instance}

    @staticmethod
    def _load(job: Job) -> None:
        """Read what the attempt needs while the session is open."""
        _ = job.version.manifest, job.script.name
