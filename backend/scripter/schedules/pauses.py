"""When schedules were off, one by one or all at once, and who said so. `service` opens and closes pauses, `planner` and
`ledger` read them.

They are kept after their end: a run that was to start in one is skipped for it, however late it is come to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from scripter.access.models import User
from scripter.schedules.models import Pause
from scripter.schedules.policies import Rest


def begin(session: Session, schedule_id: int | None, now: datetime, *, by: User | None, reason: str = "") -> None:
    """From now on the schedule is off; None: all are."""
    session.add(Pause(schedule_id=schedule_id, since=now, reason=reason, paused_by_id=by.id if by else None))
    session.flush()


def end(session: Session, schedule_id: int | None, now: datetime, *, by: User | None) -> None:
    """The pause of this schedule, or that of all, is over."""
    lasting = update(Pause).where(_of(schedule_id), Pause.until.is_(None))
    session.execute(lasting.values(until=now, resumed_by_id=by.id if by else None))


def lasting(session: Session, schedule_ids: Collection[int]) -> dict[int | None, Pause]:
    """The pauses that are on now, by schedule id; that of all schedules under None."""
    whose = Pause.schedule_id.in_(schedule_ids) | Pause.schedule_id.is_(None)
    query = select(Pause).where(whose, Pause.until.is_(None)).options(joinedload(Pause.paused_by))
    return {one.schedule_id: one for one in session.scalars(query.order_by(Pause.id))}


def rests(session: Session, schedule_ids: Collection[int], since: datetime) -> dict[int, list[Rest]]:
    """What was off after `since`, by schedule id, the pauses of all among those of each."""
    whose = Pause.schedule_id.in_(schedule_ids) | Pause.schedule_id.is_(None)
    late = Pause.until.is_(None) | (Pause.until > since)
    query = select(Pause).where(whose, late).options(joinedload(Pause.paused_by)).order_by(Pause.id)
    found: dict[int, list[Rest]] = {one: [] for one in schedule_ids}
    for pause in session.scalars(query):
        rest = Rest(pause.since, pause.until, words(pause))
        for schedule_id in schedule_ids if pause.schedule_id is None else [pause.schedule_id]:
            found[schedule_id].append(rest)
    return found


def words(pause: Pause) -> str:
    """What there is to say of a run that falls into it."""
    told = "All schedules were paused" if pause.schedule_id is None else "The schedule was switched off"
    by = f" by {pause.paused_by.name}" if pause.paused_by else ""
    return f"{told}{by}{f': {pause.reason}' if pause.reason else '.'}"


def _of(schedule_id: int | None) -> ColumnElement[bool]:
    return Pause.schedule_id.is_(None) if schedule_id is None else Pause.schedule_id == schedule_id
