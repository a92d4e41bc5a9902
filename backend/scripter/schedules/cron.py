"""Crontab lines, pure: which are accepted, and what they say in words. Used by this room's service.

cronsim reads them (Debian cron's notation); this wraps it with the shortcuts, with exactly five fields, and with errors
that name the field and what it may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

from scripter.lib.errors import BadInput
from scripter.schedules import words as spoken

MAX_LENGTH = 200

SHORTCUTS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_FOREIGN = re.compile(r"[^0-9A-Za-z*,/#\t -]")
_NUMBER = re.compile(r"[0-9]{1,9}")
_STEP = re.compile(r"0*[1-9][0-9]{0,2}")
# Any day will do to see whether a line ever happens; a fixed one keeps the answer the same for ever.
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Field:
    """What one of the five fields may hold. `words` are its own notations beside numbers, ranges, lists and steps."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    words: re.Pattern[str] | None = None
    hint: str = ""

    @property
    def allowed(self) -> str:
        return f"{self.first}-{self.last}{self.hint}"

    def read(self, text: str) -> str:
        """The field, checked, as cronsim is to get it."""
        return ",".join(self._read_term(term) for term in text.split(","))

    def _read_term(self, term: str) -> str:
        if self.words is not None and self.words.fullmatch(term.upper()):
            return term
        span, slash, step = term.partition("/")
        if slash and not _STEP.fullmatch(step):
            raise _wrong(f"the step in {self.name} must be a whole number from 1 to 999, not {quoted(step)}")
        if span == "*":
            return term
        start, dash, end = span.partition("-")
        low, high = self._value(start, span), self._value(end, span) if dash else self.last
        if high < low:
            raise _wrong(f"the range {quoted(span)} in {self.name} is backwards")
        # Debian's cron takes 2-2/15 for 2; cronsim takes it for 2/15, which is 2 and 17.
        return start if dash and high == low else term

    def _value(self, text: str, span: str) -> int:
        text = text.upper()
        if text in self.names:
            return self.names.index(text) + self.first
        if not _NUMBER.fullmatch(text) or not self.first <= int(text) <= self.last:
            raise _wrong(f"{self.name} must be {self.allowed}; {quoted(span)} is not a number or range of these")
        return int(text)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31, words=re.compile("L|LW"), hint=", L (last) or LW (last weekday)"),
    _Field("month", 1, 12, _MONTHS, hint=" or JAN-DEC"),
    _Field(
        "weekday",
        0,
        7,
        _DAYS,
        words=re.compile("[0-7]L|([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"),
        hint=", SUN-SAT, 5L (last Friday) or MON#1 to MON#5 (first to fifth Monday)",
    ),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A crontab line that is known to be good: `text` as written, `expression` its five fields."""

    text: str
    expression: str

    @classmethod
    def parse(cls, text: str) -> Cron:
        """The line, checked.

        Raises:
            BadInput: at `cron`, naming the field and what it may hold.
        """
        if len(text) > MAX_LENGTH:
            raise _wrong(f"at most {MAX_LENGTH} characters, this has {len(text)}")
        return _parsed(text.strip())

    @property
    def words(self) -> str:
        """What the line means, in English: `At 03:00`."""
        return _spoken(self.expression)

    @property
    def follows_the_clock(self) -> bool:
        """Whether changes of the clocks are just lived through, because the minute or the hour begins with `*`."""
        minute, hour, *_ = self.expression.split()
        return minute.startswith("*") or hour.startswith("*")


# To read a line and to say it takes a quarter of a millisecond, and lists do so for the same few over and over.
@lru_cache(maxsize=4096)
def _parsed(text: str) -> Cron:
    if not text:
        raise _wrong("a schedule is required, such as 0 3 * * * (every day at 03:00)")
    expression = _read(_expanded(text))
    _check_happens(expression)
    return Cron(" ".join(text.split()), expression)


@lru_cache(maxsize=4096)
def _spoken(expression: str) -> str:
    return spoken.words(CronSim(expression, _SOME_DAY))


def _expanded(text: str) -> str:
    if text.startswith("@"):
        if text.lower() not in SHORTCUTS:
            raise _wrong(f"{quoted(text)} is not a known shortcut; use one of {', '.join(SHORTCUTS)}")
        return SHORTCUTS[text.lower()]
    if foreign := _FOREIGN.search(text):
        raise _wrong(
            f"the character {quoted(foreign.group())} is not allowed; "
            "use the digits 0-9, names such as JAN and MON, and * , - / #"
        )
    return " ".join(text.split())


def _read(expression: str) -> str:
    fields = expression.split()
    if len(fields) == 6:
        raise _wrong("needs 5 fields, got 6: seconds are not supported")
    if len(fields) != 5:
        raise _wrong(f"needs 5 fields (minute, hour, day, month, weekday), got {len(fields)}")
    return " ".join(field.read(text) for field, text in zip(_FIELDS, fields, strict=True))


def _check_happens(expression: str) -> None:
    try:
        next(CronSim(expression, _SOME_DAY))
    except (CronSimError, StopIteration):
        # The fields are good one by one, so all that is left is that they never meet.
        raise _wrong("never happens: no day within 50 years meets day, month and weekday together") from None


def _wrong(message: str) -> BadInput:
    return BadInput.at("cron", message)


def quoted(text: str) -> str:
    """Somebody's text inside a message: short, and without anything that could act on a terminal or a page."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:40])
    return f'"{shown}{"..." if len(text) > 40 else ""}"'
