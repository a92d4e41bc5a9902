"""One attempt of a job as a worker lives it: prepare, go, follow, finish. Any line of it may be the worker's last.

What it needs to know after a crash is in the row (who holds it), in the container's labels (which job) and in the slot
directory (exit record); the supervisor starts it again from there."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog

from scripter.context import Context
from scripter.jobs import moves, slots
from scripter.jobs import outcome as outcomes
from scripter.jobs.models import Job
from scripter.jobs.outcome import Bounds, Outcome
from scripter.jobs.states import Status
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import Ending, ImageGone, Runner, RunnerUnavailable, Slot, SlotGone

log = structlog.get_logger(__name__)

EXIT_POLL_S = 0.02
# How often the runner is asked whether the container still exists, while no exit record is there.
LOOK_S = 2.0


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

    def begin(self) -> bool:
        """Prepare a container and hand it its go. False when the job ended, or went back to the queue, right here."""
        try:
            self._clear()
            slots.make(self._context, self._job)
            self.slot = self._runner.prepare(slots.spec(self._context, self._job))
            return self.start()
        except RunnerUnavailable as error:
            self._give_back(str(error))
        except ImageGone:
            self._finish(
                outcomes.could_not_start(f"image {self._job.image_name} is gone from the engine; build it again")
            )
        except (ScripterError, OSError) as error:
            log.exception("job.could_not_start", job=self._job.uuid)
            self._finish(outcomes.could_not_start(str(error)))
        return False

    def start(self) -> bool:
        """Hand over the go. Sent a second time after a crash it does no harm: the agent reads just one."""
        if self.slot is None:
            raise RuntimeError("There is no slot to start.")
        start_ms = round((time.monotonic() - self._claimed_at) * 1000)
        banner = f"cold start in {start_ms} ms on {self._context.worker}"
        self._runner.start(self.slot, slots.go(self._context, self._job, banner))
        with self._context.db.transaction() as session:
            return moves.mark_running(session, self._job, self._context.worker, start_ms, "cold")

    def resume(self) -> bool:
        """Go on with an adopted job. One that had not begun is begun, in the same container if it still waits there.

        A script that may have begun is never begun again.
        """
        if self._may_have_begun():
            return True
        if self.slot is None:
            return self.begin()
        try:
            return self.start()
        except SlotGone:
            return True  # it took its go at the last moment, or is gone: following it finds out which

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
        slots.remove(self._directory)

    def follow(self) -> None:
        """Wait for the end and record it; returns early when told to let go."""
        looked = time.monotonic()
        while not self.let_go.wait(EXIT_POLL_S):
            if self._has_record():
                return self._finish(self._outcome(Ending.EXITED))
            if time.monotonic() - looked >= LOOK_S:
                looked = time.monotonic()
                ending = self._look()
                if ending is not Ending.ALIVE and not self.let_go.wait(EXIT_POLL_S):
                    return self._finish(self._outcome(ending))
        return None

    def _look(self) -> Ending:
        try:
            return Ending.GONE if self.slot is None else self._runner.ending(self.slot)
        except RunnerUnavailable:
            # The engine is away, not the container: with live-restore it runs on, and its record will tell.
            return Ending.ALIVE

    def _has_record(self) -> bool:
        return (self._directory / "exit.json").exists()

    def _outcome(self, ending: Ending) -> Outcome:
        with self._context.db.reading() as session:
            job = session.get_one(Job, self.job_id)
            by = job.cancelled_by.name if job.cancelled_by else ("Scripter" if job.cancel_requested_at else None)
            bounds = Bounds(job.time_limit_s, job.memory_mb, by)
        record = slots.exit_record(self._directory)
        return outcomes.from_ending(ending, bounds) if record is None else outcomes.from_record(record, bounds)

    def _give_back(self, why: str) -> None:
        with self._context.db.transaction() as session:
            moves.give_back(session, self._job, self._context.worker, f"back to the queue: {why}")
        self.let_go.wait(1.0)  # so that an engine that answers but cannot work is not asked in a tight loop

    def _finish(self, outcome: Outcome) -> None:
        """Record first, clean up after: a crash between the two leaves rubbish, never an unknown end."""
        mine = self._context.db.run(lambda session: moves.finish(session, self._job, self._context.worker, outcome))
        if mine:
            log.info("job.finished", job=self._job.uuid, status=outcome.status.value, reason=outcome.reason)
            self.clean()

    def clean(self) -> None:
        """Remove container and slot directory; what fails here is found by the next sweep."""
        try:
            if self.slot is not None:
                self._runner.discard(self.slot)
            slots.remove(self._directory)
        except (ScripterError, OSError):
            log.exception("job.clean_failed", job=self._job.uuid)
