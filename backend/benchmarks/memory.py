"""Whether web and worker grow with the jobs that they have served: memory, threads and open files over 2,000 jobs.

In a stack of its own. By default the jobs are processes of the local runner, since 2,000 containers take so long; all
of web and worker is in their way but the Docker client, for which `memory_docker` does the same with containers."""

from __future__ import annotations

import os
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import testbed
from benchmarks.workload import Workload, ended, figure, ready, start_job
from testbed.stack import Stack, separate

JOBS = 2_000
# Before the first look: pools fill up, modules are imported, the allocator takes its arenas.
WARM_UP = 200
BATCH = 100
CLIENTS = 4
PROCESSES = ("web", "worker")
# What our images set: with eight arenas for each processor, threads keep what none of them needs, and it takes
# thousands of jobs until all arenas have had their share of the large ones.
AS_IN_THE_IMAGES = {"MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True, slots=True)
class Look:
    """What one process of Scripter holds, its forks included."""

    rss_kb: int
    threads: int
    files: int


def measure(services: testbed.Services, runner: str) -> None:
    """Print the slopes (KiB per job, by least squares over all looks), and the first and the last look."""
    with tempfile.TemporaryDirectory(prefix="scripter-bench-") as directory:
        environment = {"SCRIPTER_RUNNER__KIND": runner, **AS_IN_THE_IMAGES}
        with separate(services, Path(directory), environment) as stack:
            stack.set_up("web")
            workload = ready(stack, services.docker_host)
            _serve(workload, WARM_UP)
            _measure(workload, "memory" if runner == "local" else f"memory_{runner}")


def _measure(workload: Workload, what: str) -> None:
    looks = [_looks(workload.stack)]
    for _ in range(JOBS // BATCH):
        _serve(workload, BATCH)
        looks.append(_looks(workload.stack))
    for name in PROCESSES:
        seen = [look[name] for look in looks]
        figure(f"{what}_slope_{name}_kb_per_job", _slope([one.rss_kb for one in seen]), "KiB/job")
        for when, one in (("start", seen[0]), ("end", seen[-1])):
            figure(f"{what}_{when}_{name}_mb", one.rss_kb / 1024, "MiB")
            figure(f"{what}_threads_{when}_{name}", one.threads, "threads")
            figure(f"{what}_files_{when}_{name}", one.files, "files")


def _slope(rss_kb: list[int]) -> float:
    served = [number * BATCH for number in range(len(rss_kb))]
    return statistics.linear_regression(served, rss_kb).slope


def _serve(workload: Workload, jobs: int) -> None:
    """Each job is started, waited for, and its log read, as by people who look at it."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        started = list(pool.map(lambda _: start_job(workload), range(jobs)))
        for end in pool.map(lambda job: ended(workload.stack, job, every_s=0.2), started):
            if end["status"] != "succeeded":
                raise RuntimeError(f"Job {end['id']} is {end['status']} ({end['reason']}) instead of succeeded.")
        list(pool.map(lambda job: workload.stack.call("GET", f"/jobs/{job['id']}/log/window"), started))


def _looks(stack: Stack) -> dict[str, Look]:
    return {name: _look(stack.pid(name)) for name in PROCESSES}


def _look(leader: int | None) -> Look:
    if leader is None:
        raise RuntimeError("A process of Scripter has ended by itself.")
    family = _family(leader)
    return Look(
        rss_kb=sum(_status(process, "VmRSS") for process in family),
        threads=sum(_status(process, "Threads") for process in family),
        files=sum(len(list((process / "fd").iterdir())) for process in family),
    )


def _family(leader: int) -> list[Path]:
    """The process and its forks: of its group, and with its command line, which nothing else that it starts has."""
    command = _command_line(leader)
    everybody = [int(process.name) for process in Path("/proc").glob("[0-9]*")]
    return [Path(f"/proc/{pid}") for pid in everybody if _command_line(pid) == command and os.getpgid(pid) == leader]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has ended


def _status(process: Path, field: str) -> int:
    [line] = [line for line in (process / "status").read_text().splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1])
