"""Jobs and their logs by clicking and by keys, in headless Chromium, against `scripter up` with a real Docker engine."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from browser_rig import PHONE, SLOW_MS, Complaints, picture, until, violations
from playwright.sync_api import BrowserContext, Locator, Page, expect

from testbed.stack import Stack

FLOOD = """\
import sys, time
for n in range(200_000):
    print(f"line {n} of many, as a service prints them")
    if n == 500:
        sys.stdout.flush()
        print("ValueError: early", file=sys.stderr, flush=True)
    if n % 4_000 == 0:
        sys.stdout.flush()
        time.sleep(0.1)
"""
TICKING = """\
import itertools, time
for n in itertools.count():
    print(f"tick {n}", flush=True)
    time.sleep(0.05)
"""
ONE = "import sys\nprint('\\x1b[32mhello\\x1b[0m', *sys.argv[1:])\n"
TWO = "import sys\nprint('good bye', *sys.argv[1:])\nsys.exit(3)\n"
ENDED = {"succeeded", "failed", "cancelled", "lost"}


@pytest.fixture(scope="module", autouse=True)
def ready(stack: Stack) -> None:
    """The image of the sample, on which the scripts of this module are."""
    stack.wait_for("/images/1", {"ready"})


def add(stack: Stack, name: str, *versions: str) -> int:
    """A script with these versions of its only file, the first of them as number 1."""
    first, *later = ([{"path": "main.py", "content": content}] for content in versions)
    script: int = stack.call("POST", "/scripts", {"name": name, "image_id": 1, "files": first})["id"]
    for files in later:
        stack.call("POST", f"/scripts/{script}/versions", {"files": files})
    return script


def start(stack: Stack, script: int, **wishes: Any) -> int:
    job: int = stack.call("POST", f"/scripts/{script}/jobs", wishes)["id"]
    return job


def run(stack: Stack, script: int, **wishes: Any) -> int:
    job = start(stack, script, **wishes)
    stack.wait_for(f"/jobs/{job}", ENDED)
    return job


@pytest.fixture(scope="module")
def flood(stack: Stack) -> int:
    return start(stack, add(stack, "Flood", FLOOD))


@pytest.fixture(scope="module")
def pair(stack: Stack) -> tuple[int, int]:
    """Two jobs of one script: of version 1 and of version 2, with other arguments."""
    script = add(stack, "Greeter", ONE, TWO)
    return run(stack, script, version=1, arguments=["anna"]), run(stack, script, arguments=["bela"])


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def target(page: Page) -> Locator:
    """The line that is pointed out."""
    return page.locator("[data-target]")


def copied(page: Page, button: str = "Copy") -> str:
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name=button, exact=True).click()
    until(page, lambda: clipboard(page), "the clipboard is filled")
    return clipboard(page)


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def newest(page: Page) -> int:
    """The last tick that is shown."""
    return int(re.findall(r"tick (\d+)", log(page).inner_text())[-1])


def heap_mb(page: Page) -> float:
    """Memory of the page's own objects, without what is garbage already."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / 1e6


def test_two_hundred_thousand_lines_are_followed_live_and_only_the_last_are_held(page: Page, flood: int) -> None:
    page.goto(f"/jobs/{flood}")
    expect(log(page)).to_contain_text("of many", timeout=SLOW_MS)
    before = heap_mb(page)
    expect(log(page)).to_contain_text("line 199999 of many", timeout=SLOW_MS)
    expect(page.get_by_role("banner").or_(page.locator("header")).get_by_text("succeeded").first).to_be_visible(
        timeout=SLOW_MS
    )
    assert log(page).locator("[data-index]").count() < 200
    # Twenty thousand lines at most are held, of the two hundred thousand.
    assert heap_mb(page) - before < 40
    assert len(copied(page).splitlines()) <= 20_001
    picture(page, "log-flood")


def test_keys_alone_lead_to_the_start_the_hits_the_first_error_and_the_end(page: Page, flood: int) -> None:
    page.goto(f"/jobs/{flood}")
    expect(log(page)).to_contain_text("line 199999 of many")
    log(page).focus()
    page.keyboard.press("g")
    expect(log(page)).to_contain_text("line 0 of many")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search the log")).to_be_focused()
    page.keyboard.type("LINE 777")
    page.keyboard.press("Enter")
    expect(target(page)).to_contain_text("line 777 of many")
    expect(target(page)).to_be_in_viewport()
    expect(target(page).locator("mark")).to_have_text("line 777")
    log(page).focus()
    page.keyboard.press("n")
    expect(target(page)).to_contain_text("line 7770 of many")
    page.keyboard.press("Shift+N")
    expect(target(page)).to_contain_text("line 777 of many")
    page.keyboard.press("e")
    expect(target(page)).to_contain_text("ValueError: early")
    expect(target(page)).to_be_in_viewport()
    picture(page, "log-first-error")
    page.keyboard.press("Shift+G")
    expect(log(page)).to_contain_text("line 199999 of many")
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("w")


