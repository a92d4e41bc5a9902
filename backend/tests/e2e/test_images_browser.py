"""Images by clicking, in headless Chromium, against `scripter up` with a real Docker engine: one journey, in its order."""

from __future__ import annotations

import re
import secrets
from typing import Literal

import pytest
from browser_rig import PHONE, SLOW_MS, Complaints, picture, violations, write
from playwright.sync_api import BrowserContext, Locator, Page, expect

from testbed.pages import settle
from testbed.stack import Stack

MARK = secrets.token_hex(4)
BASE = "FROM python:3.11-slim\n"
# A package as its own description says it is there; nothing has to be fetched for it.
EXTRA = (
    "RUN mkdir -p /usr/lib/python3/dist-packages/extra-1.0.dist-info"
    " && printf 'Name: extra\\nVersion: 1.0\\n' > /usr/lib/python3/dist-packages/extra-1.0.dist-info/METADATA\n"
)


@pytest.fixture(scope="module")
def page(anna: BrowserContext, complaints: Complaints) -> Page:
    """Somebody who looks at the images."""
    # A version is not brought back while the image is ready: refused, and shown as such.
    complaints.expected.append("^409 POST .*/restore$")
    page = complaints.watch(anna.new_page())
    page.goto("/images")
    return page


def dockerfile(page: Page, text: str) -> None:
    """Replace what stands in the Dockerfile."""
    write(page, "Dockerfile", text)


def save(page: Page, message: str) -> None:
    page.get_by_role("textbox", name="What changed").fill(message)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def build(page: Page) -> None:
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("tab", name="Builds")).to_have_attribute("aria-selected", "true")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def asked(page: Page, deed: str, title: str) -> Locator:
    """The question that comes with the button of this name."""
    page.get_by_role("button", name=deed, exact=True).click()
    return page.get_by_role("dialog", name=title)


def destroy(page: Page) -> None:
    dialog = asked(page, "Destroy", "Destroy what was built of tools?")
    dialog.get_by_role("button", name="Destroy built image").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("dormant", exact=True).first).to_be_visible()


def test_an_image_begins_with_a_template_that_is_chosen_with_the_keyboard(page: Page) -> None:
    page.get_by_role("link", name="New image").first.click()
    page.get_by_role("radio", name="Plain Python").press("ArrowDown")
    expect(page.get_by_role("radio", name="Data and tables")).to_be_checked()
    expect(page.get_by_role("textbox", name="Packages")).to_have_value(re.compile("pandas"))
    expect(page).to_have_url(re.compile("template=data"))
    picture(page, "images-new")
    page.get_by_role("radio", name="Data and tables").press("ArrowUp")
    expect(page.get_by_role("textbox", name="Packages")).to_have_value("")
    page.get_by_role("textbox", name="Name").fill("tools")
    page.get_by_role("textbox", name="Description").fill("What the nightly scripts need.")
    page.get_by_role("textbox", name="Description").press("Enter")
    expect(page.get_by_role("heading", name="tools")).to_be_visible()
    expect(page.get_by_text("No problems found")).to_be_visible()


def test_problems_are_told_while_one_types_and_lead_to_their_line(page: Page) -> None:
    dockerfile(page, f'{BASE}RUN sudo ls\nCOPY nowhere.txt /srv/\nENTRYPOINT ["x"]\n')
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("1 error, 1 warning and 1 note")
    expect(problems.get_by_role("listitem").first).to_contain_text(
        "There is no file nowhere.txt among the image's files."
    )
    expect(page.locator(".cm-lint-marker").first).to_be_visible()
    picture(page, "images-problems")
    problems.get_by_role("button", name=re.compile("sudo")).click()
    expect(page.locator(".cm-status-place")).to_have_text("Line 2, column 1")
    expect(page.get_by_role("textbox", name="Code of Dockerfile")).to_be_focused()
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text("RUN true")
    expect(problems).to_contain_text("1 error and 1 note")
    dockerfile(page, f"{BASE}RUN echo {MARK} && frobnicate --now\n")
    expect(problems).to_contain_text("No problems found")
    save(page, "a program that is not there")


def test_a_build_that_fails_opens_its_step_with_the_error_in_plain_words(page: Page) -> None:
    build(page)
    failed = page.get_by_role("list", name="Steps").get_by_role("listitem").last
    expect(failed).to_contain_text(re.compile("frobnicate.*not found"), timeout=SLOW_MS)
    expect(failed).to_contain_text("Line 2 of the Dockerfile.")
    expect(failed.get_by_role("region")).to_contain_text(MARK)
    first = page.get_by_role("list", name="Steps").get_by_role("button").first
    expect(first).to_have_attribute("aria-expanded", "false")
    picture(page, "images-failed")
    page.get_by_text("Whole log").click()
    expect(page.get_by_role("log")).to_contain_text(MARK)
    expect(page).to_have_url(re.compile("view=log"))
    page.get_by_text("Steps", exact=True).click()


