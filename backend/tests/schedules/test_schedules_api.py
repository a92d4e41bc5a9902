from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from people import Browser, add_user
from sqlalchemy import func, select

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.schedules import ledger, service
from scripter.schedules.models import Occurrence, Outcome, Schedule

MakeScript = Callable[..., int]
MINUTE = timedelta(minutes=1)


def test_a_schedule_is_made_shown_changed_and_deleted(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    made = client.post(
        "/api/schedules",
        json={"script_id": script, "cron": "30 2 * * *", "zone": "Europe/Paris", "arguments": ["--all"]},
    )
    assert made.status_code == 201
    body = made.get_json()
    assert body["script"] == {"id": script, "name": "report"}
    assert body["created_by"]["name"] == "anna"
    assert (body["enabled"], body["words"], body["arguments"]) == (True, "At 02:30 every day", ["--all"])
    assert len(body["next"]) == 10
    assert body["next_at"] == body["next"][0]["utc"]
    assert body["last"] is None

    path = f"/api/schedules/{body['id']}"
    changed = client.patch(path, json={"cron": "@hourly", "enabled": False}).get_json()
    assert (changed["cron"], changed["zone"], changed["enabled"]) == ("@hourly", "Europe/Paris", False)
    assert changed["next_at"] is None
    assert client.get(path).get_json() == changed

    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    with context.db.reading() as session:
        tags = session.scalars(select(AuditEntry.tag).where(AuditEntry.target == f"schedule:{body['id']}")).all()
        assert tags == ["schedule:create", "schedule:change", "schedule:delete"]


def test_a_schedule_is_given_to_somebody_whom_there_is(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    bertha = add_user(context, "bertha")
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "@daily"}).get_json()
    assert made["owner"]["name"] == "anna"
    owners = client.get("/api/schedules/owners").get_json()["items"]
    assert [one["name"] for one in owners] == ["anna", "bertha"]
    path = f"/api/schedules/{made['id']}"
    given = client.patch(path, json={"owner_id": bertha.id}).get_json()
    assert (given["owner"], given["created_by"]["name"]) == ({"id": bertha.id, "name": "bertha"}, "anna")
    assert given["next"] == made["next"]
    for nobody in (999, 0, "bertha"):
        refused = client.patch(path, json={"owner_id": nobody})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "owner_id")
    assert client.get(path).get_json()["owner"]["name"] == "bertha"
    with context.db.reading() as session:
        noted = session.scalars(select(AuditEntry.detail).where(AuditEntry.tag == "schedule:change")).one()
    assert noted["owner"] == bertha.id


def test_lists_show_one_next_run_and_the_last_outcome(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    zebra, ant = make_script("zebra"), make_script("ant", built=False)
    for script in (zebra, ant):
        client.post("/api/schedules", json={"script_id": script, "cron": "* * * * *"})
    with context.db.transaction() as session:
        ledger.fire(session, session.scalars(select(func.min(Occurrence.due_at))).one())
    items = client.get("/api/schedules").get_json()["items"]
    assert [item["script"]["name"] for item in items] == ["zebra", "ant"]
    assert [len(item["next"]) for item in items] == [1, 1]
    assert [item["last"]["outcome"] for item in items] == ["ran", "skipped"]
    with context.db.reading() as session:
        assert service.counts(session, [zebra, ant, 4711]) == {zebra: 1, ant: 1}
    only = client.get(f"/api/schedules?script_id={zebra}").get_json()["items"]
    assert [item["script"]["id"] for item in only] == [zebra]


def test_the_ledger_is_paged_newest_first(client: Browser, make_script: MakeScript) -> None:
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "* * * * *"}).get_json()
    path = f"/api/schedules/{made['id']}/occurrences"
    first = client.get(f"{path}?limit=2").get_json()
    rest = client.get(f"{path}?limit=2&before={first['next']}").get_json()
    due = [item["due_at"] for item in first["items"] + rest["items"]]
    assert len(due) == 3 and due == sorted(due, reverse=True)
    assert rest["next"] is None
    assert {item["outcome"] for item in first["items"]} == {"planned"}


def test_the_preview_shows_what_a_change_of_the_clocks_does(client: Browser) -> None:
    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False):
        told = client.post("/api/schedules/preview", json={"cron": "30 2 * * *", "zone": "Europe/Paris"}).get_json()
    assert told["words"] == "At 02:30 every day"
    assert len(told["next"]) == 10
    assert told["next"][0] == {
        "utc": "2026-03-29T01:00:00Z",
        "local": "2026-03-29T03:00:00+02:00",
        "note": "The clocks go forward: times from 02:00 to 03:00 do not exist and run now.",
        "planned_at": "2026-03-29T01:00:00Z",
        "viewer": None,
    }
    assert told["next"][1]["note"] is None


