"""Every page of Scripter by a name, how the router calls it, and an address with something to see; and the browser
that looks at them. A test holds the list against the router's own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from testbed import quiet_chromium

FRONTEND = Path(__file__).parents[2] / "frontend"
ROUTER = FRONTEND / "src" / "app" / "router.tsx"

# Chromium as a part of a test: nothing of its own over the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


_ARRIVED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished)).then(() => null)"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: `address` may name things of `demo.Things`, as in `/jobs/{job}`."""

    name: str
    route: str
    address: str


# Those that are seen by who is not logged in come first.
OUTSIDE = (Shown("login", "/login", "/login"),)
INSIDE = (
    Shown("overview", "/", "/"),
    Shown("overview-month", "/", "/?span=30d"),
    Shown("account", "account", "/account"),
    Shown("images", "images", "/images"),
    Shown("new-image", "images/new", "/images/new"),
    Shown("image", "images/:id/:tab?", "/images/{image}"),
    Shown("image-builds", "images/:id/:tab?", "/images/{image}/builds?build={build}"),
    Shown("image-packages", "images/:id/:tab?", "/images/{image}/packages"),
    Shown("image-versions", "images/:id/:tab?", "/images/{image}/versions"),
    Shown("image-uses", "images/:id/:tab?", "/images/{image}/uses"),
    Shown("image-settings", "images/:id/:tab?", "/images/{image}/settings"),
    Shown("scripts", "scripts", "/scripts"),
    Shown("new-script", "scripts/new", "/scripts/new"),
    Shown("editor", "scripts/:id/:tab?", "/scripts/{script}"),
    Shown("script-jobs", "scripts/:id/:tab?", "/scripts/{script}/jobs"),
    Shown("script-schedules", "scripts/:id/:tab?", "/scripts/{script}/schedules"),
    Shown("script-versions", "scripts/:id/:tab?", "/scripts/{script}/versions"),
    Shown("script-settings", "scripts/:id/:tab?", "/scripts/{script}/settings"),
    Shown("jobs", "jobs", "/jobs"),
    Shown("jobs-failed", "jobs", "/jobs?status=failed"),
    Shown("compare-jobs", "jobs/compare", "/jobs/compare?a={earlier_job}&b={job}"),
    Shown("job", "jobs/:id", "/jobs/{job}"),
    Shown("job-failed", "jobs/:id", "/jobs/{failed_job}"),
    Shown("job-running", "jobs/:id", "/jobs/{running_job}"),
    Shown("schedules", "schedules", "/schedules"),
    Shown("new-schedule", "schedules/new", "/schedules/new"),
    Shown("week", "schedules/calendar", "/schedules/calendar"),
    Shown("calendars", "schedules/calendars", "/schedules/calendars"),
    Shown("crontab", "schedules/crontab", "/schedules/crontab"),
    Shown("schedule", "schedules/:id", "/schedules/{schedule}"),
    Shown("edit-schedule", "schedules/:id/edit", "/schedules/{schedule}/edit"),
    Shown("not-found", "*", "/nothing/here"),
)
# Seen once in the life of an installation, before anybody is there.
SETUP = "/setup"


def routes() -> set[str]:
    """What the router knows."""
    return set(re.findall(r'path: "([^"]+)"', ROUTER.read_text(encoding="utf-8")))


@contextmanager
def browser(chromium: str) -> Iterator[Browser]:
    """The browser at that path, without a window, and undisturbed by what containers do to the machine's network."""
    environment: dict[str, str | float | bool] = {**os.environ, quiet_chromium.VARIABLE: chromium}
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=quiet_chromium.__file__, args=list(FLAGS), env=environment)
        yield found
        found.close()


def log_in(page: Page, name: str, password: str) -> None:
    """By the page that people use."""
    page.goto("/login")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label(re.compile(r"^Password\W*$")).fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Overview").wait_for()


def settle(page: Page) -> None:
    """Until nothing loads any more; streams stay open for ever and do not count."""
    page.get_by_role("heading", level=1).first.wait_for()
    for sign in (".mantine-Skeleton-root", ".mantine-Loader-root"):
        expect(page.locator(sign)).to_have_count(0, timeout=60_000)
    page.evaluate("document.fonts.ready")
    still(page)


def still(page: Page) -> None:
    """Until what fades or moves has arrived. What turns for ever is not waited for."""
    page.evaluate(_ARRIVED)
