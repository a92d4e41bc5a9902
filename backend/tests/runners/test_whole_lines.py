"""The lines of a build's output, put together again from the pieces in which they come."""

from __future__ import annotations

import pytest

from scripter.runners.whole_lines import WholeLines


class Clock:
    """Time that goes on when it is told to; seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_line_of_the_one_stream_is_not_cut_by_one_of_the_other(clock: Clock) -> None:
    lines = WholeLines(clock)
    pieces = [("/bin/sh: 1: ", "stderr"), ("much\n", "stdout"), ("nosuch: not found\nmo", "stderr"), ("re\n", "stderr")]
    assert [lines.add(*piece) for piece in pieces] == ["", "much\n", "/bin/sh: 1: nosuch: not found\n", "more\n"]
    assert lines.rest() == ""


def test_a_progress_bar_is_told_without_waiting_for_its_end(clock: Clock) -> None:
    lines = WholeLines(clock)
    assert lines.add("10 %\r20 %\r3", "stdout") == "10 %\r20 %\r"


def test_what_stays_open_is_told_when_somebody_may_be_waiting_for_it(clock: Clock) -> None:
    lines = WholeLines(clock)
    assert lines.add("Compiling", "stdout") == ""
    clock.now = 0.9
    assert lines.add(" ...", "stdout") == ""
    assert lines.overdue() == ""
    clock.now = 1.1
    assert lines.overdue() == "Compiling ..."
    assert lines.rest() == ""


def test_the_end_of_the_output_is_told_without_a_line_end(clock: Clock) -> None:
    lines = WholeLines(clock)
    lines.add("out", "stdout")
    lines.add(" and err", "stderr")
    assert lines.rest() == "out and err"


def test_a_line_without_end_is_not_kept_for_ever(clock: Clock) -> None:
    lines = WholeLines(clock)
    told = [lines.add("#" * 1000, "stdout") for _ in range(1000)]
    assert max(map(len, told)) < 100_000
    assert len("".join(told) + lines.rest()) == 1_000_000
