"""The calendar of a week: counts of the ledger for what has been, and of the planner's own function for what is to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from people import Browser
from sqlalchemy import update

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.lib.clock import iso
from scripter.schedules import hours, ledger, planner

MakeScript = Callable[..., int]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def add(client: Browser, script: int, **told: object) -> int:
    made: int = client.post("/api/schedules", json={"script_id": script, **told}).get_json()["id"]
    return made


def live_to(context: Context, moment: datetime) -> None:
    context.db.run(lambda session: planner.plan(session, moment))
    context.db.run(lambda session: ledger.fire(session, moment))


def shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def ask(client: Browser, begin: datetime, end: datetime, more: str = "") -> Any:
    return client.get(f"/api/schedules/hours?from={iso(begin)}&to={iso(end)}{more}").get_json()


def told(cells: list[dict[str, Any]], *names: str) -> list[tuple[object, ...]]:
    return [tuple(one[name] for name in names) for one in cells]


def test_hours_hold_what_ran_what_failed_and_what_will_run(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    often = add(client, make_script(), cron="*/20 * * * *", name="Often", overlap="allow", overlap_limit=100)
    daily = add(client, make_script("daily"), cron="30 14 * * *")
    for minutes in (20, 40):
        live_to(context, NOON + timedelta(minutes=minutes))
    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.due_at == NOON + timedelta(minutes=40)).values(status="failed"))
    whole = ask(client, NOON, NOON + 3 * HOUR)
    assert told(whole["cells"], "at", "schedule_id", "first_at", "ran", "failed", "planned") == [
        (shown(NOON), often, shown(NOON + timedelta(minutes=20)), 2, 1, 0),
        (shown(NOON + HOUR), often, shown(NOON + HOUR), 0, 0, 3),
        (shown(NOON + 2 * HOUR), often, shown(NOON + 2 * HOUR), 0, 0, 3),
        (shown(NOON + 2 * HOUR), daily, shown(NOON + timedelta(minutes=150)), 0, 0, 1),
    ]
    assert told(whole["hours"], "ran", "planned") == [(2, 0), (0, 3), (0, 4)]
    assert [one["words"] for one in whole["schedules"]] == ["Every 20 minutes", "At 14:30 every day"]
    assert (whole["complete"], whole["too_often"]) == (True, [])
    assert len(ask(client, NOON, NOON + 3 * HOUR, f"&schedule_id={daily}")["cells"]) == 1
    assert len(ask(client, NOON, NOON + 3 * HOUR, "&script_id=999")["cells"]) == 0
    client.patch(f"/api/schedules/{often}", json={"enabled": False})
    assert len(ask(client, NOON, NOON + 3 * HOUR)["cells"]) == 2


def test_hours_begin_where_the_clocks_of_the_viewer_have_them(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    add(client, make_script(), cron="20,40 * * * *", overlap="allow", overlap_limit=100)
    for minutes in (20, 40):
        live_to(context, NOON + timedelta(minutes=minutes))
    in_india = ask(client, NOON - timedelta(minutes=30), NOON + timedelta(minutes=90))
    assert told(in_india["hours"], "at", "ran", "planned") == [
        (shown(NOON - timedelta(minutes=30)), 1, 0),
        (shown(NOON + timedelta(minutes=30)), 1, 1),
    ]


def test_a_week_of_more_than_can_be_told_says_so_and_counts_it_all_the_same(
    client: Browser, make_script: MakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = make_script()
    every_second = add(client, script, kind="every", every_s=1)
    for _ in range(3):
        add(client, script, cron="* * * * *", zone="Europe/Paris")
    monkeypatch.setattr(hours, "CELLS", 100)
    week = ask(client, NOON + HOUR, NOON + 169 * HOUR)
    assert (len(week["cells"]), len(week["hours"]), week["complete"]) == (100, 168, False)
    assert {one["planned"] for one in week["hours"]} == {180}
    assert week["too_often"] == [every_second]


def test_longer_than_a_month_is_refused_by_the_field(client: Browser) -> None:
    for end in (NOON, NOON + timedelta(days=32)):
        refused = client.get(f"/api/schedules/hours?from={iso(NOON)}&to={iso(end)}")
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "to")
