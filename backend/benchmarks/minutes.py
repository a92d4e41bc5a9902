"""Schedules in real time while clock and worker are killed: is every minute of every schedule accounted for, and once?

`SCHEDULES` and `MINUTES` of the environment say how many, and for how long. Not among the usual measurements: it takes
as many minutes as it looks at, and the jobs that it starts take the whole machine."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

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
# Around a minute: a worker that is killed within is away, or begins, when the minute's runs are to be fired.
_BEFORE, _AFTER = timedelta(seconds=20), timedelta(seconds=10)


class _Kill(NamedTuple):
    """Which process was killed, and when."""

    name: str
    at: datetime


def measure(workload: Workload) -> None:
    """Print how many due times were lost or doubled, and how late those were that nobody's death held up."""
    stack, dice = workload.stack, random.Random(1)
    made = [_add(stack, workload.script_id) for _ in range(SCHEDULES)]
    first = (clock.now() + _MINUTE).replace(second=0, microsecond=0)
    last = first + (MINUTES - 1) * _MINUTE
    kills = _live_through(stack, dice, last)
    items = [one for number in range(MINUTES) for one in _settled(stack, first + number * _MINUTE)]
    started = [one for schedule_id in made for one in _jobs(stack, schedule_id, first)]
    for schedule_id in made:
        stack.call("DELETE", f"/schedules/{schedule_id}")
    rows = Counter((one["schedule"]["id"], datetime.fromisoformat(one["due_at"])) for one in items)
    wanted = {(one, first + number * _MINUTE) for one in made for number in range(MINUTES)}
    jobs = Counter((one["schedule_id"], one["due_at"]) for one in started)
    ran = [one for one in items if one["outcome"] == "ran"]
    late = [float(one["late_ms"]) for one in ran if _is_undisturbed(datetime.fromisoformat(one["due_at"]), kills)]
    figure("minutes_kills", len(kills), "kills")
    figure("minutes_due", len(wanted), "runs")
    figure("minutes_lost", len(wanted - rows.keys()), "runs")
    figure("minutes_doubled", sum(count - 1 for count in (*rows.values(), *jobs.values())), "runs")
    figure("minutes_ran", len(ran), "runs")
    figure("minutes_undisturbed", len(late), "runs")
    figure("minutes_skipped", sum(one["outcome"] == "skipped" for one in items), "runs")
    if late:
        figure("minutes_lateness_p50_ms", percentile(late, 0.5), "ms")
        figure("minutes_lateness_p99_ms", percentile(late, 0.99), "ms")


def _add(stack: Stack, script_id: int) -> int:
    made: int = stack.call("POST", "/schedules", {"script_id": script_id, "cron": "* * * * *"})["id"]
    return made


def _jobs(stack: Stack, schedule_id: int, first: datetime) -> list[Any]:
    """The jobs of one schedule from the first minute on: what the ledger does not know of would show here."""
    items: list[Any] = stack.call("GET", f"/jobs?schedule_id={schedule_id}&limit=200")["items"]
    return [one for one in items if datetime.fromisoformat(one["due_at"]) >= first]


def _is_undisturbed(minute: datetime, kills: list[_Kill]) -> bool:
    """Whether the worker lived when the minute came, and had not just begun."""
    return not any(one.name == "worker" and minute - _BEFORE < one.at < minute + _AFTER for one in kills)


def _live_through(stack: Stack, dice: random.Random, last: datetime) -> list[_Kill]:
    """Kill clock and worker by turns of chance until the last minute has come."""
    kills = []
    while (left := (last - clock.now()).total_seconds()) > 0:
        time.sleep(min(left, dice.uniform(*_PAUSE_S)))
        name = dice.choice(["clock", "worker"])
        stack.kill(name)
        kills.append(_Kill(name, clock.now()))
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
