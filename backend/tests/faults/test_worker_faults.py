"""Workers that are stopped in the middle, wake up late, or have lost what they held."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from fault_rig import ENDS, Rig, until

from scripter.lib import crash

# Leases run out one after the other, and four hundred lines take their time.
pytestmark = pytest.mark.timeout(900)


def followers(rig: Rig, job: Any) -> int:
    """How often somebody took it over."""
    return sum("followed by" in one["why"] for one in rig.events(job))


def test_a_worker_that_was_asleep_finds_its_jobs_in_other_hands_and_leaves_them_there(rig: Rig) -> None:
    """Fault 4. It falls asleep on the way to a container: the one that it makes when it wakes is for a job of before."""
    stack = rig.stack
    jobs = [rig.count(400, 0.1) for _ in range(2)]
    for job in jobs:
        rig.begun(job)
    stack.stop("worker")
    stack.start_as("worker", "worker", SCRIPTER_WORKER__WARM_MEMORY_MB="0", **{crash.VARIABLE: "claimed:asleep"})
    for job in jobs:
        until(lambda job=job: followers(rig, job) == 1, "the worker's next run")
    late = rig.count(3)
    stack.wait_for(f"/jobs/{late['id']}", {"starting"})
    stack.start_as("second", "worker")
    try:
        for job in [*jobs, late]:
            until(lambda job=job: followers(rig, job) == (1 if job is late else 2), "another worker")
        rig.counted(late, 3)
        # While its directory is there, one look at that tells enough, and no container is made at all.
        until(lambda: not list((stack.data / "slots").glob(f"{late['id']}-*")), "the end of the place of the last job")
    finally:
        stack.signal("worker", signal.SIGCONT)
    until(lambda: "job.not_ours" in stack.log("worker"), "the look at the job before its go")
    rig.counted(late, 3)
    for job in jobs:
        rig.counted(job, 400)
        assert followers(rig, job) == 2
    stack.stop("second")
    # The one that was asleep works on, though it falls asleep again.
    job = rig.count(3)
    until(lambda: stack.signal("worker", signal.SIGCONT) or rig.now(job)["status"] in ENDS, "the end of the last job")
    rig.counted(job, 3)
    rig.nothing_left()
