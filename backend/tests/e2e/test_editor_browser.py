"""Where scripts are written: the editor's page in headless Chromium against `scripter up` with a real Docker engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from browser_rig import SLOW_MS, Complaints, chromium, person, picture, violations
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import testbed
from testbed.stack import Stack, embedded

MAIN = "Code of main.py"
START = "import json\nimport tools.read\n\nprint(tools.read.double(21))\nprint(json.dumps([1]))\n"
READ = 'def double(number: int, deep: bool = False) -> int:\n    """Twice as much."""\n    return number * 2\n'


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with embedded(services, tmp_path_factory.mktemp("editor")) as stack:
        stack.set_up("up")
        yield stack


@pytest.fixture(scope="module")
def browser(services: testbed.Services) -> Iterator[Browser]:
    with chromium(services) as browser:
        yield browser


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture(scope="module")
def anna(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A person's browser, logged in. The tests of this module are one journey, in their order."""
    expect.set_options(timeout=30_000)
    with person(browser, stack) as anna:
        anna.set_default_timeout(30_000)
        yield anna
    expect.set_options(timeout=5_000)


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
    expect(page.get_by_role("textbox", name=MAIN)).to_be_visible()
    return page


@pytest.fixture(autouse=True)
def no_complaints(complaints: Complaints) -> Iterator[None]:
    yield
    assert complaints.seen == []


def code(page: Page, path: str = "main.py") -> Locator:
    return page.get_by_role("textbox", name=f"Code of {path}")


def write(page: Page, text: str, path: str = "main.py") -> None:
    """Replace what stands in the editor."""
    code(page, path).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def until(page: Page, deed: Callable[[], object], there: Locator, *, asked: bool = False) -> None:
    """Help that comes too late is not shown: it is asked for again, as a person would; `asked`: it has been already."""
    for number in range(40):
        if number or not asked:
            deed()
        try:
            expect(there).to_be_visible(timeout=2_500)
        except AssertionError:
            continue
        return
    pytest.fail("No help came.")


KEPT = """(name) => new Promise((resolve) => {
  const opening = indexedDB.open("scripter", 1);
  opening.onsuccess = () => {
    const database = opening.result;
    const asked = database.transaction("kept").objectStore("kept").get(name);
    asked.onsuccess = () => {
      database.close();
      resolve((asked.result?.files ?? []).map((file) => file.content).join(""));
    };
  };
})"""


def wait_for_kept(page: Page, script: int, text: str) -> None:
    """Until the browser's own database holds what was written."""
    while text not in page.evaluate(KEPT, f"script:{script}"):
        page.wait_for_timeout(50)


def test_problems_show_while_one_types_and_are_mended_by_a_click(page: Page) -> None:
    write(page, "import os\nprint(nobody)\n")
    expect(page.locator(".cm-lintRange-error")).to_have_text("nobody", timeout=SLOW_MS)
    expect(page.get_by_role("button", name="1 error, 1 warning")).to_be_visible()
    picture(page, "editor-problems")
    page.get_by_role("button", name="1 error, 1 warning").click()
    page.get_by_role("button", name=re.compile("Remove unused import")).click()
    expect(code(page)).not_to_contain_text("import os")
    expect(page.get_by_role("button", name="1 error", exact=True)).to_be_visible(timeout=SLOW_MS)


def test_names_are_completed_calls_explained_and_definitions_found(page: Page) -> None:
    write(page, START + "tools.read.dou")
    names = page.locator(".cm-tooltip-autocomplete")
    until(page, lambda: page.keyboard.press("Control+Space"), names)
    expect(names.get_by_role("option", name="double")).to_be_visible()
    picture(page, "editor-completion")
    page.keyboard.press("Enter")
    expect(code(page)).to_contain_text("tools.read.double")
    signature = page.locator(".cm-signature")
    page.keyboard.type("(")

    def again() -> None:
        page.keyboard.type("1")
        page.keyboard.press("Backspace")

    until(page, again, signature, asked=True)
    expect(signature).to_contain_text("double(number: int, deep: bool=False)")
    expect(signature.locator("b")).to_have_text("number: int")
    picture(page, "editor-signature")
    page.keyboard.press("Escape")
    expect(signature).to_have_count(0)
    until(page, lambda: page.get_by_text("dumps").first.hover(), page.locator(".cm-hover"))
    expect(page.locator(".cm-hover")).to_contain_text("JSON formatted")
    page.mouse.move(0, 0)
    word = code(page).get_by_text("double").first
    until(page, lambda: word.click(modifiers=["Control"]), code(page, "tools/read.py"))
    expect(page.get_by_role("button", name="read.py", exact=True)).to_have_attribute("aria-current", "true")
    expect(page.locator(".cm-status-place")).to_have_text("Line 1, column 5")


