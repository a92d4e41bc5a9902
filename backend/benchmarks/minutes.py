"""Schedules in real time while clock and worker are killed: is every minute of every schedule accounted for, and once?

`SCHEDULES` and `MINUTES` of the environment say how many, and for how long. Not among the usual measurements: it takes
as many minutes as it looks at, and the jobs that it starts take the whole machine."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.workload import Workload, figure, percentile
from scripter.lib import clock
from scripter.lib.clock import iso
from testbed.stack import Stack

SCHEDULES = int(os.environ.get("SCHEDULES", "300"))
MINUTES = int(os.environ.get("MINUTES", "10"))
# Between one kill and the next, and until whoever was killed comes back.
_PAUSE_S = (5.0, 25.0)
_AWAY_S = (0.0, 8.0)
_SETTLE_S = 90
_MINUTE = timedelta(minutes=1)


def measure(workload: Workload) -> None:
    """Print how many due times were lost or doubled, and how late those were that nobody's death held up."""
    stack, dice = workload.stack, random.Random(1)
    made = [_add(stack, workload.script_id) for _ in range(SCHEDULES)]
    first = (clock.now() + _MINUTE).replace(second=0, microsecond=0)
    last = first + (MINUTES - 1) * _MINUTE
    kills = _live_through(stack, dice, last)
    items = [one for number in range(MINUTES) for one in _settled(stack, first + number * _MINUTE)]
    for schedule_id in made:
        stack.call("DELETE", f"/schedules/{schedule_id}")
    rows = Counter((one["schedule"]["id"], datetime.fromisoformat(one["due_at"])) for one in items)
    wanted = {(one, first + number * _MINUTE) for one in made for number in range(MINUTES)}
    jobs = Counter(one["job_id"] for one in items if one["job_id"] is not None)
    late = [float(one["late_ms"]) for one in items if one["outcome"] == "ran"]
    figure("minutes_kills", kills, "kills")
    figure("minutes_due", len(wanted), "runs")
    figure("minutes_lost", len(wanted - rows.keys()), "runs")
    figure("minutes_doubled", sum(count - 1 for count in (*rows.values(), *jobs.values())), "runs")
    figure("minutes_ran", len(late), "runs")
    figure("minutes_lateness_p50_ms", percentile(late, 0.5), "ms")
    figure("minutes_lateness_p99_ms", percentile(late, 0.99), "ms")


def _add(stack: Stack, script_id: int) -> int:
    made: int = stack.call("POST", "/schedules", {"script_id": script_id, "cron": "* * * * *"})["id"]
    return made


def _live_through(stack: Stack, dice: random.Random, last: datetime) -> int:
    """Kill clock and worker by turns of chance until the last minute has come; gives how often."""
    kills = 0
    while (left := (last - clock.now()).total_seconds()) > 0:
        time.sleep(min(left, dice.uniform(*_PAUSE_S)))
        name = dice.choice(["clock", "worker"])
        stack.kill(name)
        kills += 1
        time.sleep(dice.uniform(*_AWAY_S))
        stack.start(name)
    return kills


def _settled(stack: Stack, minute: datetime) -> list[Any]:
    """What stands in the ledger for this minute, once nothing of it lies ahead any more."""
    deadline = time.monotonic() + _SETTLE_S
    while True:
        span = f"from={iso(minute.astimezone(UTC))}&to={iso(minute + _MINUTE)}"
        items: list[Any] = stack.call("GET", f"/occurrences?{span}")["items"]
        if all(one["outcome"] != "planned" for one in items) or time.monotonic() > deadline:
            return [one for one in items if one["outcome"] != "planned"]
        time.sleep(1)
