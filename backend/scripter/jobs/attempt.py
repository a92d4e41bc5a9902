"""One attempt of a job as a worker lives it: a place, the go, follow, finish. Any line of it may be the worker's last.

What it needs to know after a crash is in the row (who holds it), in the container's name (which attempt of which job)
and in the slot directory (whether it has begun, how it ended); the supervisor starts it again from there."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import load_only

from scripter.context import Context
from scripter.jobs import moves, slots
from scripter.jobs import outcome as outcomes
from scripter.jobs.models import Job
from scripter.jobs.outcome import Bounds, Outcome
from scripter.jobs.pool import Kind, Pool
from scripter.jobs.states import Status
from scripter.lib import clock, crash, disk
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import (
    Ending,
    ImageGone,
    NameTaken,
    Refused,
    Runner,
    RunnerUnavailable,
    Slot,
    SlotGone,
    SlotSpec,
)

log = structlog.get_logger(__name__)

EXIT_POLL_S = 0.02
# How often the runner is asked whether the container still exists, while no exit record is there.
LOOK_S = 2.0
# An engine that does not answer, or answers but cannot work, is not asked in a tight loop.
PAUSE_S = 1.0
# Places that are tried before a job counts as one that cannot be started.
TRIES = 3
# How soon after its go an agent is expected to have taken it: at once if it waited, else once Python has started; on a
# machine that is far too busy that takes a while.
TAKEN_POLL_S, TAKEN_SOON_S, TAKEN_S = 0.002, 0.05, 30.0
# How long an adopted container that has not begun is left alone: a go may still be on its way to it.
SETTLE_S = 2.0
_ASKED_LAST = (Job.worker, Job.attempt, Job.cancel_requested_at, Job.deadline_at)


class Attempt:
    """Follows one job from its claim to its recorded end, in a thread of its own."""

    def __init__(self, context: Context, runner: Runner, pool: Pool, job: Job) -> None:
        self.job_id = job.id
        self._context = context
        self._runner = runner
        self._pool = pool
        self._job = job
        self._claimed_at, self._claimed_ns = time.monotonic(), time.time_ns()
        self._directory: Path = slots.directory(context, job)
        self.slot: Slot | None = None
        # Set when the worker stops or has lost the lease: leave the container alone and be gone.
        self.let_go = threading.Event()
        # Between the claim and the script's first moment.
        self.starting = False
        # A go may be on its way to a container of this attempt, so that nobody can say that it will not begin.
        self._in_doubt = False
        # Its end is recorded: what is left of it may be removed.
        self.ended = False
        self._told_to_stop = False

    def begin(self) -> bool:
        """Find a place and hand over the go. False when the job ended, or went back to the queue, right here."""
        self.starting = True
        try:
            return self._begin()
        except RunnerUnavailable as error:
            if self._in_doubt:
                raise  # the row stays held, and whoever adopts it next looks again
            self._give_back(str(error))
        except ImageGone:
            self._finish(outcomes.image_gone(self._job.image_name, self._job.runner))
        except (ScripterError, OSError) as error:
            return self._could_not_begin(error)
        finally:
            self.starting = False
            self._pool.bell.set()
        return False

    def _could_not_begin(self, error: ScripterError | OSError) -> bool:
        """A job that finds the disk full before it has a place waits on, with all others, until there is room again.

        True if it has begun after all: the go came through, only the answer did not.
        """
        if not self._is_ours():  # who has it now removes under us what it does not know
            log.info("job.not_ours", job=self._job.uuid, error=str(error))
            return False
        words = disk.full(error)
        if words and self.slot is None and self._context.shortage():
            if not self._clear():
                return self._found_running()
            self._give_back(words)
            return False
        if self.slot is not None and self._has_begun_after_all(self.slot):
            return self._found_running()
        log.error("job.could_not_start", job=self._job.uuid, error=str(error), exc_info=error)
        self._finish(outcomes.could_not_start(words or str(error)))
        return False

    def _has_begun_after_all(self, slot: Slot) -> bool:
        """Asked when a start has failed. A container that cannot be removed is killed: no go can reach it any more."""
        try:
            return not self._clear()
        except Refused as error:
            log.warning("job.not_cleared", job=self._job.uuid, error=str(error))
            if not self._has_begun():
                self._runner.kill(slot)
            return self._has_begun()

    def resume(self) -> bool:
        """Go on with an adopted job. A script that may have begun is never begun again.

        One that has not begun is begun in a new place: only the process that made a place can bring the go to it.
        """
        self._in_doubt = self.slot is not None
        if self.slot is not None and self._is_taken(SETTLE_S):
            return self._found_running()
        return self._found_running() if self._has_begun() else self.begin()

    def stop(self) -> None:
        """Tell the container to stop its script, once."""
        if self.slot is not None and not self._told_to_stop:
            self._runner.stop(self.slot)
            self._told_to_stop = True

    def _begin(self) -> bool:
        if self._job.attempt > 1:
            self._remove_earlier()
        refused: ScripterError = SlotGone()
        for _ in range(TRIES):
            if not self._clear():
                return self._found_running()
            self._in_doubt = False
            try:
                start_kind, self.slot = self._place()
            except NameTaken as error:
                refused = error  # by a worker that had this job before and did not know yet that it has it no more
                continue
            crash.at("prepared")
            if not self._is_wanted():
                if not self.ended:
                    log.info("job.not_ours", job=self._job.uuid)
                    self._runner.discard(self.slot)
                return False
            if self._hand_over(self.slot, start_kind):
                crash.at("go-sent")
                return self._record_start(start_kind)
            if self.let_go.is_set():
                return False
        raise refused

    def _place(self) -> tuple[str, Slot]:
        """A place for this attempt alone, and whether it is a warm or a cold one."""
        spec = slots.spec(self._context, self._job)
        kind = Kind(spec.image, spec.limits, spec.network)
        self._pool.ask(kind)
        while (warm := self._pool.take(kind)) is not None:
            try:
                return "warm", self._move_in(warm, spec)
            except SlotGone:
                # The engine was started anew meanwhile, say.
                self._pool.drop(warm)
                if not self._clear():
                    raise NameTaken from None
            except BaseException:
                self._pool.drop(warm)
                raise
        slots.make(self._context, self._job)
        crash.at("slot-made")
        return "cold", self._runner.prepare(spec)

    def _move_in(self, warm: Slot, spec: SlotSpec) -> Slot:
        """Make the warm place the job's: first its directory, then its container. Each has one name, and one owner."""
        slots.fill(self._context, self._job, warm.directory)
        crash.at("filled")
        warm.directory.rename(spec.directory)
        crash.at("moved-in")
        return self._runner.assign(warm, spec.name)

    def _hand_over(self, slot: Slot, start_kind: str) -> bool:
        """Send the go; False if nobody took it. Then this place is removed before another one is tried."""
        banner = f"{moves.start_in_words(self._job, start_kind)} in {{ms}} ms on {self._context.worker}"
        made = slots.identity(self._directory)
        try:
            self._runner.start(slot, slots.go(self._context, self._job, banner, self._claimed_ns))
        except SlotGone:
            return self._has_begun()
        self._in_doubt = True
        # Where nothing isolates a script, it can put its slot away, and with it what tells that it has begun. Nobody
        # else does that while the job is ours.
        return self._is_taken(TAKEN_S) or slots.identity(self._directory) != made

    def _is_taken(self, patience_s: float) -> bool:
        """Wait until the agent has its go. An engine may die with a go in its hands while the container lives on."""
        sent = looked = time.monotonic()
        while not self._has_begun():
            now = time.monotonic()
            if self.let_go.wait(TAKEN_POLL_S if now - sent < TAKEN_SOON_S else EXIT_POLL_S) or now - sent > patience_s:
                return self._has_begun()
            if now - looked >= LOOK_S:
                looked = now
                if self._look() is not Ending.ALIVE:
                    return self._has_begun()
        return True

    def _record_start(self, start_kind: str) -> bool:
        start_ms = round((time.monotonic() - self._claimed_at) * 1000)
        worker = self._context.worker
        ours = self._context.db.run(
            lambda session: moves.mark_running(session, self._job, worker, start_ms, start_kind)
        )
        crash.at("start-recorded")
        return ours

    def _found_running(self) -> bool:
        """Only a job that counts as running is told to stop when somebody cancels it."""
        if self._job.status == Status.RUNNING:
            return True
        return self._context.db.run(lambda session: moves.found_running(session, self._job, self._context.worker))

    def _is_ours(self) -> bool:
        with self._context.db.reading() as session:
            return self._holds(session.get_one(Job, self.job_id))

    def _holds(self, job: Job) -> bool:
        return (job.worker, job.attempt) == (self._context.worker, self._job.attempt)

    def _is_wanted(self) -> bool:
        """The last look before a script begins: is the job still ours, not cancelled, and not past its deadline?"""
        with self._context.db.reading() as session:
            # Only what is asked for: this is on the way to the first line.
            job = session.get_one(Job, self.job_id, options=(load_only(*_ASKED_LAST),))
            ours, end = self._holds(job) and not self.let_go.is_set(), _foreseen(job)
        if ours and end is not None:
            self._finish(end)
        return ours and end is None

    def _has_begun(self) -> bool:
        """As row and slot directory tell: the agent's first deed after its go can be seen there."""
        return self._job.status == Status.RUNNING or slots.has_begun(self._directory)

    def _clear(self) -> bool:
        """Remove what an earlier try left, if there was one. False, and all is left as it is, if that try has begun.

        First the container, then the last look: afterwards nothing can begin there any more.
        """
        if not self._directory.exists():
            return True
        if not self._is_ours():
            return False
        wanted = slots.name(self._context, self._job)
        for slot in self._runner.alive(slots.labels(self._context)):
            if slot.name == wanted and not self._has_begun():
                self._runner.discard(slot)
        crash.at("cleared")
        if self._has_begun():
            return False
        slots.remove(self._directory)
        return True

    def _remove_earlier(self) -> None:
        """Remove what is left of the attempts before: two containers must never write to one log."""
        for slot in self._runner.alive(slots.labels(self._context)):
            job_id, attempt = slots.owner(self._context, slot.name) or (None, 0)
            if job_id == self.job_id and attempt < self._job.attempt:
                self._runner.discard(slot)
        for attempt in range(1, self._job.attempt):
            slots.remove(slots.place(self._context, self.job_id, attempt))
        crash.at("earlier-removed")

    def follow(self) -> None:
        """Wait for the end and record it; returns early when told to let go."""
        looked = time.monotonic()
        while not self.let_go.wait(EXIT_POLL_S):
            if self._has_record():
                crash.at("end-seen")
                return self._end(Ending.EXITED)
            if time.monotonic() - looked >= LOOK_S:
                looked = time.monotonic()
                ending = self._look()
                if ending is not Ending.ALIVE and not self.let_go.wait(EXIT_POLL_S):
                    return self._end(ending)
        return None

    def _end(self, ending: Ending) -> None:
        """Record the end, however long the database needs to answer."""
        while True:
            try:
                return self._finish(self._outcome(ending))
            except SQLAlchemyError as error:
                log.warning("job.database_away", job=self._job.uuid, error=str(error))
                if self.let_go.wait(PAUSE_S):
                    return None

    def _look(self) -> Ending:
        try:
            return Ending.GONE if self.slot is None else self._runner.ending(self.slot)
        except (RunnerUnavailable, Refused):
            # Not the container is away but the engine: with live-restore the script runs on, and its record will tell.
            return Ending.ALIVE

    def _has_record(self) -> bool:
        return slots.has_ended(self._directory)

    def _outcome(self, ending: Ending) -> Outcome:
        with self._context.db.reading() as session:
            bounds = _bounds(session.get_one(Job, self.job_id))
        record = slots.exit_record(self._directory)
        return outcomes.from_ending(ending, bounds) if record is None else outcomes.from_record(record, bounds)

    def _give_back(self, why: str) -> None:
        if not self._is_wanted():
            return
        words, worker = f"back to the queue: {why}", self._context.worker
        self._context.db.run(lambda session: moves.give_back(session, self._job, worker, words))
        self.let_go.wait(PAUSE_S)

    def _finish(self, outcome: Outcome) -> None:
        """Record the end. What is left is cleaned up after: a crash between the two leaves rubbish, nothing unknown."""
        mine = self._context.db.run(lambda session: moves.finish(session, self._job, self._context.worker, outcome))
        if mine:
            crash.at("end-recorded")
            log.info(
                "attempt.finished",
                job=self._job.uuid,
                attempt=self._job.attempt,
                status=outcome.status.value,
                reason=outcome.reason,
            )
            self.ended = True

    def clean(self) -> None:
        """Remove container and slot directory; what fails here is found by the next sweep."""
        try:
            if self.slot is not None:
                self._runner.discard(self.slot)
            crash.at("discarded")
            slots.remove(self._directory)
            crash.at("slot-removed")
        except (ScripterError, OSError):
            log.exception("job.clean_failed", job=self._job.uuid)


def _bounds(job: Job) -> Bounds:
    by = job.cancelled_by.name if job.cancelled_by else ("Scripter" if job.cancel_requested_at else None)
    return Bounds(job.time_limit_s, job.memory_mb, by, job.deadline_at, job.deadline_s, job.runner)


def _foreseen(job: Job) -> Outcome | None:
    """How a job ends whose script must not begin any more; None for one that may begin."""
    if job.cancel_requested_at is not None:
        return outcomes.cancelled_before_start(_bounds(job))
    if job.deadline_at is not None and job.deadline_at <= clock.now():
        return outcomes.deadline_passed(job.deadline_s, job.attempt)
    return None
