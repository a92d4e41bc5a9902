"""From the POST to the first log line on disk, beside `docker run` of the same image and script, taken in turns."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.workload import ENDS, Workload, figure, percentile, start_job

RUNS = 25


def measure(workload: Workload) -> None:
    """Print p50 and p95 of all three, `start_cold_ratio` and `start_warm_ratio` (p50 of ours by p50 of theirs)."""
    stack = workload.stack
    stack.stop("worker")
    stack.start("worker", SCRIPTER_WORKER__WARM_MEMORY_MB="0")
    cold = _compared(workload, "cold", lambda: None)
    stack.stop("worker")
    stack.start("worker")
    warm = _compared(workload, "warm", lambda: _wait_for_warm(workload))
    figure("start_cold_ratio", cold, "ratio")
    figure("start_warm_ratio", warm, "ratio")


def _compared(workload: Workload, kind: str, be_ready: Callable[[], None]) -> float:
    """The ratio of the medians; every one of our starts is held to be of this kind."""
    start_job(workload)  # so that the worker knows what is wanted
    ours, theirs = [], []
    for _ in range(RUNS):
        be_ready()
        time.sleep(0.3)  # what ended is removed after its end is recorded; that is not to slow down the other side
        ours.append(_first_line_s(workload, kind))
        theirs.append(_docker_run_s(workload))
    for name, values in ((f"post_to_first_line_{kind}", ours), (f"docker_run_beside_{kind}", theirs)):
        figure(f"{name}_p50_ms", percentile(values, 0.5) * 1000, "ms")
        figure(f"{name}_p95_ms", percentile(values, 0.95) * 1000, "ms")
    return percentile(ours, 0.5) / percentile(theirs, 0.5)


def _wait_for_warm(workload: Workload) -> None:
    """Until a container waits for the next job, as it does for anybody who starts one now and then."""
    deadline = time.monotonic() + 60
    while not workload.engine.api.containers(filters={"name": "-warm-", "status": "running"}):
        if time.monotonic() > deadline:
            raise RuntimeError("No container was kept warm within a minute.")
        time.sleep(0.02)


def _first_line_s(workload: Workload, kind: str) -> float:
    begun = time.perf_counter()
    job = start_job(workload)
    logs = workload.stack.data / "scripts" / str(workload.script_id) / "logs"
    while not _has_line(logs, job["id"]):
        if time.perf_counter() - begun > 60:
            raise RuntimeError(f"Job {job['id']} printed nothing in a minute.")
        time.sleep(0.001)
    taken = time.perf_counter() - begun
    ended = workload.stack.wait_for(f"/jobs/{job['id']}", ENDS)
    if ended["start_kind"] != kind:
        raise RuntimeError(f"Job {job['id']} had a {ended['start_kind']} start and not a {kind} one.")
    return taken


def _has_line(logs: Path, job_id: int) -> bool:
    return any(b" stdout F hello" in path.read_bytes() for path in logs.glob(f"*__{job_id}.log"))


def _docker_run_s(workload: Workload) -> float:
    mount = f"type=bind,source={workload.source},target=/src,readonly"
    docker = ["docker", "--host", workload.docker_host, "run", "--rm", "--network", "none", "--mount", mount]
    begun = time.perf_counter()
    subprocess.run([*docker, workload.image, "python3", "/src/main.py"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun
