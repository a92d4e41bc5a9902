"""Where scripts are written: the editor's page in headless Chromium against `scripter up` with a real Docker engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from browser_rig import PHONE, SLOW_MS, Complaints, picture, until, violations, write
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from testbed.pages import settle
from testbed.stack import Stack

START = "import json\nimport tools.read\n\nprint(tools.read.double(21))\nprint(json.dumps([1]))\n"
READ = 'def double(number: int, deep: bool = False) -> int:\n    """Twice as much."""\n    return number * 2\n'
UPLOADED: FilePayload = {"name": "up.toml", "mimeType": "text/plain", "buffer": b"[a]\nb = 1\n"}


@pytest.fixture(scope="module")
def script(stack: Stack) -> int:
    """A script of a few files, on the sample's image."""
    [sample] = [one for one in stack.call("GET", "/scripts")["items"] if one["name"] == "Sample hello"]
    files = [
        {"path": "main.py", "content": START},
        {"path": "tools/read.py", "content": READ},
        {"path": "tools/__init__.py", "content": ""},
        {"path": "notes.md", "content": "# Notes\n\nSome *words*.\n"},
    ]
    body = {"name": "Workshop", "image_id": sample["image"]["id"], "files": files}
    return int(stack.call("POST", "/scripts", body)["id"])


@pytest.fixture(scope="module")
def page(anna: BrowserContext, script: int, complaints: Complaints) -> Page:
    return opened(anna, script, complaints)


def opened(anna: BrowserContext, script: int, complaints: Complaints) -> Page:
    page = anna.new_page()
    complaints.watch(page)
    page.goto(f"/scripts/{script}")
    expect(code(page)).to_be_visible()
    return page


def code(page: Page, path: str = "main.py") -> Locator:
    return page.get_by_role("textbox", name=f"Code of {path}", exact=True)


def place(page: Page) -> Locator:
    """Where the cursor is, as the line below the code says it."""
    return page.locator(".cm-status-place")


def ask(page: Page, deed: Callable[[], object], there: Locator, *, asked: bool = False) -> None:
    """Help that comes too late even for the page is asked for again, as a person would; `asked`: it has been already."""
    for number in range(8):
        if number or not asked:
            deed()
        try:
            expect(there).to_be_visible(timeout=15_000)
        except AssertionError:
            continue
        return
    pytest.fail("No help came.")


KEPT = """(start) => new Promise((resolve) => {
  const opening = indexedDB.open("scripter", 1);
  opening.onsuccess = () => {
    const database = opening.result;
    const asked = database.transaction("kept").objectStore("kept").getAll(IDBKeyRange.bound(start, start + "\\uffff"));
    asked.onsuccess = () => {
      database.close();
      resolve(asked.result.flatMap(({ files }) => files.map((file) => file.content)).join(""));
    };
  };
})"""


def wait_for_kept(page: Page, script: int, text: str) -> None:
    """Until the browser's own database holds what was written."""
    until(page, lambda: text in page.evaluate(KEPT, f"script:{script}:"), f"{text} is kept")


def test_problems_show_while_one_types_and_are_mended_by_a_click(page: Page) -> None:
    write(page, "main.py", "import os\nprint(nobody)\n")
    expect(page.locator(".cm-lintRange-error")).to_have_text("nobody")
    expect(page.get_by_role("button", name="1 error, 1 warning")).to_be_visible()
    picture(page, "editor-problems")
    page.get_by_role("button", name="1 error, 1 warning").click()
    page.get_by_role("button", name=re.compile("Remove unused import")).click()
    expect(code(page)).not_to_contain_text("import os")
    expect(page.get_by_role("button", name="1 error", exact=True)).to_be_visible()


