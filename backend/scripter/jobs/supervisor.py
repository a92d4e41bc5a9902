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
from scripter.jobs import line, moves, service, slots
from scripter.jobs.attempt import Attempt
from scripter.jobs.models import Job
from scripter.jobs.pool import Kind, Pool
from scripter.jobs.states import FINAL, Status
from scripter.lib import clock, crash
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import Ending, Refused, Runner, RunnerUnavailable, Slot

log = structlog.get_logger(__name__)

RENEW_S = 5.0
ADOPT_S = 5.0
STOP_POLL_S = 1.0
IDLE_S = 2.0
CLEAN_S = 60.0
# What seems to be nobody's is looked at again after this: longer than a container takes from its shelf to its job.
AGAIN_S = 15.0
WARM_S = 5.0
# Longer than from one look of `_look_after` to the next: an idle worker always knows.
TRUST_S = 6.0
# How long `stop` waits for what is in the middle of something; less than an operator's patience.
STOP_S = 5.0
_RECENT = 50


class Supervisor:
    """Runs jobs in `places` places on one runner until it is stopped; its containers outlive it."""

    def __init__(self, context: Context, runner: Runner, places: int) -> None:
        self._context = context
        self._runner = runner
        self._places = places
        self._pool = Pool(context, runner, places)
        # A job that has ended gives its place away before it is cleaned up, so long as others have caught up with that.
        self._cleaners = threading.BoundedSemaphore(places)
        self._cleaning = 0
        self._attempts: dict[int, Attempt] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._unattended: set[int] = set()
        # Runs of which it is certain that they follow nobody any more, whatever their leases say.
        self._dead: list[str] = []
        self._cleaned = -CLEAN_S
        self._strays: set[str] = set()
        self._answered_at = 0.0
        self._adopt_bell = threading.Event()
        self._bells: list[threading.Event] = []
        # Leases are kept apart from adoption: the one needs only the database, the other may hang with the engine.
        self._threads = [
            self._round("take-jobs", self._take_all, IDLE_S, context.job_bell),
            self._round("stop-jobs", self._tell_stops, STOP_POLL_S, context.stop_bell),
            self._round("keep-leases", self._keep, RENEW_S),
            self._round("adopt-jobs", self._look_after, ADOPT_S, self._adopt_bell),
            self._round("keep-warm", self._keep_warm, WARM_S, self._pool.bell),
        ]

    def start(self, predecessors: list[str]) -> None:
        """Adopt what `predecessors` (dead runs of this worker) left, then begin to take jobs."""
        self._dead = predecessors
        for step in (self._remove_former, self._adopt, self._remove_warm_left, self._remember_kinds):
            try:
                step()
            except (ScripterError, OSError, SQLAlchemyError) as error:
                # Engine or database are away again: the next rounds adopt, as soon as both answer.
                log.warning("worker.not_settled", step=step.__name__, error=str(error))
        for thread in self._threads:
            thread.start()
        self._context.job_bell.set()
        self._adopt_bell.set()
        self._pool.bell.set()

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
        while (self.running or self._cleaning) and time.monotonic() < deadline:
            time.sleep(0.01)
        self._pool.close()
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
            if self._context.shortage() or not self._engine_answers():
                return
            job = self._context.db.run(self._claim)
            if job is None:
                return
            crash.at("claimed")
            self._live(self._attempt(job), Attempt.begin)

    def _engine_answers(self) -> bool:
        """Asked now and then only: an answer takes longer than a warm start. Who finds it away gives its job back."""
        if time.monotonic() - self._answered_at < TRUST_S:
            return True
        if not self._runner.answers():
            return False
        self._answered_at = time.monotonic()
        return True

    def _attempt(self, job: Job) -> Attempt:
        return Attempt(self._context, self._runner, self._pool, job)

    def _claim(self, session: Session) -> Job | None:
        job = moves.claim_next(session, self._context.worker)
        if job is not None:
            self._load(job)
        return job

    def _anything_waits(self) -> bool:
        """Not what pauses before its next attempt, or is held back by a limit: that may be so for an hour."""
        with self._context.db.reading() as session:
            return line.first(session) is not None

    def _live(self, attempt: Attempt, begin: Callable[[Attempt], bool]) -> None:
        with self._lock:
            if earlier := self._attempts.get(attempt.job_id):
                # The job was in other hands meanwhile, so quickly that the thread of before has not noticed.
                earlier.let_go.set()
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
            if attempt.ended:
                self._cleaners.acquire()
                with self._lock:
                    self._cleaning += 1
            self._leave(attempt)
            self._context.job_bell.set()
        if attempt.ended:
            self._clean(attempt)

    def _clean(self, attempt: Attempt) -> None:
        try:
            attempt.clean()
        finally:
            with self._lock:
                self._cleaning -= 1
            self._cleaners.release()

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
        """Renew the leases; let go of jobs that are no longer ours, and of those that lost their thread.

        And end the jobs that have waited past their deadline: that needs only the database, too.
        """
        with self._lock:
            followed = dict(self._attempts)  # before the question: what is claimed meanwhile is not lost
        held = self._context.db.run(lambda session: moves.renew(session, self._context.worker))
        for job_id in set(followed) - held:
            followed[job_id].let_go.set()
        unattended = held - set(followed) - set(self._attempts)
        # Twice in a row: between claim and thread a job is unattended for a moment.
        again, self._unattended = unattended & self._unattended, unattended
        self._context.db.run(lambda session: moves.abandon(session, self._context.worker, again))
        self._context.db.run(service.end_overdue)

    def _look_after(self) -> None:
        """Take over the jobs whose worker is gone, and now and then clean up after all of them."""
        self._adopt()
        if time.monotonic() - self._cleaned >= (AGAIN_S if self._strays else CLEAN_S):
            self._cleaned = time.monotonic()
            self._remove_former()
            self._remove_orphans()

    def _adopt(self) -> None:
        """Follow the jobs of dead workers from now on, from what their containers and slot directories tell."""
        self._answered_at = 0.0
        if not self._engine_answers():
            raise RunnerUnavailable
        jobs = self._context.db.run(lambda session: self._take_over(session, self._dead))
        self._dead = []
        if not jobs:
            return
        crash.at("taken-over")
        try:
            # Asked after the jobs are ours: whoever held them makes no container for them any more.
            alive = {slots.owner(self._context, slot.name): slot for slot in self._all()}
        except ScripterError:
            ids = [job.id for job in jobs]
            self._context.db.run(lambda session: moves.abandon(session, self._context.worker, ids))
            raise
        for job in jobs:
            log.info("job.adopted", job=job.uuid, status=job.status)
            attempt = self._attempt(job)
            attempt.slot = alive.get((job.id, job.attempt))
            self._live(attempt, Attempt.resume)

    def _take_over(self, session: Session, dead: list[str]) -> list[Job]:
        jobs = moves.take_over(session, self._context.worker, dead=dead, now=clock.now())
        for job in jobs:
            self._load(job)
        return jobs

    def _remove_orphans(self) -> None:
        """Remove containers and slot directories of attempts that are over, or that nobody knows."""
        strays = set()
        for slot in self._all():
            whose = slots.owner(self._context, slot.name)
            if whose is None and self._is_stray(slot):
                strays.add(slot.name)
            # A stray is looked at twice: between its shelf and its job it looks like one.
            if self._is_over(*whose) if whose else slot.name in strays & self._strays:
                self._remove(slot)
        self._strays = strays
        for job_id, attempt, directory in slots.all_of(self._context):
            if self._is_over(job_id, attempt):
                slots.remove(directory)

    def _remove_former(self) -> None:
        """Remove what a restore from a backup has made nobody's: no row tells of it, and none will hear of its end."""
        for labels in slots.former_labels(self._context):
            for slot in self._runner.alive(labels):
                log.warning("job.former_removed", container=slot.name)
                # The container alone: its directory is gone, and the name of that may be another job's by now.
                self._runner.discard(slot)

    def _is_over(self, job_id: int, attempt: int) -> bool:
        """Not so one that waits again: whoever claims it clears its place, and may be doing so now."""
        with self._context.db.reading() as session:
            row = session.execute(select(Job.status, Job.attempt).where(Job.id == job_id)).one_or_none()
        return row is None or row.status in FINAL or attempt < row.attempt

    def _is_stray(self, slot: Slot) -> bool:
        """Whether it was made to wait for a job and no job will ever get it: its worker is gone, or has lost it.

        One of our own that lives need not leave by itself: the engine may have been killed, and its input with it.
        """
        if slots.is_own_warm(self._context, slot.name):
            return not self._pool.keeps(slot.name)
        return self._runner.ending(slot) is not Ending.ALIVE

    def _remove(self, slot: Slot) -> None:
        """What the engine will not remove now is tried again with the next sweep; the others must not wait for it."""
        log.warning("job.orphan_removed", container=slot.name)
        try:
            self._runner.discard(slot)
        except Refused as error:
            log.warning("job.orphan_not_removed", container=slot.name, error=str(error))
            return
        whose = slots.owner(self._context, slot.name)
        slots.remove(slots.place(self._context, *whose) if whose else slot.directory)

    def _remove_warm_left(self) -> None:
        """Remove what earlier runs of this worker kept waiting."""
        for slot in self._all():
            if slots.is_own_warm(self._context, slot.name):
                self._remove(slot)
        for directory in slots.warm_left(self._context):
            slots.remove(directory)

    def _remember_kinds(self) -> None:
        """Keep warm at once what was in use before this worker was started."""
        with self._context.db.reading() as session:
            recent = session.scalars(select(Job).order_by(Job.id.desc()).limit(_RECENT)).all()
            for job in reversed(recent):
                ago = (clock.now() - job.created_at).total_seconds()
                spec = slots.spec(self._context, job)
                self._pool.ask(Kind(spec.image, spec.limits, spec.network), ago)

    def _keep_warm(self) -> None:
        self._pool.tend(self._is_quiet)

    def _is_quiet(self) -> bool:
        """Whether there is time to make containers for jobs to come: the jobs that are there come first."""
        starting = any(attempt.starting for attempt in list(self._attempts.values()))
        return not starting and not self._stopping.is_set() and not self._anything_waits()

    def _all(self) -> list[Slot]:
        return self._runner.alive(slots.labels(self._context))

    @staticmethod
    def _load(job: Job) -> None:
        """Read what the attempt needs while the session is open."""
        _ = job.version.manifest, job.script.name
