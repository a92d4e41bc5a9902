"""Whole builds on the real Docker engine: what is in the row, the log and the engine afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import docker
import pytest
from builds_rig import begin, ended, image_of, images_of, log_of, row, until

import testbed
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images import builds, service, tasks
from scripter.images.models import Leftover
from scripter.runners.local import LocalRunner

BASE = "FROM python:3.11-slim\n"


def test_a_build_with_a_real_package_is_ready_and_its_log_tells_each_step(worker: Context) -> None:
    # Not one that the engine has done before and so would not do again.
    install = f"RUN echo {time.time_ns()} && pip install --no-cache-dir -r requirements.txt"
    dockerfile = f"{BASE}COPY requirements.txt .\n{install}\n"
    build = ended(worker, begin(worker, {"Dockerfile": dockerfile, "requirements.txt": "six==1.17.0\n"}))
    assert (build.status, build.reason) == ("succeeded", None)
    assert build.reference is not None and build.reference.startswith("sha256:")
    assert build.python is not None and build.python.startswith("3.")
    assert build.isolates is True
    assert [step["instruction"].split()[0] for step in build.steps[:3]] == ["FROM", "COPY", "RUN"]
    assert all(step["seconds"] is not None for step in build.steps)
    image = image_of(worker, build)
    assert (image.status, image.good_build_id) == ("ready", build.id)
    log = log_of(worker, build)
    assert "Successfully installed six-1.17.0" in log
    assert f"[scripter] build {build.id}: step 3 took " in log
    assert f"[scripter] build {build.id}: succeeded: {build.reference}" in log
    home = worker.data / "images" / str(image.id)
    assert (home / "build.log").samefile(home / "builds" / f"{build.id}.log")


def test_the_built_image_carries_labels_that_say_whose_it_is(worker: Context, services: testbed.Services) -> None:
    build = ended(worker, begin(worker, {"Dockerfile": BASE}))
    engine = docker.DockerClient(base_url=services.docker_host)
    labels = engine.images.get(build.reference).labels
    engine.close()
    assert labels["scripter.instance"] == worker.instance
    assert (labels["scripter.image"], labels["scripter.build"]) == (str(build.image_id), str(build.id))


@pytest.mark.parametrize(
    ("files", "line", "gist"),
    [
        (
            {"Dockerfile": f"{BASE}COPY requirements.txt .\nRUN pip install -r requirements.txt\n",
             "requirements.txt": "six==999.0\n"},
            3,
            "No matching distribution found for six==999.0",
        ),
        ({"Dockerfile": f"{BASE}\n# why\nRUN frobnicate --now\n"}, 4, "frobnicate: command not found."),
        ({"Dockerfile": f"{BASE}COPY app.py /\n"}, 2, "COPY found no file app.py among the image's files."),
        ({"Dockerfile": f"{BASE}RUN python3 -c 'import nope'\n"}, 2, "ModuleNotFoundError: No module named 'nope'"),
        ({"Dockerfile": f"{BASE}RUN exit 3\n"}, 2, "The command ended with exit code 3 and said nothing."),
        ({"Dockerfile": f"{BASE}EXPOSE abc\n"}, 2, "Invalid containerPort: abc"),
        ({"Dockerfile": f"{BASE}RUN echo only this && exit 1\n"}, 2, "only this"),
    ],
)  # fmt: skip
def test_a_failed_build_names_the_line_and_the_one_error_that_matters(
    worker: Context, files: dict[str, str], line: int, gist: str
) -> None:
    build = ended(worker, begin(worker, files))
    assert build.status == "failed"
    assert build.failed_step is not None
    assert (build.failed_step["line"], build.failed_step["error"]) == (line, gist)
    assert build.reason == f"Line {line} of the Dockerfile failed: {gist}"
    assert f"failed: {build.reason}" in log_of(worker, build)
    assert (image_of(worker, build).status, image_of(worker, build).good_build_id) == ("failed", None)


def test_a_base_image_that_cannot_be_had_is_a_clear_failure(worker: Context) -> None:
    build = ended(worker, begin(worker, {"Dockerfile": "FROM scripter-nosuch-image:1\n"}))
    assert build.status == "failed"
    assert build.failed_step is not None
    assert build.failed_step["line"] == 1
    assert build.reason is not None and "base image" in build.reason
    assert image_of(worker, build).status == "failed"


def test_an_image_without_python_is_a_clear_failure(worker: Context) -> None:
    build = ended(worker, begin(worker, {"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"}))
    assert (build.status, build.failed_step) == ("failed", None)
    assert build.reason is not None and "The image has no python3" in build.reason


def test_a_step_that_needs_too_much_memory_is_explained(worker: Context) -> None:
    hungry = f"{BASE}RUN python3 -c 'x = bytearray(10**9); print(len(x))'\n"
    build = ended(worker, begin(worker, {"Dockerfile": hungry}, memory_mb=64))
    assert build.status == "failed"
    assert build.reason is not None and "Out of memory" in build.reason


def test_a_build_that_takes_too_long_is_stopped(worker: Context) -> None:
    build = ended(worker, begin(worker, {"Dockerfile": f"{BASE}RUN sleep 600\n"}, time_limit_s=10))
    assert build.status == "failed"
    assert build.reason is not None and "longer than 10 s" in build.reason


def test_a_running_build_is_cancelled_and_leaves_nothing(worker: Context, services: testbed.Services) -> None:
    build_id = begin(worker, {"Dockerfile": f"{BASE}RUN echo begun && sleep 600\n"})
    until(lambda: "begun\n" in log_of(worker, row(worker, build_id)), "the step to begin")
    with worker.db.transaction() as session:
        builds.cancel(session, builds.get(session, build_id), by=None)
    build = ended(worker, build_id)
    assert (build.status, build.reason) == ("cancelled", "Cancelled by Scripter.")
    assert image_of(worker, build).status == "failed"
    engine = docker.DockerClient(base_url=services.docker_host)
    assert images_of(engine, worker) == []
    engine.close()
    again = ended(worker, begin(worker, {"Dockerfile": BASE}))
    assert again.status == "succeeded"


def test_when_all_places_are_taken_the_end_of_one_build_rings_for_the_next(worker: Context) -> None:
    heard = worker.queue.worker({"builds"}, 1)
    heard.start()
    try:
        ids = [begin(worker, {"Dockerfile": f"{BASE}RUN echo {number}\n"}) for number in range(4)]
        assert [ended(worker, build_id).status for build_id in ids] == ["succeeded"] * 4
    finally:
        heard.stop()


def test_a_built_image_that_nobody_needs_is_removed_from_the_engine(
    worker: Context, services: testbed.Services
) -> None:
    build = ended(worker, begin(worker, {"Dockerfile": BASE}))
    engine = docker.DockerClient(base_url=services.docker_host)
    assert images_of(engine, worker) == [build.reference]
    with worker.db.transaction() as session:
        service.destroy(session, service.get(session, build.image_id), by=None)
    tasks.tidy(worker)
    assert images_of(engine, worker) == []
    engine.close()
    with worker.db.reading() as session:
        assert session.query(Leftover).count() == 0


def test_without_an_engine_the_local_runner_builds_and_says_that_nothing_is_isolated(worker: Context) -> None:
    worker.runner = LocalRunner(worker.data)
    files = {"Dockerfile": f"{BASE}RUN pip install -r requirements.txt\n", "requirements.txt": "six==1.17.0\n"}
    build = ended(worker, begin(worker, files))
    assert (build.status, build.isolates) == ("succeeded", False)
    broken = ended(worker, begin(worker, {**files, "requirements.txt": "six==999.0\n"}))
    assert broken.failed_step is not None
    assert broken.failed_step["error"] == "No matching distribution found for six==999.0"


KILLED_WORKER = """
import sys, time
from pathlib import Path
from scripter import wiring
from scripter.config import Data, Database, Settings
from scripter.context import Context
from scripter.images import tasks
from scripter.runners.docker import DockerRunner
data, url, host, build_id = sys.argv[1:]
wiring.connect()
settings = Settings(data=Data(directory=data), database=Database(url=url))
context = Context.open(settings, DockerRunner(Path(data), host=host))
context.worker = "bench:0"
tasks.build(context, int(build_id))
time.sleep(600)
"""


def test_a_build_whose_worker_is_killed_fails_and_can_be_started_again(
    worker: Context, services: testbed.Services
) -> None:
    mark = f"sleep 600.{time.time_ns()}"
    slow = [SourceFile("Dockerfile", f"{BASE}RUN echo begun && {mark}\n".encode())]
    with worker.db.transaction() as session:
        image = service.create(session, "Slow", files=slow, by=None)
        build = service.start_build(session, image, by=None)
    settings = worker.settings
    command = [settings.data.directory, settings.database.url, services.docker_host, str(build.id)]
    other = subprocess.Popen([sys.executable, "-c", KILLED_WORKER, *command])
    log = worker.logs.build_path(image.id, build.id)
    until(lambda: log.exists() and b"begun\n" in log.read_bytes(), "the step to begin")
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    with worker.db.transaction() as session:
        service.adopt(session, ["bench:0"])
    assert row(worker, build.id).reason == "The worker stopped during the build. Start the build again."
    engine = docker.DockerClient(base_url=services.docker_host)
    until(lambda: not busy(engine, mark), "the engine to stop the step")
    engine.close()
    with worker.db.transaction() as session:
        image = service.get(session, image.id)
        assert image.status == "failed"
        service.save_files(session, image, [SourceFile("Dockerfile", BASE.encode())], by=None)
        again = service.start_build(session, image, by=None)
    tasks.build(worker, again.id)
    assert ended(worker, again.id).status == "succeeded"


def busy(engine: docker.DockerClient, command: str) -> bool:
    return any(command in str(one.attrs["Config"]["Cmd"]) for one in engine.containers.list(ignore_removed=True))
