"""Runs one claimed build from its first line to its end, in a thread of the worker; `tasks` begins it.

The row is held by a lease that is renewed while the thread lives. Whoever finds the lease run out closes the build, so
none can stay running after its worker was killed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scripter.config import MEBIBYTE
from scripter.context import Context
from scripter.filestore import FileStore, Manifest
from scripter.images import builds
from scripter.images.explain import explain
from scripter.images.models import Build, FailedStep, StepRecord
from scripter.lib import clock
from scripter.lib.errors import ScripterError
from scripter.logstore import Writer
from scripter.runners.protocol import BuildFailed, Built, Contents, Recipe, Runner, Step

log = structlog.get_logger(__name__)

POLL_S = 0.5
_RENEW_S = builds.LEASE.total_seconds() / 5
_RETRY_S = 1.0
_KEPT_LINES = 400

# One at a time counts the running builds of this process and claims the next.
_claiming = threading.Lock()


def begin(context: Context, runner: Runner, build_id: int) -> None:
    """Claim the build and start its thread, unless all places are taken: then whoever ends one rings for it.

    Without room on the disk it goes on waiting; the sweep rings again.
    """
    if shortage := context.shortage():
        log.warning("build.waits", build=build_id, why=shortage)
        return
    places = context.settings.worker.builds
    with _claiming:
        build = context.db.run(lambda session: builds.claim(session, build_id, context.worker, places))
    if build is None:
        return
    one = Builder(context, runner, build)
    threading.Thread(target=one.run, name=f"build-{build_id}", daemon=True).start()


class Builder:
    """One claimed build. `build.image` is loaded."""

    def __init__(self, context: Context, runner: Runner, build: Build) -> None:
        self._context, self._runner, self._build = context, runner, build

    def run(self) -> None:
        """Build, and write down how it ended. Never raises: nobody listens."""
        with Hold(self._context, self._build.id) as hold:
            end = self._logged(hold)
            while not self._write_down(end):
                time.sleep(_RETRY_S)
        self._write_down(lambda session: builds.ring(session, timedelta(0)))

    def _logged(self, hold: Hold) -> Callable[[Session], None]:
        """Build with a log; gives back what is to be done to the row, once the log is whole."""
        try:
            with self._context.logs.write_build(self._build.image_id, self._build.id, self._build.number) as writer:
                return self._built(hold, Watch(self._context, self._build.id, writer, hold))
        except OSError as error:
            return self._failed(f"The log of the build cannot be written: {error.strerror}.")

    def _built(self, hold: Hold, watch: Watch) -> Callable[[Session], None]:
        try:
            watch.own(f"building {self._build.image.name}")
            built = self._runner.build(self._recipe(), watch)
        except BuildFailed as error:
            watch.finish()
            return self._ended(hold, watch, error)
        except ScripterError as error:
            watch.finish()
            watch.own(f"failed: {error.message}")
            return self._failed(error.message, steps=watch.steps)
        except Exception as error:
            # At the rim of the thread: whatever it is, the build must not stay `running`.
            log.exception("build.crashed", build=self._build.id)
            watch.finish()
            watch.own("failed: something went wrong inside Scripter")
            name = type(error).__name__
            return self._failed(f"Something went wrong inside Scripter ({name}). Its own log has more.", watch.steps)
        watch.finish()
        contents = self._contents(built, watch)
        watch.own(f"succeeded: {built.reference}, Python {built.python}, {built.size_bytes / MEBIBYTE:.0f} MB")
        return self._succeeded(built, contents, watch.steps)

    def _contents(self, built: Built, watch: Watch) -> Contents | None:
        """What lies in the image. Only people look at that, so that a build is as good without."""
        try:
            return self._runner.contents(built.reference)
        except ScripterError as error:
            log.warning("build.contents_unknown", build=self._build.id, why=error.message)
            watch.own(f"what is installed in the image could not be read: {error.message}")
            return None

    def _recipe(self) -> Recipe:
        build, image, instance = self._build, self._build.image, self._context.instance
        files = FileStore(self._context.data).files(Manifest.load(build.manifest))
        return Recipe(
            name=f"scripter-{instance}/image-{image.id}:build-{build.number}",
            files={file.path: file.content for file in files},
            labels={
                "scripter.instance": instance,
                "scripter.image": str(image.id),
                "scripter.build": str(build.id),
            },
            memory_bytes=image.memory_mb * MEBIBYTE,
            time_limit=timedelta(seconds=image.time_limit_s),
        )

    def _ended(self, hold: Hold, watch: Watch, error: BuildFailed) -> Callable[[Session], None]:
        build_id, worker, steps = self._build.id, self._context.worker, watch.steps
        if hold.cancelled_by is not None:
            by = hold.cancelled_by
            watch.own(f"cancelled by {by}")
            return lambda session: builds.stop(session, build_id, worker, by, steps)
        reason, failed_step = why(error, watch.lines)
        watch.own(f"failed: {reason}")
        return self._failed(reason, steps, failed_step)

    def _failed(
        self, reason: str, steps: Sequence[StepRecord] = (), failed_step: FailedStep | None = None
    ) -> Callable[[Session], None]:
        build_id, worker = self._build.id, self._context.worker
        return lambda session: builds.fail(
            session, build_id, worker, reason, failed_step=failed_step, steps=list(steps)
        )

    def _succeeded(self, built: Built, contents: Contents | None, steps: list[StepRecord]) -> Callable[[Session], None]:
        build_id, worker = self._build.id, self._context.worker
        isolates = self._runner.isolates
        return lambda session: builds.succeed(
            session, build_id, worker, built, contents=contents, isolates=isolates, steps=steps
        )

    def _write_down(self, work: Callable[[Session], None]) -> bool:
        try:
            self._context.db.run(work)
        except SQLAlchemyError as error:
            log.warning("build.database_away", build=self._build.id, error=str(error))
            return False
        return True


def why(error: BuildFailed, lines: Sequence[str]) -> tuple[str, FailedStep | None]:
    """The reason in plain words, and the step it concerns. `lines` is what that step printed."""
    step = error.step
    if step is None:
        return error.message, None
    if error.error == error.message:
        # The runner's own words (a limit was reached): there is nothing to look for.
        line = reason = error.message
    else:
        line = explain([*lines, error.message, error.error], step.instruction)
        where = f"Line {step.line} of the Dockerfile" if step.line else "The build"
        reason = f"{where} failed: {line}"
    return reason, FailedStep(line=step.line, instruction=step.instruction, error=line)


class Watch:
    """Hears what a build tells: writes its log, keeps the lines of its present step, times its steps."""

    def __init__(self, context: Context, build_id: int, writer: Writer, hold: Hold) -> None:
        self._context, self._build_id = context, build_id
        self._writer, self._hold = writer, hold
        self._began = 0.0
        self._said: deque[bytes] = deque(maxlen=_KEPT_LINES)
        self._rest = b""
        self.steps: list[StepRecord] = []

    def say(self, text: bytes) -> None:
        """Some output of the build; may hold several lines or a part of one."""
        self._writer.write(text)
        *lines, self._rest = (self._rest + text).split(b"\n")
        self._said.extend(lines)

    def own(self, text: str) -> None:
        """A line of Scripter's own in the log."""
        self._writer.own(text)

    def step(self, step: Step) -> None:
        """A step begins (and the one before has ended)."""
        self.finish()
        self._said.clear()
        self._rest = b""
        self._began = time.monotonic()
        self.steps.append(
            StepRecord(
                number=step.number,
                instruction=step.instruction,
                seconds=None,
                line=step.line,
                began_at=clock.now().isoformat(),
                cached=False,
                log_start=self._writer.place(),
            )
        )
        self._record()

    def cached(self) -> None:
        """The present step is one of an earlier build."""
        if self.steps:
            self.steps[-1]["cached"] = True

    def finish(self) -> None:
        """The present step has ended, if there is one: its time goes into the log."""
        if self.steps and self.steps[-1]["seconds"] is None:
            seconds = round(time.monotonic() - self._began, 3)
            self.steps[-1]["seconds"] = seconds
            self.own(f"step {self.steps[-1]['number']} took {seconds:.1f} s")

    def cancelled(self) -> bool:
        """Whether somebody asked to stop, or the build is no longer ours."""
        return self._hold.lost or self._hold.cancelled_by is not None

    @property
    def lines(self) -> list[str]:
        """What the present step has printed, at most its last few hundred lines."""
        return [line.decode("utf-8", "replace") for line in (*self._said, self._rest)]

    def _record(self) -> None:
        steps, build_id, worker = list(self.steps), self._build_id, self._context.worker
        try:
            self._context.db.run(lambda session: builds.record_steps(session, build_id, worker, steps))
        except SQLAlchemyError as error:
            # Only the view while it runs suffers; the end of the build writes all steps again.
            log.warning("build.database_away", build=build_id, error=str(error))


class Hold:
    """Keeps the lease of a build while its thread lives, and looks whether somebody wants it stopped."""

    def __init__(self, context: Context, build_id: int) -> None:
        self._context, self._build_id = context, build_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"build-{build_id}-lease", daemon=True)
        self._renewed = time.monotonic()
        # Nobody may believe any more that we hold it; whoever took it over decides from now on.
        self.lost = False
        self.cancelled_by: str | None = None

    def __enter__(self) -> Hold:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self.lost and not self._over.wait(POLL_S):
            try:
                self._look()
            except SQLAlchemyError as error:
                log.warning("build.database_away", build=self._build_id, error=str(error))
                # A worker that cannot renew must stop by itself: by now others may think it dead.
                self.lost = time.monotonic() - self._renewed > builds.LEASE.total_seconds()

    def _look(self) -> None:
        if time.monotonic() - self._renewed >= _RENEW_S:
            at = time.monotonic()
            worker = self._context.worker
            self.lost = not self._context.db.run(lambda session: builds.renew(session, self._build_id, worker))
            self._renewed = at
        with self._context.db.reading() as session:
            self.cancelled_by = builds.cancelled_by(session, self._build_id)
