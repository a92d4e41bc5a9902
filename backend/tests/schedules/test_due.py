from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripter.schedules.cron import Cron
from scripter.schedules.due import due_times, last_times, note


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


def test_the_last_due_times_are_found_however_rare_they_are() -> None:
    utc, leap_day = ZoneInfo("UTC"), Cron.parse("0 0 29 2 *")
    found = last_times(leap_day, utc, datetime(2026, 11, 22, tzinfo=UTC), 3)
    assert [one.date().isoformat() for one in found] == ["2016-02-29", "2020-02-29", "2024-02-29"]
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert last_times(Cron.parse("* * * * *"), utc, noon, 2) == [noon - timedelta(minutes=1), noon]


def test_a_range_of_one_number_with_a_step_is_that_number() -> None:
    assert local_times("0 2-2/15 * * *", "UTC", "2026-11-22T00:00", 2) == [
        "2026-11-22T02:00+00:00",
        "2026-11-23T02:00+00:00",
    ]
