"""Below a path of a host that is not ours alone: every handler is reached, and everything that points back is right."""

from __future__ import annotations

import pytest
from people import PASSWORD, visitor
from pydantic import ValidationError

from scripter.config import Server
from scripter.web import create_app

START_PAGE = '<meta name="scripter-base" content="/" /><script src="/scheme.js"></script><p title="a / b"></p>'


@pytest.fixture
def site(context, tmp_path):
    """A visitor of a Scripter at https://host.example/tools/scripter/, and its settings."""
    (tmp_path / "index.html").write_text(START_PAGE)
    (tmp_path / "scheme.js").write_text("// here")
    server = Server(url="https://host.example/tools/scripter/", pages=str(tmp_path), secure_cookies=True, proxies=1)
    context.settings = context.settings.model_copy(update={"server": server})
    return visitor(create_app(context))


@pytest.mark.parametrize("before", ["/tools/scripter", ""])
def test_a_proxy_may_take_the_path_off_or_leave_it_on(site, before):
    assert site.get(f"{before}/api/health").status_code == 200
    assert site.get(f"{before}/scheme.js").text == "// here"
    assert 'content="/tools/scripter/"' in site.get(f"{before}/jobs/7").text
    assert site.get(f"{before}/api/nothing").status_code == 404


def test_the_path_alone_is_the_start_page(site):
    assert "scripter-base" in site.get("/tools/scripter").text


def test_what_only_looks_like_the_path_is_not_taken_for_it(site):
    assert site.get("/tools/scripterx/api/health").mimetype == "text/html"


def test_every_address_in_the_start_page_and_nothing_else_gets_the_path(site):
    assert site.get("/tools/scripter/").text == (
        '<meta name="scripter-base" content="/tools/scripter/" /><script src="/tools/scripter/scheme.js"></script>'
        '<p title="a / b"></p>'
    )


def test_the_start_page_is_asked_for_each_time_and_sent_only_when_it_is_new(site):
    first = site.get("/tools/scripter/")
    assert first.headers["Cache-Control"] == "no-cache"
    assert site.get("/tools/scripter/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_cookie_goes_to_this_path_only_and_comes_back(site, anna):
    answer = site.post(
        "/tools/scripter/api/session",
        json={"name": "anna", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https", "Origin": "https://host.example"},
        base_url="https://host.example",
    )
    assert answer.status_code == 200, answer.text
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-scripter_session=")
    assert {"Secure", "HttpOnly", "Path=/tools/scripter/", "SameSite=Lax"} <= set(cookie.split("; "))
    told = site.get("/tools/scripter/api/session", base_url="https://host.example").get_json()
    assert told["user"]["name"] == "anna"
    left = site.delete(
        "/tools/scripter/api/session", headers={"X-CSRF-Token": told["csrf"]}, base_url="https://host.example"
    )
    assert "Path=/tools/scripter/" in left.headers["Set-Cookie"]
    assert site.get("/tools/scripter/api/session", base_url="https://host.example").get_json()["user"] is None


def test_the_openapi_document_says_where_its_paths_begin(site):
    assert site.get("/tools/scripter/api/openapi.json").get_json()["servers"] == [{"url": "/tools/scripter"}]


def test_a_page_of_another_host_is_refused_also_with_a_forwarded_one(site, anna):
    body = {"name": "anna", "password": PASSWORD}
    forwarded = {"X-Forwarded-Host": "scripts.example"}
    for origin, status in (("https://evil.example", 403), ("https://scripts.example", 200)):
        answer = site.post("/api/session", json=body, headers={"Origin": origin, **forwarded})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "url",
    ["host/scripter", "ftp://host", "https://host/api", "https://host/API/x", "https://host/assets/", "https://host/a?b=c",
     "https://host/a//b", "https://host/../x", 'https://host/"><script>', "https://user:word@host/", "https://host/a b"],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused_when_the_settings_are_read(url):
    with pytest.raises(ValidationError):
        Server(url=url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", ""),
        ("https://host", ""),
        ("https://host/", ""),
        ("http://[::1]:8200/a/b/", "/a/b"),
        ("https://host/x", "/x"),
    ],
)
def test_the_path_is_read_off_the_address(url, path):
    assert Server(url=url).path == path
