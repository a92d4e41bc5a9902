"""A Docker engine that stops with its containers, hangs, is away when everything starts, or is full of processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_rig import Rig, until

FORK_BOMB = """
import os, time
print("begun", flush=True)
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
"""


@pytest.mark.alone
def test_an_engine_that_stops_its_containers_leaves_a_reason_and_the_waiting_jobs_run_when_it_is_back(rig: Rig) -> None:
    """Fault 20."""
    jobs = [rig.count(600, 0.1) for _ in range(2)]
    for job in jobs:
        rig.begun(job)
    rig.engine.stop_with_containers()
    try:
        waiting = rig.count(3)
        for job in jobs:
            ended = rig.ended(job)
            assert ended["status"] == "lost", ended
            assert (
                ended["reason"] == "stopped from outside: the engine was shut down, or somebody stopped the container"
            )
    finally:
        rig.services.start("dockerd")
    rig.counted(waiting, 3)
    rig.nothing_left()


@pytest.mark.alone
def test_an_engine_that_hangs_holds_up_jobs_and_nothing_else(rig: Rig) -> None:
    """Fault 22."""
    running = rig.count(150, 0.1)
    rig.begun(running)
    pid = rig.stack.pid("worker")
    rig.engine.freeze()
    try:
        until(lambda: rig.health()["runner"] is False, "the worker to notice")
        threads = threads_of(pid)
        waiting = [rig.count(3) for _ in range(8)]
        until(lambda: rig.said(running)[-1:] == ["line 149"], "the script's end")
        until(lambda: rig.health()["runner"] is False, "another look at the engine")
        assert {rig.now(job)["status"] for job in waiting} == {"queued"}
        # One more may be in the middle of its look; eight would be one for each job.
        assert threads_of(pid) <= threads + 1
    finally:
        rig.engine.thaw()
    for job in waiting:
        rig.counted(job, 3)
    rig.counted(running, 150)
    assert rig.stack.pid("worker") == pid
    rig.nothing_left()


def threads_of(pid: int | None) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Threads:"))


@pytest.mark.alone
def test_everything_starts_without_an_engine_and_jobs_wait_for_it(rig: Rig) -> None:
    """Fault 23."""
    stack = rig.stack
    for name in ("web", "worker", "clock"):
        stack.stop(name)
    rig.services.kill("dockerd")
    try:
        for name in ("web", "worker", "clock"):
            stack.start(name)
        stack.wait_until_it_answers("web")
        job = rig.count(3)
        until(lambda: rig.health()["runner"] is False, "the worker to say that it has no engine")
        assert rig.now(job)["status"] == "queued"
    finally:
        rig.services.start("dockerd")
    rig.counted(job, 3)


def test_a_fork_bomb_is_told_to_stop_like_any_other_job_and_the_pages_answer_meanwhile(rig: Rig) -> None:
    """Fault 25."""
    limits = {"time_limit_s": 60, "memory_mb": 128, "cpus": 1.0, "processes": 64}
    bomb = rig.start(rig.script("Fork bomb", FORK_BOMB, limits=limits))
    rig.begun(bomb)
    beside = rig.count(5)
    for _ in range(20):
        assert rig.health()["database"]
    rig.counted(beside, 5)
    rig.stack.call("POST", f"/jobs/{bomb['id']}/cancel")
    ended = rig.ended(bomb)
    assert (ended["status"], ended["reason"]) == ("cancelled", "cancelled by anna")
    rig.nothing_left()
