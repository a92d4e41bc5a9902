"""The days on which the clocks of a zone are changed, and what that does to a crontab line, in words. Pure; used by
this room's service for previews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from scripter.schedules.cron import Cron

# No zone has ever changed its clocks twice within this time.
_STRIDE = timedelta(hours=6)
_MINUTE = timedelta(minutes=1)
_A_FEW = 4


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks that show `until` are set to `then` at the moment `at` (UTC); both as a wall shows them."""

    at: datetime
    until: datetime
    then: datetime

    @property
    def forward(self) -> bool:
        return self.then > self.until

    @property
    def odd(self) -> tuple[datetime, datetime]:
        """The wall times that never come, or come twice: from the first (included) to the second (excluded)."""
        return min(self.until, self.then), max(self.until, self.then)


def changes(zone: ZoneInfo, after: datetime, until: datetime) -> list[Change]:
    """All changes of the clocks in `zone` later than `after`, up to `until`."""
    count = (until - after) // _STRIDE + 1
    looks = [min(after + _STRIDE * number, until) for number in range(count + 1)]
    return [_between(zone, one, later) for one, later in pairwise(looks) if _offset(zone, one) != _offset(zone, later)]


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> Change:
    """Halving the time in which the change lies; rules of zones know only whole minutes."""
    before, after = _whole_minute(before), _whole_minute(after + _MINUTE)
    while after - before > _MINUTE:
        middle = _whole_minute(before + (after - before) / 2)
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    wall = after.astimezone(UTC).replace(tzinfo=None)
    return Change(after, wall + _offset(zone, before), wall + _offset(zone, after))


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def told(change: Change, zone: ZoneInfo, cron: Cron) -> str:
    """What happens on that day, and what it does to this line."""
    return f"{_what_happens(change, zone)} {_what_it_does(change, cron)}"


def _what_happens(change: Change, zone: ZoneInfo) -> str:
    first, last = change.odd
    day = f"{first:%A %d %B %Y}".replace(" 0", " ")
    if change.forward:
        return f"{day}: the clocks of {zone.key} go forward, and {_span(first, last)} does not exist."
    return f"{day}: the clocks of {zone.key} go back, and {_span(first, last)} comes twice."


def _what_it_does(change: Change, cron: Cron) -> str:
    runs = list(_meets(cron, *change.odd))
    if not runs:
        return "No run of this line lies there: nothing changes."
    one = len(runs) == 1
    subject, take = _runs(runs), "takes place" if one else "take place"
    if cron.follows_the_clock:
        fate = f"{'is' if one else 'are'} left out on this day" if change.forward else f"{take} twice on this day"
    elif change.forward:
        fate = f"{take} {'' if one else 'as one, '}at {_clock(change)}, right after it"
    else:
        fate = f"{take} only the first time"
    return f"{subject} {fate}."


def _meets(cron: Cron, start: datetime, end: datetime) -> Iterator[datetime]:
    """The wall times of this line, the start included and the end not."""
    for wall in CronSim(cron.expression, start - timedelta(seconds=1)):
        if wall >= end:
            return
        yield wall


def _runs(walls: list[datetime]) -> str:
    if len(walls) == 1:
        return f"The run of {walls[0]:%H:%M}"
    if len(walls) <= _A_FEW:
        *head, last = (f"{wall:%H:%M}" for wall in walls)
        return f"The runs of {', '.join(head)} and {last}"
    return f"The {len(walls)} runs from {walls[0]:%H:%M} to {walls[-1]:%H:%M}"


def _span(start: datetime, end: datetime) -> str:
    if end - start == timedelta(days=1):
        return "the whole day"
    return f"the time from {start:%H:%M} to {end:%H:%M}"


def _clock(change: Change) -> str:
    """The time to which the clocks are set, with its day if that is another one."""
    if change.then - change.until < timedelta(days=1):
        return f"{change.then:%H:%M}"
    return f"{change.then:%H:%M} on {change.then:%A %d %B}".replace(" 0", " ")
