"""When a schedule is due, pure: by a crontab line, at a steady pace, or once. The one source of due times for preview,
planner and catching up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from scripter.lib import bounds
from scripter.lib.bounds import Bound
from scripter.lib.clock import iso
from scripter.lib.errors import BadInput
from scripter.schedules import due
from scripter.schedules.cron import Cron
from scripter.schedules.policies import duration
from scripter.schedules.zones import zone_of

PACES_S = (1, 31 * 86_400)
# From where a steady pace is counted unless somebody says otherwise: every hour is then each full hour.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

T = TypeVar("T")


class Kind(StrEnum):
    """How a schedule says when it is due."""

    CRON = "cron"
    EVERY = "every"
    ONCE = "once"


class Told(Protocol):
    """What a schedule says about when it is due."""

    @property
    def kind(self) -> Kind: ...
    @property
    def cron(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def every_s(self) -> int | None: ...
    @property
    def epoch(self) -> datetime | None: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When something is due. `cron`, `every` and `at`: exactly one is given."""

    zone: ZoneInfo
    cron: Cron | None = None
    every: timedelta | None = None
    epoch: datetime = EPOCH
    at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @classmethod
    def of(cls, told: Told) -> Timing:
        """What `told` means.

        Raises:
            BadInput: naming everything that is wrong with it.
        """
        mistakes: list[BadInput] = []
        kind = Kind(told.kind)
        cron = _kept(mistakes, lambda: Cron.parse(told.cron)) if kind is Kind.CRON else None
        zone = _kept(mistakes, lambda: zone_of(told.zone))
        every = _kept(mistakes, lambda: _pace(told.every_s)) if kind is Kind.EVERY else None
        at = _kept(mistakes, lambda: _moment(told.at)) if kind is Kind.ONCE else None
        _kept(mistakes, lambda: _in_order(told))
        if mistakes or zone is None:
            words = "; ".join(one.message for one in mistakes)
            raise BadInput(words, fields=[field for one in mistakes for field in one.fields])
        return cls(
            zone=zone,
            cron=cron,
            every=every,
            epoch=told.epoch or EPOCH,
            at=at,
            starts_at=told.starts_at,
            ends_at=told.ends_at,
        )

    @property
    def words(self) -> str:
        """In English: `At 03:00 every day`, `Every 90 seconds`."""
        if self.cron is not None:
            return self.cron.words
        if self.every is not None:
            pace = duration(self.every)
            return f"Every {pace.removeprefix('1 ')}"
        return f"Once, at {self.at:%Y-%m-%d %H:%M:%S} UTC"

    def due_times(
        self, after: datetime, *, until: datetime | None = None, count: int | None = None
    ) -> Iterator[datetime]:
        """Every due time later than `after`, in UTC, rising; up to `until` (included), at most `count` of them."""
        if self.starts_at is not None:
            after = max(after, self.starts_at - _TICK)
        if self.ends_at is not None:
            until = self.ends_at if until is None else min(until, self.ends_at)
        if self.cron is not None:
            return due.due_times(self.cron, self.zone, after, until=until, count=count)
        return islice(due.bounded(self._steady(after), until), count)

    def last_times(self, until: datetime, count: int) -> list[datetime]:
        """The last `count` due times up to `until` (included), in UTC, rising."""
        # Looking back begins where something is due: from much later it would go over all of it again and again.
        end = until if self.ends_at is None else min(until, self.ends_at)
        return due.latest(lambda after: self.due_times(after, until=end), end, count)

    def note(self, moment: datetime) -> str | None:
        """What a change of the clocks does to this due time, in words; None on an ordinary day."""
        return None if self.cron is None else due.note(self.cron, self.zone, moment)

    def _steady(self, after: datetime) -> Iterator[datetime]:
        if self.at is not None:
            yield from [self.at] if self.at > after else []
        if self.every is not None:
            beat = (after - self.epoch) // self.every + 1
            while True:
                yield self.epoch + beat * self.every
                beat += 1


def _kept(mistakes: list[BadInput], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except BadInput as error:
        mistakes.append(error)
        return None


def _pace(every_s: int | None) -> timedelta:
    bounds.check([Bound("every_s", every_s or 0, *PACES_S, "seconds")])
    return timedelta(seconds=every_s or 0)


def _moment(at: datetime | None) -> datetime:
    if at is None:
        raise BadInput.at("at", "a schedule that is due once needs the moment, such as 2026-12-24T18:00:00Z")
    return at


def _in_order(told: Told) -> None:
    if told.starts_at is not None and told.ends_at is not None and told.ends_at < told.starts_at:
        raise BadInput.at("ends_at", f"must not be before starts_at ({iso(told.starts_at)})")