def test_the_ruler_leads_to_any_place_of_the_file(page: Page, flood: int) -> None:
    page.goto(f"/jobs/{flood}")
    expect(log(page)).to_contain_text("line 199999 of many")
    # The ruler is for pointers alone, and stands beside the log.
    box = log(page).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] + 7, box["y"] + box["height"] / 2)
    expect(log(page)).to_contain_text(re.compile("line (8|9|10|11)[0-9]{4} of many"))
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    for _ in range(30):
        page.mouse.wheel(0, 1_000)
    expect(log(page)).to_contain_text("of many")


def test_a_line_is_linked_to_and_the_link_opens_there(anna: BrowserContext, page: Page, flood: int) -> None:
    page.goto(f"/jobs/{flood}")
    page.get_by_role("button", name="First error").click()
    expect(target(page)).to_contain_text("ValueError: early")
    target(page).get_by_role("link", name="Link to this line").click()
    expect(page).to_have_url(re.compile(r"line=\d+$"))
    expect(page.get_by_text("Copied a link to the line.")).to_be_visible()
    address = clipboard(page)
    assert address == page.url
    other = anna.new_page()
    other.goto(address)
    expect(target(other)).to_contain_text("ValueError: early")
    expect(target(other)).to_be_in_viewport()
    other.close()
    # Some lines on: with Shift up to there.
    last = target(page).locator("xpath=following-sibling::*[4]")
    text = last.inner_text()
    last.hover()
    last.get_by_role("link", name="Link to this line").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(r"line=\d+-\d+$"))
    lines = copied(page).splitlines()
    assert (len(lines), lines[0], lines[-1]) == (5, "ValueError: early", text)


def test_a_log_that_begins_without_a_server_says_so_and_comes_by_itself(page: Page, stack: Stack) -> None:
    job = start(stack, add(stack, "Away", TICKING))
    for part in ("stream", "window"):
        page.route(f"**/log/{part}?*", lambda route: route.abort())
        page.goto(f"/jobs/{job}")
        expect(page.get_by_text("The connection is lost.")).to_be_visible()
        page.unroute(f"**/log/{part}?*")
        expect(log(page)).to_contain_text("tick ", timeout=SLOW_MS)
        expect(page.get_by_text("The connection is lost.")).to_be_hidden(timeout=SLOW_MS)
    stack.call("POST", f"/jobs/{job}/cancel")


def test_a_killed_and_restarted_server_costs_the_reader_no_line(
    page: Page, stack: Stack, complaints: Complaints
) -> None:
    # What is asked of a server that is not there is refused by the browser itself, and by a start that is not done.
    complaints.expected.append("^50[23] ")
    job = start(stack, add(stack, "Ticking", TICKING))
    page.goto(f"/jobs/{job}")
    expect(log(page)).to_contain_text("tick ", timeout=SLOW_MS)
    first = newest(page)
    until(page, lambda: newest(page) > first + 20, "the log comes live")
    stack.kill("up")
    expect(page.get_by_text("The connection is lost.")).to_be_visible()
    before = newest(page)
    picture(page, "log-lost")
    stack.start("up")
    expect(page.get_by_text("The connection is lost.")).to_be_hidden(timeout=SLOW_MS)
    until(page, lambda: newest(page) > before, "the log goes on")
    stack.call("POST", f"/jobs/{job}/cancel")
    expect(log(page)).to_contain_text("cancelled; took", timeout=SLOW_MS)
    ticks = [line for line in copied(page).splitlines() if line.startswith("tick ")]
    assert ticks == [f"tick {number}" for number in range(len(ticks))]


def test_whoever_scrolls_up_is_left_alone_and_told_what_is_new(page: Page, stack: Stack) -> None:
    job = start(stack, add(stack, "Ticking on", TICKING))
    page.goto(f"/jobs/{job}")
    expect(log(page)).to_contain_text(re.compile(r"tick \d\d\d"), timeout=SLOW_MS)
    log(page).hover()
    page.mouse.wheel(0, -400)
    follow = page.get_by_role("button", name=re.compile(r"^Follow · \d+ new lines"))
    expect(follow).to_be_visible()
    picture(page, "log-paused")
    follow.click()
    expect(follow).to_be_hidden()
    stack.call("POST", f"/jobs/{job}/cancel")
    expect(log(page)).to_contain_text("cancelled; took", timeout=SLOW_MS)


def test_the_list_is_filtered_and_its_address_says_so(page: Page, pair: tuple[int, int]) -> None:
    page.goto("/jobs")
    page.get_by_role("combobox", name="Status").click()
    page.get_by_role("option", name="failed").click()
    expect(page).to_have_url(re.compile("status=failed"))
    jobs = page.get_by_role("list", name="Jobs").get_by_role("listitem")
    expect(jobs).to_have_count(1)
    expect(jobs.first).to_contain_text("exit 3")
    page.get_by_role("combobox", name="Person").click()
    page.get_by_role("option", name="anna").click()
    expect(page).to_have_url(re.compile("person=1"))
    page.get_by_role("combobox", name="Asked for").click()
    page.get_by_role("option", name="last hour").click()
    expect(page).to_have_url(re.compile("person=1.*period=1h|period=1h.*person=1"))
    page.reload()
    expect(jobs).to_have_count(1)
    expect(page.get_by_role("combobox", name="Person")).to_have_value("anna")
    picture(page, "jobs-filtered")
    page.goto("/jobs?status=lost")
    expect(page.get_by_role("heading", name="No such job")).to_be_visible()
    page.get_by_role("link", name="Show all jobs").click()
    expect(jobs.nth(2)).to_be_visible()


