"""Debian cron's rules once more, as plainly as can be: looks at every minute. The judge of `scripter.schedules.due`.

Nothing of Scripter or of cronsim is used here. The rules are those of crontab(5) and cron(8) on Debian, with the
extensions that Scripter accepts (L, LW, 5L, MON#2, 7/10), and with its one departure: clock changes of three hours
and more are treated as all others.

Debian's cron wakes every minute and keeps a second, virtual clock that goes through every wall minute once. Where the
wall clock leaps ahead, the lines with a fixed hour and minute are asked about each minute that was left out, at once;
where it falls back, they are not asked until it is where it has been already. Lines whose minute or hour begins with
an asterisk are simply asked what time it is now. So there are two timelines of a zone, and for each of them a bit mask
per value of a field, bit `i` being its `i`th minute: to put an expression to all minutes takes a few ANDs and ORs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}


@dataclass
class Timeline:
    """Minutes in the order in which cron asks about them: `moments[i]` is when it asks about the `i`th (UTC)."""

    moments: list[datetime] = field(default_factory=list)
    _bits: dict[str, bytearray] = field(default_factory=dict)
    _masks: dict[str, int] = field(default_factory=dict)
    _labels: dict[date, list[str]] = field(default_factory=dict)

    def ask(self, wall: datetime, moment: datetime) -> None:
        byte, bit = divmod(len(self.moments), 8)
        self.moments.append(moment)
        day = self._labels.get(wall.date())
        if day is None:
            day = self._labels[wall.date()] = _labels_of(wall.date())
        for label in (f"minute {wall.minute}", f"hour {wall.hour}", *day):
            bits = self._bits.setdefault(label, bytearray())
            if len(bits) <= byte:
                bits.extend(bytes(byte + 1 - len(bits)))
            bits[byte] |= 1 << bit

    def mask(self, label: str) -> int:
        if label not in self._masks:
            self._masks[label] = int.from_bytes(self._bits.get(label, b""), "little")
        return self._masks[label]

    def any_of(self, labels: Iterable[str]) -> int:
        return reduce(or_, map(self.mask, labels), 0)

    def days(self, expression: str) -> int:
        """The mask of the minutes of all days that the line allows."""
        _, _, day, month, weekday = expression.upper().split()
        days, weekdays = self.any_of(labels("day", day)), self.any_of(labels("weekday", weekday))
        # The famous rule: one of the two is enough, unless one of them begins with an asterisk.
        both = "*" in (day[0], weekday[0])
        return self.any_of(labels("month", month)) & (days & weekdays if both else days | weekdays)

    def found(self, mask: int, start: int, end: int) -> list[datetime]:
        """When the minutes of this mask are asked about, from the `start`th minute up to the `end`th (excluded)."""
        piece = (mask >> start) & ((1 << (end - start)) - 1)
        digits = f"{piece:b}"[::-1]
        return [self.moments[start + place] for place in _places(digits)]


def _places(digits: str) -> Iterator[int]:
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def _labels_of(day: date) -> list[str]:
    """What a day is called in the day, month and weekday fields."""
    weekday = (day.toordinal()) % 7  # 1 January of the year 1 was a Monday; Sunday is 0
    labels = [f"day {day.day}", f"month {day.month}", f"weekday {weekday}"]
    labels.append(f"weekday {weekday}#{(day.day + 6) // 7}")
    if (day + timedelta(days=7)).month != day.month:
        labels.append(f"weekday {weekday}L")
    if (day + timedelta(days=1)).month != day.month:
        labels.append("day L")
    if _is_last_working_day(day, weekday):
        labels.append("day LW")
    return labels


def _is_last_working_day(day: date, weekday: int) -> bool:
    if weekday in (0, 6):
        return False
    to_next = {5: 3}.get(weekday, 1)  # from Friday on to Monday
    return (day + timedelta(days=to_next)).month != day.month


class MinuteWalker:
    """Every minute of a zone from `start` up to `end` (UTC)."""

    def __init__(self, zone: str, start: datetime, end: datetime) -> None:
        self.start, self.end = start.replace(second=0, microsecond=0), end
        self.changes: list[datetime] = []
        self._wall_clock, self._virtual_clock = Timeline(), Timeline()
        self._walk(ZoneInfo(zone))

    def _walk(self, zone: ZoneInfo) -> None:
        moment, virtual = self.start, self.start.astimezone(zone).replace(tzinfo=None) - _MINUTE
        offset = self.start.astimezone(zone).utcoffset()
        while moment <= self.end:
            local = moment.astimezone(zone)
            wall = local.replace(tzinfo=None, fold=0)
            if local.utcoffset() != offset:
                self.changes.append(moment)
                offset = local.utcoffset()
            self._wall_clock.ask(wall, moment)
            while virtual < wall:
                virtual += _MINUTE
                self._virtual_clock.ask(virtual, moment)
            moment += _MINUTE

    def times(self, expression: str, start: datetime, end: datetime) -> list[datetime]:
        """The moments from `start` (excluded) to `end` (included) at which the line is due."""
        line, mask = self._put(expression)
        first, last = (self._place(line, moment) for moment in (start, end))
        return sorted(set(line.found(mask, first, last)))

    def count(self, expression: str) -> int:
        """About how many there are in all."""
        return self._put(expression)[1].bit_count()

    def _place(self, line: Timeline, moment: datetime) -> int:
        """How many minutes are asked about up to this moment (included)."""
        return bisect_right(line.moments, moment)

    def _put(self, expression: str) -> tuple[Timeline, int]:
        minute, hour, *_ = expression.upper().split()
        line = self._wall_clock if "*" in (minute[0], hour[0]) else self._virtual_clock
        return line, line.any_of(labels("minute", minute)) & line.any_of(labels("hour", hour)) & line.days(expression)


def labels(name: str, text: str) -> set[str]:
    """What a field asks for: `minute 5`, `day LW`, `weekday 1#2`."""
    return {f"{name} {value}" for term in text.split(",") for value in _values(name, term)}


def _values(name: str, term: str) -> list[str]:
    if term in ("L", "LW"):
        return [term]
    if "#" in term:
        weekday, number = term.split("#")
        return [f"{_number(name, weekday) % 7}#{number}"]
    if name == "weekday" and term.endswith("L"):
        return [f"{_number(name, term[:-1]) % 7}L"]
    span, slash, step = term.partition("/")
    low, high = _RANGES[name]
    if span != "*":
        start, dash, end = span.partition("-")
        low = _number(name, start)
        high = _number(name, end) if dash else (high if slash else low)
    # Sunday may be written as 7, and is then the end of the week.
    return [str(one % 7 if name == "weekday" else one) for one in range(low, high + 1, int(step or 1))]


def _number(name: str, text: str) -> int:
    if text in _MONTHS and name == "month":
        return _MONTHS.index(text) + 1
    return _DAYS.index(text) if text in _DAYS else int(text)
