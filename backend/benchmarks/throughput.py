"""Jobs per second through the whole path, beside a bare loop of the Docker SDK at its best parallelism."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.workload import Workload, ended, figure, start_job

JOBS = 60
# With how many containers at one time the bare loop is tried, and with how many jobs each.
TRIED = (1, 2, 3, 4, 6)
TRIAL_JOBS = 24
CLIENTS = 4


def measure(workload: Workload) -> None:
    """Print both rates, taken twice in turns, and `throughput_ratio` (ours by theirs; more is better)."""
    trials = {parallel: TRIAL_JOBS / _sdk_s(workload, parallel, TRIAL_JOBS) for parallel in TRIED}
    best = max(trials, key=lambda parallel: trials[parallel])
    ours_s = theirs_s = 0.0
    for _ in range(2):
        theirs_s += _sdk_s(workload, best, JOBS)
        ours_s += _ours_s(workload)
    for parallel, rate in trials.items():
        figure(f"sdk_{parallel}_at_once_per_s", rate, "1/s")
    figure("jobs_per_s", 2 * JOBS / ours_s, "1/s")
    figure("sdk_best_per_s", 2 * JOBS / theirs_s, "1/s")
    figure("throughput_ratio", theirs_s / ours_s, "ratio")


def _ours_s(workload: Workload) -> float:
    """With as many places as the worker has by default. Until every job is recorded to have succeeded."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        started = list(pool.map(lambda _: start_job(workload), range(JOBS)))
    # One after the other, which asks little of the processors that are measured.
    for job in started:
        end = ended(workload.stack, job, every_s=0.05)
        if end["status"] != "succeeded":
            raise RuntimeError(f"Job {end['id']} is {end['status']} ({end['reason']}) instead of succeeded.")
    return time.perf_counter() - begun


def _sdk_s(workload: Workload, parallel: int, jobs: int) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(lambda _: _one(workload), range(jobs)))
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
