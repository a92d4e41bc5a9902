"""Random crontab lines in six zones with odd clocks: due times are those that a walk over every minute finds.

A share of them runs each time, half of it new. All 5,000 over four years: SCRIPTER_TEST_CRON_LINES=5000 (or `make cron`);
SCRIPTER_TEST_SEED repeats what has failed."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from minute_walker import MinuteWalker
from random_lines import random_line

from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times, last_times

LINES = int(os.environ.get("SCRIPTER_TEST_CRON_LINES", "50"))
WHOLE = "SCRIPTER_TEST_CRON_LINES" in os.environ
SEED = int(os.environ.get("SCRIPTER_TEST_SEED") or secrets.randbits(32))
ALWAYS_THE_SAME = 20261122

# Each with the change of its clocks that is told about: an hour; one at which Debian's own text looks; half an hour;
# a midnight left out; a whole day left out; two hours.
ZONES = {
    "Europe/Riga": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2018, 11, 4, 3, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
    "Antarctica/Troll": datetime(2026, 3, 29, 1, tzinfo=UTC),
}
AROUND = timedelta(days=2 * 365 + 1) if WHOLE else timedelta(days=25)
# What happens more often than this is looked at around each change of the clocks and in a few other weeks.
OFTEN = 400
NEAR = timedelta(days=2)


@lru_cache(maxsize=1)
def walker(zone: str) -> MinuteWalker:
    middle = ZONES[zone]
    return MinuteWalker(zone, middle - AROUND, middle + AROUND)


def windows(judge: MinuteWalker, cron: Cron, dice: random.Random) -> Iterator[tuple[datetime, datetime]]:
    if judge.count(cron.expression) <= OFTEN:
        yield judge.start, judge.end
        return
    starts = [change - timedelta(minutes=dice.randint(1, 1500)) for change in judge.changes]
    length = judge.end - judge.start - NEAR
    starts += [judge.start + length * dice.random() for _ in range(2)]
    for start in starts:
        yield start, min(start + NEAR, judge.end)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [ALWAYS_THE_SAME, SEED], ids=["known", "new"])
@pytest.mark.parametrize("zone", ZONES)
def test_due_times_are_those_that_a_walk_over_every_minute_finds(zone: str, seed: int) -> None:
    dice, judge, place = random.Random(seed), walker(zone), ZoneInfo(zone)
    for _ in range(LINES // 2):
        cron = random_line(dice)
        told = f"{cron.text} in {zone}, SCRIPTER_TEST_SEED={seed}"
        for start, end in windows(judge, cron, dice):
            found = list(due_times(cron, place, start, until=end))
            assert found == judge.times(cron.expression, start, end), told
            assert all(one < later for one, later in pairwise(found)), told
            check_from_the_midst(cron, place, found, dice, told)


def check_from_the_midst(cron: Cron, zone: ZoneInfo, found: list[datetime], dice: random.Random, told: str) -> None:
    """Going on from any due time gives the next, and looking back from it gives those before."""
    if len(found) < 7:
        return
    place = dice.randrange(6, len(found))
    assert next(due_times(cron, zone, found[place - 1])) == found[place], told
    assert last_times(cron, zone, found[place], 5) == found[place - 4 : place + 1], told


def test_the_walker_itself_knows_the_days_that_are_easily_forgotten() -> None:
    judge = walker("Europe/Riga")
    start, end = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert judge.times("30 3 * * *", start, end) == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    half_hours = judge.times("*/30 3,4 * * *", start, end)
    assert half_hours == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]
    last = judge.times("0 0 LW * *", judge.start, judge.end)
    assert datetime(2026, 3, 30, 21, tzinfo=UTC) in last
