"""A backup of the running stack, put into a new one after everything was lost, by the commands that operators type.

The new one is at another address: below a path, with a certificate that an authority has signed. In this order."""

from __future__ import annotations

import re
import shutil
import ssl
from collections.abc import Iterator
from typing import Any

import browser_rig
import pytest
import requests
from authority import Authority, Pair
from browser_rig import Complaints
from compose_rig import CHATTY, COUNT, MARKS, SLOW_MS, counted, ended, lines_of, live, run
from playwright.sync_api import Page, expect

import testbed
from scripter.web.border import _HEADERS as SECURITY_HEADERS
from testbed.composed import Composed
from testbed.person import NAME, PASSWORD

pytestmark = MARKS

NEVER = "0 0 29 2 *"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    """The certificate that somebody has bought."""
    return authority.sign("bought")


@pytest.fixture(scope="module")
def top(member: Composed) -> str:
    """The address of the host, without the path that Scripter moves to."""
    return member.url.removesuffix("/scripter")


def test_a_backup_of_the_running_stack_brings_everything_back_after_it_was_lost(
    member: Composed, image: Any, top: str, authority: Authority, pair: Pair
) -> None:
    script = member.make_script(image, "Kept", COUNT)
    job = ended(member, run(member, script, "7"))
    wish = {"script_id": script["id"], "cron": NEVER, "zone": "UTC"}
    schedule = member.call("POST", "/schedules", wish)
    running = run(member, script, "600")
    archive = member.compose_bytes("exec", "-T", "worker", "scripter", "backup", "--logs", "-")
    member.make_script(image, "Made after the backup", COUNT)

    lose_everything(member)
    move(member, f"{top}/scripter", authority, pair)
    member.compose("up", "-d", "mariadb")
    member.wait_until(member.is_well, "a database")
    restore = ("run", "--rm", "-T", "--no-deps", "worker", "scripter", "restore", "--force", "-")
    member.compose_bytes(*restore, given=archive)
    member.up()

    member.wait_until(member.answers, "an answer")
    member.log_in()
    assert "Made after the backup" not in [one["name"] for one in member.call("GET", "/scripts")["items"]]
    assert lines_of(member, job) == counted(7)
    assert member.call("GET", f"/schedules/{schedule['id']}")["cron"] == NEVER
    # Its container went with the old stack: it is not run a second time, and not forgotten either.
    assert ended(member, running)["status"] in {"lost", "cancelled", "failed"}
    member.build(image["id"])
    again = ended(member, run(member, script, "3"))
    assert (again["status"], lines_of(member, again)) == ("succeeded", counted(3))


def lose_everything(stack: Composed) -> None:
    stack.compose("stop", "--timeout=5", "worker")
    stack.remove_jobs()
    stack.compose("down", "--volumes", "--timeout=5")
    shutil.rmtree(stack.data)


def move(stack: Composed, url: str, authority: Authority, pair: Pair) -> None:
    """What an operator does: lays the certificate into its folder, and writes the address into `.env`."""
    folder = stack.directory / "nginx" / "certs"
    shutil.copy(pair.certificate, folder / "server.crt")
    shutil.copy(pair.key, folder / "server.key")
    (stack.directory / ".env").write_text(f"SCRIPTER_SERVER__URL={url}/\n")
    stack.url, stack.http.verify = url, str(authority.certificate)


def test_the_certificate_is_the_one_that_was_laid_into_its_folder(member: Composed, pair: Pair) -> None:
    shown = ssl.get_server_certificate(("127.0.0.1", member.https_port), timeout=10)
    assert ssl.PEM_cert_to_DER_cert(shown) == ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())


@pytest.mark.parametrize("path", ["/", "/scripts/1", "/api/health", "/api/nothing", "/assets/nothing.js"])
def test_below_the_path_is_what_was_at_the_top(member: Composed, path: str) -> None:
    answer = member.http.get(f"{member.url}{path}", timeout=10)
    assert answer.status_code == (404 if "nothing" in path else 200)
    wanted = {**SECURITY_HEADERS, "Strict-Transport-Security": "max-age=31536000"}
    assert {name: answer.headers.get(name) for name in wanted} == wanted


def test_the_parts_of_the_page_lie_below_the_path_and_are_kept_for_a_year(member: Composed, top: str) -> None:
    page = member.http.get(f"{member.url}/jobs/1", timeout=10)
    assert page.headers["Cache-Control"] == "no-cache"
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert parts and all(part.startswith("/scripter/") for part in parts)
    for part in parts:
        answer = member.http.get(f"{top}{part}", timeout=10)
        assert answer.status_code == 200
        if "/assets/" in part:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_other_spellings_of_the_address_lead_below_the_path(member: Composed, top: str) -> None:
    bare = member.http.get(f"{top}/scripter", timeout=10, allow_redirects=False)
    assert (bare.status_code, bare.headers["Location"]) == (308, "/scripter/")
    plain = f"http://127.0.0.1:{member.http_port}/scripter/jobs?x=1"
    answer = requests.get(plain, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{member.url}/jobs?x=1")


def test_a_live_log_below_the_path_shows_a_line_while_the_script_is_silent(member: Composed, image: Any) -> None:
    job = run(member, member.make_script(image, "Chatty elsewhere", CHATTY))
    assert any("one short line" in text for text in live(member, job))
    member.call("POST", f"/jobs/{job['id']}/cancel")
    assert ended(member, job)["status"] == "cancelled"


@pytest.fixture
def page(services: testbed.Services) -> Iterator[Page]:
    complaints = Complaints()
    with browser_rig.chromium(services) as browser:
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(30_000)
        yield complaints.watch(context.new_page())
    # Who is not logged in is sent to the login by this answer.
    assert [one for one in complaints.seen if not one.startswith("401 GET ")] == []


def test_people_log_in_and_watch_a_job_live_below_the_path(page: Page, member: Composed, image: Any) -> None:
    script = member.make_script(image, "Watched elsewhere", COUNT)
    page.goto(f"{member.url}/scripts/{script['id']}")
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_label(re.compile(r"^Password\W*$")).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("textbox", name="Arguments").fill("20")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("line 3").first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("exit 0").first).to_be_visible(timeout=SLOW_MS)
    [cookie] = page.context.cookies()
    assert (cookie["path"], cookie["secure"]) == ("/scripter/", True)
