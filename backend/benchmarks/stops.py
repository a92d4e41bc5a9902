"""How soon what is told to stop has stopped: a polite script, one that ignores it, a job that has not begun."""

from __future__ import annotations

import fcntl
import time
from io import FileIO
from typing import Any

from benchmarks.workload import Workload, add_script, ended, figure, log_path, percentile

# What a script that ignores the request gets here; the usual ten seconds would only make the measurement longer.
GRACE_S = 2
POLITE_RUNS = 30
STUBBORN_RUNS = 5
QUEUED_RUNS = 30
AT_ONCE = 3
# Whoever runs the script, or anything that it has started, holds the lock; nothing else tells so surely who is gone.
_BEGIN = """\
import fcntl, os, signal, time
alive = open("alive", "w")
fcntl.flock(alive, fcntl.LOCK_EX)
def leave(*_):
    os.write(1, b"bye\\n")
    os._exit(0)
"""
_WAIT = """\
print("ready", flush=True)
time.sleep(600)
"""
POLITE = f"{_BEGIN}signal.signal(signal.SIGTERM, leave)\n{_WAIT}"
STUBBORN = f"{_BEGIN}signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{_WAIT}"


def measure(workload: Workload) -> None:
    """Print p50 and p99 of each, from the request to the job's recorded end; of few runs the p99 is the worst."""
    polite = add_script(workload.stack, "Polite", workload.image_id, POLITE)
    stubborn = add_script(workload.stack, "Stubborn", workload.image_id, STUBBORN)
    _print("cancel_polite", [taken for _ in range(POLITE_RUNS // AT_ONCE) for taken in _running_s(workload, polite)])
    over = [taken - GRACE_S for _ in range(STUBBORN_RUNS) for taken in _running_s(workload, stubborn, 1)]
    figure("cancel_stubborn_over_grace_ms", max(over) * 1000, "ms")
    _print("cancel_queued", _queued_s(workload, polite))


def _print(name: str, values: list[float]) -> None:
    figure(f"{name}_p50_ms", percentile(values, 0.5) * 1000, "ms")
    figure(f"{name}_p99_ms", percentile(values, 0.99) * 1000, "ms")


def _running_s(workload: Workload, script: int, jobs: int = AT_ONCE) -> list[float]:
    """Jobs that are seen to run, then cancelled one after the other."""
    return [_stopped_s(workload, job) for job in _running(workload, script, jobs)]


def _queued_s(workload: Workload, script: int) -> list[float]:
    """All places are taken, then jobs queue up behind them and are cancelled one after the other."""
    [worker] = workload.stack.call("GET", "/system")["workers"]
    in_the_way = _running(workload, script, worker["places"])
    queued = [_start(workload, script) for _ in range(QUEUED_RUNS)]
    taken = [_cancelled_s(workload, job) for job in queued]
    for job in in_the_way:
        _stopped_s(workload, job)
    return taken


def _start(workload: Workload, script: int) -> Any:
    return workload.stack.call("POST", f"/scripts/{script}/jobs", {})


def _running(workload: Workload, script: int, jobs: int) -> list[Any]:
    started = [_start(workload, script) for _ in range(jobs)]
    for job in started:
        while not ((log := log_path(workload.stack, script, job["id"])) and b" F ready" in log.read_bytes()):
            time.sleep(0.01)
        workload.stack.wait_for(f"/jobs/{job['id']}", {"running"})
    return started


def _stopped_s(workload: Workload, job: Any) -> float:
    """As `_cancelled_s`, and when the job is told to have ended nothing of its script may be left."""
    with FileIO(workload.stack.data / "slots" / f"{job['id']}-1" / "work" / "alive") as alive:
        taken = _cancelled_s(workload, job)
        try:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeError(f"Job {job['id']} is told to have ended, and its script still runs.") from error
    return taken


def _cancelled_s(workload: Workload, job: Any) -> float:
    """From the request until the job is told to have ended."""
    begun = time.perf_counter()
    workload.stack.call("POST", f"/jobs/{job['id']}/cancel")
    end = ended(workload.stack, job, every_s=0.005)
    taken = time.perf_counter() - begun
    if end["status"] != "cancelled":
        raise RuntimeError(f"Job {job['id']} is {end['status']} ({end['reason']}) instead of cancelled.")
    return taken