def test_zones_are_listed(client: Browser) -> None:
    zones = client.get("/api/zones").get_json()["items"]
    assert {"UTC", "Europe/Paris", "Pacific/Apia"} <= set(zones)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"cron": ""}, {"cron"}),
        ({"cron": "60 * * * *"}, {"cron"}),
        ({"cron": "x" * 10_000}, {"cron"}),
        ({"cron": "* * * * *", "zone": "Mars/Base"}, {"zone"}),
        ({"cron": "* * * *", "zone": "../../etc/passwd"}, {"cron", "zone"}),
        ({"cron": 5}, {"cron"}),
        ({"cron": None}, {"cron"}),
        ({}, {"cron"}),
        ({"cron": "* * * * *", "arguments": [1]}, {"arguments.0"}),
        ({"cron": "* * * * *", "arguments": ["a\x00"]}, {"arguments.0"}),
        ({"cron": "* * * * *", "arguments": ["x"] * 101}, {"arguments"}),
        ({"cron": "* * * * *", "enabled": "yes"}, {"enabled"}),
        ({"cron": "* * * * *", "script_id": 4711}, {"script_id"}),
        ({"cron": "* * * * *", "script_id": 0}, {"script_id"}),
        ({"cron": "* * * * *", "cursor": "2020-01-01"}, {"cursor"}),
    ],
)
def test_bad_input_names_its_fields_and_stores_nothing(
    client: Browser, context: Context, make_script: MakeScript, body: dict[str, object], fields: set[str]
) -> None:
    answer = client.post("/api/schedules", json={"script_id": make_script(), **body})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.get_json()["errors"]} == fields
    with context.db.reading() as session:
        assert session.scalars(select(Schedule)).all() == []


def test_a_bad_change_leaves_the_schedule_as_it_was(client: Browser, make_script: MakeScript) -> None:
    made = client.post("/api/schedules", json={"script_id": make_script(), "cron": "@daily"}).get_json()
    path = f"/api/schedules/{made['id']}"
    assert client.patch(path, json={"cron": "* *", "enabled": False}).status_code == 422
    assert client.get(path).get_json() == made


@pytest.mark.parametrize("number", ["0", "-1", "4711", str(2**63), "x"])
def test_what_is_not_there_is_not_found(client: Browser, number: str) -> None:
    assert client.get(f"/api/schedules/{number}").status_code == 404


def test_visitors_see_nothing(anonymous: Browser) -> None:
    assert anonymous.get("/api/schedules").status_code == 401
    assert anonymous.get("/api/zones").status_code == 401


def test_the_last_twenty_jobs_stand_beside_each_schedule_oldest_first(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    body = {"script_id": script, "cron": "0 0 29 2 *", "overlap": "allow", "overlap_limit": 100, "grace_s": 3600}
    often, never = (client.post("/api/schedules", json=body).get_json()["id"] for _ in range(2))
    now = clock.now().replace(microsecond=0)
    with context.db.transaction() as session:
        for number in range(23):
            due_at = now - (23 - number) * MINUTE
            session.add(Occurrence(schedule_id=often, due_at=due_at, planned_at=due_at, outcome=Outcome.PLANNED))
    context.db.run(lambda session: ledger.fire(session, now, most=100))
    with context.db.transaction() as session:
        newest = session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
        newest.status, newest.started_at, newest.finished_at = Status.FAILED, now, now + timedelta(milliseconds=1234)
    items = {one["id"]: one["recent"] for one in client.get("/api/schedules").get_json()["items"]}
    assert items[never] == []
    assert len(items[often]) == 20
    ids = [one["job_id"] for one in items[often]]
    assert ids == sorted(ids) and ids[-1] == newest.id
    last = {
        "job_id": newest.id,
        "status": "failed",
        "duration_ms": 1234,
        "due_at": f"{now - MINUTE:%Y-%m-%dT%H:%M:%SZ}",
    }
    assert items[often][-1] == last
    assert (items[often][0]["status"], items[often][0]["duration_ms"]) == ("queued", None)
    assert client.get(f"/api/schedules/{often}").get_json()["recent"] == items[often]


def test_a_schedule_that_cannot_be_planned_says_so_and_hides_no_other(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    body = {"script_id": make_script(), "cron": "30 2 * * *"}
    broken, whole = (client.post("/api/schedules", json=body).get_json()["id"] for _ in range(2))
    with context.db.transaction() as session:
        session.get_one(Schedule, broken).zone = "Mars/Base"
    items = {one["id"]: one for one in client.get("/api/schedules").get_json()["items"]}
    assert (items[broken]["next"], items[broken]["next_at"]) == ([], None)
    assert "cannot be planned" in items[broken]["trouble"] and "Mars/Base" in items[broken]["trouble"]
    assert items[whole]["trouble"] is None and len(items[whole]["next"]) == 1
    now = clock.now()
    span = f"from={now:%Y-%m-%dT%H:%M:%SZ}&to={now + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    assert {one["id"] for one in client.get(f"/api/schedules/hours?{span}").get_json()["schedules"]} == {whole}
    assert {one["schedule"]["id"] for one in client.get(f"/api/occurrences?{span}").get_json()["items"]} == {whole}
    mended = client.patch(f"/api/schedules/{broken}", json={"zone": "Europe/Paris"}).get_json()
    assert (mended["trouble"], len(mended["next"])) == (None, 10)
