"""Clocks that are killed, doubled, and away when a schedule is due."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from fault_rig import ENDS, Rig, until


def test_a_minute_at_whose_boundary_nobody_lived_is_run_once_by_all_who_come_after(rig: Rig) -> None:
    """Faults 6, 7 and 8."""
    stack = rig.stack
    body = {"script_id": rig.counter["id"], "cron": "* * * * *", "zone": "UTC", "arguments": ["3", "0"]}
    if datetime.now(UTC).second > 50:
        time.sleep(10)  # not so near the boundary that the schedule is made on the other side of it
    schedule = stack.call("POST", "/schedules", body)
    due = datetime.now(UTC).replace(second=0, microsecond=0).timestamp() + 60
    stack.kill("clock")
    time.sleep(max(0.0, due - 2 - time.time()))
    stack.kill("worker")
    time.sleep(max(0.0, due + 2 - time.time()))
    clocks = [f"clock {number}" for number in range(3)]
    for name in clocks:
        stack.start_as(name, "clock")
    for name in ("worker", "second"):
        stack.start_as(name, "worker")
    stack.kill(clocks[0])  # and once more inside the minute
    stack.start_as(clocks[0], "clock")

    def occurrences() -> list[dict[str, object]]:
        items = stack.call("GET", f"/schedules/{schedule['id']}/occurrences")["items"]
        return [one for one in items if datetime.fromisoformat(str(one["due_at"])).timestamp() == due]

    until(lambda: [one["outcome"] for one in occurrences()] == ["ran"], "the run")
    stack.call("PATCH", f"/schedules/{schedule['id']}", {"enabled": False})
    [one] = occurrences()
    late_ms = one["late_ms"]
    assert isinstance(late_ms, int)
    assert late_ms >= 2000
    jobs = stack.call("GET", f"/jobs?schedule_id={schedule['id']}")["items"]
    until(lambda: all(rig.now(job)["status"] in ENDS for job in jobs), "the jobs' ends")
    [job] = [job for job in jobs if datetime.fromisoformat(job["due_at"]).timestamp() == due]
    rig.counted(job, 3)
    for name in [*clocks, "second"]:
        stack.stop(name)
