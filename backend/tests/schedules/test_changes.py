from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from random_lines import random_line

from scripter.schedules.changes import Change, changes, told
from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times

A_YEAR = timedelta(days=366)
DAY = timedelta(days=1)


def of_a_year(zone: str, start: str) -> list[Change]:
    after = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return changes(ZoneInfo(zone), after, after + A_YEAR)


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("Europe/Riga", "2026-11-22", ["2027-03-28T01:00 03:00->04:00", "2027-10-31T01:00 04:00->03:00"]),
        ("America/New_York", "2026-01-01", ["2026-03-08T07:00 02:00->03:00", "2026-11-01T06:00 02:00->01:00"]),
        ("Australia/Lord_Howe", "2026-01-01", ["2026-04-04T15:00 02:00->01:30", "2026-10-03T15:30 02:00->02:30"]),
        ("America/Sao_Paulo", "2018-06-01", ["2018-11-04T03:00 00:00->01:00", "2019-02-17T02:00 00:00->23:00"]),
        (
            "Pacific/Apia",
            "2011-06-01",
            ["2011-09-24T14:00 03:00->04:00", "2011-12-30T10:00 00:00->00:00", "2012-03-31T14:00 04:00->03:00"],
        ),
        ("Antarctica/Troll", "2026-01-01", ["2026-03-29T01:00 01:00->03:00", "2026-10-25T01:00 03:00->01:00"]),
        ("America/Sao_Paulo", "2026-01-01", []),
        ("UTC", "2026-01-01", []),
    ],
)
def test_the_changes_of_a_year_are_found_to_the_minute(zone: str, start: str, expected: list[str]) -> None:
    found = [f"{one.at:%Y-%m-%dT%H:%M} {one.until:%H:%M}->{one.then:%H:%M}" for one in of_a_year(zone, start)]
    assert found == expected


@pytest.mark.parametrize(
    ("zone", "start", "line", "spring_or_autumn", "words"),
    [
        ("Europe/Paris", "2026-11-22", "30 2 * * *", 0, "The run of 02:30 takes place at 03:00, right after it."),
        ("Europe/Paris", "2026-11-22", "15,45 2 * * *", 0, "The runs of 02:15 and 02:45 take place as one, at 03:00"),
        ("Europe/Paris", "2026-11-22", "*/30 * * * *", 0, "The runs of 02:00 and 02:30 are left out on this day."),
        ("Europe/Paris", "2026-11-22", "30 2 * * *", 1, "The run of 02:30 takes place only the first time."),
        ("Europe/Paris", "2026-11-22", "0 * * * *", 1, "The run of 02:00 takes place twice on this day."),
        ("Europe/Paris", "2026-11-22", "* * * * *", 1, "The 60 runs from 02:00 to 02:59 take place twice"),
        ("Europe/Paris", "2026-11-22", "0 12 * * *", 1, "No run of this line lies there: nothing changes."),
        ("Europe/Paris", "2026-11-22", "30 2 1 * *", 0, "No run of this line lies there: nothing changes."),
        ("America/Sao_Paulo", "2018-06-01", "@daily", 0, "Sunday 4 November 2018: the clocks of America/Sao_Paulo go"),
        ("America/Sao_Paulo", "2018-06-01", "@daily", 0, "The run of 00:00 takes place at 01:00, right after it."),
        ("Pacific/Apia", "2011-10-01", "0 12 * * *", 0, "go forward, and the whole day does not exist."),
        ("Pacific/Apia", "2011-10-01", "0 12 * * *", 0, "takes place at 00:00 on Saturday 31 December, right after"),
    ],
)
def test_what_a_change_does_to_a_line_is_told(
    zone: str, start: str, line: str, spring_or_autumn: int, words: str
) -> None:
    change = of_a_year(zone, start)[spring_or_autumn]
    assert words in told(change, ZoneInfo(zone), Cron.parse(line))


def test_what_is_told_is_what_the_planner_does() -> None:
    dice = random.Random(20261122)
    places = [("Europe/Riga", "2026-01-01"), ("Australia/Lord_Howe", "2026-01-01"), ("Pacific/Apia", "2011-10-01")]
    for zone, change in [(ZoneInfo(name), one) for name, start in places for one in of_a_year(name, start)]:
        for _ in range(40):
            cron = random_line(dice)
            start, end = change.at - DAY, change.at + DAY
            after = start - timedelta(minutes=1)
            taken = len(list(due_times(cron, zone, after, until=end - timedelta(minutes=1))))
            walls = [wall_of(zone, moment) for moment in (start, end)]
            assert taken == expected_runs(told(change, zone, cron), cron, change, *walls), cron.text


def wall_of(zone: ZoneInfo, moment: datetime) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def expected_runs(words: str, cron: Cron, change: Change, start: datetime, end: datetime) -> int:
    """How many runs these two days have, by what is told about their clocks."""
    every, odd = meets(cron, start, end), meets(cron, *change.odd)
    if "left out" in words:
        return every - odd
    if "twice on this day" in words:
        return every + odd
    if "right after it" in words:
        return every - odd + (0 if meets(cron, change.then, change.then + timedelta(minutes=1)) else 1)
    return every


def meets(cron: Cron, start: datetime, end: datetime) -> int:
    found = 0
    for wall in CronSim(cron.expression, start - timedelta(seconds=1)):
        if wall >= end:
            break
        found += 1
    return found
