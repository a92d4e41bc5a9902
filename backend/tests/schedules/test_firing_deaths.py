"""Real processes that plan and fire in real time, killed with no warning: nothing lost, nothing doubled, every due time has
its row."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.lib import clock
from scripter.schedules import service
from scripter.schedules.models import Kind, Occurrence, Outcome, Overlap

MakeScript = Callable[..., int]
SCHEDULES, DUE, KILLS, PATIENCE_S = 10, 12, 8, 180
SECOND = timedelta(seconds=1)
NAMES = ("clock", "second clock", "worker", "second worker")
# What a clock's message makes a worker do, over and over; and the thread of a worker that fires.
LIFE = """
import sys, time
from scripter import wiring
from scripter.config import Data, Database, Settings
from scripter.context import Context
from scripter.schedules import tasks
from scripter.schedules.firing import Firing

kind, directory, url = sys.argv[1:]
wiring.connect()
context = Context.open(Settings(data=Data(directory=directory), database=Database(url=url)))
if "worker" in kind:
    Firing(context).start()
while True:
    if "clock" in kind:
        tasks.tick(context)
    time.sleep(0.2)
"""


class Living:
    """The processes, by name."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        self._told = (settings.data.directory, settings.database.url)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        self._running[name] = subprocess.Popen([sys.executable, "-c", LIFE, name, *self._told])

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait()


@pytest.fixture
def living(context: Context) -> Iterator[Living]:
    found = Living(context)
    for name in NAMES:
        found.start(name)
    yield found
    for name in NAMES:
        found.kill(name)


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_clocks_and_workers_that_are_killed_over_and_over_lose_and_double_nothing(
    context: Context, living: Living, make_script: MakeScript
) -> None:
    dice, script = random.Random(5), make_script()
    times = [clock.now().replace(microsecond=0) + (5 + number) * SECOND for number in range(DUE)]
    span = {"epoch": times[0], "starts_at": times[0], "ends_at": times[-1], "grace_s": 3600}
    beside = {"overlap": Overlap.ALLOW, "overlap_limit": 100}
    told = {"kind": Kind.EVERY, "every_s": 1, **span, **beside}
    with context.db.transaction() as session:
        made = [service.add(session, script, by=None, **told) for _ in range(SCHEDULES)]  # type: ignore[arg-type]
    kills = 0
    while clock.now() < times[-1] or kills < KILLS:
        name = dice.choice(NAMES)
        time.sleep(dice.uniform(0, 2))
        living.kill(name)
        living.start(name)
        kills += 1
    # Nothing was due before a schedule was made, which on a busy machine may take a while.
    wanted = Counter((one.id, moment) for one in made for moment in times if moment > one.created_at)
    rows = until_settled(context, len(wanted))
    assert Counter((row.schedule_id, row.due_at) for row in rows) == wanted
    assert {row.outcome for row in rows} == {Outcome.RAN}
    with context.db.reading() as session:
        jobs = session.scalars(select(Job)).all()
    assert {row.job_id for row in rows} == {job.id for job in jobs}
    assert Counter((job.schedule_id, job.due_at) for job in jobs) == wanted


def until_settled(context: Context, count: int) -> list[Occurrence]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with context.db.reading() as session:
            rows = list(session.scalars(select(Occurrence)))
        if len(rows) >= count and all(row.outcome != Outcome.PLANNED for row in rows):
            return rows
        time.sleep(0.1)
    raise AssertionError(f"not settled: {Counter(row.outcome for row in rows)}")
