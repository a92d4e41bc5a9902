"""Schedules of a system that was restored from a backup: no due time of before runs again. Called by `backup`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from scripter.lib.db import Database, changed_rows
from scripter.schedules import planner
from scripter.schedules.models import Code, Occurrence, Outcome, Schedule


def settle(db: Database, made_at: str, now: datetime) -> int:
    """Account as missed for every due time up to `now` whose outcome the backup does not tell, and plan from now on.

    `made_at`: when the backup was made, as people read it. In as many transactions as it takes: a line for each minute
    leaves half a million of them in a year. Gives how many due times there were.
    """
    reason = (
        f"Scripter was restored from the backup of {made_at}, which does not tell whether this run took place."
        " It is not run again."
    )
    with db.reading() as session:
        cursors = [(row.id, row.cursor) for row in session.execute(select(Schedule.id, Schedule.cursor))]
    while db.run(lambda session: planner.plan(session, now)):
        pass
    return sum(
        db.run(lambda session, one=schedule_id, told=cursor: _miss(session, one, told, now, reason))  # type: ignore[misc]
        for schedule_id, cursor in cursors
    )


def _miss(session: Session, schedule_id: int, told_up_to: datetime, now: datetime, reason: str) -> int:
    """The times that were planned when the backup was made, and those that came due after it."""
    after = (Occurrence.due_at > told_up_to) & (Occurrence.outcome == Outcome.MISSED)
    unknown = or_(Occurrence.outcome == Outcome.PLANNED, after)
    missed = update(Occurrence).where(Occurrence.schedule_id == schedule_id, Occurrence.due_at <= now, unknown)
    return changed_rows(session, missed.values(outcome=Outcome.MISSED, reason_code=Code.RESTORED, reason=reason))
