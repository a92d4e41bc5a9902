"""Clocks that are killed, doubled, and away when a schedule is due."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from browser_rig import chromium, person, picture
from fault_rig import ENDS, Rig, until
from playwright.sync_api import expect
from sqlalchemy import create_engine, update

from scripter.schedules.models import ClockTick


def test_a_minute_at_whose_boundary_nobody_lived_is_run_once_by_all_who_come_after(rig: Rig) -> None:
    """Faults 6, 7 and 8."""
    stack = rig.stack
    body = {"script_id": rig.counter["id"], "cron": "* * * * *", "zone": "UTC", "arguments": ["3", "0"]}
    if datetime.now(UTC).second > 50:
        time.sleep(10)  # not so near the boundary that the schedule is made on the other side of it
    schedule = stack.call("POST", "/schedules", body)
    due = datetime.now(UTC).replace(second=0, microsecond=0).timestamp() + 60
    stack.kill("clock")
    time.sleep(max(0.0, due - 2 - time.time()))
    stack.kill("worker")
    time.sleep(max(0.0, due + 2 - time.time()))
    clocks = [f"clock {number}" for number in range(3)]
    for name in clocks:
        stack.start_as(name, "clock")
    for name in ("worker", "second"):
        stack.start_as(name, "worker")
    stack.kill(clocks[0])  # and once more inside the minute
    stack.start_as(clocks[0], "clock")

    def occurrences() -> list[dict[str, object]]:
        items = stack.call("GET", f"/schedules/{schedule['id']}/occurrences")["items"]
        return [one for one in items if datetime.fromisoformat(str(one["due_at"])).timestamp() == due]

    until(lambda: [one["outcome"] for one in occurrences()] == ["ran"], "the run")
    stack.call("PATCH", f"/schedules/{schedule['id']}", {"enabled": False})
    [one] = occurrences()
    late_ms = one["late_ms"]
    assert isinstance(late_ms, int)
    assert late_ms >= 2000
    jobs = stack.call("GET", f"/jobs?schedule_id={schedule['id']}")["items"]
    until(lambda: all(rig.now(job)["status"] in ENDS for job in jobs), "the jobs' ends")
    [job] = [job for job in jobs if datetime.fromisoformat(job["due_at"]).timestamp() == due]
    rig.counted(job, 3)
    for name in [*clocks, "second"]:
        stack.stop(name)


def test_a_clock_that_has_stopped_is_told_on_the_pages_in_health_and_in_metrics(rig: Rig) -> None:
    """Fault 6."""
    stack = rig.stack
    until(lambda: stack.call("GET", "/schedules/health")["last_tick_at"], "the first tick")
    stack.kill("clock")
    if datetime.now(UTC).second < 5:
        time.sleep(5)  # its last word may be on its way
    assert rig.health()["clock"] is True
    engine = create_engine(stack.environment["SCRIPTER_DATABASE__URL"])
    with engine.begin() as connection:  # four minutes later
        connection.execute(update(ClockTick).values(at=datetime.now(UTC) - timedelta(minutes=4, seconds=5)))
    engine.dispose()
    told = "The clock has not ticked for 4 minutes."
    assert stack.call("GET", "/schedules/health")["trouble"] == told
    health = rig.health()
    assert (health["status"], health["clock"]) == ("degraded", False)
    metrics = stack.http.get(f"{stack.url}/api/metrics", timeout=30).text
    assert "scripter_clock_late 1\n" in metrics
    assert re.search(r"^scripter_clock_seconds_since_tick 2[4-9]\d", metrics, re.MULTILINE)
    with chromium(rig.services) as browser, person(browser, stack) as context:
        page = context.new_page()
        for address in ("/", "/schedules", "/schedules/calendar"):
            page.goto(address)
            banner = page.get_by_role("note").filter(has_text=told)
            expect(banner).to_contain_text("nothing that comes due is lost")
            expect(banner).to_contain_text("scripter clock")
            picture(page, "clock-late" + address.replace("/", "-"))