def test_a_file_is_laid_out_and_what_is_no_python_is_left_alone(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^main\.py")).click()
    write(page, "print( 'a' )\n")
    page.keyboard.press("Shift+Alt+F")
    expect(code(page)).to_have_text('print("a")', timeout=SLOW_MS)
    write(page, "print(\n")
    page.keyboard.press("Shift+Alt+F")
    expect(page.get_by_text(re.compile("A mistake of syntax stands in the way: line"))).to_be_visible(timeout=SLOW_MS)


def test_files_and_folders_are_made_moved_and_deleted_with_the_keyboard_and_come_back(page: Page) -> None:
    tree = page.get_by_role("tree", name="Files")
    page.get_by_role("button", name="New folder").click()
    page.get_by_role("textbox", name="Folder name").fill("data")
    page.keyboard.press("Enter")
    expect(tree.get_by_role("treeitem", name="data")).to_be_visible()
    page.get_by_role("button", name="New file").click()
    page.get_by_role("textbox", name="File name").fill("data/table.json")
    page.keyboard.press("Enter")
    write(page, '{"a": 1}', "data/table.json")
    row = tree.get_by_role("treeitem", name="table.json (not saved)")
    row.focus()
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="File name").fill("data/list.json")
    page.keyboard.press("Enter")
    row = tree.get_by_role("treeitem", name="list.json (not saved)")
    row.focus()
    page.keyboard.press("ArrowLeft")  # to its folder
    page.keyboard.press("ArrowLeft")  # which closes
    expect(row).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(row).to_be_visible()
    page.keyboard.press("Delete")
    expect(tree.get_by_role("treeitem", name="data")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload files").click()
    chooser.value.set_files([{"name": "up.toml", "mimeType": "text/plain", "buffer": b"[a]\nb = 1\n"}])
    expect(code(page, "up.toml")).to_contain_text("b = 1")
    page.keyboard.press("Control+Shift+F")
    page.get_by_role("textbox", name="Search in files").fill("TWICE as")
    expect(page.get_by_text("1 hit in 1 file")).to_be_visible()
    picture(page, "editor-search")
    page.get_by_role("list", name="Hits").get_by_role("button").click()
    expect(code(page, "tools/read.py")).to_be_visible()
    expect(page.locator(".cm-status-place")).to_have_text("Line 2, column 8")
    page.get_by_role("button", name="Back to the files").click()
    for name in ("up.toml", "data/list.json", "tools/read.py"):
        page.get_by_role("button", name=f"Close {name}").click()
    expect(code(page)).to_be_visible()


def test_what_stands_in_the_editor_is_run_without_becoming_what_others_run(
    page: Page, script: int, stack: Stack
) -> None:
    write(page, "import tools.read\nprint('the draft')\ntools.read.double()\n")
    code(page).press("Control+Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("the draft", timeout=SLOW_MS)
    expect(log).to_contain_text("TypeError", timeout=SLOW_MS)
    expect(page.get_by_text("Not saved yet", exact=True)).to_be_visible()
    assert stack.call("GET", f"/scripts/{script}")["version"]["number"] == 1
    picture(page, "editor-run")
    log.get_by_role("button", name=re.compile(r'File ".*main\.py", line 3')).click()
    expect(page.locator(".cm-status-place")).to_have_text("Line 3, column 1")
    expect(code(page)).to_be_focused()
    write(page, "import time\nfor n in range(600):\n    print('tick', n, flush=True)\n    time.sleep(0.2)\n")
    code(page).press("Control+Enter")
    expect(log).to_contain_text("tick 3", timeout=SLOW_MS)
    page.get_by_role("button", name=re.compile("^(Cancel|Stop)")).first.click()
    expect(page.get_by_text("cancelled by anna").first).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("button", name="Close the log").click()
    expect(log).to_have_count(0)


def test_work_survives_the_death_of_its_tab(
    page: Page, anna: BrowserContext, script: int, complaints: Complaints
) -> None:
    other = opened(anna, script, complaints)
    other.get_by_role("button", name="Let it go").click()  # the first tab's
    write(other, "print('nearly lost')\n")
    wait_for_kept(other, script, "nearly lost")
    other.close(run_before_unload=False)  # killed: nothing of the page's own runs
    again = opened(anna, script, complaints)
    expect(again.get_by_text("There is work of yours that was not saved")).to_be_visible()
    again.get_by_role("button", name="What differs").click()
    expect(again.get_by_label("Changed files").get_by_role("button")).to_have_count(1)
    expect(again.get_by_role("textbox", name="main.py, Not saved")).to_contain_text("nearly lost")
    picture(again, "editor-recovery")
    again.get_by_role("dialog").get_by_role("button", name="Restore it").click()
    expect(code(again)).to_have_text("print('nearly lost')")
    expect(again.get_by_text("Not saved yet", exact=True)).to_be_visible()
    again.close()


def test_two_people_who_edit_one_script_bring_their_work_together(
    browser: Browser, stack: Stack, page: Page, script: int, complaints: Complaints, anna: BrowserContext
) -> None:
    mine = "one\ntwo = 2\nthree\nfour\nfive\n"
    page.reload()
    expect(code(page)).to_be_visible()
    page.get_by_role("button", name="Let it go").click()
    write(page, mine)
    page.get_by_role("textbox", name="What changed").fill("numbers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Version \d+$")).first).to_be_visible()
    with_another = browser.new_context(base_url=stack.url, storage_state=anna.storage_state())
    theirs = opened(with_another, script, complaints)
    write(theirs, mine.replace("two = 2", "two = 'theirs'").replace("five", "five = 5"))
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_text(re.compile("^Saved as version"))).to_be_visible()
    with_another.close()
    complaints.expected.append(r"409 POST .*/versions$")  # the refusal that all of this is about
    write(page, mine.replace("two = 2", "two = 'mine'").replace("one", "one = 1"))
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
    dialog.get_by_role("button", name="What they changed").or_(dialog.get_by_text("What they changed")).first.click()
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
    page.get_by_role("button", name="Compare version 1 with the live one").click()
    expect(page).to_have_url(re.compile(r"version=\d+&against=1"))
    changed = page.get_by_role("navigation", name="Changed files")
    expect(changed).to_contain_text("main.py")
    picture(page, "versions-compared")
    page.get_by_role("button", name="Restore version 1").click()
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
