"""What nginx does before Scripter: TLS, HTTP/2, headers, caching, compression, live views that nothing holds back."""

from __future__ import annotations

import re
import socket
import ssl
from typing import Any

import pytest
import requests
from compose_rig import CHATTY, MARKS, ended, live, run

from scripter.web.border import _HEADERS as SECURITY_HEADERS
from testbed.composed import Composed

pytestmark = MARKS


def handshake(stack: Composed, version: ssl.TLSVersion) -> tuple[str | None, str | None]:
    """The version and the protocol that client and server agree on, if the client knows this version alone."""
    context = ssl.create_default_context(cafile=str(stack.certificate))
    context.minimum_version = context.maximum_version = version
    # Old versions are forbidden to clients by OpenSSL's usual level, and it is the server that is to refuse them.
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", stack.https_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        return secured.version(), secured.selected_alpn_protocol()


@pytest.fixture
def page(stack: Composed) -> requests.Response:
    return stack.http.get(stack.url, timeout=10)


@pytest.fixture
def asset(stack: Composed, page: requests.Response) -> str:
    """The address of a program that the page loads."""
    found = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert found is not None
    return stack.url + found.group(1)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_present_versions_of_tls_are_spoken_with_http_2_inside(stack: Composed, version: ssl.TLSVersion) -> None:
    assert handshake(stack, version) == (version.name.replace("_", "."), "h2")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_versions_of_tls_that_are_no_longer_safe_are_refused_by_the_server(stack: Composed, version: str) -> None:
    with pytest.raises(ssl.SSLError) as refused:
        handshake(stack, ssl.TLSVersion[version])
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_plain_http_leads_to_the_same_address_with_https(stack: Composed) -> None:
    answer = requests.get(f"http://127.0.0.1:{stack.http_port}/jobs?x=1", timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{stack.url}/jobs?x=1")


@pytest.mark.parametrize("path", ["/", "/scripts/1", "/api/health", "/api/nothing", "/assets/nothing.js"])
def test_every_answer_has_the_security_headers_once(stack: Composed, path: str) -> None:
    answer = stack.http.get(f"{stack.url}{path}", timeout=10)
    wanted = {**SECURITY_HEADERS, "Strict-Transport-Security": "max-age=31536000"}
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert "/" not in answer.headers["Server"]


def test_the_start_page_is_asked_for_each_time_and_its_parts_are_kept_for_a_year(
    stack: Composed, page: requests.Response, asset: str
) -> None:
    assert page.headers["Cache-Control"] == "no-cache"
    assert stack.http.get(asset, timeout=10).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_programs_and_answers_of_the_api_come_compressed(member: Composed, asset: str) -> None:
    for address in (asset, f"{member.url}/api/openapi.json"):
        answer = member.http.get(address, timeout=10)
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip"), address
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_live_log_shows_a_line_while_the_script_is_silent(member: Composed, image: Any) -> None:
    # Anything on the way that gathers bytes before it passes them on would keep this line until the end.
    job = run(member, member.make_script(image, "Chatty", CHATTY))
    shown = next(text for text in live(member, job) if "one short line" in text)
    assert member.call("GET", f"/jobs/{job['id']}")["status"] == "running", shown
    member.call("POST", f"/jobs/{job['id']}/cancel")
    assert ended(member, job)["status"] == "cancelled"
