"""The main job done by clicking, in headless Chromium, against `scripter up` with a real Docker engine."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from browser_rig import SLOW_MS, Complaints, picture, stranger, violations, write
from playwright.sync_api import Browser, BrowserContext, Page, expect

import testbed
from testbed.stack import PASSWORD, Stack, embedded


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nobody has an account in it yet."""
    with embedded(services, tmp_path_factory.mktemp("embedded")) as stack:
        stack.setup_link("up")
        yield stack


@pytest.fixture(scope="module")
def anna(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """The browser of somebody new."""
    with stranger(browser, stack.url) as anna:
        yield anna


def test_the_printed_link_makes_the_first_user(page: Page, stack: Stack) -> None:
    page.goto(stack.setup_link("up"))
    page.get_by_role("textbox", name="Name").fill("anna")
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    picture(page, "setup")
    page.get_by_role("button", name=re.compile("Set up|Create|Start|Begin")).click()
    expect(page.get_by_role("link", name="Images").first).to_be_visible()
    expect(page.get_by_text("Sample hello").first).to_be_visible()
    picture(page, "overview")


def test_an_image_is_made_and_built_with_its_log_live(page: Page) -> None:
    page.get_by_role("link", name="Images").first.click()
    page.get_by_role("link", name="New image").first.click()
    page.get_by_role("textbox", name="Name").fill("Six")
    page.get_by_role("textbox", name="Packages").fill(f"# {secrets.token_hex(4)}\nsix==1.17.0")
    picture(page, "new-image")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Six")).to_be_visible()
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_text("Whole log").click()
    expect(page.get_by_text("Successfully installed six").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("ready", exact=True).first).to_be_visible(timeout=SLOW_MS)
    picture(page, "image")


def test_a_script_is_written_saved_and_run_with_its_log_below(page: Page) -> None:
    page.get_by_role("link", name="Scripts").first.click()
    page.get_by_role("link", name="New script").first.click()
    page.get_by_role("textbox", name="Name").fill("Greeter")
    page.get_by_label("Image").first.click()
    page.get_by_role("option", name=re.compile("^Six")).click()
    picture(page, "new-script")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("textbox", name="Code of main.py")).to_be_visible()
    write(page, "main.py", "import sys, six\nprint('hello', *sys.argv[1:], six.__name__)\n")
    page.get_by_role("textbox", name="What changed").fill("say hello")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 2").first).to_be_visible()
    page.get_by_role("textbox", name="Arguments").fill("bela")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("hello bela six").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("exit 0").first).to_be_visible(timeout=SLOW_MS)
    picture(page, "script")


def test_a_running_job_is_watched_live_and_cancelled(page: Page) -> None:
    write(
        page,
        "main.py",
        "import time\nfor n in range(6000):\n    print('still here', n, flush=True)\n    time.sleep(0.2)\n",
    )
    page.get_by_role("textbox", name="Arguments").fill("")
    page.get_by_role("textbox", name="Code of main.py").press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("still here", timeout=SLOW_MS)
    page.get_by_role("button", name=re.compile("^(Cancel|Stop)")).first.click()
    expect(page.get_by_text("cancelled by anna").first).to_be_visible(timeout=SLOW_MS)


def test_a_line_far_up_in_a_long_log_is_found_and_brought_into_sight(page: Page) -> None:
    write(
        page,
        "main.py",
        "for n in range(40_000):\n    print('ValueError: early' if n == 3 else f'line {n} of many')\n",
    )
    page.get_by_role("textbox", name="Code of main.py").press("Control+Enter")
    expect(page.get_by_text("line 39999 of many").first).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("textbox", name="Search the log").fill("LINE 777 of")
    page.get_by_role("textbox", name="Search the log").press("Enter")
    page.get_by_role("log").scroll_into_view_if_needed()
    expect(page.locator("[data-target]")).to_have_text("line 777 of many")
    picture(page, "log-search")
    expect(page.locator("[data-target]")).to_be_in_viewport()
    assert violations(page) == []
    page.get_by_role("button", name="First error").click()
    expect(page.locator("[data-target]")).to_have_text("ValueError: early")
    expect(page.locator("[data-target]")).to_be_in_viewport()


def test_a_script_that_fails_once_is_tried_again_and_its_attempts_are_told_apart(page: Page) -> None:
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("textbox", name="Retries").fill("2")
    page.get_by_role("textbox", name="First pause (seconds)").fill("1")
    expect(page.get_by_text("Tried up to 3 times: after 1 s, 2 s.")).to_be_visible()
    picture(page, "script-settings")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
    page.get_by_role("tab", name="Editor").click()
    write(
        page,
        "main.py",
        "import os, sys\nnumber = os.environ['SCRIPTER_ATTEMPT']\nprint('this is try', number)\nsys.exit(number == '1')\n",
    )
    page.get_by_role("textbox", name="Code of main.py").press("Control+Enter")
    page.get_by_role("link", name=re.compile(r"^Job #\d+$")).click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+"))
    attempts = page.get_by_role("list", name="Attempts").get_by_role("listitem")
    expect(attempts).to_have_count(2, timeout=SLOW_MS)
    expect(attempts.nth(1)).to_contain_text("succeeded", timeout=SLOW_MS)
    expect(attempts.nth(0)).to_contain_text(re.compile(r"exit 1.*(warm|cold) start.*failed"))
    expect(page.get_by_role("log")).to_contain_text("this is try 2")
    page.get_by_role("link", name="Attempt 1").click()
    expect(page.get_by_role("log")).to_contain_text("this is try 1")
    expect(page.get_by_role("log")).not_to_contain_text("this is try 2")
    picture(page, "job-attempts")
    assert violations(page) == []


def test_the_list_of_jobs_leads_to_the_page_of_one(page: Page) -> None:
    page.get_by_role("link", name="Jobs").first.click()
    expect(page.get_by_text("cancelled by anna").first).to_be_visible()
    picture(page, "jobs")
    page.get_by_role("link", name=re.compile(r"#?\d+$")).last.click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+"))
    expect(page.get_by_text("exit 0").first).to_be_visible()
    picture(page, "job")


def test_a_schedule_is_added_with_a_live_preview_and_fires_by_itself(page: Page, complaints: Complaints) -> None:
    complaints.expected.append("/api/schedules/preview")  # a wrong line is refused, and shown as such
    page.get_by_role("link", name="Schedules").first.click()
    page.get_by_role("link", name="New schedule").first.click()
    page.get_by_role("combobox", name="Script").click()
    page.get_by_role("option", name="Sample hello").click()
    cron = page.get_by_role("textbox", name="Crontab line")
    cron.fill("61 * * * *")
    expect(page.get_by_text(re.compile("minute.*0.*59")).first).to_be_visible()
    cron.fill("* * * * *")
    expect(page.get_by_role("group", name="Next runs").get_by_text("Every minute")).to_be_visible()
    picture(page, "schedule-form")
    page.get_by_role("button", name=re.compile("^(Add|Save|Create)")).last.click()
    expect(page).to_have_url(re.compile(r"/schedules/\d+$"))
    picture(page, "schedules")
    page.get_by_role("link", name="Jobs").first.click()
    # No reload: the row comes over the live feed.
    expect(page.get_by_text("by schedule").first).to_be_visible(timeout=60_000 + SLOW_MS)


def test_logging_out_closes_the_door_and_logging_in_opens_it(page: Page, complaints: Complaints) -> None:
    complaints.expected.append("^401 GET ")  # what a page asks for in the moment in which it is left
    page.get_by_role("button", name=re.compile("anna")).click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("anna")
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Images").first).to_be_visible()
