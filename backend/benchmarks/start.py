"""From the POST to the first log line on disk, beside `docker run` of the same image and script, taken in turns."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from benchmarks.workload import Workload, figure, percentile, start_job

RUNS = 25
ENDS = {"succeeded", "failed", "cancelled", "lost"}


def measure(workload: Workload) -> None:
    """Print p50 and p95 of both, and `start_cold_ratio` (p50 of ours by p50 of theirs)."""
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(_first_line_s(workload))
        theirs.append(_docker_run_s(workload))
    for name, values in (("post_to_first_line", ours), ("docker_run", theirs)):
        figure(f"{name}_p50_ms", percentile(values, 0.5) * 1000, "ms")
        figure(f"{name}_p95_ms", percentile(values, 0.95) * 1000, "ms")
    figure("start_cold_ratio", percentile(ours, 0.5) / percentile(theirs, 0.5), "ratio")


def _first_line_s(workload: Workload) -> float:
    begun = time.perf_counter()
    job = start_job(workload)
    logs = workload.stack.data / "scripts" / str(workload.script_id) / "logs"
    while not _has_line(logs, job["id"]):
        if time.perf_counter() - begun > 60:
            raise RuntimeError(f"Job {job['id']} printed nothing in a minute.")
        time.sleep(0.001)
    taken = time.perf_counter() - begun
    workload.stack.wait_for(f"/jobs/{job['id']}", ENDS)
    time.sleep(0.3)  # its container is removed after the end is recorded; that is not to slow down the other side
    return taken


def _has_line(logs: Path, job_id: int) -> bool:
    return any(b" stdout F hello" in path.read_bytes() for path in logs.glob(f"*__{job_id}.log"))


def _docker_run_s(workload: Workload) -> float:
    mount = f"type=bind,source={workload.source},target=/src,readonly"
    docker = ["docker", "--host", workload.docker_host, "run", "--rm", "--network", "none", "--mount", mount]
    begun = time.perf_counter()
    subprocess.run([*docker, workload.image, "python3", "/src/main.py"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun
