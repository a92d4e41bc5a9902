from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times, note


def local_times(text: str, zone: str, start: str, count: int) -> list[str]:
    """The next times after the wall time `start`, as the clocks of the zone show them, with their offsets."""
    place = ZoneInfo(zone)
    after = datetime.fromisoformat(start).replace(tzinfo=place)
    return [
        one.astimezone(place).isoformat("T", "minutes")
        for one in due_times(Cron.parse(text), place, after, count=count)
    ]


@pytest.mark.parametrize(
    ("text", "zone", "start", "expected"),
    [
        ("30 2 * * *", "Europe/Paris", "2026-03-28T12:00", ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]),
        (
            "*/30 * * * *",
            "Europe/Paris",
            "2026-03-29T01:15",
            ["2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00"],
        ),
        ("30 2 * * *", "Europe/Paris", "2026-10-24T12:00", ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]),
        (
            "*/30 * * * *",
            "Europe/Paris",
            "2026-10-25T01:45",
            [
                "2026-10-25T02:00+02:00",
                "2026-10-25T02:30+02:00",
                "2026-10-25T02:00+01:00",
                "2026-10-25T02:30+01:00",
                "2026-10-25T03:00+01:00",
            ],
        ),
        ("30 2 * * *", "America/New_York", "2026-03-08T00:00", ["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"]),
        ("0 2 * * *", "America/New_York", "2026-03-08T00:00", ["2026-03-08T03:00-04:00", "2026-03-09T02:00-04:00"]),
        ("30 1 * * *", "America/New_York", "2026-11-01T00:00", ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-04T00:00", ["2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"]),
        (
            "*/15 * * * *",
            "Australia/Lord_Howe",
            "2026-10-04T01:40",
            ["2026-10-04T01:45+10:30", "2026-10-04T02:30+11:00", "2026-10-04T02:45+11:00"],
        ),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-05T00:00", ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"]),
        ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00", ["2018-11-04T01:00-02:00", "2018-11-05T00:00-02:00"]),
        # A day that does not exist: the daily run is due right after it, the hourly one goes on.
        (
            "0 12 * * *",
            "Pacific/Apia",
            "2011-12-29T00:00",
            ["2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00"],
        ),
        ("0 * * * *", "Pacific/Apia", "2011-12-29T22:30", ["2011-12-29T23:00-10:00", "2011-12-31T00:00+14:00"]),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", ["2028-02-29T00:00+00:00", "2032-02-29T00:00+00:00"]),
        ("0 0 29 2 *", "UTC", "2096-03-01T00:00", ["2104-02-29T00:00+00:00"]),
        ("0 0 L * *", "UTC", "2026-01-31T12:00", ["2026-02-28T00:00+00:00", "2026-03-31T00:00+00:00"]),
        ("0 0 * * 1#5", "UTC", "2026-11-01T00:00", ["2026-11-30T00:00+00:00", "2027-03-29T00:00+00:00"]),
        ("0 0 31 * *", "UTC", "2026-03-31T12:00", ["2026-05-31T00:00+00:00", "2026-07-31T00:00+00:00"]),
        ("@weekly", "Europe/Paris", "2026-11-22T12:00", ["2026-11-29T00:00+01:00", "2026-12-06T00:00+01:00"]),
    ],
)
def test_due_times_around_changes_of_the_clocks_and_odd_days(
    text: str, zone: str, start: str, expected: list[str]
) -> None:
    assert local_times(text, zone, start, len(expected)) == expected


def test_a_run_moved_by_the_gap_onto_another_run_of_the_line_is_one_run() -> None:
    assert local_times("30 2,3 * * *", "Europe/Paris", "2026-03-29T00:00", 3) == [
        "2026-03-29T03:00+02:00",
        "2026-03-29T03:30+02:00",
        "2026-03-30T02:30+02:00",
    ]
    assert local_times("0 2,3 * * *", "Europe/Paris", "2026-03-29T00:00", 2) == [
        "2026-03-29T03:00+02:00",
        "2026-03-30T02:00+02:00",
    ]


def test_days_that_a_shift_of_half_an_hour_or_a_missing_midnight_could_swallow_are_whole() -> None:
    lord_howe = local_times("*/30 7 * * *", "Australia/Lord_Howe", "2026-10-04T00:00", 2)
    assert lord_howe == ["2026-10-04T07:00+11:00", "2026-10-04T07:30+11:00"]
    beirut = local_times("*/30 1 * * *", "Asia/Beirut", "2026-03-28T22:00", 2)
    assert beirut == ["2026-03-29T01:00+03:00", "2026-03-29T01:30+03:00"]


def test_going_on_from_inside_the_repeated_hour_neither_repeats_nor_skips() -> None:
    paris = ZoneInfo("Europe/Paris")
    cron = Cron.parse("*/20 * * * *")
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    whole = list(due_times(cron, paris, start, count=12))
    for position, moment in enumerate(whole[:-1]):
        assert next(due_times(cron, paris, moment)) == whole[position + 1]
    fixed = Cron.parse("30 2 * * *")
    second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert next(due_times(fixed, paris, second_pass)).isoformat() == "2026-10-26T01:30:00+00:00"


def test_until_is_included_and_count_is_the_most() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    cron, zone = Cron.parse("0 * * * *"), ZoneInfo("UTC")
    until = noon + timedelta(hours=3)
    assert list(due_times(cron, zone, noon, until=until))[-1] == until
    assert len(list(due_times(cron, zone, noon, until=until, count=2))) == 2


@pytest.mark.parametrize(
    ("text", "after", "words"),
    [
        ("30 2 * * *", "2026-03-28T12:00+00:00", "do not exist and run now"),
        ("30 2 * * *", "2026-10-24T12:00+00:00", "runs the first time only"),
        ("*/30 2 * * *", "2026-10-24T12:00+00:00", "this is the first run"),
        ("*/30 2 * * *", "2026-10-25T00:30+00:00", "this is the second run"),
    ],
)
def test_what_a_change_of_the_clocks_does_to_a_run_is_told_in_words(text: str, after: str, words: str) -> None:
    paris, cron = ZoneInfo("Europe/Paris"), Cron.parse(text)
    told = note(cron, paris, next(due_times(cron, paris, datetime.fromisoformat(after))))
    assert told is not None and words in told


def test_an_ordinary_day_needs_no_words() -> None:
    paris, cron = ZoneInfo("Europe/Paris"), Cron.parse("0 12 * * *")
    assert note(cron, paris, datetime(2026, 7, 1, 10, tzinfo=UTC)) is None


# The days on which something happens to the clocks, and one on which nothing does.
TRANSITIONS = [
    ("Europe/Paris", "2026-03-29"),
    ("Europe/Paris", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Asia/Beirut", "2026-03-29"),
    ("Pacific/Apia", "2011-12-30"),
    ("Africa/Casablanca", "2026-02-15"),
    ("UTC", "2028-02-29"),
]


def field(first: int, last: int) -> st.SearchStrategy[str]:
    number = st.integers(first, last)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    step = st.integers(1, 40)
    return st.one_of(
        st.just("*"),
        step.map(lambda every: f"*/{every}"),
        span,
        st.tuples(span, step).map(lambda parts: f"{parts[0]}/{parts[1]}"),
        st.lists(number, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some))),
    )


# Mostly every day, so that most lines have something to do on the days that matter.
days = st.one_of(st.just("*"), st.just("*"), field(1, 28))
lines = st.tuples(field(0, 59), field(0, 23) | field(0, 4), days, st.just("*"), st.just("*") | field(0, 7)).map(
    " ".join
)


def walked(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    """The due times found by looking at every single minute, with the rule written down as plainly as can be."""
    line = CronSim(cron.expression, datetime(2000, 1, 1, tzinfo=UTC))

    def meets(wall: datetime) -> bool:
        fields = wall.minute in line.minutes and wall.hour in line.hours and wall.month in line.months
        return fields and line.match_day(wall.date())

    shown: dict[datetime, list[datetime]] = {}
    for moment in minutes(after - timedelta(days=2), until + timedelta(days=2)):
        shown.setdefault(moment.astimezone(zone).replace(tzinfo=None), []).append(moment)
    if cron.follows_the_clock:
        found = {moment for wall, moments in shown.items() if meets(wall) for moment in moments}
    else:
        found = {first_shown_from(wall, shown) for wall in minutes(min(shown), max(shown)) if meets(wall)}
    return sorted(moment for moment in found if after < moment <= until)


def first_shown_from(wall: datetime, shown: dict[datetime, list[datetime]]) -> datetime:
    while wall not in shown:
        wall += timedelta(minutes=1)
    return shown[wall][0]


def minutes(start: datetime, end: datetime) -> Iterable[datetime]:
    start = start.replace(second=0, microsecond=0)
    return (start + timedelta(minutes=number) for number in range(int((end - start).total_seconds()) // 60 + 1))


@settings(max_examples=150, deadline=None)
@given(lines, st.sampled_from(TRANSITIONS), st.integers(0, 2000))
def test_due_times_are_those_that_a_walk_over_every_minute_finds(
    text: str, transition: tuple[str, str], minutes_before: int
) -> None:
    zone, day = ZoneInfo(transition[0]), datetime.fromisoformat(transition[1]).replace(tzinfo=UTC)
    after, until = day - timedelta(minutes=minutes_before), day + timedelta(hours=36)
    cron = Cron.parse(text)
    found = list(due_times(cron, zone, after, until=until))
    assert found == walked(cron, zone, after, until)
    assert all(one < later for one, later in pairwise(found))
