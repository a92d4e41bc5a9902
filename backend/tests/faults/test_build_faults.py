"""Builds that are cancelled at any moment, whose worker is killed, and scripts that change while their job waits."""

from __future__ import annotations

import secrets
import time
from contextlib import closing, suppress
from typing import Any

import docker
from docker.errors import ImageNotFound
from fault_rig import Rig, until

DOCKERFILE = """FROM python:3.11-slim
COPY pause /{salt}
RUN echo {salt} one
RUN echo {salt} two && sleep $(cat /{salt})
"""
BUILT = {"succeeded", "failed", "cancelled"}
CANCELS = 6


def image(rig: Rig) -> tuple[Any, str]:
    """An image whose build does not end by itself, and what all its steps have in their command lines, and no others."""
    salt = secrets.token_hex(6)
    return rig.stack.call("POST", "/images", {"name": f"Slow {salt}", "files": files(salt, pause_s=600)}), salt


def files(salt: str, *, pause_s: int) -> list[dict[str, str]]:
    return [{"path": "Dockerfile", "content": DOCKERFILE.format(salt=salt)}, {"path": "pause", "content": str(pause_s)}]


def can_be_built(rig: Rig, slow: Any, salt: str) -> None:
    rig.stack.call("PUT", f"/images/{slow['id']}/files", {"files": files(salt, pause_s=0)})
    rig.stack.build(slow["id"])


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
    can_be_built(rig, slow, salt)


def test_a_build_whose_worker_is_killed_leaves_nothing_behind_and_can_be_made_again(rig: Rig) -> None:
    """Fault 41: the connection to the engine breaks in the middle."""
    slow, salt = image(rig)
    build = rig.stack.call("POST", f"/images/{slow['id']}/builds")
    until(lambda: on_the_engine(rig, salt), "the first of its steps")
    rig.stack.kill("worker")
    rig.stack.start("worker")
    ended = rig.stack.wait_for(f"/builds/{build['id']}", BUILT)
    assert (ended["status"], ended["reason"]) == (
        "failed",
        "The worker stopped during the build. Start the build again.",
    )
    until(lambda: not on_the_engine(rig, salt), "what the build left to be gone")
    can_be_built(rig, slow, salt)


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
