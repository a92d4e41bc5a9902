"""Schedules by clicking, in headless Chromium, against `scripter up` with a real Docker engine.

The tests are one journey of one person, in their order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from browser_rig import PHONE, SLOW_MS, Complaints, picture, violations
from playwright.sync_api import BrowserContext, Page, expect

from testbed.pages import settle
from testbed.stack import Stack

CRONTAB = """\
MAILTO=ops@example.com
# Backups
0 3 * * * /opt/sample_hello.py --all
@reboot /opt/once.py
15 4 * * sun Sample-hello
"""


@pytest.fixture(scope="module")
def page(anna: BrowserContext, complaints: Complaints) -> Page:
    # What cannot be read is refused, while one types or when one saves, and shown as such.
    complaints.expected.append(r"^422 POST .*/api/(schedules|schedules/preview|calendars)$")
    page = complaints.watch(anna.new_page())
    page.goto("/schedules")
    return page


def test_a_schedule_is_made_by_keyboard_with_its_meaning_beside_it(page: Page) -> None:
    page.get_by_role("link", name="New schedule").first.press("Enter")
    cron = page.get_by_role("textbox", name="Crontab line")
    cron.fill("61 * * * *")
    expect(page.get_by_text(re.compile("minute.*0.*59")).first).to_be_visible()
    cron.fill("30 2 * * *")
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("Europe/P")
    zone.press("Enter")  # not chosen yet: nothing is sent
    zone.fill("Europe/Par")
    expect(page.get_by_role("option", name="Europe/Paris")).to_be_visible()
    zone.press("ArrowDown")
    zone.press("Enter")
    expect(zone).to_have_value("Europe/Paris")
    meaning = page.get_by_role("group", name="Next runs")
    expect(meaning).to_contain_text("At 02:30 every day")
    expect(meaning.get_by_role("listitem").first).to_contain_text(re.compile(r"02:30.*0[01]:30 UTC"))
    expect(meaning).to_contain_text("the time from 02:00 to 03:00 does not exist")
    page.get_by_role("textbox", name="Name").fill("Nightly report")
    page.get_by_role("textbox", name="Arguments").fill("--all")
    page.get_by_text(re.compile("^More: ")).click()
    page.get_by_role("textbox", name="Jitter", exact=True).fill("99")
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(page.get_by_role("textbox", name="Jitter", exact=True)).to_have_accessible_description(
        re.compile("3600|3,600")
    )
    picture(page, "schedule-form-refused")
    page.get_by_role("textbox", name="Jitter", exact=True).fill("2")
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(page.get_by_role("heading", name="Nightly report")).to_be_visible()
    expect(page.get_by_text("Each start is put off by up to 2 minutes")).to_be_visible()


def test_the_ledger_shows_holes_and_a_backfill_closes_them(page: Page) -> None:
    page.get_by_role("button", name="Backfill").click()
    dialog = page.get_by_role("dialog")
    since = datetime.now(UTC) - timedelta(days=3)
    dialog.get_by_label(re.compile("^From")).fill(since.strftime("%Y-%m-%dT00:00"))
    dialog.get_by_role("button", name="Show the runs").click()
    expect(dialog.get_by_text("from before the schedule was made").first).to_be_visible()
    picture(page, "backfill")
    dialog.get_by_role("button", name=re.compile("^Start [34] runs")).click()
    expect(page.get_by_text(re.compile("^[34] runs started"))).to_be_visible()
    days = page.get_by_role("table", name="Days")
    filled = days.get_by_role("button", name=re.compile("1 caught up"))
    expect(filled.first).to_be_visible()
    filled.first.press("ArrowDown")
    expect(days.locator(":focus")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(filled.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"day=20\d\d-\d\d-\d\d"))
    chosen = page.get_by_role("region", name="The chosen day")
    expect(chosen).to_contain_text("Filled in by anna")
    expect(chosen.get_by_role("link", name=re.compile("job #"))).to_be_visible()
    page.get_by_role("button", name="As a table").click()
    expect(page.get_by_role("columnheader", name="caught up")).to_be_visible()
    # No reload: that the jobs have ended comes over the live feed.
    expect(page.get_by_role("list", name="Last runs")).to_contain_text("succeeded", timeout=SLOW_MS)
    picture(page, "schedule")


def test_it_is_run_now_edited_and_switched_off_and_that_is_taken_back(page: Page) -> None:
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+$"))
    page.go_back()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("textbox", name="Crontab line")).to_have_value("30 2 * * *")
    page.get_by_text("Steady pace").click()
    page.get_by_role("textbox", name="Every", exact=True).fill("1")
    page.get_by_label("Every: unit").select_option("seconds")
    expect(page.get_by_role("group", name="Next runs")).to_contain_text("Every second")
    page.get_by_label("Every: unit").select_option("minutes")
    expect(page.get_by_role("group", name="Next runs")).to_contain_text("Every minute")
    page.get_by_role("button", name="Save schedule").click()
    expect(page.get_by_role("heading", name="Nightly report")).to_be_visible()
    page.goto("/schedules?q=night")
    page.get_by_role("textbox", name="Search").fill("nightly")
    expect(page).to_have_url(re.compile("q=nightly"))
    expect(page.get_by_role("list", name="Schedules").get_by_role("listitem")).to_have_count(1)
    switch = page.get_by_role("switch", name=re.compile("Nightly report"))
    switch.press("Space")
    expect(page.get_by_text("switched off", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(switch).to_be_checked()
    expect(page.get_by_role("img", name=re.compile(r"^Last \d+ runs: ")).first).to_be_visible()


def test_all_are_paused_with_a_reason_and_every_page_says_so(page: Page) -> None:
    page.get_by_role("button", name="Pause all").click()
    page.get_by_role("textbox", name="Why").fill("The database moves.")
    page.get_by_role("button", name="Pause all schedules").click()
    banner = page.get_by_role("note").filter(has_text="All schedules are paused")
    expect(banner).to_contain_text(re.compile("By anna.*The database moves"))
    expect(page.get_by_text("paused with all").first).to_be_visible()
    picture(page, "schedules-paused")
    page.get_by_role("link", name="Week").click()
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Resume all").click()
    expect(banner).not_to_be_visible()


def test_the_week_shows_what_ran_and_what_will_and_keys_go_on(page: Page) -> None:
    page.get_by_role("link", name="Week").click()
    expect(page.get_by_role("columnheader")).to_have_count(7)
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile(r"week=20\d\d-W\d\d"))
    expect(page.get_by_text("60 an hour")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Nightly report, \d\d:\d\d: .*to come")).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("list", name="Due times").get_by_role("listitem").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    picture(page, "week")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="This week")).to_be_disabled()


def test_a_calendar_is_shared_and_a_crontab_comes_in_and_goes_out(page: Page) -> None:
    page.get_by_role("link", name="Blackout calendars").click()
    page.get_by_role("button", name="New calendar").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make calendar").click()
    expect(dialog.get_by_role("textbox", name="Name")).to_have_accessible_description(re.compile(r"\w"))
    dialog.get_by_role("textbox", name="Name").fill("Holidays")
    dialog.get_by_role("combobox", name="Period 1").select_option("On a date")
    dialog.get_by_label("Date", exact=True).fill("2030-12-25")
    dialog.get_by_role("button", name="Make calendar").click()
    expect(page.get_by_text("Wed, 25 Dec 2030")).to_be_visible()
    page.get_by_role("link", name="Import and export").click()
    page.get_by_role("textbox", name="The file").fill(CRONTAB)
    lines = page.get_by_role("list", name="Lines of the file")
    expect(lines).to_contain_text("@reboot has no due time")
    expect(page.get_by_text("nothing is mailed")).to_be_visible()
    option = page.get_by_role("option", name="Sample hello")
    for line in lines.get_by_role("combobox").all():
        line.click()
        option.click()
        expect(line).to_have_value("Sample hello")
        expect(option).to_have_count(0)
    expect(lines).to_contain_text("At 03:00 every day")
    picture(page, "import")
    lines.get_by_role("checkbox", name="Line 4 is wanted").uncheck()
    lines.get_by_role("checkbox", name="Line 5 is wanted").uncheck()
    page.get_by_role("button", name=re.compile("^Make 1 schedule")).click()
    expect(page.get_by_role("link", name="Backups")).to_be_visible()
    page.get_by_role("link", name="Import and export").click()
    expect(page.get_by_label("Crontab", exact=True)).to_contain_text("0 3 * * *")


def test_what_fails_shows_by_itself_in_the_ledger_and_in_the_week(page: Page, stack: Stack) -> None:
    script = stack.make_script(sample(stack), "Fails", "raise SystemExit(3)\n")
    often = {"script_id": script["id"], "name": "Often", "kind": "every", "every_s": 2, "starts_at": soon()}
    made = stack.call("POST", "/schedules", often)["id"]
    page.goto(f"/schedules/{made}")
    today = page.get_by_role("table", name="Days").get_by_role("button", name=re.compile("today"))
    expect(today).to_have_accessible_name(re.compile(r"[1-9]\d* ran.*; [1-9]\d* failed"))
    page.get_by_role("button", name="As a table").click()
    expect(page.get_by_role("columnheader", name="failed")).to_be_visible()
    picture(page, "schedule-failed")
    page.get_by_role("link", name="Schedules").first.click()
    page.get_by_role("link", name="Week").click()
    expect(page.get_by_role("button", name=re.compile("^Often, .*; [1-9].* failed")).first).to_be_visible()
    stack.call("DELETE", f"/schedules/{made}")


def test_a_run_with_a_reason_goes_beside_the_one_that_holds_the_restriction(
    page: Page, stack: Stack, complaints: Complaints
) -> None:
    complaints.expected.append(r"^409 POST .*/api/scripts/\d+/jobs$")
    alone = {"restriction": "self", "restriction_wait": "refuse"}
    script = stack.make_script(sample(stack), "Alone", "import time\ntime.sleep(300)\n", **alone)
    first = stack.call("POST", f"/scripts/{script['id']}/jobs", {})
    page.goto(f"/scripts/{script['id']}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(f"may not run beside job {first['id']}")
    picture(page, "run-refused")
    page.get_by_role("button", name="Options").click()
    page.get_by_role("textbox", name="Run it beside others, because").fill("The first one hangs.")
    picture(page, "run-beside")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Beside others")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    # A reason is good for one run.
    expect(page.get_by_role("button", name="Options")).to_be_visible()
    newest = stack.call("GET", f"/jobs?script_id={script['id']}")["items"][0]
    page.goto(f"/jobs/{newest['id']}")
    expect(page.get_by_text("because anna said: The first one hangs.")).to_be_visible()
    picture(page, "job-beside")
    for job in (first, newest):
        stack.http.post(f"{stack.url}/api/jobs/{job['id']}/cancel", timeout=30)


def sample(stack: Stack) -> Any:
    """The image with which `scripter up` begins."""
    return next(one for one in stack.call("GET", "/images")["items"] if one["built"])


def soon() -> str:
    """When the page is open."""
    return (datetime.now(UTC) + timedelta(seconds=10)).isoformat()


PAGES = [
    "/schedules",
    "/schedules/new",
    "/schedules/1?day={day}",
    "/schedules/1/edit",
    "/schedules/calendar",
    "/schedules/calendars",
    "/schedules/crontab",
    "/scripts/1/schedules",
    "/scripts/1/settings",
]


def test_axe_finds_nothing_and_no_page_is_wider_than_a_phone(page: Page) -> None:
    schemes: list[Literal["light", "dark"]] = ["light", "dark"]
    found = []
    for address in PAGES:
        name = re.sub(r"\W+", "-", address)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            # Loaded anew: colours that are still changing would be measured halfway.
            page.goto(address.format(day=f"{datetime.now(UTC):%Y-%m-%d}"))
            settle(page)
            found += [f"{scheme}: {one}" for one in violations(page)]
            picture(page, f"{scheme}{name}")
        page.set_viewport_size({"width": PHONE, "height": 844})
        found += [f"{address} is too wide"] if page.evaluate("document.documentElement.scrollWidth") > PHONE else []
        picture(page, f"phone{name}")
        page.set_viewport_size({"width": 1280, "height": 850})
    page.emulate_media(color_scheme="light")
    assert found == []


def test_deleting_says_what_is_lost_and_leads_back(page: Page) -> None:
    page.goto("/schedules?q=nightly")
    page.get_by_role("link", name="Nightly report").click()
    page.get_by_role("button", name="Delete schedule").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Lost with it: its ledger")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(re.compile("/schedules$"))
    expect(page.get_by_role("link", name="Nightly report")).not_to_be_visible()
