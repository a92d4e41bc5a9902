from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, cast

import pytest

from scripter.cli.attempts import Reached, Teller
from scripter.cli.shapes import Attempt, Job
from scripter.lib import clock


def attempt(number: int, status: str = "failed", reason: str = "exit 3") -> dict[str, Any]:
    return {"number": number, "status": status, "reason": reason, "log_end": number * 100}


def job(present: int, *attempts: dict[str, Any], pause_s: float | None = None) -> Job:
    retry_at = None if pause_s is None else (clock.now() + timedelta(seconds=pause_s)).isoformat()
    return cast("Job", {"attempt": present, "max_attempts": 3, "attempts": list(attempts), "retry_at": retry_at})


def test_each_attempt_that_another_one_follows_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller()
    teller.hear(job(1, attempt(1, "running")))
    assert capsys.readouterr().err == ""
    teller.hear(job(2, attempt(1), pause_s=3600.4))
    teller.hear(job(2, attempt(1), attempt(2, "running")))
    assert capsys.readouterr().err == "Attempt 1 failed (exit 3). Attempt 2 of 3 begins in 3600 s.\n"


def test_the_last_attempt_is_left_to_the_end_of_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    Teller().hear(job(3, attempt(1), attempt(2, "lost", "the container disappeared"), attempt(3)))
    assert capsys.readouterr().err.splitlines() == [
        "Attempt 1 failed (exit 3). Attempt 2 of 3 follows.",
        "Attempt 2 lost (the container disappeared). Attempt 3 of 3 follows.",
    ]


def test_an_attempt_is_told_after_the_lines_that_it_has_printed() -> None:
    reached, order = Reached(), list[str]()

    def speak() -> None:
        reached.wait_for_end_of(cast("Attempt", attempt(1)))
        order.append("told")

    speaker = threading.Thread(target=speak)
    speaker.start()
    reached.tell(99)
    order.append("last line")
    reached.tell(100)
    speaker.join()
    assert order == ["last line", "told"]
