from __future__ import annotations

from typing import Any

import click
import pytest

from scripter.cli.periods import PeriodType, words
from scripter.cli.schedule_options import Moment, Span, Variable, span


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("12H", 43_200), ("7d", 604_800), ("0", 0)]
)
def test_lengths_of_time_are_read_in_seconds(text: str, seconds: int) -> None:
    assert Span().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "5 minutes", "-1", "1.5h", "m", "99999999"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a length of time such as"):
        Span().convert(text, None, None)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (90, "90 s"), (300, "5 min"), (3600, "1 h"), (5400, "90 min"), (172_800, "2 d")]
)
def test_lengths_of_time_are_told_in_the_largest_whole_unit(seconds: int, told: str) -> None:
    assert span(seconds) == told


def test_times_and_variables_are_read_or_refused() -> None:
    assert Moment().convert("2026-12-24T18:00+01:00", None, None).startswith("2026-12-24T") is True  # type: ignore[union-attr]
    assert Moment(none_too=True).convert("none", None, None) is None
    assert Variable().convert("A=b=c", None, None) == ("A", "b=c")
    for kind, text in [(Moment(), "tomorrow"), (Moment(), "none"), (Variable(), "A")]:
        with pytest.raises(click.BadParameter):
            kind.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026-12-25=Christmas", {"date": "2026-12-25", "reason": "Christmas"}),
        ("2026-12-25", {"date": "2026-12-25", "reason": ""}),
        (
            "sat,sun 22:00-06:00 = night",
            {"weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}, "reason": "night"},
        ),
        (
            "FRI-mon 00:00-00:00",
            {"weekly": {"days": ["fri", "sat", "sun", "mon"], "from": "00:00", "to": "00:00"}, "reason": ""},
        ),
    ],
)
def test_periods_are_read_as_the_api_takes_them(text: str, period: dict[str, Any]) -> None:
    assert PeriodType().convert(text, None, None) == period


def test_a_period_between_two_moments_goes_by_the_clocks_here() -> None:
    read = PeriodType().convert("2026-12-24T18:00/2026-12-27T06:00+00:00=closed", None, None)
    assert (read["to"][:10], read["reason"]) == ("2026-12-27", "closed")
    assert "+" in read["from"] or "-" in read["from"][10:]


@pytest.mark.parametrize("text", ["", "christmas", "2026-13-01", "xyz 08:00-09:00", "mon 8-9", "2026-01-01/"])
def test_what_is_no_period_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a period such as 2026-12-25"):
        PeriodType().convert(text, None, None)


def test_periods_are_told() -> None:
    nothing: dict[str, Any] = {"from": None, "to": None, "weekly": None, "date": None, "reason": ""}
    weekly = {"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}
    assert words({**nothing, "weekly": weekly, "reason": "night"}) == "sat, sun from 22:00 to 06:00 (night)"  # type: ignore[typeddict-item]
    assert words({**nothing, "date": "2026-12-25"}) == "2026-12-25"  # type: ignore[typeddict-item]