def test_names_are_completed_calls_explained_and_definitions_found(page: Page) -> None:
    write(page, "main.py", START + "tools.read.dou")
    names = page.locator(".cm-tooltip-autocomplete")
    ask(page, lambda: page.keyboard.press("Control+Space"), names)
    expect(names.get_by_role("option", name="double")).to_have_attribute("aria-selected", "true")
    picture(page, "editor-completion")
    # The editor takes an Enter within 75 ms of the list's coming for one that was meant for the text.
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    expect(code(page).locator(".cm-line").last).to_have_text("tools.read.double")
    expect(names).to_have_count(0)
    signature = page.locator(".cm-signature")
    page.keyboard.type("(")

    def again() -> None:
        page.keyboard.type("1")
        page.keyboard.press("Backspace")

    ask(page, again, signature, asked=True)
    expect(signature).to_contain_text("double(number: int, deep: bool=False)")
    expect(signature.locator("b")).to_have_text("number: int")
    picture(page, "editor-signature")
    page.keyboard.press("Escape")
    expect(signature).to_have_count(0)
    ask(page, lambda: page.get_by_text("dumps").first.hover(), page.locator(".cm-hover"))
    expect(page.locator(".cm-hover")).to_contain_text("JSON formatted")
    page.mouse.move(0, 0)
    expect(page.locator(".cm-hover")).to_have_count(0)
    word = code(page).get_by_text("double").first
    ask(page, lambda: word.click(modifiers=["Control"]), code(page, "tools/read.py"))
    expect(page.get_by_role("button", name="read.py", exact=True)).to_have_attribute("aria-current", "true")
    expect(place(page)).to_have_text("Line 1, column 5")
    expect(code(page, "tools/read.py")).to_be_focused()


