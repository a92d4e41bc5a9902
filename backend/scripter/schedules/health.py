"""How punctual schedules are, and whether the clock ticks. Used by this room's API and by upkeep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scripter.schedules.models import ClockTick, Occurrence, Outcome
from scripter.schedules.policies import duration

LATE = timedelta(minutes=3)
_LOOK_BACK = timedelta(hours=1)
# What waits for longer than this after its time waits for somebody who is not there.
_OVERDUE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Health:
    """`late_since`: when the tick was missed that made the clock late; None while it is not. Lateness in milliseconds,
    of the runs of the last hour; None where there was none. `trouble`: what is wrong, in words; None: nothing."""

    last_tick_at: datetime | None
    late_since: datetime | None
    lateness_p50_ms: int | None
    lateness_p99_ms: int | None
    fired: int
    overdue: int
    trouble: str | None

    @property
    def is_late(self) -> bool:
        return self.late_since is not None or self.last_tick_at is None


def ask(session: Session, now: datetime) -> Health:
    """How it stands at `now`."""
    tick = session.scalar(select(ClockTick.at).where(ClockTick.id == ClockTick.ONLY))
    late_since = tick + LATE if tick is not None and now - tick > LATE else None
    punctual = (Occurrence.outcome == Outcome.RAN, Occurrence.planned_at > now - _LOOK_BACK)
    late = sorted(one or 0 for one in session.scalars(select(Occurrence.late_ms).where(*punctual)))
    overdue = (Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at < now - _OVERDUE)
    waiting = session.scalar(select(func.count(Occurrence.id)).where(*overdue)) or 0
    return Health(
        tick, late_since, _share(late, 0.5), _share(late, 0.99), len(late), waiting, _told(tick, now, waiting)
    )


def _share(ranked: list[int], share: float) -> int | None:
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else None


def _told(tick: datetime | None, now: datetime, waiting: int) -> str | None:
    if tick is None:
        return "The clock has not ticked yet."
    if now - tick > LATE:
        return f"The clock has not ticked for {duration(timedelta(minutes=(now - tick) // timedelta(minutes=1)))}."
    if waiting:
        return f"{waiting} due run(s) wait to be fired: no worker seems to be there."
    return None
