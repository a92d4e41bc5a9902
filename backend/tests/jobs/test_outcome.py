"""How ends of jobs are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripter.jobs.outcome import Bounds, from_ending, from_record, image_gone
from scripter.jobs.states import FINAL, MOVES, Reason, Status
from scripter.runners.protocol import Ending

ALONE = Bounds(time_limit_s=60, memory_mb=512, cancelled_by=None)
BY_ANNA = Bounds(time_limit_s=60, memory_mb=512, cancelled_by="anna")


def record(**values: Any) -> dict[str, Any]:
    return {"exit_code": None, "signal": None, "started_at": "2026-11-22T04:45:40.000001Z", **values}


@pytest.mark.parametrize(
    ("told", "bounds", "status", "code", "words"),
    [
        (record(reason="exited", exit_code=0), ALONE, Status.SUCCEEDED, Reason.EXIT, "exit 0"),
        (record(reason="exited", exit_code=3), ALONE, Status.FAILED, Reason.EXIT, "exit 3"),
        (record(reason="timed_out"), ALONE, Status.FAILED, Reason.TIMEOUT, "timed out after 60 s"),
        (record(reason="out_of_memory"), ALONE, Status.FAILED, Reason.OUT_OF_MEMORY, "out of memory (limit 512 MB)"),
        (record(reason="cancelled"), BY_ANNA, Status.CANCELLED, Reason.CANCELLED, "cancelled by anna"),
        (
            record(reason="cancelled"),
            ALONE,
            Status.LOST,
            Reason.LOST,
            "stopped from outside: the engine was shut down, or somebody stopped the container",
        ),
        (record(reason="signal", signal=11), ALONE, Status.FAILED, Reason.SIGNAL, "killed by SIGSEGV (signal 11)"),
        (record(reason="signal", signal=63), ALONE, Status.FAILED, Reason.SIGNAL, "killed by signal 63"),
        (
            record(reason="could_not_start", message="no sh"),
            ALONE,
            Status.FAILED,
            Reason.COULD_NOT_START,
            "could not start: no sh",
        ),
    ],
)
def test_the_agents_record_is_told_in_plain_words(
    told: dict[str, Any], bounds: Bounds, status: Status, code: Reason, words: str
) -> None:
    outcome = from_record(told, bounds)
    assert (outcome.status, outcome.code, outcome.reason) == (status, code, words)


STARTED_AT = datetime(2026, 11, 22, 4, 45, 40, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left_s", "code", "words"),
    [
        (59, Reason.DEADLINE, "stopped at the deadline of 600 s"),
        (61, Reason.TIMEOUT, "timed out after 60 s"),
    ],
)
def test_of_time_limit_and_deadline_the_one_that_came_first_is_named(left_s: int, code: Reason, words: str) -> None:
    bounds = replace(ALONE, deadline_at=STARTED_AT + timedelta(seconds=left_s), deadline_s=600)
    outcome = from_record(record(reason="timed_out"), bounds)
    assert (outcome.status, outcome.code, outcome.reason) == (Status.FAILED, code, words)


@pytest.mark.parametrize("ending", list(Ending))
@pytest.mark.parametrize("bounds", [ALONE, BY_ANNA])
def test_an_unknown_end_is_never_shown_as_a_success(ending: Ending, bounds: Bounds) -> None:
    assert from_ending(ending, bounds).status is not Status.SUCCEEDED


@pytest.mark.parametrize("ending", [Ending.KILLED, Ending.EXITED, Ending.GONE, Ending.ALIVE])
def test_only_a_job_that_had_a_container_is_told_of_one(ending: Ending) -> None:
    process = replace(ALONE, runner="local")
    for told in (record(reason="cancelled"), None):
        found = [
            from_ending(ending, bounds).reason if told is None else from_record(told, bounds).reason
            for bounds in (ALONE, process)
        ]
        assert ["container" in found[0], "container" in found[1], "process" in found[1]] == [True, False, True]


def test_where_a_built_image_is_gone_from_depends_on_what_built_it() -> None:
    assert image_gone("tools", "docker").reason.endswith("image tools is gone from the engine; build it again")
    assert image_gone("tools", "local").reason.endswith("gone from the worker's machine; build it again")


def test_a_container_that_died_of_memory_says_so_without_a_record() -> None:
    assert from_ending(Ending.OUT_OF_MEMORY, ALONE).reason == "out of memory (limit 512 MB)"


def test_from_every_state_an_end_can_be_reached_and_from_an_end_nothing() -> None:
    for status in MOVES:
        assert MOVES[status] & FINAL
    assert not FINAL & set(MOVES)
