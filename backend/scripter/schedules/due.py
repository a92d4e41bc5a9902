"""When a crontab line is due in a time zone, pure: the one source of due times for preview, planner and catch-up.

The meaning is Debian cron's: around a change of the clocks, a line with a fixed hour and minute runs once (right after
the gap if its time does not exist, in the first pass if it exists twice), and a line whose minute or hour begins with
`*` simply follows the clock. Debian keeps to this for changes of less than three hours, we as cronsim for any: on
Samoa's missing 30 December 2011 a daily run was due at the first instant of the 31st. A run at an odd hour can be
explained; one that never came can not.

cronsim walks the calendar, on a clock without a zone. Putting those wall times on the time line is done here: with a
zone, cronsim 2.8 drops runs after a shift of half an hour, and around a midnight that does not exist."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from scripter.schedules.cron import Cron

_FIRST_LOOK_BACK = timedelta(hours=1)
# As far as cronsim looks ahead before it says never.
_LONGEST_LOOK_BACK = timedelta(days=50 * 366)


def due_times(
    cron: Cron, zone: ZoneInfo, after: datetime, *, until: datetime | None = None, count: int | None = None
) -> Iterator[datetime]:
    """Every due time later than `after`, in UTC, rising; up to `until` (included), at most `count` of them."""
    return islice(bounded(_rising(cron, zone, after), until), count)


def last_times(cron: Cron, zone: ZoneInfo, until: datetime, count: int) -> list[datetime]:
    """The last `count` due times up to `until` (included), in UTC, rising; fewer if there were fewer in 50 years."""
    return latest(lambda after: due_times(cron, zone, after, until=until), until, count)


def latest(times: Callable[[datetime], Iterator[datetime]], until: datetime, count: int) -> list[datetime]:
    """The last `count` of the rising `times` later than some moment, up to `until`.

    Found by walking forward from ever earlier starts: looking back must not have rules of its own.
    """
    back, found = _FIRST_LOOK_BACK, deque[datetime]()
    while len(found) < count and back <= _LONGEST_LOOK_BACK:
        found = deque(times(until - back), maxlen=count)
        back *= 8
    return list(found)


def bounded(times: Iterator[datetime], until: datetime | None) -> Iterator[datetime]:
    """Those of the (rising) times up to `until`, included; None: all."""
    for moment in times:
        if until is not None and moment > until:
            return
        yield moment


def _rising(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    last = after
    for moment in _in_order(cron, zone, after):
        # Begun inside a repeated hour, or two times of one gap: either way the moment is over.
        if moment > last:
            yield moment
            last = moment


def _in_order(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    second_pass: list[datetime] = []
    for wall in CronSim(cron.expression, _first_wall(zone, after)):
        moments = _moments(wall, zone, both_passes=cron.follows_the_clock)
        for moment in moments[:1]:
            while second_pass and second_pass[0] < moment:
                yield second_pass.pop(0)
            yield moment
        second_pass += moments[1:]


def _first_wall(zone: ZoneInfo, after: datetime) -> datetime:
    """Where the wall clock has to start so that no moment later than `after` is overlooked."""
    local = after.astimezone(zone)
    # In the first pass of a repeated hour, its times from the start come up once more.
    repeated = _offset(local.replace(fold=0)) - _offset(local.replace(fold=1))
    return local.replace(tzinfo=None) - max(repeated, timedelta(0))


def _moments(wall: datetime, zone: ZoneInfo, *, both_passes: bool) -> list[datetime]:
    """When clocks in `zone` show `wall`: once, twice where an hour repeats, never where one is left out.

    With `both_passes` off it is always once: in the first pass, or right after the gap.
    """
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if _offset(first) == _offset(second):
        return [first.astimezone(UTC)]
    if _offset(first) > _offset(second):
        return [first.astimezone(UTC), second.astimezone(UTC)][: 2 if both_passes else 1]
    return [] if both_passes else [_after_gap(first)]


def _after_gap(imaginary: datetime) -> datetime:
    """The first minute after the gap that this wall time lies in; both zone rules and cron know only whole minutes."""
    while _offset(imaginary.replace(fold=0)) != _offset(imaginary.replace(fold=1)):
        imaginary += timedelta(minutes=1)
    return imaginary.astimezone(UTC)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def note(cron: Cron, zone: ZoneInfo, moment: datetime) -> str | None:
    """What a change of the clocks does to this due time of `cron`, in words; None on an ordinary day."""
    local = moment.astimezone(zone)
    if _offset(local.replace(fold=0)) > _offset(local.replace(fold=1)):
        if not cron.follows_the_clock:
            return "The clocks go back and this time comes twice: runs the first time only."
        return f"The clocks go back and this time comes twice: this is the {'second' if local.fold else 'first'} run."
    before = (moment - timedelta(minutes=1)).astimezone(zone)
    if _offset(before) < _offset(local) and not cron.follows_the_clock:
        gap = before.replace(tzinfo=None) + timedelta(minutes=1)
        return f"The clocks go forward: times from {gap:%H:%M} to {local:%H:%M} do not exist and run now."
    return None
