"""What a crontab line means, in plain English, pure: `Every 15 minutes from 09:00 to 17:45 on Monday to Friday`.

Used by `cron`. Spoken from the values that cronsim has read, never from the notation: `*/45` is "at minutes 0 and 45",
because that is when it runs, and lines that mean the same say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from cronsim import CronSim

_MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", CronSim.LAST: "last"}
# Up to as many times of day are told one by one.
_A_FEW = 4
_EVERY_DAY = "every day"
_THE_MONTH = "the month"


def words(line: CronSim) -> str:
    """What this line means."""
    when = _times(sorted(line.minutes), sorted(line.hours))
    days = _days(line)
    if days == _EVERY_DAY and len(line.hours) == 24:
        return when
    return f"{when} {days}"


def _times(minutes: list[int], hours: list[int]) -> str:
    if len(hours) == 24:
        return _through_the_day(minutes)
    if len(minutes) * len(hours) <= _A_FEW:
        return f"At {_and(_clock(hour, minute) for hour in hours for minute in minutes)}"
    if len(minutes) == 1 and (step := _step(hours)):
        every = "hour" if step == 1 else f"{step} hours"
        return f"Every {every} from {_clock(hours[0], minutes[0])} to {_clock(hours[-1], minutes[0])}"
    if len(hours) == 1 and (step := _step(minutes)):
        return f"Every {_some_minutes(step)} from {_clock(hours[0], minutes[0])} to {_clock(hours[0], minutes[-1])}"
    if (step := _even_step(minutes)) and minutes[0] == 0:
        spans = (f"from {_clock(first, 0)} to {_clock(last, minutes[-1])}" for first, last in _runs(hours))
        return f"Every {_some_minutes(step)} {_and(spans)}"
    spans = (str(first) if first == last else f"{first} to {last}" for first, last in _runs(hours))
    return f"{_in_an_hour(minutes)} of the hour{'s' if len(hours) > 1 else ''} {_and(spans)}"


def _through_the_day(minutes: list[int]) -> str:
    if minutes == [0]:
        return "At the start of every hour"
    if minutes[0] == 0 and (step := _even_step(minutes)):
        return f"Every {_some_minutes(step)}"
    return f"{_in_an_hour(minutes)} of every hour"


def _in_an_hour(minutes: list[int]) -> str:
    if len(minutes) == 1:
        return f"At minute {minutes[0]}"
    if len(minutes) > 2 and (step := _step(minutes)):
        return f"Every {_some_minutes(step)} from minute {minutes[0]} to minute {minutes[-1]}"
    return f"At minutes {_listed(minutes, str)}"


def _some_minutes(step: int) -> str:
    return "minute" if step == 1 else f"{step} minutes"


def _even_step(minutes: list[int]) -> int | None:
    """The step, if it is kept from the start of an hour to that of the next."""
    step = _step(minutes)
    return step if step and minutes[0] < step and minutes[0] + step * len(minutes) == minutes[0] + 60 else None


def _days(line: CronSim) -> str:
    dates, weekdays, months = _dates(line), _weekdays(line), _months(line)
    told = _joined(dates, weekdays, both=line.day_and)
    if not months:
        return told
    if _THE_MONTH in told and not (dates and weekdays) and " and the " not in weekdays:
        return told.replace(_THE_MONTH, months)
    # Where not all that is told hangs on one word, the months come last and are so said of everything.
    return f"{told}{',' if dates and weekdays else ''} in {months}"


def _months(line: CronSim) -> str:
    """`January, April and July to September`; empty if every month meets the field."""
    return "" if len(line.months) == 12 else _listed(sorted(line.months), lambda number: _MONTHS[number - 1])


def _joined(dates: str, weekdays: str, *, both: bool) -> str:
    """Both fields have to be met, or one of them is enough. An empty one is met by every day."""
    if both:
        if dates and weekdays:
            return f"{dates}, if it is {weekdays.removeprefix('on ')}"
        return dates or weekdays or _EVERY_DAY
    return f"{dates}, and {weekdays} as well" if dates and weekdays else _EVERY_DAY


def _dates(line: CronSim) -> str:
    """`on the 1st and 15th of the month`; empty if every day meets the field."""
    numbers = sorted(day for day in line.days if day > 0)
    if len(numbers) == 31:
        return ""
    parts = []
    if len(numbers) > _A_FEW and (step := _step(numbers)) and step > 1:
        parts.append(f"every {_ordinal(step)} day from the {_ordinal(numbers[0])} to the {_ordinal(numbers[-1])}")
    elif numbers:
        parts.append(f"the {_listed(numbers, _ordinal)}")
    parts += ["the last day"] if CronSim.LAST in line.days else []
    parts += ["the last working day (Monday to Friday)"] if CronSim.LAST_WEEKDAY in line.days else []
    return f"on {_and(parts)} of {_THE_MONTH}"


def _weekdays(line: CronSim) -> str:
    """`on Monday to Friday`, `on the last Friday of the month`; empty if every day meets the field."""
    plain = sorted({(day - 1) % 7 for day in line.weekdays if isinstance(day, int)})
    if len(plain) == 7:
        return ""
    counted = sorted({((one[0] - 1) % 7, one[1]) for one in line.weekdays if isinstance(one, tuple)})
    parts = [f"the {_ORDINALS[number]} {_WEEKDAYS[day]} of {_THE_MONTH}" for day, number in counted]
    if plain:
        parts.insert(0, _listed(plain, lambda day: _WEEKDAYS[day]))
    return f"on {_and(parts)}"


def _step(numbers: Sequence[int]) -> int | None:
    """The distance that any two neighbours have; None if they differ, or there are no two."""
    steps = {later - one for one, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else None


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _listed(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """`1, 2 and 5 to 9`: runs of three and more by their ends."""
    parts: list[str] = []
    for first, last in _runs(numbers):
        if last - first < 2:
            parts += [name(number) for number in range(first, last + 1)]
        else:
            parts.append(f"{name(first)} to {name(last)}")
    return _and(parts)


def _and(parts: Iterable[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number < 14 else ending}"


def _clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"
