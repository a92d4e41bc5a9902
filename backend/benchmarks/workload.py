"""What is measured: one small script on one image, run by Scripter, by `docker run`, and by the bare SDK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from testbed.stack import Stack

SCRIPT = "print('hello')\n"
ENDS = {"succeeded", "failed", "cancelled", "lost"}


@dataclass(frozen=True)
class Workload:
    """A running stack with a built image (by digest) and a script on it, and a client of the same engine."""

    stack: Stack
    engine: docker.DockerClient
    docker_host: str
    image: str
    image_id: int
    script_id: int
    source: Path


def ready(stack: Stack, docker_host: str) -> Workload:
    """Build the image and make the script."""
    files = [
        {"path": "Dockerfile", "content": "FROM python:3.11-slim\n"},
        {"path": "requirements.txt", "content": ""},
    ]
    image = stack.call("POST", "/images", {"name": "Bench", "files": files})
    build = stack.call("POST", f"/images/{image['id']}/builds")
    built = stack.wait_for(f"/builds/{build['id']}", {"succeeded", "failed", "cancelled"})
    if built["status"] != "succeeded":
        raise RuntimeError(f"The image could not be built: {built}")
    script_id = add_script(stack, "Bench", image["id"], SCRIPT)
    source = stack.directory / "bench-source"
    source.mkdir()
    (source / "main.py").write_text(SCRIPT)
    engine = docker.DockerClient(base_url=docker_host, max_pool_size=32)
    return Workload(stack, engine, docker_host, built["reference"], image["id"], script_id, source)


def add_script(stack: Stack, name: str, image_id: int, content: str) -> int:
    """A script of one file; gives its id."""
    files = [{"path": "main.py", "content": content}]
    script_id: int = stack.call("POST", "/scripts", {"name": name, "image_id": image_id, "files": files})["id"]
    return script_id


def start_job(workload: Workload) -> Any:
    """POST one job; gives its answer."""
    return workload.stack.call("POST", f"/scripts/{workload.script_id}/jobs", {})


def ended(stack: Stack, job: Any, *, every_s: float) -> Any:
    """The job once it has ended, which is asked for that often."""
    return stack.wait_for(f"/jobs/{job['id']}", ENDS, every_s=every_s)


def log_path(stack: Stack, script_id: int, job_id: int) -> Path | None:
    """The log of a job, once there is one."""
    return next((stack.data / "scripts" / str(script_id) / "logs").glob(f"*__{job_id}.log"), None)


def figure(name: str, value: float, unit: str) -> None:
    """One line of the outcome."""
    print(f"figure {name} {value:.3f} {unit}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
