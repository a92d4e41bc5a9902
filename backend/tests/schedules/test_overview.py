from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from people import Browser
from sqlalchemy import delete, select, update

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.lib.clock import iso
from scripter.schedules import ledger, planner, service
from scripter.schedules.models import ClockTick, Occurrence, Outcome, Schedule

MakeScript = Callable[..., int]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_all_schedules_are_told_of_what_ran_and_of_what_will(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "*/2 * * * *", "name": "Often"})
    context.db.run(lambda session: ledger.fire(session, NOON + 2 * MINUTE))
    query = f"from={iso(NOON)}&to={iso(NOON + 10 * MINUTE)}"
    told = client.get(f"/api/occurrences?{query}").get_json()
    assert [one["due_at"][14:16] for one in told["items"]] == ["02", "04", "06", "08"]
    assert [one["outcome"] for one in told["items"]] == ["ran", "planned", "planned", "planned"]
    assert told["items"][0]["schedule"] == {"id": made.get_json()["id"], "name": "Often"}
    assert told["complete"] is True
    assert len(client.get(f"/api/occurrences?{query}&outcome=ran").get_json()["items"]) == 1
    client.patch(f"/api/schedules/{made.get_json()['id']}", json={"enabled": False})
    assert len(client.get(f"/api/occurrences?{query}").get_json()["items"]) == 1
    assert client.get(f"/api/occurrences?from={iso(NOON)}&to={iso(NOON)}").status_code == 422


@pytest.mark.timeout(60)
def test_of_more_than_can_be_told_the_earliest_are_told_and_a_broken_one_hides_none(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    made = [client.post("/api/schedules", json={"script_id": script, "cron": "* * * * *"}) for _ in range(3)]
    broken = made[0].get_json()["id"]
    far = datetime(9999, 12, 31, 23, tzinfo=UTC)
    with context.db.transaction() as session:
        wrong = {"zone": "Pacific/Kiritimati", "starts_at": far, "next_at": NOON + MINUTE}
        session.execute(update(Schedule).where(Schedule.id == broken).values(**wrong))
        session.execute(delete(Occurrence).where(Occurrence.schedule_id == broken))
    span = f"from={iso(NOON)}&to={iso(NOON + timedelta(days=365))}"
    told = client.get(f"/api/occurrences?{span}").get_json()
    assert (len(told["items"]), told["complete"]) == (2000, False)
    assert told["items"][-1]["due_at"] == f"{NOON + 1000 * MINUTE:%Y-%m-%dT%H:%M:%SZ}"
    week = client.get(f"/api/schedules/hours?from={iso(NOON)}&to={iso(NOON + timedelta(days=7))}").get_json()
    assert {one["schedule_id"] for one in week["cells"]} == {one.get_json()["id"] for one in made[1:]}


def test_rows_of_one_schedule_say_how_their_jobs_stand(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    one = client.post("/api/schedules", json={"script_id": script, "cron": "10 * * * *"}).get_json()["id"]
    client.post("/api/schedules", json={"script_id": script, "cron": "20 * * * *"})
    context.db.run(lambda session: planner.plan(session, NOON + 10 * MINUTE))
    context.db.run(lambda session: ledger.fire(session, NOON + 10 * MINUTE))
    query = f"from={iso(NOON)}&to={iso(NOON + 120 * MINUTE)}&schedule_id={one}"
    rows = client.get(f"/api/occurrences?{query}").get_json()["items"]
    assert [(row["due_at"][11:16], row["job_status"]) for row in rows] == [("12:10", "queued"), ("13:10", None)]
    assert client.get(f"/api/occurrences?{query}9").get_json()["items"] == []


def test_days_are_those_of_the_schedules_zone(client: Browser, context: Context, make_script: MakeScript) -> None:
    body = {"script_id": make_script(), "cron": "30 0,23 * * *", "zone": "Pacific/Apia"}  # UTC+13
    made = client.post("/api/schedules", json=body).get_json()
    query = f"from={iso(NOON - timedelta(hours=24))}&to={iso(NOON + timedelta(hours=24))}"
    told = client.get(f"/api/schedules/{made['id']}/calendar?{query}").get_json()
    assert told["zone"] == "Pacific/Apia"
    assert [(one["day"], one["planned"]) for one in told["items"]] == [("2026-11-23", 1), ("2026-11-24", 1)]


def test_a_day_says_how_many_of_its_runs_failed_by_clocks_that_differ_by_quarters_of_an_hour(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    # In Nepal a day begins at 18:15 UTC.
    body = {"script_id": make_script(), "cron": "55,5 * * * *", "zone": "Asia/Kathmandu", "grace_s": 86_400}
    made = client.post("/api/schedules", json={**body, "overlap": "allow", "overlap_limit": 100}).get_json()
    evening = NOON.replace(hour=18)
    with context.db.transaction() as session:
        planner.plan(session, evening + 20 * MINUTE)
        ledger.fire(session, evening + 20 * MINUTE)
    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.due_at == evening + 10 * MINUTE).values(status="failed"))
        session.execute(update(Job).where(Job.due_at == evening + 20 * MINUTE).values(status="lost"))
    query = f"from={iso(evening)}&to={iso(evening + 40 * MINUTE)}"
    told = client.get(f"/api/schedules/{made['id']}/calendar?{query}").get_json()["items"]
    assert [(one["day"], one["ran"], one["failed"]) for one in told] == [("2026-11-22", 1, 1), ("2026-11-23", 1, 1)]


def test_a_calendar_holds_for_its_schedules_from_the_next_second_on(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    periods = [{"weekly": {"days": ["sun"], "from": "12:00", "to": "13:00"}, "reason": "Stocktaking."}]
    calendar = client.post("/api/calendars", json={"name": "Closed", "periods": periods}).get_json()
    assert calendar["periods"][0]["weekly"] == {"days": ["sun"], "from": "12:00", "to": "13:00"}
    body = {"script_id": make_script(), "cron": "* * * * *", "calendars": [calendar["id"]]}
    made = client.post("/api/schedules", json=body).get_json()
    assert made["calendars"] == [{"id": calendar["id"], "name": "Closed"}]
    context.db.run(lambda session: ledger.fire(session, NOON + MINUTE))
    assert client.delete(f"/api/calendars/{calendar['id']}").status_code == 409
    changed = client.patch(f"/api/calendars/{calendar['id']}", json={"periods": []}).get_json()
    assert changed["periods"] == []
    context.db.run(lambda session: ledger.fire(session, NOON + 2 * MINUTE))
    items = client.get(f"/api/schedules/{made['id']}/occurrences").get_json()["items"]
    told = [(one["outcome"], one["reason_code"], one["reason"]) for one in reversed(items)]
    assert told[:2] == [("skipped", "blackout", "No runs then: Stocktaking."), ("ran", None, None)]
    client.delete(f"/api/schedules/{made['id']}")
    assert client.delete(f"/api/calendars/{calendar['id']}").status_code == 204
    assert client.get("/api/calendars").get_json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "zone": "Mars/Base"}, "zone"),
        ({"name": "x", "periods": [{"date": "soon"}]}, "periods.0"),
        (
            {"name": "x", "periods": [{"weekly": {"days": ["someday"], "from": "1", "to": "2"}}]},
            "periods.0.weekly.days.0",
        ),
    ],
)
def test_wrong_calendars_are_refused_by_the_field(client: Browser, body: object, field: str) -> None:
    refused = client.post("/api/calendars", json=body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.get_json()["errors"]] == [field]


