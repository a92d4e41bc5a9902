from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from people import Browser
from sqlalchemy import delete, select, update

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.jobs import moves
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Status
from scripter.schedules import ledger, planner
from scripter.schedules.models import Occurrence, Outcome
from scripter.scripts.models import Held, Restriction, Script

MakeScript = Callable[..., int]

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
WINDOW = {"from": "2026-11-22T08:00:00Z", "to": "2026-11-22T11:59:00Z"}


@pytest.fixture(autouse=True)
def half_past_twelve() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hourly(client: Browser, make_script: MakeScript) -> str:
    """The path of a schedule that is due at each full hour, and has been made just now."""
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "0 * * * *", "arguments": ["-x"]})
    return f"/api/schedules/{made.get_json()['id']}"


def put_row(context: Context, path: str, due_at: datetime, outcome: Outcome, reason: str | None = None) -> None:
    with context.db.transaction() as session:
        schedule_id = int(path.rpartition("/")[2])
        row = Occurrence(schedule_id=schedule_id, due_at=due_at, planned_at=due_at, outcome=outcome, reason=reason)
        session.add(row)


def jobs(context: Context) -> list[Job]:
    with context.db.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def test_the_preview_tells_what_would_run_and_starts_nothing(client: Browser, context: Context, hourly: str) -> None:
    put_row(context, hourly, datetime(2026, 11, 22, 9, tzinfo=UTC), Outcome.RAN)
    put_row(context, hourly, datetime(2026, 11, 22, 10, tzinfo=UTC), Outcome.MISSED, "Scripter was down.")
    found = client.post(f"{hourly}/backfill/preview", json=WINDOW).get_json()
    assert (found["runs"], found["due"], found["most"]) == (3, 4, 100)
    assert [(one["due_at"][11:16], one["was"], one["fill"]) for one in found["items"]] == [
        ("08:00", None, True),
        ("09:00", "ran", False),
        ("10:00", "missed", True),
        ("11:00", None, True),
    ]
    assert jobs(context) == []


def test_gaps_are_filled_once_in_turn_and_the_ledger_says_by_whom(
    client: Browser, context: Context, hourly: str
) -> None:
    put_row(context, hourly, datetime(2026, 11, 22, 9, tzinfo=UTC), Outcome.RAN)
    put_row(context, hourly, datetime(2026, 11, 22, 10, tzinfo=UTC), Outcome.MISSED, "Scripter was down.")
    filled = client.post(f"{hourly}/backfill", json=WINDOW)
    assert filled.status_code == 200
    rows: list[dict[str, Any]] = filled.get_json()["items"]
    assert [(one["due_at"][11:16], one["outcome"], one["reason_code"]) for one in rows] == [
        ("08:00", "caught_up", "backfill"),
        ("10:00", "caught_up", "backfill"),
        ("11:00", "caught_up", "backfill"),
    ]
    assert rows[0]["reason"] == "Filled in by anna on 2026-11-22 at 12:30 UTC."
    assert rows[1]["reason"].endswith("It was missed: Scripter was down.")
    started = jobs(context)
    assert [one.id for one in started] == [one["job_id"] for one in rows]
    assert [one.due_at for one in started] == [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (8, 10, 11)]
    assert all(one.in_turn and one.arguments == ["-x"] for one in started)

    assert client.post(f"{hourly}/backfill", json=WINDOW).get_json() == {"items": []}
    assert len(jobs(context)) == 3
    with context.db.reading() as session:
        audit = session.scalars(select(AuditEntry).where(AuditEntry.tag == "schedule:backfill")).all()
    assert [one.detail["runs"] for one in audit] == [3, 0]


def test_jobs_that_may_run_beside_each_other_do(client: Browser, context: Context, hourly: str) -> None:
    client.patch(hourly, json={"overlap": "allow", "overlap_limit": 5})
    client.post(f"{hourly}/backfill", json=WINDOW)
    assert [one.in_turn for one in jobs(context)] == [False] * 4


def test_what_was_filled_in_stands_where_it_was_due_in_the_ledger(
    client: Browser, context: Context, hourly: str
) -> None:
    put_row(context, hourly, NOW.replace(hour=13, minute=0), Outcome.PLANNED)
    client.post(f"{hourly}/backfill", json=WINDOW)
    pages = [client.get(f"{hourly}/occurrences?limit=2").get_json()]
    while pages[-1]["next"]:
        pages.append(client.get(f"{hourly}/occurrences?limit=2&before={pages[-1]['next']}").get_json())
    assert [one["due_at"][11:13] for page in pages for one in page["items"]] == ["13", "11", "10", "09", "08"]
    with context.db.transaction() as session:
        session.execute(delete(Occurrence).where(Occurrence.id == pages[0]["items"][0]["id"]))
    gone = client.get(f"{hourly}/occurrences?before={pages[0]['items'][0]['id']}")
    assert (gone.status_code, "withdrawn" in gone.get_json()["detail"]) == (409, True)