def test_a_good_build_is_followed_live_and_lists_its_packages(page: Page) -> None:
    tab(page, "Files")
    dockerfile(page, f"{BASE}RUN echo {MARK} $((40 + 2)) && sleep 12 && echo over\n")
    save(page, "without it")
    build(page)
    running = page.get_by_role("listitem").filter(has=page.get_by_role("img", name="running"))
    expect(running).to_contain_text(f"{MARK} 42", timeout=SLOW_MS)
    picture(page, "images-running")
    expect(page.get_by_text("ready", exact=True).first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("This is the first good build")).to_be_visible()
    tab(page, "Packages")
    page.get_by_role("textbox", name="Search packages").fill("PIP")
    table = page.get_by_role("region", name="Packages in the image")
    expect(table.get_by_role("cell", name="pip", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Search packages").fill("no such thing")
    expect(page.get_by_text("No package has “no such thing” in its name.")).to_be_visible()
    page.get_by_role("textbox", name="Search packages").fill("")
    expect(page.get_by_role("list", name="Layers").get_by_role("listitem").first).to_be_visible()
    picture(page, "images-packages")


def test_who_uses_it_is_told_before_it_is_destroyed(page: Page, stack: Stack) -> None:
    [image] = [one for one in stack.call("GET", "/images")["items"] if one["name"] == "tools"]
    script = stack.call("POST", "/scripts", {"name": "nightly", "image_id": image["id"]})
    stack.call("POST", "/schedules", {"script_id": script["id"], "cron": "0 3 * * *"})
    tab(page, "Used by")
    expect(page.get_by_role("list", name="Scripts on this image")).to_contain_text("nightly")
    expect(page.get_by_role("list", name="Schedules of those scripts")).to_contain_text("next")
    expect(page.get_by_text("No job waits or runs on it now.")).to_be_visible()
    picture(page, "images-uses")
    tab(page, "Versions")
    dialog = asked(page, "Restore version 1", "Restore version 1?")
    dialog.get_by_role("button", name="Restore", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Destroy the image first")
    dialog.press("Escape")
    expect(dialog).to_have_count(0)
    dialog = asked(page, "Destroy", "Destroy what was built of tools?")
    expect(dialog).to_contain_text("1 schedule of theirs will miss what is due until then.")
    picture(page, "images-destroy")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_have_count(0)
    destroy(page)


def test_what_has_changed_since_the_last_good_build_is_told(page: Page) -> None:
    tab(page, "Files")
    dockerfile(page, f"{BASE}RUN echo {MARK} $((40 + 2)) && sleep 12 && echo over\n{EXTRA}")
    save(page, "one package more")
    build(page)
    changed = page.get_by_role("region", name=re.compile(r"Changed since build \d"))
    expect(changed).to_contain_text("extra 1.0", timeout=SLOW_MS)
    expect(changed).to_contain_text("Dockerfile")
    picture(page, "images-changes")
    changed.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("Compare versions")).to_be_visible()
    expect(page.locator(".cm-mergeView").get_by_text("extra-1.0.dist-info").first).to_be_visible()
    picture(page, "images-compare")
    pair = page.get_by_role("region", name="Compare versions")
    pair.get_by_role("combobox", name="From").select_option("Version 2: a program that is not there")
    expect(page).to_have_url(re.compile("before=2&after=4"))
    expect(pair.get_by_text("frobnicate")).to_be_visible()


def test_an_earlier_version_is_restored_and_the_editor_shows_it(page: Page) -> None:
    destroy(page)
    asked(page, "Restore version 2", "Restore version 2?").get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_role("textbox", name="Code of Dockerfile")).to_contain_text("frobnicate")
    tab(page, "Versions")
    versions = page.get_by_role("list", name="Versions").get_by_role("listitem")
    expect(versions.first).to_contain_text("Version 5 (now)")
    expect(versions.first).to_contain_text("Version 2 again")
    picture(page, "images-versions")


PARTS = ("files", "builds", "packages", "versions?before=2&after=4", "uses", "settings")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    here = page.url.split("/images/")[1].split("/")[0]
    found = []
    for address in ("/images", "/images/new", *(f"/images/{here}/{part}" for part in PARTS)):
        page.goto(address)
        settle(page)
        found += violations(page)
        picture(page, f"images-{scheme}{re.sub('[^a-z]+', '-', address)}")
    page.emulate_media(color_scheme="light")
    assert found == []


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    here = page.url.split("/images/")[1].split("/")[0]
    page.set_viewport_size({"width": PHONE, "height": 844})
    wide = []
    for address in ("/images", "/images/new", *(f"/images/{here}/{part}" for part in PARTS)):
        page.goto(address)
        settle(page)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE:
            wide.append(address)
        picture(page, f"images-phone{re.sub('[^a-z]+', '-', address)}")
    page.set_viewport_size({"width": 1280, "height": 850})
    assert wide == []


def test_deleting_names_what_is_lost_and_is_refused_while_a_script_uses_it(page: Page, stack: Stack) -> None:
    page.goto(page.url.split("?")[0].rsplit("/", 1)[0] + "/settings")
    [script] = [one for one in stack.call("GET", "/scripts")["items"] if one["name"] == "nightly"]
    stack.call("DELETE", f"/scripts/{script['id']}")
    dialog = asked(page, "Delete image", "Delete tools?")
    expect(dialog).to_contain_text("Deleted are 5 versions of its files and 3 builds with their logs.")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="Images")).to_be_visible()
    expect(page.get_by_role("link", name="tools")).to_have_count(0)