def test_all_schedules_are_paused_with_a_reason_and_resumed(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "* * * * *"}).get_json()
    paused = client.post("/api/schedules/pause-all", json={"reason": "The database moves."})
    assert paused.get_json()["pause"]["paused_by"]["name"] == "anna"
    assert client.post("/api/schedules/pause-all", json={}).status_code == 409
    assert client.get("/api/schedules/pause-all").get_json() == paused.get_json()
    context.db.run(lambda session: ledger.fire(session, NOON + MINUTE))
    with time_machine.travel(NOON + 90 * timedelta(seconds=1), tick=False):
        assert client.post("/api/schedules/resume-all").get_json() == {"pause": None}
        assert client.post("/api/schedules/resume-all").status_code == 409
    context.db.run(lambda session: ledger.fire(session, NOON + 2 * MINUTE))
    items = client.get(f"/api/schedules/{made['id']}/occurrences").get_json()["items"]
    assert [one["reason"] for one in reversed(items)][:2] == [
        "All schedules were paused by anna: The database moves.",
        None,
    ]


def test_the_health_of_the_clock_is_told(client: Browser, context: Context, make_script: MakeScript) -> None:
    assert client.get("/api/schedules/health").get_json()["trouble"] == "The clock has not ticked yet."
    client.post("/api/schedules", json={"script_id": make_script(), "cron": "* * * * *"})
    context.db.run(lambda session: ledger.record_tick(session, NOON))
    late = timedelta(milliseconds=70)
    context.db.run(lambda session: ledger.fire(session, NOON + MINUTE, written=lambda: NOON + MINUTE + late))
    with time_machine.travel(NOON + MINUTE + late, tick=False):
        told = client.get("/api/schedules/health").get_json()
        assert (told["lateness_p50_ms"], told["lateness_p99_ms"], told["fired"], told["trouble"]) == (70, 70, 1, None)
        assert client.get("/api/health").get_json()["clock"] is True
    with time_machine.travel(NOON + 4 * MINUTE, tick=False):
        told = client.get("/api/schedules/health").get_json()
        assert told["trouble"] == "The clock has not ticked for 4 minutes."
        assert told["overdue"] == 2
        assert client.get("/api/health").get_json()["clock"] is False
        figures = client.get("/api/metrics").get_data(as_text=True)
        assert "scripter_clock_late 1\n" in figures
        assert "scripter_schedule_overdue 2\n" in figures


def test_newer_rules_of_time_zones_plan_anew_what_lies_ahead(context: Context, make_script: MakeScript) -> None:
    script = make_script()
    with context.db.transaction() as session:
        local = service.add(session, script, cron="* * * * *", zone="Europe/Paris", by=None).id
        utc = service.add(session, script, cron="* * * * *", by=None).id
        ledger.record_tick(session, NOON)
    renewed = [
        context.db.run(lambda session, one=rules: planner.renew(session, one, NOON + MINUTE))  # type: ignore[misc]
        for rules in ("2026a", "2026a", "2026b", "2026a")
    ]
    assert renewed == [False, False, True, False]
    with context.db.reading() as session:
        rows = session.scalars(select(Occurrence).order_by(Occurrence.due_at)).all()
        assert [row.due_at for row in rows if row.schedule_id == local] == [NOON + MINUTE]
        assert len([row for row in rows if row.schedule_id == utc]) == 3
        assert session.get_one(Schedule, local).next_at == NOON + MINUTE
        assert session.get_one(ClockTick, ClockTick.ONLY).rules == "2026b"
    context.db.run(lambda session: planner.plan(session, NOON + MINUTE))
    with context.db.reading() as session:
        planned = session.scalars(select(Occurrence).where(Occurrence.schedule_id == local)).all()
        assert sorted(row.due_at for row in planned) == [NOON + number * MINUTE for number in range(1, 5)]
        assert {row.outcome for row in planned} == {Outcome.PLANNED}
