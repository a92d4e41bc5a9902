"""Jobs per second through the whole path, beside a bare loop of the Docker SDK at the same parallelism."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.workload import Workload, figure, start_job

JOBS = 60


def measure(workload: Workload, parallelism: int) -> None:
    """Print both rates, taken twice in turns, and `throughput_ratio` (ours by theirs; more is better)."""
    ours_s = theirs_s = 0.0
    for _ in range(2):
        theirs_s += _sdk_s(workload, parallelism)
        ours_s += _ours_s(workload, parallelism)
    figure("jobs_per_s", 2 * JOBS / ours_s, "1/s")
    figure("sdk_per_s", 2 * JOBS / theirs_s, "1/s")
    figure("throughput_ratio", theirs_s / ours_s, "ratio")


def _ours_s(workload: Workload, parallelism: int) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(parallelism) as pool:
        ids = {job["id"] for job in pool.map(lambda _: start_job(workload), range(JOBS))}
    while True:
        query = f"/jobs?script_id={workload.script_id}&status=succeeded&limit=200"
        done = {job["id"] for job in workload.stack.call("GET", query)["items"]}
        if ids <= done:
            return time.perf_counter() - begun
        if time.perf_counter() - begun > 300:
            raise RuntimeError(f"{len(ids - done)} of {JOBS} jobs have not succeeded in five minutes.")
        time.sleep(0.05)


def _sdk_s(workload: Workload, parallelism: int) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(parallelism) as pool:
        list(pool.map(lambda _: _one(workload), range(JOBS)))
    return time.perf_counter() - begun


def _one(workload: Workload) -> None:
    container = workload.engine.containers.create(
        workload.image,
        ["python3", "/src/main.py"],
        network_mode="none",
        volumes={str(workload.source): {"bind": "/src", "mode": "ro"}},
    )
    container.start()
    container.wait()
    container.remove()
