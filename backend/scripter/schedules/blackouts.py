"""Periods in which nothing starts, pure: between two moments, on certain days of the week, or on one date.

Schedules have their own, calendars share them. They are kept as the API shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from scripter.lib.clock import iso
from scripter.lib.errors import BadInput, FieldError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 500
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

# From one time of the day to another, on these days; one that ends before it begins goes on into the next day.
Weekly = TypedDict("Weekly", {"days": list[str], "from": str, "to": str})
# Exactly one of: `from` and `to` (moments, UTC), `weekly`, `date`.
Period = TypedDict("Period", {"from": str, "to": str, "weekly": Weekly, "date": str, "reason": str}, total=False)


def checked(field: str, periods: Sequence[Mapping[str, object]]) -> list[Period]:
    """The periods in the one spelling in which they are kept.

    Raises:
        BadInput: at `<field>` or `<field>.<n>`.
    """
    if len(periods) > MOST:
        raise BadInput.at(field, f"at most {MOST} periods")
    kept: list[Period] = []
    mistakes: list[FieldError] = []
    for number, one in enumerate(periods):
        try:
            kept.append(_checked(one))
        except ValueError as error:
            mistakes.append(FieldError(f"{field}.{number}", str(error)))
    if mistakes:
        raise BadInput("; ".join(f"{one.field}: {one.message}" for one in mistakes[:3]), fields=mistakes)
    return kept


def covering(periods: Iterable[Period], zone: ZoneInfo, moment: datetime) -> str | None:
    """What there is to say of the period that `moment` lies in; None when it lies in none."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    for period in periods:
        if _covers(period, local, moment):
            return f"No runs then: {period['reason']}" if period.get("reason") else f"No runs {_told(period)}."
    return None


def _checked(given: Mapping[str, object]) -> Period:
    reason = str(given.get("reason") or "").strip()
    if len(reason) > 200:
        raise ValueError("a reason may have at most 200 characters")
    kinds = [name for name in ("weekly", "date", "from") if given.get(name) is not None]
    if len(kinds) != 1 or (kinds == ["from"]) != (given.get("to") is not None):
        raise ValueError("give either from and to, or weekly, or date")
    if kinds == ["weekly"]:
        return {"weekly": _weekly(given["weekly"]), "reason": reason}
    if kinds == ["date"]:
        return {"date": _date(given["date"]), "reason": reason}
    begin, end = given["from"], given["to"]
    if not isinstance(begin, datetime) or not isinstance(end, datetime) or not begin < end:
        raise ValueError("to must be later than from")
    return {"from": iso(begin), "to": iso(end), "reason": reason}


def _weekly(given: object) -> Weekly:
    if not isinstance(given, Mapping):
        raise ValueError("weekly needs days, from and to")
    days = [day for day in DAYS if day in given.get("days", ())]
    if not days or len(days) != len(given["days"]):
        raise ValueError(f"days must be some of {', '.join(DAYS)}")
    begin, end = str(given.get("from", "")), str(given.get("to", ""))
    if not _TIME.fullmatch(begin) or not _TIME.fullmatch(end):
        raise ValueError("from and to must be times such as 22:00")
    if begin == end and begin != "00:00":
        raise ValueError("from and to must differ; 00:00 to 00:00 is the whole day")
    return {"days": days, "from": begin, "to": end}


def _date(given: object) -> str:
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise ValueError("a date looks like 2026-12-25") from None


def _covers(period: Period, local: datetime, moment: datetime) -> bool:
    if "weekly" in period:
        return _covers_weekly(period["weekly"], local)
    if "date" in period:
        return local.date().isoformat() == period["date"]
    return datetime.fromisoformat(period["from"]) <= moment < datetime.fromisoformat(period["to"])


def _covers_weekly(weekly: Weekly, local: datetime) -> bool:
    begin, end, now = time.fromisoformat(weekly["from"]), time.fromisoformat(weekly["to"]), local.time()
    today, yesterday = DAYS[local.weekday()], DAYS[(local - timedelta(days=1)).weekday()]
    if begin < end:
        return today in weekly["days"] and begin <= now < end
    return (today in weekly["days"] and now >= begin) or (yesterday in weekly["days"] and now < end)


def _told(period: Period) -> str:
    if "weekly" in period:
        weekly = period["weekly"]
        return f"on {', '.join(day.capitalize() for day in weekly['days'])} from {weekly['from']} to {weekly['to']}"
    if "date" in period:
        return f"on {period['date']}"
    return f"from {period['from'][:16]}Z to {period['to'][:16]}Z"
