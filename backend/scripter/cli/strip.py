"""The ledger of a schedule as a calendar: a row per week, a cell per day, holes in red. Used by `ledger`. Runs
whose jobs failed are told apart from those that went well.

Each outcome has its letter, so nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from rich.text import Text

# What is worst comes first: a day is shown by the worst that happened on it.
_OUTCOMES = {
    "missed": ("M", "bold white on red"),
    "failed": ("F", "red"),
    "skipped": ("S", "yellow"),
    "caught_up": ("C", "cyan"),
    "ran": ("R", "green"),
    "planned": ("P", "dim"),
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LABEL = 8
_WIDE, _NARROW = 7, 4
_WEEK = timedelta(days=7)
# A blank at which no line is broken.
_TIGHT = "\N{NO-BREAK SPACE}"


def counted(day: Mapping[str, int]) -> dict[str, int]:
    """A day as the API counts it, what failed taken out of what ran and what was caught up."""
    failed_runs = min(day["failed"], day["ran"])
    caught_up = day["caught_up"] - (day["failed"] - failed_runs)
    return {name: int(day[name]) for name in _OUTCOMES} | {"ran": day["ran"] - failed_runs, "caught_up": caught_up}


def strip(days: Mapping[date, Mapping[str, int]], first: date, last: date, width: int) -> Iterator[Text]:
    """The lines of the calendar from `first` to `last`, at most `width` columns wide (37 at least).

    `days`: how many due times of each outcome, for the days that have any.
    """
    cell = _WIDE if width >= _LABEL + 7 * _WIDE else _NARROW
    yield Text(" " * _LABEL + "".join(name.ljust(cell) for name in _WEEKDAYS).rstrip(), style="bold")
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield _week(days, monday, first, last, cell)
        monday += _WEEK


def legend(days: Mapping[date, Mapping[str, int]]) -> Text:
    """What the letters mean, and how many there were of each; holes are told of even if there are none."""
    told = Text()
    for outcome, (letter, style) in reversed(_OUTCOMES.items()):
        count = sum(day.get(outcome, 0) for day in days.values())
        if count or outcome == "missed":
            told.append(letter, style=style)
            told.append(f" {outcome.replace('_', _TIGHT)}{_TIGHT}{count}   ")
    return told.append(f".{_TIGHT}nothing{_TIGHT}due   +{_TIGHT}others{_TIGHT}too")


def style_of(outcome: str) -> str:
    """As what an outcome is drawn."""
    return _OUTCOMES[outcome][1]


def _week(days: Mapping[date, Mapping[str, int]], monday: date, first: date, last: date, cell: int) -> Text:
    line = Text(f"{monday.day:>2} {monday:%b}".ljust(_LABEL))
    for number in range(7):
        day = monday + timedelta(days=number)
        shown, style = _day(days.get(day, {}), cell - 1) if first <= day <= last else ("", "")
        line.append(shown, style=style)
        line.append(" " * (cell - len(shown)))
    line.rstrip()
    return line


def _day(counts: Mapping[str, int], room: int) -> tuple[str, str]:
    """The letter of the worst outcome with its number, if that fits; `+` where others are beside it."""
    found = [outcome for outcome in _OUTCOMES if counts.get(outcome)]
    if not found:
        return ".", "dim"
    letter, style = _OUTCOMES[found[0]]
    number = f"{counts[found[0]]}" if counts[found[0]] > 1 else ""
    more = "+" if len(found) > 1 else ""
    return (letter + number + more if len(letter + number + more) <= room else letter + more), style
