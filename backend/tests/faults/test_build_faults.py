"""Builds that are cancelled at any moment, whose worker is killed, and scripts that change while their job waits."""

from __future__ import annotations

import secrets
import time
from contextlib import closing, suppress
from typing import Any

import docker
from docker.errors import ImageNotFound
from fault_rig import Rig, until

SLOW = """FROM python:3.11-slim
RUN echo {salt} && sleep 1 && echo one
RUN sleep 1 && echo {salt} two
"""
BUILT = {"succeeded", "failed", "cancelled"}
CANCELS = 6


def image(rig: Rig) -> tuple[Any, str]:
    """An image that is not built yet, and what all its steps have in their command lines, and nobody else's."""
    salt = secrets.token_hex(6)
    files = [{"path": "Dockerfile", "content": SLOW.format(salt=salt)}]
    return rig.stack.call("POST", "/images", {"name": f"Slow {salt}", "files": files}), salt


def on_the_engine(rig: Rig, salt: str) -> list[str]:
    """Images, also unnamed ones in between, and containers that builds of it have made."""
    with closing(docker.APIClient(base_url=rig.services.docker_host, version="auto")) as client:
        left = [one["Id"] for one in client.containers(all=True) if salt in one["Command"]]
        for one in client.images(all=True):
            with suppress(ImageNotFound):  # other tests remove theirs meanwhile
                if salt in str(client.inspect_image(one["Id"]).get("ContainerConfig")):
                    left.append(one["Id"])
        return left


def test_builds_that_are_cancelled_at_any_moment_leave_nothing_behind(rig: Rig) -> None:
    """Fault 41."""
    slow, salt = image(rig)
    for number in range(CANCELS):
        build = rig.stack.call("POST", f"/images/{slow['id']}/builds")
        time.sleep(0.3 * number)
        rig.stack.call("POST", f"/builds/{build['id']}/cancel")
        assert rig.stack.wait_for(f"/builds/{build['id']}", BUILT)["status"] == "cancelled"
    until(lambda: not on_the_engine(rig, salt), "what the builds left to be gone")
    build = rig.stack.call("POST", f"/images/{slow['id']}/builds")
    assert rig.stack.wait_for(f"/builds/{build['id']}", BUILT)["status"] == "succeeded"


def test_a_build_whose_worker_is_killed_leaves_nothing_behind_and_can_be_made_again(rig: Rig) -> None:
    """Fault 41: the connection to the engine breaks in the middle."""
    slow, salt = image(rig)
    build = rig.stack.call("POST", f"/images/{slow['id']}/builds")
    rig.stack.wait_for(f"/builds/{build['id']}", {"running"})
    time.sleep(1)
    rig.stack.kill("worker")
    rig.stack.start("worker")
    ended = rig.stack.wait_for(f"/builds/{build['id']}", BUILT)
    assert (ended["status"], ended["reason"]) == (
        "failed",
        "The worker stopped during the build. Start the build again.",
    )
    until(lambda: not on_the_engine(rig, salt), "what the build left to be gone")
    build = rig.stack.call("POST", f"/images/{slow['id']}/builds")
    assert rig.stack.wait_for(f"/builds/{build['id']}", BUILT)["status"] == "succeeded"


def test_a_job_runs_the_version_that_it_was_queued_with(rig: Rig) -> None:
    """Fault 39."""
    script = rig.script("Changed while it waits", "print('old')")
    rig.stack.stop("worker")
    job = rig.start(script)
    files = [{"path": "main.py", "content": "print('new')"}]
    rig.stack.call("POST", f"/scripts/{script['id']}/versions", {"files": files})
    rig.stack.start("worker")
    assert rig.ended(job)["status"] == "succeeded"
    assert rig.said(job) == ["old"]
