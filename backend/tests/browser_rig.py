"""Headless Chromium for end-to-end tests: launched, logged in, and with all that it complains about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

import testbed
from testbed import pages
from testbed.person import NAME, PASSWORD
from testbed.stack import Stack

SLOW_MS = 60_000
PHONE = 390
_AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Set this to a directory to keep a picture of each page.
_PICTURES = os.environ.get("SCRIPTER_TEST_PICTURES", "")


@contextmanager
def chromium(services: testbed.Services) -> Iterator[Browser]:
    with pages.browser(services.chromium) as browser:
        yield browser


@contextmanager
def person(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """The browser of the first user, logged in; it may use the clipboard."""
    context = browser.new_context(
        base_url=stack.url, viewport={"width": 1280, "height": 850}, permissions=["clipboard-read", "clipboard-write"]
    )
    # However busy the machine is: a limit for what never comes, and no measure of speed.
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page = context.new_page()
    pages.log_in(page, NAME, PASSWORD)
    page.close()
    yield context
    context.close()


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


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    page.evaluate(_AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html']}" for one in found]