def test_jobs_are_chosen_and_cancelled_together_and_the_list_follows(page: Page, stack: Stack) -> None:
    script = add(stack, "Sleeper", "import time\ntime.sleep(600)\n")
    page.goto(f"/jobs?script={script}")
    expect(page.get_by_role("heading", name="No such job")).to_be_visible()
    ids = [start(stack, script) for _ in range(3)]
    # No reload: they come over the stream of changes.
    page.get_by_role("checkbox", name=f"Choose job {ids[0]}").check(timeout=SLOW_MS)
    page.get_by_role("checkbox", name=f"Choose job {ids[1]}").check()
    picture(page, "jobs-chosen")
    page.get_by_role("button", name="Cancel 2 jobs").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel 2 jobs").click()
    expect(page.get_by_text("Cancelled 2 jobs.")).to_be_visible()
    for job in ids[:2]:
        assert stack.wait_for(f"/jobs/{job}", ENDED)["status"] == "cancelled"
    assert stack.call("GET", f"/jobs/{ids[2]}")["status"] not in ENDED
    stack.call("POST", f"/jobs/{ids[2]}/cancel")


def test_the_page_of_a_job_tells_its_way_and_what_it_used(page: Page, pair: tuple[int, int]) -> None:
    page.goto(f"/jobs/{pair[1]}")
    expect(page.get_by_role("heading", name=f"Job #{pair[1]}")).to_be_visible()
    steps = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(steps).to_have_count(4)
    expect(steps.first).to_contain_text("started by anna")
    expect(steps.last).to_contain_text("exit 3")
    figures = page.locator("dl").first
    expect(figures).to_contain_text(re.compile(r"Peak memory[\d.]+ MB"))
    expect(figures).to_contain_text(re.compile(r"Processor time[\d.]+ m?s"))
    expect(page.get_by_text("sha256").or_(page.get_by_role("button", name="Copy digest")).first).to_be_visible()
    picture(page, "job")


def test_a_job_is_run_again_as_it_was_or_as_the_script_is_now(page: Page, stack: Stack, pair: tuple[int, int]) -> None:
    page.goto(f"/jobs/{pair[0]}")
    page.get_by_role("button", name="Run again").click()
    expect(page).not_to_have_url(re.compile(f"/jobs/{pair[0]}$"))
    expect(log(page)).to_contain_text("hello anna", timeout=SLOW_MS)
    page.goto(f"/jobs/{pair[0]}")
    page.get_by_role("button", name="Which version to run").click()
    page.get_by_role("menuitem", name="The latest version").click()
    expect(log(page)).to_contain_text("good bye anna", timeout=SLOW_MS)
    page.get_by_role("link", name="all its jobs").click()
    jobs = page.get_by_role("list", name="Jobs").get_by_role("listitem")
    expect(jobs).to_have_count(2)
    assert "version=2" in page.url


def test_two_jobs_are_compared_by_values_code_and_log(page: Page, pair: tuple[int, int]) -> None:
    page.goto(f"/jobs/{pair[1]}")
    page.get_by_role("link", name="Compare").click()
    expect(page).to_have_url(re.compile(rf"a={pair[0]}&b={pair[1]}"))
    facts = page.get_by_role("table").first
    expect(facts.get_by_role("row", name=re.compile("^Arguments"))).to_contain_text("annabela")
    expect(facts.get_by_role("row", name=re.compile("^Version"))).to_contain_text("12")
    expect(facts.get_by_role("row", name=re.compile("^Network"))).to_be_hidden()
    code = page.get_by_role("region", name="Code")
    expect(code).to_contain_text("good bye")
    logs = page.get_by_role("region", name="Logs", exact=True)
    expect(logs.get_by_role("log")).to_have_count(2)
    logs.get_by_text("Difference").click()
    expect(logs).to_contain_text("hello anna")
    expect(logs).to_contain_text("good bye bela")
    picture(page, "compare")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    page: Page, pair: tuple[int, int], flood: int, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    found: list[str] = []
    addresses = [f"/jobs/{flood}", "/jobs", "/jobs?status=lost", f"/jobs/{pair[1]}", f"/jobs/compare?b={pair[1]}"]
    for width in (1280, PHONE):
        page.set_viewport_size({"width": width, "height": 850})
        for number, address in enumerate(addresses):
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            if "/jobs/" in address:
                expect(log(page).first).to_be_visible()
            found += violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{address} is wider than {width}")
            picture(page, f"jobs-{number}-{scheme}-{width}")
    page.set_viewport_size({"width": 1280, "height": 850})
    page.emulate_media(color_scheme="light")
    assert found == []
