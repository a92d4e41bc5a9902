"""A backup of a system that is at work: real processes, MariaDB, RabbitMQ and Docker; and what is restored from it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from backup_rig import Installations, restore
from fault_rig import ENDS, PROCESSES, until
from sqlalchemy import select

import testbed
from scripter.config import Settings
from scripter.context import Context
from scripter.filestore import FileStore, Manifest
from scripter.jobs import slots
from scripter.jobs.models import Job, JobEvent
from scripter.jobs.states import FINAL, Status
from scripter.schedules.models import Occurrence, Outcome
from scripter.scripts.models import Script, Version
from testbed.stack import PASSWORD, Stack, embedded, separate

# Runs for as long as the test lasts.
LONG = "import time\nprint('begun', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def stack(services: testbed.Services, tmp_path: Path) -> Iterator[Stack]:
    with separate(services, tmp_path / "first") as stack:
        stack.set_up("web")
        yield stack


class Load:
    """Somebody who saves versions and starts jobs, one after the other, without a pause."""

    def __init__(self, stack: Stack, busy: Any) -> None:
        self._stack, self._busy = stack, busy
        self.rounds = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            path = f"/scripts/{self._busy['id']}"
            files = [{"path": "main.py", "content": f"print('version of round {self.rounds}')\n"}]
            self._stack.call("POST", f"{path}/versions", {"files": files})
            self._stack.call("POST", f"{path}/jobs", {})
            self.rounds += 1


def backup(stack: Stack) -> bytes:
    made = command(stack, "backup", "-", "--logs")
    assert made.returncode == 0, made.stderr
    return made.stdout


def command(stack: Stack, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = str(Path(sys.executable).with_name("scripter"))
    return subprocess.run(
        [program, *arguments], input=given, env=stack.environment, cwd=stack.directory, capture_output=True, check=False
    )


# Two installations are started, and one is brought back in its place: minutes, where the machine has other things to do.
@pytest.mark.timeout(900)
def test_a_backup_under_load_is_consistent_and_what_is_restored_works(
    stack: Stack, services: testbed.Services, installations: Installations, tmp_path: Path
) -> None:
    image = stack.make_image("Bare")
    endless = stack.make_script(image, "Endless", LONG)
    busy = stack.make_script(image, "Busy", "print('first')\n")
    stack.call("POST", "/schedules", {"script_id": busy["id"], "cron": "* * * * *"})
    running = stack.call("POST", f"/scripts/{endless['id']}/jobs", {})
    stack.wait_for(f"/jobs/{running['id']}", {"running"})
    with Load(stack, busy) as load:
        archives = []
        for _ in range(2):
            seen = load.rounds
            until(lambda seen=seen: load.rounds > seen + 2, "some load")  # type: ignore[misc]
            archives.append(backup(stack))
    settings = installations.settings("sqlite")
    for archive in archives:
        restore(settings, archive)
        with installations.open(settings) as context:
            check(context, running["id"])
    container = f"scripter-{(stack.data / 'keys' / 'instance').read_text()}-job-{running['id']}-1"
    assert container in containers(services)
    does_the_main_job(services, settings, tmp_path / "second", busy["id"], image["id"])
    # A copy on the same engine leaves the jobs of the other one alone.
    assert container in containers(services)
    back_in_place(stack, archives[-1])
    until(lambda: container not in containers(services), "the end of what runs by the old name")
    job = stack.call("POST", f"/scripts/{busy['id']}/jobs", {})
    assert stack.wait_for(f"/jobs/{job['id']}", ENDS)["status"] == "succeeded"


def check(context: Context, running: int) -> None:
    """Every version's files are there, every job's version, events and log; and nothing goes on."""
    store = FileStore(context.data)
    with context.db.reading() as session:
        versions = {version.id: version for version in session.scalars(select(Version))}
        for version in versions.values():
            assert store.files(Manifest.load(version.manifest))
        for script in session.scalars(select(Script)):
            numbers = [version.number for version in versions.values() if version.script_id == script.id]
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
            latest = versions[script.latest_version_id or 0]
            assert latest.number == max(numbers)
            (shown,) = store.files(Manifest.load(latest.manifest))
            assert (context.data / f"scripts/{script.id}/src/main.py").read_bytes() == shown.content
        found = session.scalars(select(Job)).all()
        assert len(found) >= 3
        for job in found:
            assert job.version_id in versions
            assert job.status in FINAL
            last = session.scalars(select(JobEvent).where(JobEvent.job_id == job.id).order_by(JobEvent.id.desc()))
            assert next(iter(last)).now == job.status
            assert slots.log_path(context, job).exists() or job.started_at is None
        lost = session.get_one(Job, running)
        assert lost.status == Status.LOST
        assert "stdout F begun\n" in slots.log_path(context, lost).read_text()
        planned = session.scalars(select(Occurrence).where(Occurrence.outcome == Outcome.PLANNED)).all()
        assert all(one.due_at > lost.finished_at for one in planned if lost.finished_at)


def containers(services: testbed.Services) -> set[str]:
    """What runs on the engine; other tests may have something there, too."""
    client = docker.DockerClient(services.docker_host)
    try:
        return {str(one.name) for one in client.containers.list(ignore_removed=True)}
    finally:
        client.close()


def does_the_main_job(
    services: testbed.Services, settings: Settings, directory: Path, script_id: int, image_id: int
) -> None:
    directory.mkdir()
    settings.data_directory.rename(directory / "data")
    with embedded(services, directory) as copy:
        log_in(copy)
        assert copy.call("GET", f"/images/{image_id}")["status"] == "dormant"
        copy.build(image_id)
        job = copy.call("POST", f"/scripts/{script_id}/jobs", {})
        assert copy.wait_for(f"/jobs/{job['id']}", ENDS)["status"] == "succeeded"


def log_in(copy: Stack) -> None:
    """The password of the backup is good."""
    copy.wait_until_it_answers("up")
    opened = copy.http.post(f"{copy.url}/api/session", json={"name": "anna", "password": PASSWORD}, timeout=30)
    opened.raise_for_status()
    copy.http.headers["X-CSRF-Token"] = opened.json()["csrf"]


def back_in_place(stack: Stack, archive: bytes) -> None:
    """Into the very installation that the backup was made of, which first has to be stopped."""
    refused = command(stack, "restore", "-", "--force", given=archive)
    assert (refused.returncode, b"Stop all of it first" in refused.stderr) == (5, True)
    for process in PROCESSES:
        stack.stop(process)
    done = command(stack, "restore", "-", "--force", given=archive)
    assert done.returncode == 0, done.stderr
    for process in PROCESSES:
        stack.start(process)
    stack.wait_until_it_answers("web")
