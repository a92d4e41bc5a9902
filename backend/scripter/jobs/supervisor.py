"""The hands of a worker: claims waiting jobs while it has places, follows them, keeps its leases, adopts what a dead
worker left. Made and stopped by the worker process; rung by `jobs.tasks`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scripter.context import Context
from scripter.jobs import moves, slots
from scripter.jobs.attempt import Attempt
from scripter.jobs.models import Job
from scripter.jobs.states import FINAL, Status
from scripter.lib import clock, crash
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import Runner, RunnerUnavailable, Slot

log = structlog.get_logger(__name__)

RENEW_S = 5.0
ADOPT_S = 5.0
STOP_POLL_S = 1.0
IDLE_S = 2.0
CLEAN_S = 60.0
# How long `stop` waits for what is in the middle of something; less than an operator's patience.
STOP_S = 5.0


class Supervisor:
    """Runs jobs in `places` places on one runner until it is stopped; its containers outlive it."""

    def __init__(self, context: Context, runner: Runner, places: int) -> None:
        self._context = context
        self._runner = runner
        self._places = places
        self._attempts: dict[int, Attempt] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._unattended: set[int] = set()
        self._cleaned = 0.0
        self._bells: list[threading.Event] = []
        # Leases are kept apart from adoption: the one needs only the database, the other may hang with the engine.
        self._threads = [
            self._round("take-jobs", self._take_all, IDLE_S, context.job_bell),
            self._round("stop-jobs", self._tell_stops, STOP_POLL_S, context.stop_bell),
            self._round("keep-leases", self._keep, RENEW_S),
            self._round("adopt-jobs", self._look_after, ADOPT_S),
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
        deadline = time.monotonic() + STOP_S
        with self._lock:
            self._stopping.set()
            for attempt in self._attempts.values():
                attempt.let_go.set()
        for bell in self._bells:
            bell.set()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        while self.running and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            self._context.db.run(lambda session: moves.release(session, self._context.worker))
        except SQLAlchemyError as error:
            log.warning("worker.not_released", error=str(error))  # the leases run out by themselves

    @property
    def running(self) -> int:
        """How many places are taken now."""
        return len(self._attempts)

    def _round(
        self, name: str, work: Callable[[], None], idle_s: float, bell: threading.Event | None = None
    ) -> threading.Thread:
        """A thread, not yet started, that does `work` at each ring of `bell`, and after `idle_s` without one."""
        rung = bell or threading.Event()
        self._bells.append(rung)
        return threading.Thread(target=self._loop, args=(work, rung, idle_s), name=name, daemon=True)

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
            except Exception:
                # The rim of the thread: without it a worker would look alive and do no more of this work.
                log.exception("worker.round_broke", work=work.__name__)
                self._stopping.wait(1.0)

    def _take_all(self) -> None:
        while self.running < self._places and not self._stopping.is_set():
            claimed_at = time.monotonic()
            if not self._anything_waits() or not self._runner.answers() or self._context.shortage():
                return
            job = self._context.db.run(self._claim)
            if job is None:
                return
            crash.at("claimed")
            self._live(Attempt(self._context, self._runner, job, claimed_at), Attempt.begin)

    def _claim(self, session: Session) -> Job | None:
        job = moves.claim_next(session, self._context.worker)
        if job is not None:
            self._load(job)
        return job

    def _anything_waits(self) -> bool:
        with self._context.db.reading() as session:
            return session.scalar(select(Job.id).where(Job.status == Status.QUEUED).limit(1)) is not None

    def _live(self, attempt: Attempt, begin: Callable[[Attempt], bool]) -> None:
        with self._lock:
            self._attempts[attempt.job_id] = attempt
            if self._stopping.is_set():
                attempt.let_go.set()
        thread = threading.Thread(target=self._follow, args=(attempt, begin), name=f"job-{attempt.job_id}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._leave(attempt)  # no more threads to be had: as held and unattended it is found again
            raise

    def _follow(self, attempt: Attempt, begin: Callable[[Attempt], bool]) -> None:
        try:
            if begin(attempt):
                attempt.follow()
        except Exception:
            # The rim of a job's thread: whatever broke, the row is still held, and the next adoption sees to it.
            log.exception("job.follow_failed", job=attempt.job_id)
            self._stopping.wait(1.0)
        finally:
            self._leave(attempt)
            self._context.job_bell.set()

    def _leave(self, attempt: Attempt) -> None:
        with self._lock:
            if self._attempts.get(attempt.job_id) is attempt:
                del self._attempts[attempt.job_id]

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
        for job_id in asked:
            if attempt := self._attempts.get(job_id):
                try:
                    attempt.stop()
                except ScripterError as error:
                    log.warning("job.not_told_to_stop", job=job_id, error=str(error))

    def _keep(self) -> None:
        """Renew the leases; let go of jobs that are no longer ours, and of those that lost their thread."""
        with self._lock:
            followed = dict(self._attempts)  # before the question: what is claimed meanwhile is not lost
        held = self._context.db.run(lambda session: moves.renew(session, self._context.worker))
        for job_id in set(followed) - held:
            followed[job_id].let_go.set()
        unattended = held - set(followed) - set(self._attempts)
        # Twice in a row: between claim and thread a job is unattended for a moment.
        again, self._unattended = unattended & self._unattended, unattended
        self._context.db.run(lambda session: moves.abandon(session, self._context.worker, again))

    def _look_after(self) -> None:
        """Take over the jobs whose worker is gone, and now and then clean up after all of them."""
        self._adopt([])
        if time.monotonic() - self._cleaned >= CLEAN_S:
            self._cleaned = time.monotonic()
            self._remove_orphans()

    def _adopt(self, dead: list[str]) -> None:
        """Follow the jobs of dead workers from now on, from what their containers and slot directories tell."""
        if not self._runner.answers():
            raise RunnerUnavailable
        jobs = self._context.db.run(lambda session: self._take_over(session, dead))
        if not jobs:
            return
        crash.at("taken-over")
        # Asked after the jobs are ours: whoever held them makes no container for them any more.
        alive = {slot.labels["scripter.job"]: slot for slot in self._runner.alive(self._mine())}
        for job in jobs:
            log.info("job.adopted", job=job.uuid, status=job.status)
            attempt = Attempt(self._context, self._runner, job, time.monotonic())
            attempt.slot = alive.get(str(job.id))
            self._live(attempt, Attempt.resume)

    def _take_over(self, session: Session, dead: list[str]) -> list[Job]:
        jobs = moves.take_over(session, self._context.worker, dead=dead, now=clock.now())
        for job in jobs:
            self._load(job)
        return jobs

    def _remove_orphans(self) -> None:
        """Remove containers and slot directories of jobs that have ended, or that nobody knows."""
        for slot in self._runner.alive(self._mine()):
            if self._is_over(int(slot.labels["scripter.job"])):
                self._remove(slot)
        for job_id, directory in slots.all_of(self._context):
            if self._is_over(job_id):
                slots.remove(directory)

    def _is_over(self, job_id: int) -> bool:
        """Not so one that waits again: whoever claims it clears its place, and may be doing so now."""
        with self._context.db.reading() as session:
            status = session.scalar(select(Job.status).where(Job.id == job_id))
        return status is None or status in FINAL

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
