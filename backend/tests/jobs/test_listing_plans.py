"""That the database reads no more of a million jobs than the page of the list that is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from listing_rig import FIRST, MANY, make_many, minute
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from scripter.context import Context
from scripter.jobs import service
from scripter.jobs.models import Job
from scripter.jobs.service import Filter
from scripter.jobs.states import Status, Trigger
from scripter.scripts.models import Script


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (Filter(), "PRIMARY"),
        (Filter(status=Status.LOST), "ix_jobs_status_id"),
        (Filter(trigger=Trigger.API), "ix_jobs_trigger_id"),
        (Filter(since=minute(100), until=minute(400)), "ix_jobs_created_at_id"),
        (Filter(since=minute(100)), "ix_jobs_created_at_id"),
    ],
)
@pytest.mark.parametrize("before", [None, FIRST + 300])
def test_no_filter_reads_or_sorts_more_than_its_page(
    context: Context, script: Script, which: Filter, index: str, before: int | None
) -> None:
    make_many(context, script)
    with context.db.transaction() as session:
        session.connection().exec_driver_sql("ANALYZE TABLE jobs" if _is_mariadb(session) else "ANALYZE")
    with context.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == MANY + 1
        plan = _plan(session, which, before)
    assert "filesort" not in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN jobs\n" not in plan or index == "PRIMARY"
    if index != "PRIMARY":
        assert index in plan


def _plan(session: Session, which: Filter, before: int | None) -> str:
    """What the database says about the question after the jobs themselves, as it is asked."""
    asked: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    service.listed(session, which, before=before)
    event.remove(connection, "before_cursor_execute", hear)
    statement, parameters = next(one for one in asked if "jobs.uuid" in one[0])
    explain = "EXPLAIN" if _is_mariadb(session) else "EXPLAIN QUERY PLAN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "".join(f"{' '.join(map(str, row))}\n" for row in rows)


def _is_mariadb(session: Session) -> bool:
    return session.connection().dialect.name in ("mysql", "mariadb")
