"""What the overview shows: jobs by hour, what takes the disk, and the stream of everything that changes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from people import Browser
from sqlalchemy import delete, event, insert, select, text

from scripter.access.models import User
from scripter.context import Context
from scripter.jobs import statistics
from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.jobs.statistics import BELIEVED, Book, Ended
from scripter.lib import clock, sse
from scripter.schedules import service as schedules
from scripter.schedules.models import Occurrence, Outcome
from scripter.scripts.models import ONCE, Script, Version
from scripter.upkeep import changes
from scripter.upkeep.changes import Watch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY = 3_000

MakeScript = Callable[..., int]


def rows(context: Context, script_id: int, *ends: tuple[datetime, Status, float | None, int]) -> list[dict[str, Any]]:
    """Rows of jobs that ended: when, how, after how many seconds (None: never begun), with how many bytes of log."""
    with context.db.reading() as session:
        version = session.scalars(select(Version).where(Version.script_id == script_id)).one()
        image = session.get_one(Script, script_id).image
    same = {
        "script_id": script_id,
        "version_id": version.id,
        "build_id": image.good_build_id,
        "image_id": image.id,
        "image_name": image.name,
        "image_reference": "sha256:0",
        "trigger": "person",
        "arguments": [],
        "environment": {},
        "time_limit_s": 60,
        "memory_mb": 128,
        "cpus": 1.0,
        "processes": 32,
        "network": "none",
        "retries": dict(ONCE),
    }
    return [
        {
            **same,
            "uuid": str(uuid.uuid4()),
            "status": status,
            "created_at": at,
            "started_at": None if seconds is None else at - timedelta(seconds=seconds),
            "finished_at": at,
            "log_bytes": size,
        }
        for at, status, seconds, size in ends
    ]


def write(context: Context, found: list[dict[str, Any]]) -> None:
    with context.db.transaction() as session:
        session.execute(insert(Job), found)


def ended(context: Context, book: Book, since: datetime, now: datetime) -> list[Ended]:
    with context.db.reading() as session:
        return book.ended(session, since, now)


@pytest.fixture
def script_id(make_script: MakeScript) -> int:
    return make_script()


def test_jobs_are_counted_by_the_hour_of_their_end_and_by_how_they_ended(context: Context, script_id: int) -> None:
    minute = timedelta(minutes=1)
    write(
        context,
        rows(
            context,
            script_id,
            (NOON - 61 * minute, Status.SUCCEEDED, 9, 10),  # of the hour before those that are asked for
            (NOON - 59 * minute, Status.SUCCEEDED, 2, 10),
            (NOON - minute, Status.SUCCEEDED, 4, 10),
            (NOON - minute, Status.CANCELLED, None, 0),
            (NOON, Status.FAILED, 1.5, 10),
        ),
    )
    eleven = NOON - 60 * minute
    assert ended(context, Book(), eleven + 30 * minute, NOON + minute) == [
        Ended(eleven, Status.CANCELLED, 1, 0, 0.0),
        Ended(eleven, Status.SUCCEEDED, 2, 2, pytest.approx(6.0, abs=0.01)),
        Ended(NOON, Status.FAILED, 1, 1, pytest.approx(1.5, abs=0.01)),
    ]


def test_hours_that_are_over_are_counted_once_and_what_comes_since_is_seen(context: Context, script_id: int) -> None:
    book, day = Book(), timedelta(days=1)
    write(context, rows(context, script_id, (NOON - 5 * timedelta(hours=1), Status.SUCCEEDED, 1, 1)))
    assert len(ended(context, book, NOON - day, NOON)) == 1
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: object, *_: object) -> None:
        if "FROM jobs" in statement:
            asked.append(str(parameters))

    event.listen(context.db.engine, "before_cursor_execute", note)
    write(context, rows(context, script_id, (NOON + timedelta(minutes=5), Status.FAILED, 1, 1)))
    seen = ended(context, book, NOON - day, NOON + timedelta(minutes=10))
    assert [one.status for one in seen] == [Status.SUCCEEDED, Status.FAILED]
    # Only from the last hour on that was not over for sure.
    assert len(asked) == 1
    assert "2026-11-22 11:00:00" in asked[0] or "2026, 11, 22, 11, 0)" in asked[0]
    # More of the past than was asked for before is counted anew, and so is everything after a while.
    with context.db.transaction() as session:
        session.execute(delete(Job))
    assert len(ended(context, book, NOON - day, NOON + timedelta(minutes=20))) == 1
    assert ended(context, book, NOON - 2 * day, NOON + timedelta(minutes=20)) == []
    assert ended(context, book, NOON - 2 * day, NOON + BELIEVED + timedelta(hours=1)) == []


def test_both_figures_are_read_from_one_index_alone(context: Context, script_id: int) -> None:
    start = clock.now() - timedelta(days=20)
    step = timedelta(minutes=9)
    many = rows(context, script_id, *((start + n * step, Status.SUCCEEDED, 3, n) for n in range(MANY)))
    write(context, many)
    plans: list[str] = []

    def explain(_conn: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if "FROM jobs" in statement and not statement.startswith("EXPLAIN"):
            asks = "EXPLAIN QUERY PLAN " if context.db.is_sqlite else "EXPLAIN "
            cursor.execute(asks + statement, parameters)
            plans.append(str(cursor.fetchall()))

    with context.db.engine.connect() as connection:
        if not context.db.is_sqlite:
            connection.execute(text("ANALYZE TABLE jobs"))
    event.listen(context.db.engine, "before_cursor_execute", explain)
    with context.db.reading() as session:
        Book().ended(session, clock.now() - timedelta(days=1), clock.now())
        assert statistics.log_bytes(session) == sum(range(MANY))
        assert statistics.log_use(session, 5)[0].bytes == sum(range(MANY))
    assert len(plans) == 3
    sign = "COVERING INDEX ix_jobs_ended" if context.db.is_sqlite else "Using index"
    for plan in plans:
        assert "ix_jobs_ended" in plan
        assert sign in plan


def test_the_overview_is_given_what_ended_and_what_takes_the_disk(
    context: Context, client: Browser, make_script: MakeScript
) -> None:
    now = clock.now()
    large, small = make_script("large"), make_script("small")
    write(context, rows(context, large, (now, Status.SUCCEEDED, 2, 5_000), (now, Status.SUCCEEDED, 4, 2_000)))
    write(context, rows(context, small, (now, Status.LOST, None, 100)))
    hours = client.get("/api/statistics/jobs?hours=24").json
    told = {one["status"]: (one["jobs"], one["mean_s"]) for one in hours["items"]}
    assert told == {"lost": (1, None), "succeeded": (2, pytest.approx(3.0, abs=0.01))}
    disk = client.get("/api/statistics/disk").json
    assert [(one["script"], one["jobs"], one["bytes"]) for one in disk["largest"]] == [
        ("large", 2, 7_000),
        ("small", 1, 100),
    ]
    assert disk["logs"] == 7_100
    assert 0 < disk["free"] < disk["total"]
    assert disk["database"] > 0
    assert disk["database_here"] is context.db.is_sqlite


@pytest.mark.parametrize("hours", ["0", "745", "x", "-1"])
def test_a_span_that_is_none_is_refused(client: Browser, hours: str) -> None:
    refused = client.get(f"/api/statistics/jobs?hours={hours}")
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "hours")


@pytest.mark.parametrize("path", ["statistics/jobs", "statistics/disk", "changes/stream"])
def test_figures_are_for_those_who_are_logged_in(anonymous: Browser, path: str) -> None:
    assert anonymous.get(f"/api/{path}").status_code == 401


def told_by(stream: Any) -> list[str]:
    """What changed by the next event of that name."""
    for one in stream:
        if one is not None and one.name == "changed":
            return list(one.data["what"])
    raise AssertionError("The stream has ended.")


def test_the_stream_names_the_kinds_of_things_that_have_changed(
    context: Context, anna: User, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOOK_S", 0.0)
    stream = changes.changes(context, Watch(), after=None)
    assert next(stream) is None
    script_id = make_script()
    assert told_by(stream) == ["images", "scripts"]
    with context.db.transaction() as session:
        schedules.pause_all(session, reason="", by=anna)
    assert told_by(stream) == ["schedules"]
    with context.db.transaction() as session:
        schedules.resume_all(session, by=anna)
    assert told_by(stream) == ["schedules"]
    with context.db.transaction() as session:
        session.get_one(Script, script_id).updated_at = clock.now()
    assert told_by(stream) == ["scripts"]
    with context.db.transaction() as session:
        schedules.add(session, script_id, by=anna, cron="* * * * *")
    assert told_by(stream) == ["schedules"]
    with context.db.transaction() as session:  # settled, and no job came of it
        first = session.scalars(select(Occurrence).order_by(Occurrence.planned_at).limit(1)).one()
        first.outcome = Outcome.SKIPPED
    assert told_by(stream) == ["schedules"]


def test_the_stream_tells_of_jobs_as_the_stream_of_jobs_does(
    client: Browser, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "PING_S", 0.0)  # a quiet stream gives a ping for each turn
    script_id = make_script()
    answer = client.get("/api/changes/stream")
    chunks = iter(answer.response)
    assert next(chunks).startswith(b"retry:")
    assert next(chunks) == b": ping\n\n"
    job = client.post(f"/api/scripts/{script_id}/jobs", json={}).json
    told = next(chunk for chunk in chunks if b"event: job" in chunk)
    assert json.loads(told.split(b"data: ")[1])["id"] == job["id"]
    assert told.startswith(b"id: ")
    answer.close()
