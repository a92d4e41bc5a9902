"""Workers that are stopped in the middle, wake up late, or have lost what they held."""

from __future__ import annotations

import signal

from fault_rig import Rig, until


def test_a_worker_that_was_asleep_finds_its_jobs_in_other_hands_and_leaves_them_there(rig: Rig) -> None:
    """Fault 4."""
    stack = rig.stack
    jobs = [rig.count(300, 0.1) for _ in range(2)]
    for job in jobs:
        rig.begun(job)
    stack.start_as("second", "worker")
    stack.signal("worker", signal.SIGSTOP)
    try:
        for job in jobs:
            until(lambda job=job: any("followed by" in one["why"] for one in rig.events(job)), "another worker")
    finally:
        stack.signal("worker", signal.SIGCONT)
    for job in jobs:
        rig.counted(job, 300)
        assert sum("followed by" in one["why"] for one in rig.events(job)) == 1
    stack.stop("second")
    # The one that was asleep works on.
    rig.counted(rig.count(3), 3)
    rig.nothing_left()
