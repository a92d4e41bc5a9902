"""The list of schedules: what runs next first, a page at a time, by filters that the server reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from people import Browser, add_user
from sqlalchemy import event, update

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.schedules import ledger, planner, service
from scripter.schedules.models import Calendar, Schedule

MakeScript = Callable[..., int]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def add(client: Browser, script: int, **told: object) -> int:
    made = client.post("/api/schedules", json={"script_id": script, **told})
    assert made.status_code == 201, made.get_json()
    number: int = made.get_json()["id"]
    return number


def ask(client: Browser, query: str = "") -> Any:
    answer = client.get(f"/api/schedules?{query}")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def ids(client: Browser, query: str = "") -> list[int]:
    return [one["id"] for one in ask(client, query)["items"]]


def walk(client: Browser, query: str, limit: int) -> list[int]:
    """Page by page to the end."""
    page, found = ask(client, f"{query}&limit={limit}"), []
    while True:
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            return found
        assert len(page["items"]) == limit
        page = ask(client, f"{query}&limit={limit}&after={page['next']}")


def at(moment: datetime, **told: object) -> dict[str, object]:
    return {"kind": "once", "at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", **told}


def test_pages_follow_each_other_by_next_run_and_hold_everything_once(client: Browser, make_script: MakeScript) -> None:
    script = make_script()
    late = add(client, script, cron="0 13 * * *")
    off = add(client, script, cron="1 12 * * *", enabled=False)
    # Its next run has a row already, and the planner thinks of the one after: it goes first all the same.
    soon = add(client, script, cron="2 12 * * *")
    same = [add(client, script, **at(NOON + 30 * MINUTE)) for _ in range(3)]
    over = add(client, script, cron="0 13 * * *", ends_at="2026-11-22T11:00:00Z")
    order = [soon, *same, late, off, over]
    assert ids(client) == order
    for limit in (1, 2, 3, 6, 7, 8):
        assert walk(client, "", limit) == order
    assert ask(client, "limit=7")["next"] is None


def test_a_page_begins_where_the_one_before_ended_whatever_has_happened_since(
    client: Browser, context: Context, make_script: MakeScript, clock: time_machine.Traveller
) -> None:
    script = make_script()
    first = add(client, script, cron="1 * * * *")
    second, third = (add(client, script, **at(NOON + minutes * MINUTE)) for minutes in (10, 20))
    part = ask(client, "limit=2")
    assert [one["id"] for one in part["items"]] == [first, second]
    clock.move_to(NOON + 2 * MINUTE)
    context.db.run(lambda session: planner.plan(session, NOON + 2 * MINUTE))
    client.delete(f"/api/schedules/{second}")
    # The one that has run meanwhile stands further down now.
    assert ids(client, f"after={part['next']}") == [third, first]


def test_a_schedule_is_found_by_state_script_and_owner(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    bertha = add_user(context, "bertha")
    script, other = make_script(), make_script("other")
    on = add(client, script, cron="0 13 * * *", owner_id=bertha.id)
    off = add(client, script, cron="0 13 * * *", enabled=False)
    over = add(client, other, cron="0 13 * * *", ends_at="2026-11-22T11:00:00Z")
    odd, strange, away = (add(client, other, cron="30 14 * * *") for _ in range(3))
    with context.db.transaction() as session:
        session.get_one(Schedule, odd).zone = "Mars/Base"
        session.get_one(Schedule, strange).cron = "61 * * * *"
        holidays = Calendar(name="Holidays", name_key="holidays", zone="Mars/Base", periods=[])
        last = session.get_one(Schedule, away)
        last.calendars = [holidays]
    assert ids(client, "state=on") == [on]
    assert ids(client, "state=off") == [off]
    assert ids(client, "state=ended") == [over]
    assert sorted(ids(client, "state=trouble")) == [odd, strange, away]
    assert ids(client, f"script_id={script}") == [on, off]
    assert ids(client, f"owner_id={bertha.id}") == [on]
    assert ids(client, f"owner_id={bertha.id}&state=off") == []
    assert all(one["trouble"] for one in ask(client, "state=trouble")["items"])
    scripts = {one["id"]: one["next_at"] for one in client.get("/api/scripts").get_json()["items"]}
    assert scripts == {script: "2026-11-22T13:00:00Z", other: None}


def test_one_is_in_trouble_whose_last_run_was_skipped_or_failed_until_one_goes_well(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    well, failed = (add(client, make_script(name), cron="*/10 * * * *") for name in ("well", "failed"))
    unbuilt = add(client, make_script("unbuilt", built=False), cron="*/10 * * * *")
    for minutes in (10, 20):
        moment = NOON + minutes * MINUTE
        with time_machine.travel(moment, tick=False):
            context.db.run(lambda session, now=moment: planner.plan(session, now))
            context.db.run(lambda session, now=moment: ledger.fire(session, now))
            status = {well: "succeeded", failed: "succeeded" if minutes == 10 else "failed"}
            with context.db.transaction() as session:
                for schedule_id, value in status.items():
                    newest = update(Job).where(Job.schedule_id == schedule_id, Job.due_at == moment)
                    session.execute(newest.values(status=value))
            expected = [unbuilt] if minutes == 10 else [failed, unbuilt]
            assert ids(client, "state=trouble") == expected


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("", ["Nachtlauf", "Übersicht"]),
        ("nacht", ["Nachtlauf"]),
        ("ÜBERSICHT", ["Übersicht"]),
        ("every 2 hours", ["Übersicht"]),
        ("0 13", ["Nachtlauf"]),
        ("repo lauf", ["Nachtlauf"]),
        ("repo", ["Nachtlauf", "Übersicht"]),
        ("100%", []),
        ("nacht hours", []),
    ],
)
def test_every_word_that_is_sought_stands_in_name_script_line_or_meaning(
    client: Browser, make_script: MakeScript, sought: str, found: list[str]
) -> None:
    script = make_script()
    add(client, script, cron="0 13 * * *", name="Nachtlauf")
    add(client, script, kind="every", every_s=7200, epoch="2026-11-22T00:30:00Z", name="Übersicht")
    answer = client.get("/api/schedules", query_string={"q": sought}).get_json()
    assert sorted(one["name"] for one in answer["items"]) == found
    assert answer["next"] is None
    first = client.get("/api/schedules", query_string={"q": sought, "limit": 1}).get_json()
    assert (first["next"] is None) == (len(found) < 2)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=17", "after"),
        ("after=never_0", "after"),
        ("after=never_x", "after"),
        ("after=2026-11-22_5", "after"),
        ("after=2026-11-22T12:00:00_5", "after"),
        ("after=9999-11-22T12:00:00Z_5", "after"),
        ("after=", "after"),
        ("after=" + "x" * 61, "after"),
        (f"after=never_{2**63}", "after"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("state=asleep", "state"),
        ("owner_id=0", "owner_id"),
        ("script_id=-1", "script_id"),
        ("q=" + "x" * 201, "q"),
        ("before=5", "before"),
    ],
)
def test_a_list_that_cannot_be_asked_for_is_refused_naming_the_field(client: Browser, query: str, field: str) -> None:
    refused = client.get(f"/api/schedules?{query}")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert [one["field"] for one in refused.get_json()["errors"]] == [field]


def test_a_calendar_tells_how_many_schedules_go_by_it_and_names_the_first(
    client: Browser, make_script: MakeScript
) -> None:
    used, idle = (client.post("/api/calendars", json={"name": name}).get_json() for name in ("Used", "Idle"))
    assert (used["schedule_count"], used["schedules"]) == (0, [])
    script = make_script()
    made = [add(client, script, cron="0 3 * * *", calendars=[used["id"]]) for _ in range(21)]
    told = {one["id"]: one for one in client.get("/api/calendars").get_json()["items"]}
    assert told[used["id"]]["schedule_count"] == 21
    named = [{"id": one, "name": "At 03:00 every day"} for one in made[:20]]
    assert told[used["id"]]["schedules"] == named
    assert told[idle["id"]]["schedule_count"] == 0


def test_a_long_list_is_asked_for_with_as_many_statements_as_a_short_one(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    add(client, script, cron="0 3 * * *")
    seen: list[str] = []
    event.listen(context.db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement))
    ids(client, "state=on")
    alone = len(seen)
    for _ in range(30):
        add(client, script, cron="0 3 * * *")
    seen.clear()
    assert len(ids(client, "state=on")) == 31
    assert len(seen) == alone
    with context.db.reading() as session:
        assert len(service.listed(session)) == 31
