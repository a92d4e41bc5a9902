"""What the times of a schedule mean, told in full. Used by the API's preview.

All due times come from the function by which they are planned."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from scripter.lib import clock
from scripter.schedules import changes, service
from scripter.schedules.changes import Change
from scripter.schedules.service import Due
from scripter.schedules.timing import Timing, Told

_NEXT, _LAST = 10, 5
_A_YEAR = timedelta(days=366)


class Explanation(NamedTuple):
    """In words; the next and the last due times, rising; the clock changes of the coming year, each in words."""

    words: str
    next: list[Due]
    last: list[Due]
    changes: list[tuple[Change, str]]


def explain(told: Told, *, schedule_id: int = 0) -> Explanation:
    """What these times mean, seen from now.

    Raises:
        BadInput: naming everything that is wrong with them.
    """
    timing, now = Timing.of(told), clock.now()
    jitter_s = getattr(told, "jitter_s", 0)
    upcoming = timing.due_times(now, count=_NEXT)
    return Explanation(
        words=timing.words,
        next=service.dues(timing, upcoming, jitter_s, schedule_id),
        last=service.dues(timing, timing.last_times(now, _LAST), jitter_s, schedule_id),
        changes=_changes(timing),
    )


def _changes(timing: Timing) -> list[tuple[Change, str]]:
    """None for a steady pace and a single run: they go by the time that passes, whatever clocks show."""
    cron, now = timing.cron, clock.now()
    if cron is None:
        return []
    since, until = max(now, timing.starts_at or now), now + _A_YEAR
    found = changes.changes(timing.zone, since, max(since, min(until, timing.ends_at or until)))
    return [(change, changes.told(change, timing.zone, cron)) for change in found]
