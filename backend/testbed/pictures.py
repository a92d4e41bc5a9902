"""`python -m testbed.pictures [DIRECTORY] [PAGE ...]`: a picture of every page, light, dark and on a phone, of a
Scripter of its own with something to see."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

import testbed
from testbed import demo, pages
from testbed.demo import Things
from testbed.pages import FRONTEND, INSIDE, OUTSIDE, Shown
from testbed.person import NAME, PASSWORD
from testbed.stack import Stack

DIRECTORY = FRONTEND / "screenshots"

Look = tuple[str, Literal["light", "dark"], int, int]
LOOKS: tuple[Look, ...] = (("light", "light", 1280, 850), ("dark", "dark", 1280, 850), ("phone", "light", 390, 844))


def main() -> None:
    """All pages, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m testbed.pictures", description="Makes a picture of every page.")
    parser.add_argument("directory", nargs="?", type=Path, default=DIRECTORY)
    parser.add_argument("page", nargs="*", help="Only pages of these names.")
    asked = parser.parse_args()
    asked.directory.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="scripter-pictures-") as directory,
        pages.browser(testbed.services().chromium) as browser,
        living(Path(directory)) as stack,
    ):
        setup = stack.setup_link("up")
        _take_outside(browser, stack, setup, asked.directory)
        stack.set_up("up")
        things = demo.fill(stack, stack.data)
        chosen = [one for one in INSIDE if not asked.page or one.name in asked.page]
        for look in LOOKS:
            _take(browser, stack, things, chosen, look, asked.directory)


@contextmanager
def living(directory: Path) -> Iterator[Stack]:
    """`scripter up` with the local runner: pages look the same with every runner, and this one is everywhere."""
    stack = Stack(directory, {"SCRIPTER_RUNNER__KIND": "local"})
    stack.start("up")
    try:
        yield stack
    finally:
        stack.close()


@contextmanager
def _opened(browser: Browser, stack: Stack, look: Look) -> Iterator[Page]:
    _, scheme, width, height = look
    context = browser.new_context(
        base_url=stack.url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def _take_outside(browser: Browser, stack: Stack, setup: str, directory: Path) -> None:
    for look in LOOKS:
        with _opened(browser, stack, look) as page:
            page.goto(setup)
            _shoot(page, directory / f"setup-{look[0]}.png")


def _take(browser: Browser, stack: Stack, things: Things, wanted: list[Shown], look: Look, directory: Path) -> None:
    with _opened(browser, stack, look) as page:
        for one in OUTSIDE:
            page.goto(one.address)
            _shoot(page, directory / f"{one.name}-{look[0]}.png")
        pages.log_in(page, NAME, PASSWORD)
        for one in wanted:
            page.goto(things.address(one.address))
            _shoot(page, directory / f"{one.name}-{look[0]}.png")
        _take_palette(page, directory, look)


def _take_palette(page: Page, directory: Path, look: Look) -> None:
    page.goto("/")
    pages.settle(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("report")
    page.get_by_role("option").first.wait_for()
    page.screenshot(path=directory / f"palette-{look[0]}.png")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.screenshot(path=directory / f"keys-{look[0]}.png")


def _shoot(page: Page, path: Path) -> None:
    pages.settle(page)
    # Some things come when they are first looked at.
    for where in ("document.body.scrollHeight", "0"):
        page.evaluate(f"scrollTo(0, {where})")
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(page.locator("figure[aria-label]:not(:has(canvas))")).to_have_count(0, timeout=60_000)
    pages.settle(page)
    # What is drawn on a canvas, or measured and placed by a script, has no sign of being done.
    time.sleep(0.7)
    page.screenshot(path=path, full_page=True)
    print(path.name)


if __name__ == "__main__":
    main()
