"""Everything is killed at once: Scripter's processes, its services, the engine and the containers."""

from __future__ import annotations

import random

import pytest
from fault_rig import PROCESSES, Rig, until

# Three services are started one after the other, which takes minutes where the machine has other things to do.
pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]


def test_after_a_power_cut_waiting_jobs_run_and_running_ones_are_told_as_lost(rig: Rig) -> None:
    """Fault 43."""
    over, running = rig.count(3), rig.count(600, 0.1)
    rig.counted(over, 3)
    rig.begun(running)
    rig.stack.stop("worker")  # so that some wait for certain
    waiting = [rig.count(3) for _ in range(3)]
    rig.stack.start("worker")
    rig.stack.start_as("second", "worker")
    for name in (*PROCESSES, "second"):
        rig.stack.kill(name)
    rig.engine.cut_power()
    for service in ("mariadb", "rabbitmq"):
        rig.services.kill(service)  # type: ignore[arg-type]
    back = ["dockerd", "mariadb", "rabbitmq", *PROCESSES]
    seed = random.randrange(1000)
    print(f"order by seed {seed}")
    random.Random(seed).shuffle(back)
    for name in back:
        if name in PROCESSES:
            rig.stack.start(name)
        else:
            rig.services.start(name)  # type: ignore[arg-type]
    rig.heal()  # who waited in vain for a database that came late is started again, as by any supervisor
    lost = rig.ended(running)
    assert lost["status"] == "lost", lost
    said = [line for line in rig.said(running) if line.startswith("line")]
    assert said == [f"line {n}" for n in range(len(said))]
    for job in waiting:
        rig.counted(job, 3)
    rig.counted(over, 3)
    until(lambda: rig.health()["status"] == "ok", "good health")
    rig.nothing_left()
