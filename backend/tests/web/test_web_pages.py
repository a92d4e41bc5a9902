"""The pages: the start page for every plain address, files as they were built, and nothing from outside."""

from __future__ import annotations

import pytest
from people import visitor

from scripter.config import Server
from scripter.web import create_app


@pytest.fixture
def built(tmp_path):
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Scripter</title>")
    (root / "assets" / "index-4f2a.js").write_text("export {}")
    (root / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("canary")
    return root


@pytest.fixture
def browser(context, built):
    context.settings = context.settings.model_copy(update={"server": Server(pages=str(built))})
    return visitor(create_app(context))


@pytest.mark.parametrize("address", ["/", "/setup", "/scripts/7", "/scripts/7/files", "/jobs", "/a-b/c_d", "/apis"])
def test_a_plain_address_shows_the_start_page_which_is_asked_for_each_time(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "<title>Scripter</title>" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"


def test_built_files_with_a_hash_in_their_name_are_kept_for_ever(browser):
    answer = browser.get("/assets/index-4f2a.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_other_files_are_served_and_asked_for_again(browser):
    answer = browser.get("/icon.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert browser.get("/icon.svg", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_file_that_a_new_build_has_removed_is_not_the_start_page(browser):
    assert browser.get("/assets/index-old.js").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/..\\..\\secret.txt",
        "//secret.txt", "/./secret.txt", "/.../secret.txt", "/assets/%00", "/secret.txt\x00.js", "/etc/passwd",
        "//etc/passwd", "/file:///etc/passwd", "/proc/self/environ", "/~root/x", "/assets//etc/passwd", "/assets/.",
        "/assets/", "/assets",
    ],
)  # fmt: skip
def test_nothing_outside_of_the_pages_can_be_read(browser, built, path):
    answer = browser.get("/", environ_overrides={"PATH_INFO": path})
    assert "canary" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code == 404 or "<title>Scripter</title>" in answer.text


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/API/session", "/api.json", "/Api"])
def test_what_looks_like_the_api_never_shows_a_page(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_pages_are_only_for_reading(browser):
    answer = browser.post("/scripts/7")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_without_a_build_there_is_a_word_of_help(context, tmp_path):
    context.settings = context.settings.model_copy(update={"server": Server(pages=str(tmp_path / "none"))})
    answer = visitor(create_app(context)).get("/")
    assert answer.status_code == 503
    assert answer.mimetype == "text/plain"
    assert "make" in answer.text
