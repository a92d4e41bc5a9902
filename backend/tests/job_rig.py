"""Jobs on a real runner, with supervisors that are made, stopped and left for dead; what the tests of jobs share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connections import hang_up
from sqlalchemy.orm import Session

from scripter import logstore
from scripter.access.models import User
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images.models import Build
from scripter.jobs import moves, service, slots
from scripter.jobs.attempt import Attempt
from scripter.jobs.models import Job, JobEvent
from scripter.jobs.pool import Pool
from scripter.jobs.states import FINAL, Status, Trigger
from scripter.jobs.supervisor import Supervisor
from scripter.runners.protocol import Runner, Slot
from scripter.scripts import service as scripts
from scripter.scripts import versions
from scripter.scripts.models import Script

PATIENCE_S = 120
HELLO = "print('begun')"
# Runs until the test lets it go on; the file is in the script's own directory.
WAITS = """
import os, time
print("begun", flush=True)
while not os.path.exists("finish"):
    time.sleep(0.01)
print("finished")
"""


def until(true: Callable[[], object], what: str) -> None:
    """Wait for it; the time is only there to end a test that would hang."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.02)


@dataclass
class House:
    """One installation: its data and database, one runner with a built image, and as many workers as a test wants."""

    context: Context
    runner: Runner
    script_id: int
    by: User
    supervisors: list[Supervisor] = field(default_factory=list)
    others: list[Context] = field(default_factory=list)

    def source(self, text: str) -> None:
        """What the next jobs run."""
        with self.context.db.transaction() as session:
            files = [SourceFile("main.py", text.encode())]
            versions.save_version(session, session.get_one(Script, self.script_id), files, by=self.by)

    def image(self, reference: str) -> None:
        """What the next jobs run on."""
        with self.context.db.transaction() as session:
            session.get_one(Build, session.get_one(Script, self.script_id).image.good_build_id).reference = reference

    def policy(self, deadline_s: int | None = None, **retries: Any) -> None:
        """When the next jobs are tried again, and by when they must have ended."""
        with self.context.db.transaction() as session:
            settings: scripts.Settings = {"retries": scripts.RetryWishes(**retries), "deadline_s": deadline_s}
            scripts.change(session, session.get_one(Script, self.script_id), by=self.by, **settings)

    def queued(self) -> Job:
        with self.context.db.transaction() as session:
            script = session.get_one(Script, self.script_id)
            return service.start(session, script, trigger=Trigger.API, by=self.by)

    def claimed(self, worker: str) -> Job:
        """A new job, held by `worker`."""
        self.queued()

        def claim(session: Session) -> Job:
            job = moves.claim_next(session, worker)
            assert job is not None
            _ = job.version.manifest, job.script.name
            return job

        return self.context.db.run(claim)

    def worker(self, name: str, places: int = 2, runner: Runner | None = None) -> Supervisor:
        """A worker's hands, not yet started."""
        context = Context.open(self.context.settings)
        context.worker = name
        self.others.append(context)
        supervisor = Supervisor(context, runner or self.runner, places)
        self.supervisors.append(supervisor)
        return supervisor

    def attempt(self, name: str, job: Job, runner: Runner | None = None) -> Attempt:
        """An attempt made by hand in the name of a worker, which keeps no containers waiting."""
        self.context.worker = name
        runner = runner or self.runner
        return Attempt(self.context, runner, Pool(self.context, runner, 0), job)

    def cancel(self, job: Job) -> None:
        with self.context.db.transaction() as session:
            service.cancel(session, service.get(session, job.id), self.by)

    def now(self, job: Job) -> Job:
        with self.context.db.reading() as session:
            return service.get(session, job.id)

    def ended(self, job: Job) -> Job:
        until(lambda: self.now(job).status in FINAL, f"the end of job {job.id}, which is {self.now(job).status}")
        return self.now(job)

    def running(self, job: Job) -> Job:
        """Seen to have begun, and recorded so."""
        until(lambda: self.begun(job) and self.now(job).status == Status.RUNNING, "the script's first line")
        return self.now(job)

    def finish(self, job: Job) -> None:
        """Let a script that waits go on."""
        (self.directory(job) / "work" / "finish").touch()

    def directory(self, job: Job) -> Path:
        return slots.directory(self.context, job)

    def output(self, job: Job) -> list[str]:
        """The script's own lines. The log is appended to, so a second start would show here."""
        data = logstore.read(slots.log_path(self.context, job), limit=10**6).data
        lines = [logstore.parse(line) for line in data.splitlines()]
        return [line.text.decode() for line in lines if not line.own]

    def begun(self, job: Job) -> int:
        """How often the script has begun."""
        return self.output(job).count("begun")

    def moves(self, job: Job) -> list[str]:
        with self.context.db.reading() as session:
            return [event.now for event in service.events(session, job_id=job.id)]

    def events(self) -> list[JobEvent]:
        with self.context.db.reading() as session:
            return service.events(session, limit=1000)

    def slots(self) -> list[Slot]:
        """The jobs' containers that are on the engine, dead or alive."""
        return [one for one in self._everything() if slots.owner(self.context, one.name)]

    def warm(self) -> list[Slot]:
        """The containers that wait for a job."""
        return [one for one in self._everything() if not slots.owner(self.context, one.name)]

    def _everything(self) -> list[Slot]:
        return self.runner.alive(slots.labels(self.context))

    def nothing_left(self) -> bool:
        """Of jobs; what waits for the next ones may stay."""
        return not self.slots() and not list(slots.all_of(self.context))

    def close(self) -> None:
        for supervisor in self.supervisors:
            supervisor.stop()
        for slot in self._everything():
            self.runner.discard(slot)
        for context in self.others:
            context.close()
        for runner in (self.runner, *(one._runner for one in self.supervisors)):
            hang_up(runner)