def test_a_file_is_laid_out_and_what_is_no_python_is_left_alone(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^main\.py")).click()
    write(page, "main.py", "print( 'a' )\n")
    code(page).press("Shift+Alt+F")
    expect(code(page)).to_have_text('print("a")')
    write(page, "main.py", "print(\n")
    code(page).press("Shift+Alt+F")
    expect(page.get_by_text(re.compile("A mistake of syntax stands in the way: line"))).to_be_visible()


def test_files_and_folders_are_made_moved_and_deleted_with_the_keyboard_and_come_back(page: Page) -> None:
    tree = page.get_by_role("tree", name="Files")
    folder = tree.get_by_role("treeitem", name="data")
    page.get_by_role("button", name="New folder").press("Enter")
    page.get_by_role("textbox", name="Folder name").fill("data")
    page.get_by_role("textbox", name="Folder name").press("Enter")
    expect(folder).to_be_focused()
    page.get_by_role("button", name="New file").press("Enter")
    page.get_by_role("textbox", name="File name").fill("data/table.json")
    page.get_by_role("textbox", name="File name").press("Enter")
    expect(code(page, "data/table.json")).to_be_focused()
    page.keyboard.insert_text('{"a": 1}')
    tree.get_by_role("treeitem", name="table.json (not saved)").press("F2")
    page.get_by_role("textbox", name="File name").fill("data/list.json")
    page.get_by_role("textbox", name="File name").press("Enter")
    row = tree.get_by_role("treeitem", name="list.json (not saved)")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowLeft")  # to its folder
    expect(folder).to_be_focused()
    page.keyboard.press("ArrowLeft")  # which closes
    expect(row).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(row).to_be_visible()
    page.keyboard.press("Delete")
    expect(folder).to_have_count(0)
    expect(tree.locator(":focus")).to_have_count(1)  # the row that was below
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload files").click()
    chooser.value.set_files(UPLOADED)
    expect(code(page, "up.toml")).to_contain_text("b = 1")
    page.keyboard.press("Control+Shift+F")
    page.get_by_role("textbox", name="Search in files").fill("TWICE as")
    expect(page.get_by_text("1 hit in 1 file")).to_be_visible()
    picture(page, "editor-search")
    page.get_by_role("list", name="Hits").get_by_role("button").click()
    expect(code(page, "tools/read.py")).to_be_focused()
    expect(place(page)).to_have_text("Line 2, column 8")
    page.get_by_role("button", name="Back to the files").click()
    for name in ("up.toml", "data/list.json", "tools/read.py"):
        page.get_by_role("button", name=f"Close {name}").click()
    expect(code(page)).to_be_visible()


def test_what_stands_in_the_editor_is_run_without_becoming_what_others_run(
    page: Page, script: int, stack: Stack
) -> None:
    write(page, "main.py", "import tools.read\nprint('the draft')\ntools.read.double()\n")
    code(page).press("Control+Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("the draft", timeout=SLOW_MS)
    expect(log).to_contain_text("TypeError", timeout=SLOW_MS)
    expect(page.get_by_text("exit 1").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Not saved yet", exact=True)).to_be_visible()
    assert stack.call("GET", f"/scripts/{script}")["version"]["number"] == 1
    picture(page, "editor-run")
    log.get_by_role("button", name=re.compile(r'File ".*main\.py", line 3')).click()
    expect(place(page)).to_have_text("Line 3, column 1")
    expect(code(page)).to_be_focused()
    write(
        page, "main.py", "import time\nfor n in range(6000):\n    print('tick', n, flush=True)\n    time.sleep(0.2)\n"
    )
    code(page).press("Control+Enter")
    expect(log).to_contain_text("tick", timeout=SLOW_MS)
    page.get_by_role("button", name=re.compile("^(Cancel|Stop)")).first.click()
    expect(page.get_by_text("cancelled by anna").first).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Close the log").click()
    expect(log).to_have_count(0)


def test_work_survives_the_death_of_its_tab(
    page: Page, anna: BrowserContext, script: int, complaints: Complaints
) -> None:
    other = opened(anna, script, complaints)
    write(other, "main.py", "print('nearly lost')\n")
    wait_for_kept(other, script, "nearly lost")
    other.close(run_before_unload=False)  # killed: nothing of the page's own runs
    again = opened(anna, script, complaints)
    # Of the dead tab. The first one is open, and keeps its own.
    expect(again.get_by_text("There is work of yours that was not saved")).to_have_count(1)
    again.get_by_role("button", name="What differs").click()
    expect(again.get_by_label("Changed files").get_by_role("button")).to_have_count(1)
    expect(again.get_by_role("textbox", name="main.py, Not saved")).to_contain_text("nearly lost")
    picture(again, "editor-recovery")
    again.get_by_role("dialog").get_by_role("button", name="Restore it").click()
    expect(code(again)).to_have_text("print('nearly lost')")
    expect(again.get_by_text("Not saved yet", exact=True)).to_be_visible()
    expect(again.get_by_role("button", name="Let it go")).to_have_count(0)
    wait_for_kept(page, script, "tick")
    again.close()


def test_two_people_who_edit_one_script_bring_their_work_together(
    browser: Browser, stack: Stack, page: Page, script: int, complaints: Complaints, anna: BrowserContext
) -> None:
    mine = "one\ntwo = 2\nthree\nfour\nfive\n"
    page.reload()
    for _ in ("that of the tab which was closed", "its own"):
        page.get_by_role("button", name="Let it go").click()
    expect(page.get_by_role("button", name="Let it go")).to_have_count(0)
    write(page, "main.py", mine)
    page.get_by_role("textbox", name="What changed").fill("numbers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Version \d+$")).first).to_be_visible()
    with_another = browser.new_context(base_url=stack.url, storage_state=anna.storage_state())
    theirs = opened(with_another, script, complaints)
    write(theirs, "main.py", mine.replace("two = 2", "two = 'theirs'").replace("five", "five = 5"))
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_text(re.compile("^Saved as version"))).to_be_visible()
    with_another.close()
    expect(page.get_by_role("button", name=re.compile("^Load version"))).to_be_visible()
    complaints.expected.append(r"409 POST .*/versions$")  # the refusal that all of this is about
    write(page, "main.py", mine.replace("two = 2", "two = 'mine'").replace("one", "one = 1"))
    code(page).press("Control+s")
    dialog = page.get_by_role("dialog", name="Somebody saved a newer version")
    expect(dialog.get_by_text("1 place needs your word.")).to_be_visible()
    outcome = dialog.get_by_role("textbox", name="Outcome of main.py")
    expect(outcome).to_contain_text("one = 1")
    expect(outcome).to_contain_text("five = 5")
    expect(outcome).to_contain_text("<<<<<<< mine")
    expect(dialog.get_by_role("button", name="Save as a new version")).to_be_disabled()
    picture(page, "editor-merge")
    assert violations(page) == []
    dialog.get_by_text("What they changed").click()
    expect(dialog.get_by_role("textbox", name=re.compile(r"main\.py, Version \d+")).last).to_contain_text("theirs")
    dialog.get_by_role("button", name="Take both").click()
    expect(dialog.get_by_text("Nothing collides any more.")).to_be_visible()
    dialog.get_by_role("button", name="Save as a new version").click()
    expect(dialog).to_have_count(0)
    expect(code(page)).to_contain_text("two = 'mine'")
    expect(code(page)).to_contain_text("two = 'theirs'")
    expect(code(page)).to_contain_text("five = 5")


