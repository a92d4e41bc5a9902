from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripter.lib.errors import BadInput
from scripter.schedules import blackouts
from scripter.schedules.policies import (
    Blackout,
    CatchUp,
    Code,
    Deed,
    Lateness,
    Outcome,
    Overlap,
    Rest,
    beside,
    duration,
    judged,
    planned_at,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def told(starts: list[timedelta], wanted: Lateness, **more: object) -> list[str]:
    """Outcome and code of runs that lie that long in the past."""
    options: dict[str, object] = {"ended": False, **more}
    moments = [NOON - one for one in starts]
    found = judged(moments, NOON, wanted, options.pop("rests", ()), options.pop("blackouts", ()), **options)  # type: ignore[arg-type]
    assert all((one.reason is None) == (one.outcome is Outcome.RAN) for one in found)
    return [f"{one.outcome} {one.code}" if one.code else str(one.outcome) for one in found]


RAN, CAUGHT_UP, DOWN = "ran", "caught_up down", "missed down"
REPLACED, GRACE, ENDED = "missed replaced", "missed grace", "missed ended"


@pytest.mark.parametrize(
    ("wanted", "starts", "outcomes"),
    [
        (Lateness(), [timedelta(0)], [RAN]),
        (Lateness(), [MINUTE], [RAN]),
        (Lateness(), [MINUTE + timedelta(milliseconds=1)], [CAUGHT_UP]),
        (Lateness(), [2 * MINUTE, MINUTE], [REPLACED, RAN]),
        (Lateness(), [MINUTE, timedelta(0)], [RAN, RAN]),
        (Lateness(), [3 * HOUR, 2 * HOUR], [REPLACED, CAUGHT_UP]),
        (Lateness(), [24 * HOUR], [CAUGHT_UP]),
        (Lateness(), [24 * HOUR + MINUTE], [DOWN]),
        (Lateness(grace=timedelta(0)), [timedelta(milliseconds=1)], [CAUGHT_UP]),
        (Lateness(grace=2 * HOUR), [2 * HOUR, HOUR], [RAN, RAN]),
        (Lateness(catch_up=CatchUp.NONE), [HOUR, MINUTE], [GRACE, RAN]),
        (Lateness(catch_up=CatchUp.NONE), [48 * HOUR], [GRACE]),
        (Lateness(catch_up=CatchUp.ALL), [3 * HOUR, 2 * HOUR, HOUR], [CAUGHT_UP] * 3),
        (Lateness(catch_up=CatchUp.ALL, cap=2), [3 * HOUR, 2 * HOUR, HOUR], [DOWN, CAUGHT_UP, CAUGHT_UP]),
        (Lateness(catch_up=CatchUp.ALL, window=2 * HOUR), [3 * HOUR, 2 * HOUR], [DOWN, CAUGHT_UP]),
        (Lateness(window=timedelta(0)), [HOUR], [DOWN]),
        # What does not run itself takes nobody's place.
        (Lateness(window=HOUR), [3 * HOUR, 2 * HOUR], [DOWN, DOWN]),
    ],
)
def test_what_becomes_of_runs_that_come_late(wanted: Lateness, starts: list[timedelta], outcomes: list[str]) -> None:
    assert told(starts, wanted) == outcomes


def test_after_the_last_day_nothing_is_caught_up_but_what_is_in_time_runs() -> None:
    assert told([HOUR, MINUTE], Lateness(), ended=True) == [ENDED, RAN]


def test_a_run_in_a_pause_is_skipped_for_it_however_late_it_is_come_to() -> None:
    rest = Rest(NOON - 3 * HOUR, NOON - 2 * HOUR, "Off.")
    starts = [3 * HOUR + MINUTE, 3 * HOUR, 2 * HOUR + MINUTE, 2 * HOUR]
    assert told(starts, Lateness(), rests=[rest]) == [REPLACED, "skipped paused", "skipped paused", CAUGHT_UP]


def test_a_pause_that_lasts_holds_for_all_that_has_not_begun() -> None:
    assert told([HOUR, MINUTE], Lateness(), rests=[Rest(NOON, None, "Off.")]) == ["skipped paused"] * 2


def test_a_run_that_is_skipped_takes_nobodys_place() -> None:
    rest = Rest(NOON - HOUR, NOON, "Off.")
    assert told([2 * HOUR, HOUR], Lateness(), rests=[rest]) == [CAUGHT_UP, "skipped paused"]


def test_nothing_starts_in_a_blackout_nor_is_anything_caught_up_in_one() -> None:
    night = blackouts.checked("blackouts", [{"weekly": {"days": ["sun"], "from": "12:30", "to": "14:00"}}])
    closed = [Blackout(night, PARIS)]  # 11:30 to 13:00 UTC
    assert told([timedelta(0)], Lateness(), blackouts=closed) == ["skipped blackout"]
    assert told([HOUR], Lateness(), blackouts=closed) == ["skipped blackout"]
    evening = blackouts.checked("blackouts", [{"weekly": {"days": ["sat"], "from": "12:30", "to": "14:00"}}])
    assert told([timedelta(0)], Lateness(), blackouts=[Blackout(evening, PARIS)]) == [RAN]


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        ({"from": NOON, "to": NOON + HOUR}, NOON, NOON + HOUR),
        ({"date": "2026-12-25"}, datetime(2026, 12, 24, 23, tzinfo=UTC), datetime(2026, 12, 25, 23, tzinfo=UTC)),
        # From Friday evening into Saturday, on the clocks of Paris.
        (
            {"weekly": {"days": ["fri"], "from": "22:00", "to": "06:00"}},
            datetime(2026, 11, 21, 4, 59, tzinfo=UTC),
            datetime(2026, 11, 21, 5, 0, tzinfo=UTC),
        ),
        (
            {"weekly": {"days": ["sat"], "from": "00:00", "to": "00:00"}},
            datetime(2026, 11, 21, 22, 59, tzinfo=UTC),
            datetime(2026, 11, 21, 23, 0, tzinfo=UTC),
        ),
    ],
)
def test_periods_begin_with_their_first_moment_and_end_before_their_last(
    period: dict[str, object], inside: datetime, outside: datetime
) -> None:
    kept = blackouts.checked("blackouts", [{**period, "reason": "Works."}])
    assert blackouts.covering(kept, PARIS, inside) == "No runs then: Works."
    assert blackouts.covering(kept, PARIS, outside) is None


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"from": NOON},
        {"from": NOON, "to": NOON},
        {"from": NOON, "to": NOON + HOUR, "date": "2026-12-25"},
        {"date": "25.12."},
        {"weekly": {"days": [], "from": "01:00", "to": "02:00"}},
        {"weekly": {"days": ["mon", "mon"], "from": "01:00", "to": "02:00"}},
        {"weekly": {"days": ["mon"], "from": "1", "to": "02:00"}},
        {"weekly": {"days": ["mon"], "from": "01:00", "to": "01:00"}},
        {"date": "2026-12-25", "reason": "x" * 201},
    ],
)
def test_a_period_that_cannot_be_is_refused_by_its_number(period: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        blackouts.checked("blackouts", [{"date": "2026-12-25"}, period])
    assert [one.field for one in refused.value.fields] == ["blackouts.1"]


@pytest.mark.parametrize(
    ("overlap", "limit", "deeds"),
    [
        (Overlap.SKIP, 1, [Deed.START, Deed.SKIP, Deed.SKIP]),
        (Overlap.FAIL, 1, [Deed.START, Deed.FAIL, Deed.FAIL]),
        (Overlap.ALLOW, 2, [Deed.START, Deed.START, Deed.SKIP]),
        (Overlap.QUEUE, 1, [Deed.START_IN_TURN, Deed.START_IN_TURN, Deed.SKIP]),
        (Overlap.QUEUE, 2, [Deed.START_IN_TURN, Deed.START_IN_TURN, Deed.START_IN_TURN]),
        (Overlap.REPLACE, 1, [Deed.REPLACE, Deed.REPLACE, Deed.REPLACE]),
    ],
)
def test_what_a_run_does_beside_others(overlap: Overlap, limit: int, deeds: list[Deed]) -> None:
    assert [beside(overlap, limit, live) for live in range(3)] == deeds


def test_runs_that_are_all_caught_up_follow_each_other() -> None:
    for overlap in Overlap:
        expected = Deed.START if overlap is Overlap.ALLOW else Deed.START_IN_TURN
        assert beside(overlap, 100, 7, catching_up_all=True) is expected


def test_a_run_waits_for_the_one_of_a_backfill_that_runs_and_for_nothing_else_of_it() -> None:
    for overlap, deed in (
        (Overlap.SKIP, Deed.START_IN_TURN),
        (Overlap.FAIL, Deed.START_IN_TURN),
        (Overlap.ALLOW, Deed.START),
    ):
        assert beside(overlap, 1, 0, filling=True) is deed
        assert beside(overlap, 1, 1, filling=True) is beside(overlap, 1, 1)


def test_jitter_is_always_the_same_within_its_bounds_and_spread_over_them() -> None:
    offsets = [planned_at(schedule, NOON, 59) - NOON for schedule in range(1, 2001)]
    assert offsets == [planned_at(schedule, NOON, 59) - NOON for schedule in range(1, 2001)]
    assert {one.total_seconds() for one in offsets} == set(range(60))
    assert planned_at(1, NOON, 0) == NOON
    assert len({planned_at(1, NOON + number * MINUTE, 59) - number * MINUTE for number in range(200)}) > 40


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"), (1, "1 second"), (60, "1 minute"), (90, "90 seconds"), (3600, "1 hour"),
        (7200, "2 hours"), (86_400, "24 hours"), (172_800, "2 days"),
    ],
)  # fmt: skip
def test_durations_are_told_in_the_largest_unit_that_fits(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_codes_of_the_ledger_are_what_the_api_promises() -> None:
    assert set(Code) == {
        "paused", "blackout", "overlap", "restriction", "limit", "failed_to_start",
        "down", "grace", "replaced", "ended", "restored", "backfill",
    }  # fmt: skip
