"""Many jobs for the tests of their list: one a minute, of one script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from scripter.context import Context
from scripter.jobs import service
from scripter.jobs.models import Job
from scripter.jobs.states import Status, Trigger
from scripter.scripts.models import Script

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 6_000
RARE = 500
# Beyond any number that the database has given by itself.
FIRST = 1_000_000


def minute(number: int) -> datetime:
    return BEGAN + timedelta(minutes=number)


def make_many(context: Context, script: Script) -> None:
    """By schedule; each 500th was lost and asked for through the API."""
    with context.db.transaction() as session:
        made = service.start(session, script, trigger=Trigger.SCHEDULE)
        table = Job.__table__
        row = dict(session.execute(select(table).where(table.c.id == made.id)).mappings().one())
        rows = [{**row, **_odd(number), "id": FIRST + number, "uuid": f"many-{number}"} for number in range(MANY)]
        session.execute(insert(table), rows)


def _odd(number: int) -> dict[str, Any]:
    rare = number % RARE == 0
    return {
        "created_at": minute(number),
        "status": Status.LOST if rare else Status.SUCCEEDED,
        "trigger": Trigger.API if rare else Trigger.SCHEDULE,
    }
