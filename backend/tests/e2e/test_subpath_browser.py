"""Below a path behind a real nginx with TLS: the main way through the pages, deep links, live logs, and the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nginx_rig
import pytest
from authority import Authority
from browser_rig import SLOW_MS, Complaints, stranger, write
from playwright.sync_api import Browser, BrowserContext, Page, expect

import testbed
from testbed.stack import PASSWORD, Stack, embedded, free_port


class Site:
    """Scripter below /scripter/ behind two proxies: one leaves the path on, the other takes it off."""

    def __init__(self, stack: Stack, authority: Authority, kept: int, taken: int) -> None:
        self.stack, self.authority = stack, authority
        self.kept, self.taken = (f"https://localhost:{port}/scripter" for port in (kept, taken))


@pytest.fixture(scope="module")
def site(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("subpath")
    authority = Authority(directory / "authority")
    pair = authority.sign("host")
    kept, taken = free_port(), free_port()
    settings = {
        "SCRIPTER_SERVER__URL": f"https://localhost:{kept}/scripter/",
        "SCRIPTER_SERVER__PROXIES": "1",
        "SCRIPTER_SERVER__SECURE_COOKIES": "true",
    }
    with embedded(services, directory / "stack", settings) as stack:
        upstream = f"http://127.0.0.1:{stack.port}"
        servers = [nginx_rig.server(kept, upstream, pair), nginx_rig.server(taken, f"{upstream}/", pair)]
        with nginx_rig.nginx(directory / "nginx", servers, [kept, taken]):
            stack.setup_link("up")
            yield Site(stack, authority, kept, taken)


@pytest.fixture(scope="module")
def anna(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """The browser of somebody new."""
    with stranger(browser, site.kept) as anna:
        yield anna


@pytest.fixture(scope="module")
def page(anna: BrowserContext, site: Site, complaints: Complaints) -> Page:
    page = complaints.watch(anna.new_page())
    complaints.expected.append("^401 ")  # pages ask for their data beside asking who is there
    ours = (site.kept, site.taken, "data:", "blob:")
    page.on("request", lambda one: None if one.url.startswith(ours) else complaints.seen.append(f"outside: {one.url}"))
    return page


def test_the_printed_link_leads_below_the_path(page: Page, site: Site) -> None:
    link = site.stack.setup_link("up")
    assert link.startswith(f"{site.kept}/setup?code=")
    page.goto(link)
    page.get_by_role("textbox", name="Name").fill("anna")
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Set up|Create|Start|Begin")).click()
    expect(page.get_by_role("link", name="Images").first).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(site.kept) + "/?$"))


def test_the_cookie_is_bound_to_the_path(anna: BrowserContext) -> None:
    [cookie] = anna.cookies()
    assert (cookie["name"], cookie["path"]) == ("__Secure-scripter_session", "/scripter/")


def test_a_script_runs_with_its_log_live(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Scripts").first.click()
    expect(page).to_have_url(f"{site.kept}/scripts")
    page.get_by_role("link", name="Sample hello").first.click()
    expect(page.get_by_role("textbox", name="Code of main.py")).to_be_visible()
    write(
        page,
        "main.py",
        "import time\nfor n in range(6000):\n    print('still here', n, flush=True)\n    time.sleep(0.2)\n",
    )
    page.get_by_role("textbox", name="Code of main.py").press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("still here", timeout=SLOW_MS)
    page.get_by_role("button", name=re.compile("^(Cancel|Stop)")).first.click()
    expect(page.get_by_text("cancelled by anna").first).to_be_visible(timeout=SLOW_MS)


def test_every_place_is_found_again_after_a_reload(page: Page, site: Site) -> None:
    page.get_by_role("link", name=re.compile(r"^Job #\d+$")).first.click()
    expect(page).to_have_url(re.compile(re.escape(site.kept) + r"/jobs/\d+"))
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("still here")
    for place in ("Overview", "Images", "Jobs", "Schedules"):
        page.get_by_role("link", name=place, exact=True).first.click()
        page.reload()
        expect(page.get_by_role("link", name=place, exact=True).first).to_be_visible()


def test_the_log_and_the_document_of_the_api_can_be_fetched(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    page.get_by_role("link", name=re.compile(r"#?\d+$")).first.click()
    page.get_by_role("button", name=re.compile("Download")).first.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem").first.click()
    assert "still here 0" in Path(download.value.path()).read_text()
    address = page.get_by_role("link", name="API document").get_attribute("href")
    assert address == "/scripter/api/openapi.json"
    assert page.request.get(f"{site.kept}/api/openapi.json").json()["servers"] == [{"url": "/scripter"}]


def test_who_is_not_logged_in_gets_to_the_page_asked_for_after_the_login(page: Page, site: Site) -> None:
    _leave(page)
    page.goto(f"{site.kept}/schedules")
    expect(page).to_have_url(f"{site.kept}/login?to=%2Fschedules")
    _log_in(page)
    expect(page).to_have_url(f"{site.kept}/schedules")


def test_the_proxy_that_takes_the_path_off_shows_the_same(page: Page, site: Site) -> None:
    _leave(page)
    page.goto(f"{site.taken}/jobs")
    expect(page).to_have_url(f"{site.taken}/login?to=%2Fjobs")
    _log_in(page)
    expect(page.get_by_text("cancelled by anna").first).to_be_visible()
    page.goto(site.taken)
    expect(page.get_by_role("link", name="Images").first).to_be_visible()


def _leave(page: Page) -> None:
    """Not from under an open page, which would ask in vain."""
    page.goto("about:blank")
    page.context.clear_cookies()


def _log_in(page: Page) -> None:
    page.get_by_role("textbox", name="Name").fill("anna")
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_the_command_line_takes_an_address_with_a_path(site: Site, tmp_path: Path) -> None:
    def scripter(*arguments: str, typed: str = "") -> str:
        told = subprocess.run(
            [str(Path(sys.executable).with_name("scripter")), *arguments],
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "REQUESTS_CA_BUNDLE": str(site.authority.certificate)},
            input=typed, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    scripter("login", f"{site.kept}/", "--name", "anna", "--password-stdin", typed=f"{PASSWORD}\n")
    assert "Sample hello" in scripter("script", "list")
    finished = json.loads(scripter("job", "list", "--json"))
    assert "cancelled" in {job["status"] for job in finished}