@pytest.mark.parametrize("overlap", ["skip", "queue", "fail", "replace"])
def test_what_is_due_meanwhile_runs_after_the_one_that_runs_and_before_the_rest(
    client: Browser, context: Context, hourly: str, overlap: str
) -> None:
    client.patch(hourly, json={"overlap": overlap, "priority": 3})
    client.post(f"{hourly}/backfill", json=WINDOW)
    filling = [one.id for one in jobs(context)]
    for number, hour in enumerate((13, 14)):
        assert taken(context) == filling[number]
        come(context, NOW.replace(hour=hour, minute=0))
        due = jobs(context)[-1]
        assert (due.due_at, due.priority, due.status) == (NOW.replace(hour=hour, minute=0), 3, Status.QUEUED)
        assert taken(context) is None  # never beside another one
        end(context, filling[number])
        assert taken(context) == due.id
        end(context, due.id)
    assert [one.status for one in jobs(context) if one.id in filling[2:]] == [Status.QUEUED] * 2


def test_a_script_that_refuses_to_wait_still_fills_a_window(
    client: Browser, context: Context, make_script: MakeScript, hourly: str
) -> None:
    with context.db.transaction() as session:
        script = session.scalars(select(Script)).one()
        script.restriction, script.restriction_wait = Restriction.SELF, Held.REFUSE
    assert len(client.post(f"{hourly}/backfill", json=WINDOW).get_json()["items"]) == 4
    first, *_ = jobs(context)
    assert (taken(context), taken(context)) == (first.id, None)
    come(context, NOW.replace(hour=13, minute=0))
    later = {"from": "2026-11-22T06:00:00Z", "to": "2026-11-22T07:59:00Z"}
    refused = client.post(f"{hourly}/backfill", json=later)
    assert (refused.status_code, f"beside job {first.id}" in refused.get_json()["detail"]) == (409, True)
    assert len(jobs(context)) == 4


def come(context: Context, now: datetime) -> None:
    """What is due by then has been planned and fired."""
    context.db.run(lambda session: planner.plan(session, now))
    context.db.run(lambda session: ledger.fire(session, now))


def taken(context: Context) -> int | None:
    job = context.db.run(lambda session: moves.claim_next(session, "w"))
    return None if job is None else job.id


def end(context: Context, job_id: int) -> None:
    with context.db.transaction() as session:
        moves.finish(session, session.get_one(Job, job_id), "w", could_not_start("over"))


def test_a_window_may_not_be_too_large_nor_lie_in_the_future(client: Browser, context: Context, hourly: str) -> None:
    for window, field in [
        ({"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T09:00:00Z"}, "to"),
        ({"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T12:31:00Z"}, "to"),
        ({"from": "2026-11-10T00:00:00Z", "to": "2026-11-22T10:00:00Z"}, "from"),
        ({"from": "2020-01-01T00:00:00Z", "to": "2026-11-22T10:00:00Z"}, "from"),
        ({"from": "2026-11-10T00:00:00", "to": "2026-11-22T10:00:00Z"}, "from"),
        ({"from": "2026-11-10T00:00:00Z"}, "to"),
    ]:
        answer = client.post(f"{hourly}/backfill", json=window)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.get_json()["errors"]] == [field]
    assert jobs(context) == []
    wide = {"from": "2026-11-10T00:00:00Z", "to": "2026-11-22T10:00:00Z"}
    assert client.post(f"{hourly}/backfill/preview", json=wide).get_json()["runs"] == 299


def test_while_nothing_may_start_nothing_is_filled(client: Browser, context: Context, hourly: str) -> None:
    client.post("/api/schedules/pause-all", json={"reason": "The store is down."})
    assert client.post(f"{hourly}/backfill", json=WINDOW).status_code == 409
    client.post("/api/schedules/resume-all")
    client.patch(hourly, json={"blackouts": [{"date": "2026-11-22", "reason": "inventory"}]})
    answer = client.post(f"{hourly}/backfill", json=WINDOW)
    assert (answer.status_code, "inventory" in answer.get_json()["detail"]) == (409, True)
    assert jobs(context) == []


def test_if_one_job_cannot_start_none_does(client: Browser, context: Context, make_script: MakeScript) -> None:
    made = client.post("/api/schedules", json={"script_id": make_script("new", built=False), "cron": "0 * * * *"})
    path = f"/api/schedules/{made.get_json()['id']}"
    answer = client.post(f"{path}/backfill", json=WINDOW)
    assert answer.status_code == 409
    with context.db.reading() as session:
        past = select(Occurrence).where(Occurrence.due_at < NOW)
        assert session.scalars(past).all() == []


def test_a_run_that_is_planned_is_left_to_the_clock(client: Browser, context: Context, hourly: str) -> None:
    due_at = datetime(2026, 11, 22, 11, tzinfo=UTC)
    put_row(context, hourly, due_at, Outcome.PLANNED)
    found = client.post(f"{hourly}/backfill/preview", json=WINDOW).get_json()
    assert [one["fill"] for one in found["items"]] == [True, True, True, False]
    with context.db.transaction() as session:
        session.execute(update(Occurrence).values(outcome=Outcome.SKIPPED).where(Occurrence.due_at == due_at))
    assert client.post(f"{hourly}/backfill/preview", json=WINDOW).get_json()["runs"] == 4
