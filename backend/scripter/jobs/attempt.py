"""One attempt of a job as a worker lives it: prepare, go, follow, finish. Any line of it may be the worker's last.

What it needs to know after a crash is in the row (who holds it), in the container's labels (which job) and in the slot
directory (exit record); the supervisor starts it again from there."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from scripter.context import Context
from scripter.jobs import moves, slots
from scripter.jobs import outcome as outcomes
from scripter.jobs.models import Job
from scripter.jobs.outcome import Bounds, Outcome
from scripter.jobs.states import Status
from scripter.lib import crash, disk
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import Ending, ImageGone, Refused, Runner, RunnerUnavailable, Slot, SlotGone

log = structlog.get_logger(__name__)

EXIT_POLL_S = 0.02
# How often the runner is asked whether the container still exists, while no exit record is there.
LOOK_S = 2.0
# An engine that does not answer, or answers but cannot work, is not asked in a tight loop.
PAUSE_S = 1.0


class Attempt:
    """Follows one job from its claim to its recorded end, in a thread of its own."""

    def __init__(self, context: Context, runner: Runner, job: Job, claimed_at: float) -> None:
        self.job_id = job.id
        self._context = context
        self._runner = runner
        self._job = job
        self._claimed_at = claimed_at
        self._directory: Path = slots.directory(context, job)
        self.slot: Slot | None = None
        # Set when the worker stops or has lost the lease: leave the container alone and be gone.
        self.let_go = threading.Event()
        self._told_to_stop = False

    def begin(self) -> bool:
        """Prepare a container and hand it its go. False when the job ended, or went back to the queue, right here."""
        try:
            self._clear()
            slots.make(self._context, self._job)
            crash.at("slot-made")
            self.slot = self._runner.prepare(slots.spec(self._context, self._job))
            crash.at("prepared")
        except RunnerUnavailable as error:
            self._give_back(str(error))
        except ImageGone:
            self._finish(
                outcomes.could_not_start(f"image {self._job.image_name} is gone from the engine; build it again")
            )
        except (ScripterError, OSError) as error:
            log.exception("job.could_not_start", job=self._job.uuid)
            self._finish(outcomes.could_not_start(str(error)))
        else:
            return self._start(self.slot)
        return False

    def _could_not_begin(self, error: ScripterError | OSError) -> None:
        """A job that finds the disk full before it has a place waits on, with all others, until there is room again."""
        words = disk.full(error)
        if words and self.slot is None and self._context.shortage():
            slots.remove(self._directory)
            return self._give_back(words)
        log.exception("job.could_not_start", job=self._job.uuid)
        return self._finish(outcomes.could_not_start(words or str(error)))

    def resume(self) -> bool:
        """Go on with an adopted job. One that had not begun is begun, in the same container if it still waits there.

        A script that may have begun is never begun again.
        """
        if self._may_have_begun():
            return self._found_running()
        return self.begin() if self.slot is None else self._start(self.slot)

    def stop(self) -> None:
        """Tell the container to stop its script, once."""
        if self.slot is not None and not self._told_to_stop:
            self._runner.stop(self.slot)
            self._told_to_stop = True

    def _start(self, slot: Slot) -> bool:
        """Hand over the go. Sent a second time it does no harm: the agent reads just one.

        With the engine away it waits here and does not go back to the queue: only this container can tell whether the
        go came through.
        """
        while self._is_wanted():
            start_ms = round((time.monotonic() - self._claimed_at) * 1000)
            banner = f"cold start in {start_ms} ms on {self._context.worker}"
            try:
                self._runner.start(slot, slots.go(self._context, self._job, banner))
            except SlotGone as error:
                return self._missed(error)
            except RunnerUnavailable as error:
                log.warning("job.engine_away", job=self._job.uuid, error=str(error))
                self.let_go.wait(PAUSE_S)
                if self._may_have_begun():
                    return self._found_running()
                continue
            except ScripterError as error:
                self._finish(outcomes.could_not_start(str(error)))
                return False
            crash.at("go-sent")
            return self._record_start(start_ms)
        return False

    def _missed(self, error: SlotGone) -> bool:
        """Nobody took the go. True if that is because an earlier one was taken."""
        if self._has_record() or slots.has_log(self._directory) or self._look() is Ending.ALIVE:
            return self._found_running()
        self._finish(outcomes.could_not_start(str(error)))
        return False

    def _record_start(self, start_ms: int) -> bool:
        worker = self._context.worker
        ours = self._context.db.run(lambda session: moves.mark_running(session, self._job, worker, start_ms, "cold"))
        crash.at("start-recorded")
        return ours

    def _found_running(self) -> bool:
        """Only a job that counts as running is told to stop when somebody cancels it."""
        if self._job.status == Status.RUNNING:
            return True
        return self._context.db.run(lambda session: moves.found_running(session, self._job, self._context.worker))

    def _is_wanted(self) -> bool:
        """The last look before a script begins: whether the job is still ours, and nobody has cancelled it."""
        with self._context.db.reading() as session:
            job = session.get_one(Job, self.job_id)
            ours = job.worker == self._context.worker and not self.let_go.is_set()
            cancelled, bounds = job.cancel_requested_at is not None, _bounds(job)
        if ours and cancelled:
            self._finish(outcomes.cancelled_before_start(bounds))
        return ours and not cancelled

    def _may_have_begun(self) -> bool:
        """As row, container and slot directory tell: the agent's first deed after its go is a line in the log."""
        if self._job.status == Status.RUNNING or self._has_record() or slots.has_log(self._directory):
            return True
        return self.slot is not None and self._look() is not Ending.ALIVE

    def _clear(self) -> None:
        """Remove what an earlier try left, if there was one: its container holds the directory that is made anew."""
        if not self._directory.exists():
            return
        for slot in self._runner.alive(slots.labels(self._context, self._job)):
            self._runner.discard(slot)
        crash.at("cleared")
        slots.remove(self._directory)

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
        return (self._directory / "exit.json").exists()

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
        """Record first, clean up after: a crash between the two leaves rubbish, never an unknown end."""
        mine = self._context.db.run(lambda session: moves.finish(session, self._job, self._context.worker, outcome))
        if mine:
            crash.at("end-recorded")
            log.info("job.finished", job=self._job.uuid, status=outcome.status.value, reason=outcome.reason)
            self.clean()

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
    return Bounds(job.time_limit_s, job.memory_mb, by)
