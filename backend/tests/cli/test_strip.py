from __future__ import annotations

from datetime import date, timedelta

import pytest

from scripter.cli.strip import counted, legend, strip

FIRST, LAST = date(2026, 10, 28), date(2026, 11, 10)


def shown(days: dict[date, dict[str, int]], width: int = 80) -> list[str]:
    return [line.plain for line in strip(days, FIRST, LAST, width)]


def test_weeks_are_rows_that_begin_on_monday_and_days_outside_are_blank() -> None:
    days = {FIRST + timedelta(days=number): {"ran": 1} for number in range(14)}
    assert shown(days) == [
        "        Mon    Tue    Wed    Thu    Fri    Sat    Sun",
        "26 Oct                R      R      R      R      R",
        " 2 Nov  R      R      R      R      R      R      R",
        " 9 Nov  R      R",
    ]


@pytest.mark.parametrize(
    ("counts", "wide", "narrow"),
    [
        ({}, ".", "."),
        ({"ran": 1}, "R", "R"),
        ({"ran": 24}, "R24", "R24"),
        ({"ran": 1440}, "R1440", "R"),
        ({"ran": 23, "missed": 1}, "M+", "M+"),
        ({"ran": 3, "missed": 21}, "M21+", "M+"),
        ({"caught_up": 2, "skipped": 2}, "S2+", "S2+"),
        ({"planned": 3}, "P3", "P3"),
        ({"ran": 20, "failed": 4}, "F4+", "F4+"),
        ({"failed": 1}, "F", "F"),
        ({"missed": 1, "failed": 4}, "M+", "M+"),
    ],
)
def test_a_day_is_shown_by_the_worst_that_happened_on_it(counts: dict[str, int], wide: str, narrow: str) -> None:
    assert shown({date(2026, 11, 2): counts})[2].split()[2] == wide
    assert shown({date(2026, 11, 2): counts}, width=40)[2].split()[2] == narrow


@pytest.mark.parametrize("width", [37, 40, 57, 80])
def test_no_line_is_wider_than_it_may_be(width: int) -> None:
    days = {FIRST + timedelta(days=number): {"ran": 1440, "missed": 10**number} for number in range(14)}
    assert max(map(len, shown(days, width))) <= width


def test_a_hole_is_red_and_has_its_letter() -> None:
    line = list(strip({date(2026, 11, 2): {"missed": 2}}, FIRST, LAST, 80))[2]
    (hole,) = [line.plain[one.start : one.end] for one in line.spans if "red" in str(one.style)]
    assert hole == "M2"


def test_what_failed_is_not_told_among_what_ran() -> None:
    told = counted({"planned": 0, "ran": 2, "caught_up": 3, "skipped": 1, "missed": 0, "failed": 3})
    assert told == {"planned": 0, "ran": 0, "caught_up": 2, "skipped": 1, "missed": 0, "failed": 3}


def test_the_legend_counts_and_tells_of_holes_even_if_there_are_none() -> None:
    told = legend({FIRST: {"ran": 2}, LAST: {"ran": 1, "caught_up": 1}}).plain.replace("\N{NO-BREAK SPACE}", " ")
    assert told == "R ran 3   C caught up 1   M missed 0   . nothing due   + others too"
