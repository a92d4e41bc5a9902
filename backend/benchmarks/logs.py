"""Logs: how fast the agent writes one beside Docker's own log, and how fast a part of a very large one is shown."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from docker.models.containers import Container
from docker.types import LogConfig

from benchmarks.workload import Workload, add_script, figure, log_path, percentile

LINES = 600_000
LINE_BYTES = 100
BLOCK_LINES = 1_000
PRINTING = f"""\
import sys
block = "".join("%0{LINE_BYTES - 1}d\\n" % number for number in range({BLOCK_LINES}))
for _ in range({LINES // BLOCK_LINES}):
    sys.stdout.write(block)
"""
GIBIBYTE = 1024**3
WINDOW_BYTES = 64 * 1024
WINDOWS = 200
ENDS = {"succeeded", "failed", "cancelled", "lost"}


def measure(workload: Workload) -> None:
    """Print what is captured and shown, and the ratio of capture (ours by Docker's; more is better)."""
    script = add_script(workload.stack, "Printer", workload.image_id, PRINTING)
    theirs, ours, unread = [], [], []
    for _ in range(2):
        theirs.append(_docker_rate(workload))
        unread.append(_docker_unread_rate(workload))
        job, rate = _our_rate(workload, script)
        ours.append(rate)
    figure("log_capture_mb_per_s", max(ours) / 1e6, "MB/s")
    figure("docker_log_mb_per_s", max(theirs) / 1e6, "MB/s")
    figure("docker_log_unread_mb_per_s", max(unread) / 1e6, "MB/s")
    figure("log_capture_ratio", max(ours) / max(theirs), "ratio")
    _large(workload, job)


def _our_rate(workload: Workload, script: int) -> tuple[Any, float]:
    """A job that printed, and its printed bytes per second from its first line on disk to its last."""
    job = workload.stack.call("POST", f"/scripts/{script}/jobs", {})
    while not (log := log_path(workload.stack, script, job["id"])):
        time.sleep(0.001)
    begun = _when(log, b" stdout F 0")
    # Every line is preceded by its time, so this is more than what was printed, never less.
    while log.stat().st_size < LINES * LINE_BYTES or b":scripter" not in _end_of(log):
        time.sleep(0.002)
    taken = time.perf_counter() - begun
    if workload.stack.wait_for(f"/jobs/{job['id']}", ENDS)["status"] != "succeeded":
        raise RuntimeError(f"Job {job['id']} did not succeed.")
    printed = log.read_bytes().count(b" stdout F ")
    if printed != LINES:
        raise RuntimeError(f"{printed} of {LINES} lines are in the log.")
    return job, LINES * LINE_BYTES / taken


def _when(log: Path, sign: bytes) -> float:
    while sign not in log.open("rb").read(4096):
        time.sleep(0.001)
    return time.perf_counter()


def _end_of(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(-200, 2)
        return file.read()


def _docker_rate(workload: Workload) -> float:
    """Bytes per second of the json-file log, followed through the SDK from the first piece to the last."""
    with _printing(workload) as container:
        begun, size = 0.0, 0
        for piece in container.logs(stream=True, follow=True):
            begun = begun or time.perf_counter()
            size += len(piece)
        taken = time.perf_counter() - begun
    if size != LINES * LINE_BYTES:
        raise RuntimeError(f"Docker's log gave {size} bytes instead of {LINES * LINE_BYTES}.")
    return size / taken


def _docker_unread_rate(workload: Workload) -> float:
    """Bytes per second that Docker takes into a json-file log that nobody reads, the start of Python included."""
    with _printing(workload) as container:
        container.wait()
        container.reload()
        begun, ended = (_time(container.attrs["State"][name]) for name in ("StartedAt", "FinishedAt"))
    return LINES * LINE_BYTES / (ended - begun).total_seconds()


@contextmanager
def _printing(workload: Workload) -> Iterator[Container]:
    container = workload.engine.containers.create(
        workload.image, ["python3", "-c", PRINTING], network_mode="none", log_config=LogConfig(type="json-file")
    )
    try:
        container.start()
        yield container
    finally:
        container.remove(force=True)


def _time(docker: str) -> datetime:
    """Docker's times have nine digits of a second; six are as many as can be read."""
    return datetime.fromisoformat(docker[:26].rstrip("Z") + "+00:00")


def _large(workload: Workload, job: Any) -> None:
    """The ended job's log is made large; parts of it are read anywhere, and all of it is searched."""
    log = log_path(workload.stack, job["script"]["id"], job["id"])
    assert log is not None
    grow(log)
    places = [random.randrange(GIBIBYTE - WINDOW_BYTES) for _ in range(WINDOWS)]
    figure("log_window_1gb_ms", percentile([_window_s(workload, job["id"], at) for at in places], 0.95) * 1000, "ms")
    figure("log_search_mb_per_s", _search_rate(workload, job["id"]) / 1e6, "MB/s")
    log.unlink()


def grow(log: Path) -> None:
    """Make a log as large as `GIBIBYTE`, of the lines that it begins with."""
    block = log.open("rb").read(16 * 1024 * 1024)
    block = block[: block.rfind(b"\n") + 1]
    with log.open("r+b") as file:
        while file.tell() < GIBIBYTE:
            file.write(block)


def _window_s(workload: Workload, job: int, at: int) -> float:
    begun = time.perf_counter()
    window = workload.stack.call("GET", f"/jobs/{job}/log/window?offset={at}&limit={WINDOW_BYTES}")
    taken = time.perf_counter() - begun
    if window["size"] < GIBIBYTE or len(window["text"]) < WINDOW_BYTES // 2:
        raise RuntimeError(f"The window at {at} is not what was asked for.")
    return taken


def _search_rate(workload: Workload, job: int) -> float:
    begun, at = time.perf_counter(), 0
    while True:
        found = workload.stack.call("GET", f"/jobs/{job}/log/search?q=not+there&from={at}")
        at = int(found["end"])
        if at >= found["size"]:
            return at / (time.perf_counter() - begun)
