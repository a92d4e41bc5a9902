"""What the tests of the stack do as a person would: make an image and scripts, run them, read their logs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import requests

from scripter.jobs.states import FINAL
from testbed.person import Person

# Whatever comes first has to wait for the images to be built, and for the stack to come up.
MARKS = [pytest.mark.compose, pytest.mark.timeout(900)]
ENDS = {status.value for status in FINAL}
# What nginx answers while a pool behind it is away, and Scripter while the database is.
AWAY = {429, 502, 503, 504}
PATIENCE_S = 120
SLOW_MS = 1000 * PATIENCE_S

# Says one thing, and then nothing.
CHATTY = "import time\nprint('one short line', flush=True)\ntime.sleep(600)\n"
COUNT = """
import sys, time
for n in range(int(sys.argv[1])):
    print("line", n, flush=True)
    time.sleep(0.1)
"""

T = TypeVar("T")


def run(person: Person, script: Any, *arguments: str) -> Any:
    return person.call("POST", f"/scripts/{script['id']}/jobs", {"arguments": list(arguments)})


def text_of(person: Person, job: Any) -> str:
    """What the script has printed so far."""
    answer = person.http.get(f"{person.url}/api/jobs/{job['id']}/log?plain=1", timeout=10)
    answer.raise_for_status()
    return answer.text


def lines_of(person: Person, job: Any) -> list[str]:
    """The lines that a counting script has printed."""
    return [line for line in patient(lambda: text_of(person, job)).splitlines() if line.startswith("line ")]


def live(person: Person, job: Any) -> Iterator[str]:
    """The pieces of the log as a viewer gets them."""
    address = f"{person.url}/api/jobs/{job['id']}/log/stream"
    with person.http.get(address, stream=True, timeout=60) as answer:
        answer.raise_for_status()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert "Content-Encoding" not in answer.headers
        for line in answer.iter_lines(chunk_size=None, decode_unicode=True):
            if line.startswith("data: ") and "text" in (data := json.loads(line.removeprefix("data: "))):
                yield data["text"]


def counted(number: int) -> list[str]:
    return [f"line {n}" for n in range(number)]


def ended(person: Person, job: Any) -> Any:
    """The job once it has ended, however often the way there breaks."""

    def look() -> Any:
        found = patient(lambda: person.call("GET", f"/jobs/{job['id']}"))
        return found if found["status"] in ENDS else None

    return until(look)


def patient(act: Callable[[], T]) -> T:
    """What `act` gives, tried again while something that it needs is away."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return act()
        except (requests.RequestException, AssertionError) as error:
            if time.monotonic() > deadline or not _is_away(error):
                raise
        time.sleep(0.2)


def until(look: Callable[[], T | None]) -> T:
    """What `look` gives once it is something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return found


def _is_away(error: Exception) -> bool:
    if isinstance(error, (requests.ConnectionError, requests.Timeout)):
        return True
    if isinstance(error, requests.HTTPError):
        return error.response is not None and error.response.status_code in AWAY
    return any(f": {status} " in str(error) for status in AWAY)