def test_versions_are_compared_restored_run_and_lead_to_their_jobs(page: Page, script: int, stack: Stack) -> None:
    page.get_by_role("tab", name="Versions").click()
    rows = page.get_by_role("list", name="Versions").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("live")
    page.get_by_role("checkbox", name="Also what was only tried").check()
    expect(rows).to_have_count(6)
    picture(page, "versions")
    page.get_by_role("button", name="Compare with live: version 1").click()
    expect(page).to_have_url(re.compile(r"version=6&against=1"))
    pair = page.get_by_role("region", name="Compare versions")
    expect(pair.get_by_role("navigation", name="Changed files")).to_contain_text("main.py")
    pair.get_by_role("combobox", name="To").select_option("Version 4: numbers")
    expect(page).to_have_url(re.compile(r"version=4&against=1"))
    expect(pair.get_by_role("textbox", name="main.py, Version 4")).to_contain_text("two = 2")
    pair.get_by_role("button", name="Swap the two versions").click()
    expect(page).to_have_url(re.compile(r"version=1&against=4"))
    expect(pair.get_by_role("textbox", name="main.py, Version 1")).to_contain_text("import json")
    picture(page, "versions-compared")
    page.get_by_role("button", name="Restore version 1").click()
    asked = page.get_by_role("dialog", name="Restore version 1?")
    asked.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_text(re.compile("Version 1 is live again, as version"))).to_be_visible()
    assert stack.call("GET", f"/scripts/{script}/files")["items"][0]["content"] == START
    page.get_by_role("tab", name="Editor").click()
    page.get_by_role("button", name=re.compile("^Load version")).click()
    expect(code(page)).to_contain_text("tools.read.double(21)")
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Run version 1", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("42", timeout=SLOW_MS)
    page.goto(f"/scripts/{script}/versions")
    page.get_by_role("link", name="Jobs of version 1", exact=True).click()
    expect(page).to_have_url(re.compile(r"/jobs\?script=\d+&version=1"))
    expect(page.get_by_role("link", name=re.compile(r"#\d+$"))).to_have_count(1)


def test_axe_finds_nothing_in_either_scheme_and_a_phone_is_wide_enough(page: Page, script: int) -> None:
    schemes: list[Literal["light", "dark"]] = ["light", "dark"]
    found = []
    for address in (f"/scripts/{script}", f"/scripts/{script}/versions?version=4&against=1"):
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            page.goto(address)
            settle(page)
            expect(page.locator(".cm-content:visible").first).to_be_visible()
            found += violations(page)
            picture(page, f"editor-{scheme}{re.sub('[^a-z]+', '-', address)}")
        page.set_viewport_size({"width": PHONE, "height": 844})
        found += [f"{address} is too wide"] if page.evaluate("document.documentElement.scrollWidth") > PHONE else []
        picture(page, f"editor-phone{re.sub('[^a-z]+', '-', address)}")
        page.set_viewport_size({"width": 1280, "height": 850})
    page.emulate_media(color_scheme="light")
    assert found == []


def test_on_a_phone_one_chooses_a_file_and_runs_the_script(page: Page, script: int) -> None:
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.goto(f"/scripts/{script}")
    expect(code(page)).to_be_visible()
    tree = page.get_by_role("tree", name="Files")
    expect(tree).to_be_hidden()
    page.get_by_role("button", name="Files of this script or image").click()
    picture(page, "editor-phone-files")
    tree.get_by_role("treeitem", name="notes.md").click()
    expect(tree).to_be_hidden()
    expect(code(page, "notes.md")).to_be_visible()
    save, run = (page.get_by_role("button", name=name, exact=True) for name in ("Save", "Run"))
    middles = [box["y"] + box["height"] / 2 for box in (save.bounding_box(), run.bounding_box()) if box]
    assert middles == [pytest.approx(middles[0], abs=1)] * 2
    run.click()
    expect(page.get_by_role("log")).to_contain_text("42", timeout=SLOW_MS)
    picture(page, "editor-phone")
    page.set_viewport_size({"width": 1280, "height": 850})


def test_a_script_that_is_deleted_is_asked_for_no_more(page: Page, script: int, stack: Stack) -> None:
    page.goto(f"/scripts/{script}/settings")
    page.get_by_role("button", name="Delete script").click()
    page.get_by_role("dialog", name="Delete Workshop?").get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(re.compile("/scripts$"))
    expect(page.get_by_role("link", name="Sample hello")).to_be_visible()
    expect(page.get_by_role("link", name="Workshop")).to_have_count(0)
    assert script not in [one["id"] for one in stack.call("GET", "/scripts")["items"]]
