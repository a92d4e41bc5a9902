"""The sample that an empty Scripter is given at its first start: one image, one script, one schedule that is off.

It is built and run once, so that a new installation has been seen to do its main job before anybody logs in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripter import logstore
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images import service as images
from scripter.images.models import FINISHED, Build, BuildStatus, Image
from scripter.jobs import service as jobs
from scripter.jobs import slots
from scripter.jobs.models import Job
from scripter.jobs.states import FINAL, Trigger
from scripter.schedules import service as schedules
from scripter.scripts import service as scripts
from scripter.scripts.models import Script

IMAGE_NAME = "Sample Python"
SCRIPT_NAME = "Sample hello"
DAILY = "0 6 * * *"
POLL_S = 0.1

MAIN = '''"""A first script: it says where it runs, counts a little, and leaves through the front door."""

import platform
import sys
import time

from greeting import greet

print(greet(sys.argv[1:]))
print(f"This is Python {platform.python_version()}, and its log is kept line by line.")
for number in range(1, 4):
    print(f"counting ... {number}")
    time.sleep(0.2)
print("Done. Open the script in the browser, change it, and run it again.")
'''

GREETING = '''"""A second file, to show that a script is a folder."""


def greet(names: list[str]) -> str:
    return f"Hello, {' and '.join(names) or 'world'}!"
'''

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """The ids of what was made."""

    build_id: int
    script_id: int


def wanted(session: Session) -> bool:
    """Whether nothing has been made here yet."""
    return session.scalar(select(Image.id).limit(1)) is None and session.scalar(select(Script.id).limit(1)) is None


def make(session: Session) -> Sample:
    """Make image, script and schedule, and ask for the build."""
    image = images.create(session, IMAGE_NAME, description="Plain Python, to start from.", by=None)
    build = images.start_build(session, image, by=None)
    files = [SourceFile("main.py", MAIN.encode()), SourceFile("greeting.py", GREETING.encode())]
    script = scripts.create(session, SCRIPT_NAME, image_id=image.id, entry="main.py", files=files, by=None)
    schedules.add(session, script.id, cron=DAILY, enabled=False, by=None)
    return Sample(build.id, script.id)


def run(context: Context, sample: Sample, say: Say) -> bool:
    """Wait for the build, run the script once, and say what both print. True if all went well."""
    say(f"Building the image “{IMAGE_NAME}” ...")
    build = _wait_for_build(context, sample.build_id)
    if build.status != BuildStatus.SUCCEEDED:
        say(f"The image could not be built: {build.reason}")
        say("Log in and look at its build log; everything else works without it.")
        return False
    say(f"Built in {_seconds(build)} s. Running the script “{SCRIPT_NAME}” ...")
    with context.db.transaction() as session:
        job = jobs.start(session, scripts.get(session, sample.script_id), trigger=Trigger.SAMPLE)
    job = _print_log(context, job, say)
    say(f"The script ended with {job.reason}.")
    return job.exit_code == 0


def _wait_for_build(context: Context, build_id: int) -> Build:
    while True:
        with context.db.reading() as session:
            build = session.get_one(Build, build_id)
        if build.status in FINISHED:
            return build
        time.sleep(POLL_S)


def _seconds(build: Build) -> int:
    if build.started_at is None or build.finished_at is None:
        return 0
    return round((build.finished_at - build.started_at).total_seconds())


def _print_log(context: Context, job: Job, say: Say) -> Job:
    path = slots.log_path(context, job)
    for chunk in logstore.follow(path, 0, lambda: _has_ended(context, job)):
        for line in chunk.data.splitlines() if chunk else ():
            say(f"  | {logstore.parse(line).text.decode(errors='replace')}")
    with context.db.reading() as session:
        return jobs.get(session, job.id)


def _has_ended(context: Context, job: Job) -> bool:
    with context.db.reading() as session:
        return session.scalar(select(Job.status).where(Job.id == job.id)) in FINAL
