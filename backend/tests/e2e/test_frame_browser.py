"""Every page in the browser, in both schemes and on a phone; the palette, the keys, and pages that follow what others do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser_rig import PHONE, SLOW_MS, Complaints, violations
from playwright.sync_api import BrowserContext, Page, expect

from testbed import demo, pages
from testbed.demo import Things
from testbed.person import BARE
from testbed.stack import Stack

# A month of jobs is made first, and then every page is looked at three times.
pytestmark = pytest.mark.timeout(900)

# Asked for on purpose, or asked at a time when the server is away.
EXPECTED = [r"^404 GET .*/api/jobs/404404$", r"^50[234] "]
# Later, since what the browser's driver itself evaluates is free of the pages' policy.
COMPILE_TEXT = """() => new Promise((done) => setTimeout(() => {
  try { done(String(new Function("return 'compiled'")())); } catch (error) { done(error.message); }
}))"""
LOST = "The connection to the server is lost"


@pytest.fixture(scope="module")
def things(stack: Stack) -> Things:
    stack.wait_for("/images/1", {"ready"})
    return demo.fill(stack, stack.data)


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    complaints = Complaints()
    complaints.expected = EXPECTED
    return complaints


@pytest.fixture
def page(anna: BrowserContext, things: Things, complaints: Complaints) -> Iterator[Page]:
    """One of its own for each test: they change its size and its colours."""
    page = complaints.watch(anna.new_page())
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield page
    page.close()


def test_every_route_is_among_the_pages_that_are_looked_at() -> None:
    looked_at = {one.route for one in (*pages.OUTSIDE, *pages.INSIDE)}
    assert looked_at | {pages.SETUP} == pages.routes()


def test_on_every_page_axe_finds_nothing_in_either_scheme_and_a_phone_is_wide_enough(
    page: Page, things: Things
) -> None:
    found: list[str] = []
    for one in pages.INSIDE:
        page.set_viewport_size({"width": 1280, "height": 850})
        page.emulate_media(color_scheme="light")
        page.goto(things.address(one.address))
        pages.settle(page)
        expect(page).to_have_title(re.compile(r".+ · Scripter$"))
        found += violations(page)
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        pages.settle(page)
        # Nothing else depends on the scheme.
        found += violations(page, "color-contrast")
        page.set_viewport_size({"width": PHONE, "height": 844})
        pages.settle(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{one.name} is {width} wide"] if width > PHONE else []
    assert found == []


def test_only_files_of_the_site_may_run_in_a_page_and_anything_else_would_be_noticed(
    page: Page, complaints: Complaints
) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["default-src"] == "'self'"
    pages.settle(page)
    assert complaints.seen == []
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("window.ran") is None
    assert "unsafe-eval" in page.evaluate(COMPILE_TEXT)
    noticed = complaints.taken()
    assert noticed and all("Content Security Policy" in one for one in noticed)


def test_a_page_that_could_not_be_fetched_whole_loads_itself_again(page: Page) -> None:
    page.route(re.compile(r"/assets/index-.*\.js$"), lambda route: route.abort("failed"), times=2)
    page.goto("/scripts")
    expect(page.get_by_role("heading", name="Scripts", level=1)).to_be_visible()


def test_everything_is_found_and_done_with_the_keyboard_alone(page: Page, things: Things) -> None:
    page.goto("/")
    pages.settle(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Scripts", level=1)).to_be_visible()
    _command(page, f"#{things.failed_job}")
    expect(page).to_have_url(re.compile(rf"/jobs/{things.failed_job}$"))
    _command(page, "clean run", "Run clean-up")
    expect(page.get_by_role("heading", name=re.compile(r"^Job #"))).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("nothing older than 30 days", timeout=SLOW_MS)
    _command(page, "dark colours")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    _command(page, "colours system")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def _command(page: Page, typed: str, option: str = "") -> None:
    """Typed into the palette and chosen with Enter, once `option` is what Enter would choose."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="What to find, or to do")).to_be_focused()
    page.keyboard.type(typed)
    if option:
        expect(page.get_by_role("option", name=option)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_dialogs_of_the_frame_are_sound_and_give_the_focus_back(page: Page) -> None:
    page.goto("/scripts")
    pages.settle(page)
    link = page.get_by_role("link", name="nightly-report")
    link.focus()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="What to find, or to do")).to_be_focused()
    page.keyboard.type("report")
    expect(page.get_by_role("option", name="Run nightly-report")).to_be_visible()
    pages.settle(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("New script")
    pages.settle(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_the_overview_of_keys_tells_what_they_do_on_the_page_that_is_open(page: Page, things: Things) -> None:
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.goto(things.address("/jobs/{failed_job}"))
    expect(page.get_by_role("log")).to_contain_text("could not convert string to float")
    page.keyboard.press("?")
    expect(keys).to_contain_text("First error")
    expect(keys).not_to_contain_text("New script")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search the log")).to_be_focused()
    page.get_by_role("log").focus()
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    # A key of the log that also begins one of the frame's.
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Schedules", level=1)).to_be_visible()
    page.goto("/schedules/calendar")
    pages.settle(page)
    page.keyboard.press("?")
    expect(keys).to_contain_text("A week back")


def test_on_a_phone_the_way_to_every_page_is_behind_one_button(page: Page) -> None:
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.goto("/")
    pages.settle(page)
    jobs = page.get_by_role("navigation", name="Main").get_by_role("link", name="Jobs")
    expect(jobs).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    jobs.click()
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()
    expect(jobs).to_be_hidden()


def test_all_schedules_are_paused_from_anywhere_and_it_is_taken_back(page: Page) -> None:
    page.goto("/")
    pages.settle(page)
    _command(page, "pause all", "Pause all schedules")
    expect(page.get_by_text("All schedules are paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("All schedules are paused", exact=True)).to_have_count(0)


def test_what_others_make_appears_and_a_lost_connection_is_told_and_mended(page: Page, stack: Stack) -> None:
    page.goto("/images")
    pages.settle(page)
    made = {"description": "", "files": [{"path": "Dockerfile", "content": BARE}]}
    stack.call("POST", "/images", {"name": "Made by somebody else", **made})
    expect(page.get_by_text("Made by somebody else")).to_be_visible()
    stack.kill("up")
    expect(page.get_by_text(LOST)).to_be_visible(timeout=SLOW_MS)
    stack.start("up")
    stack.wait_until_it_answers("up")
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=SLOW_MS)
    stack.call("POST", "/images", {"name": "Made after that", **made})
    expect(page.get_by_text("Made after that")).to_be_visible()


def test_what_cannot_be_shown_says_why_and_what_to_do(page: Page) -> None:
    page.goto("/jobs/404404")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.get_by_role("link", name="To the overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_text("7 days").click()
    expect(page).to_have_url(re.compile(r"span=7d"))
    page.get_by_text("Jobs per hour: as a table").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
