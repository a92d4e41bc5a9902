"""The main job through nginx over HTTPS, done by clicking in Chromium from the link in the logs on. In this order."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import browser_rig
import pytest
from browser_rig import Complaints
from compose_rig import MARKS, SLOW_MS
from playwright.sync_api import Page, expect

import testbed
from testbed.composed import Composed
from testbed.person import NAME, PASSWORD

pytestmark = MARKS


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture(scope="module")
def page(services: testbed.Services, stack: Composed, complaints: Complaints) -> Iterator[Page]:
    """A new person's browser, who takes the certificate that Scripter made for itself."""
    with browser_rig.chromium(services) as browser:
        context = browser.new_context(base_url=stack.url, ignore_https_errors=True)
        context.set_default_timeout(30_000)
        yield complaints.watch(context.new_page())


@pytest.fixture(autouse=True)
def no_complaints(complaints: Complaints) -> Iterator[None]:
    yield
    assert complaints.seen == []


def type_code(page: Page, text: str) -> None:
    """Replace what stands in the code editor."""
    page.get_by_role("textbox", name="Code of main.py").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_the_link_in_the_logs_makes_the_first_user(page: Page, stack: Composed) -> None:
    page.goto(stack.setup_link())
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Set up|Create|Start|Begin")).click()
    expect(page.get_by_role("link", name="Images").first).to_be_visible()


def test_pages_come_by_http_2(page: Page) -> None:
    page.reload()
    protocols = page.evaluate("performance.getEntries().map((one) => one.nextHopProtocol).filter(Boolean)")
    assert set(protocols) == {"h2"}


def test_an_image_is_made_and_built_with_its_log_live(page: Page) -> None:
    page.get_by_role("link", name="Images").first.click()
    page.get_by_role("link", name="New image").first.click()
    page.get_by_role("textbox", name="Name").fill("Six")
    page.get_by_role("textbox", name="Packages").fill(f"# {secrets.token_hex(4)}\nsix==1.17.0")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_text("Whole log").click()
    expect(page.get_by_text("Successfully installed six").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text(re.compile("ready", re.IGNORECASE)).first).to_be_visible(timeout=SLOW_MS)


def test_a_script_is_written_saved_and_run_with_its_log_below(page: Page) -> None:
    page.get_by_role("link", name="Scripts").first.click()
    page.get_by_role("link", name="New script").first.click()
    page.get_by_role("textbox", name="Name").fill("Greeter")
    page.get_by_label("Image").first.click()
    page.get_by_role("option", name=re.compile("^Six")).click()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("textbox", name="Code of main.py")).to_be_visible()
    type_code(page, "import sys, six\nprint('hello', *sys.argv[1:], six.__name__)\n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 2").first).to_be_visible()
    page.get_by_role("textbox", name="Arguments").fill("bela")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("hello bela six").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("exit 0").first).to_be_visible(timeout=SLOW_MS)


def test_a_running_job_is_watched_live_and_cancelled(page: Page) -> None:
    type_code(page, "import time\nfor n in range(600):\n    print('still here', n, flush=True)\n    time.sleep(0.2)\n")
    page.get_by_role("textbox", name="Arguments").fill("")
    page.get_by_role("textbox", name="Code of main.py").press("Control+Enter")
    expect(page.get_by_text("still here 3").first).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name=re.compile("^(Cancel|Stop)")).first.click()
    expect(page.get_by_text(f"cancelled by {NAME}").first).to_be_visible(timeout=SLOW_MS)
