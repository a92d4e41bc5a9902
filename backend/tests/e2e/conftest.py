"""What tests of the pages begin with: Scripter with its first user, a browser, and what that complains about.

A module's tests are one journey, in their order, in one page. A module that begins otherwise has its own `stack` or
`anna`."""

from __future__ import annotations

from collections.abc import Iterator

import browser_rig
import pytest
from browser_rig import Complaints
from playwright.sync_api import Browser, BrowserContext, Page

import testbed
from testbed.stack import Stack, embedded


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`scripter up`, in whose API the first user is logged in."""
    with embedded(services, tmp_path_factory.mktemp("up")) as stack:
        stack.set_up("up")
        yield stack


@pytest.fixture(scope="module")
def browser(services: testbed.Services) -> Iterator[Browser]:
    with browser_rig.chromium(services) as browser:
        yield browser


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture(scope="module")
def anna(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """The first user's browser, logged in."""
    with browser_rig.person(browser, stack) as anna:
        yield anna


@pytest.fixture(scope="module")
def page(anna: BrowserContext, complaints: Complaints) -> Page:
    return complaints.watch(anna.new_page())


@pytest.fixture(autouse=True)
def no_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that has a browser."""
    yield
    if "complaints" in request.fixturenames:
        assert request.getfixturevalue("complaints").taken() == []
