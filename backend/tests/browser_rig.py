"""Headless Chromium for end-to-end tests: launched, logged in, and with all that it complains about."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

import testbed
from testbed import pages
from testbed.person import NAME, PASSWORD
from testbed.stack import Stack

# Limits for what never comes, however busy the machine is, and no measures of speed: for what a page shows by itself,
# and for what has to be built or run first.
PATIENCE_MS = 60_000
SLOW_MS = 240_000
PHONE = 390
_AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Set this to a directory to keep a picture of each page.
_PICTURES = os.environ.get("SCRIPTER_TEST_PICTURES", "")


@contextmanager
def chromium(services: testbed.Services) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with pages.browser(services.chromium) as browser:
        yield browser


@contextmanager
def stranger(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """The browser of somebody who is not logged in; it may use the clipboard, and takes any certificate."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 1280, "height": 850},
        permissions=["clipboard-read", "clipboard-write"],
        ignore_https_errors=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@contextmanager
def person(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """The browser of the first user, logged in."""
    with stranger(browser, stack.url) as context:
        page = context.new_page()
        pages.log_in(page, NAME, PASSWORD)
        page.close()
        yield context


class Complaints:
    """What the browser complained about: errors on its console, answers that are refusals."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        # Patterns of `STATUS METHOD URL` that belong to what is tested.
        self.expected: list[str] = []

    def watch(self, page: Page) -> Page:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("response", self._response)
        return page

    def taken(self) -> list[str]:
        """Those that have come since the last time."""
        seen, self.seen = self.seen, []
        return seen

    def _console(self, message: ConsoleMessage) -> None:
        # A refused request is told by its response, with the address.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.seen.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        told = f"{response.status} {response.request.method} {response.url}"
        if response.status >= 400 and not any(re.search(one, told) for one in self.expected):
            self.seen.append(told)


def picture(page: Page, name: str) -> None:
    if _PICTURES:
        page.screenshot(path=str(Path(_PICTURES) / f"{name}.png"))


def write(page: Page, path: str, text: str) -> None:
    """Replace what stands in the code editor of this file."""
    code = page.get_by_role("textbox", name=f"Code of {path}", exact=True)
    expect(code).not_to_have_attribute("aria-readonly", "true")
    code.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    expect(code).to_contain_text(text.strip().partition("\n")[0])


def until(page: Page, fact: Callable[[], object], what: str) -> None:
    """Wait for a fact that no locator tells; the pages' security policy forbids the browser's own way."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not fact():
        assert time.monotonic() < deadline, f"Waited in vain: {what}."
        page.wait_for_timeout(50)


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it is now, by all its rules or by these."""
    # Colours that are still changing would be measured halfway.
    pages.still(page)
    page.evaluate(_AXE.read_text())
    asked = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("asked => axe.run(asked)", asked)["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html']}" for one in found]
