"""Periods in which nothing starts, as the command line writes them: read from an option, and told."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import click

from scripter.cli import terminal
from scripter.cli.shapes import Period

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = re.compile(r"([a-z]{3}(?:[,-][a-z]{3})*) +([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.IGNORECASE)
FORMS = "2026-12-25, 2026-12-24T18:00/2026-12-27 or sat,sun 22:00-06:00, and = before a reason"


class PeriodType(click.ParamType[dict[str, Any]]):
    """2026-12-25=Christmas, 2026-12-24T18:00/2026-12-27T06:00, or `mon-fri 08:00-10:00=opening`; what the API takes."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        text, _, reason = str(value).partition("=")
        try:
            return {**_read(text.strip()), "reason": reason.strip()}
        except ValueError:
            self.fail(f"{text!r} is not a period such as {FORMS}", param, ctx)


def _read(text: str) -> dict[str, Any]:
    if weekly := _WEEKLY.fullmatch(text):
        return {"weekly": {"days": _days(weekly[1].lower()), "from": weekly[2], "to": weekly[3]}}
    begin, slash, end = text.partition("/")
    if slash:
        return {"from": _moment(begin), "to": _moment(end)}
    return {"date": date.fromisoformat(text).isoformat()}


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().isoformat()


def _days(text: str) -> list[str]:
    found: list[str] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found += [*_DAYS[start : end + 1]] if start <= end else [*_DAYS[start:], *_DAYS[: end + 1]]
    return list(dict.fromkeys(found))


def words(period: Period) -> str:
    """`sat, sun from 22:00 to 06:00 (maintenance)`."""
    told = _told(period)
    return f"{told} ({period['reason']})" if period["reason"] else told


def _told(period: Period) -> str:
    if (weekly := period["weekly"]) is not None:
        return f"{', '.join(weekly['days'])} from {weekly['from']} to {weekly['to']}"
    return period["date"] or f"{terminal.when(period['from'])} to {terminal.when(period['to'])}"
