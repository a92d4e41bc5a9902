"""What nginx answers by itself agrees with what the application would have said. That it does so: tests/compose."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripter.lib.http import Problem
from scripter.web import LARGEST_BODY, border

NGINX = Path(__file__).parents[3] / "nginx"
SETTINGS = (NGINX / "nginx.conf").read_text()
ANSWERS = re.findall(r"return (\d+) '(\{.*\})';", SETTINGS)


def test_the_security_headers_are_those_of_the_application() -> None:
    lines = re.findall(
        r'^add_header (\S+) (?:"(.*)"|(\S+)) always;$', (NGINX / "headers.conf").read_text(), re.MULTILINE
    )
    found = {name: quoted or plain for name, quoted, plain in lines}
    assert found == {**border._HEADERS, "Strict-Transport-Security": border._ONE_YEAR_OF_HTTPS}


def test_every_place_that_sets_a_header_sets_those_too() -> None:
    # An add_header inside a location takes away all that were set outside of it.
    for block in re.findall(r"location [^{]*\{([^}]*)\}", SETTINGS):
        assert "add_header" not in block or "include /etc/scripter/headers.conf;" in block


def test_it_takes_as_much_as_the_application() -> None:
    assert f"client_max_body_size {LARGEST_BODY // 1024**2}m;" in SETTINGS


@pytest.mark.parametrize("status, body", ANSWERS)
def test_its_errors_are_problems_like_all_others(status: str, body: str) -> None:
    problem = Problem.model_validate_json(body)
    assert problem.status == int(status)
    assert json.loads(body)["request_id"] == "$request_id"


def test_there_are_such_errors() -> None:
    assert {status for status, _ in ANSWERS} == {"413", "503", "504"}


def test_no_code_of_a_link_gets_into_its_log() -> None:
    [line] = re.findall(r"log_format line (.*?);", SETTINGS, re.DOTALL)
    assert "$address" in line
    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer)\b", line)
