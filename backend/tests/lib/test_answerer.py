"""A child that answers questions: kept, replaced when it dies or hangs, and never waited for longer than promised."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripter.lib.answerer import Answerer
from scripter.lib.errors import TooMany

# Says who it is, or does what it is told to.
CHILD = """
import json, os, sys, time
print("{}", flush=True)
for line in sys.stdin:
    told = json.loads(line)
    if "until" in told:
        while not os.path.exists(told["until"]):
            time.sleep(0.01)
    if "die" in told:
        os._exit(3)
    if "long" in told:
        print("x" * told["long"], flush=True)
    print(json.dumps({"pid": os.getpid(), "secret": os.environ.get("SECRET")}), flush=True)
"""
Make = Callable[..., Answerer]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Answerer] = []

    def answerer(patience_s: float = 60.0, longest_s: float = 60.0, waiting: int = 4) -> Answerer:
        made.append(
            Answerer([sys.executable, "-c", CHILD], patience_s=patience_s, longest_s=longest_s, waiting=waiting)
        )
        return made[-1]

    yield answerer
    for one in made:
        one.close()


def test_the_same_child_answers_and_knows_nothing_of_our_surroundings(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "password")
    answerer = make()
    first, second = answerer.ask({}), answerer.ask({})
    assert first == second
    assert first is not None
    assert first["pid"] != os.getpid()
    assert first["secret"] is None


def test_a_child_that_dies_or_talks_too_much_is_replaced(make: Make) -> None:
    answerer = make()
    first = answerer.ask({})
    assert answerer.ask({"die": True}) is None
    second = answerer.ask({})
    assert answerer.ask({"long": 5_000_000}) is None
    third = answerer.ask({})
    assert len({one["pid"] for one in (first, second, third) if one}) == 3


def test_a_child_that_hangs_is_killed_and_replaced(make: Make, tmp_path: Path) -> None:
    answerer = make(longest_s=0.2)
    first = answerer.ask({})
    assert answerer.ask({"until": str(tmp_path / "never")}) is None
    second = answerer.ask({})
    assert first is not None
    assert second is not None
    assert first["pid"] != second["pid"]


def test_whoever_asks_goes_on_without_an_answer_and_the_child_goes_on_with_the_question(
    make: Make, tmp_path: Path
) -> None:
    answerer = make()
    first = answerer.ask({})
    answerer._patience_s = 0.05
    assert answerer.ask({"until": str(tmp_path / "now")}) is None
    (tmp_path / "now").touch()
    answerer._patience_s = 60.0
    assert answerer.ask({}) == first


def test_more_questions_than_may_wait_are_refused_in_words(make: Make, tmp_path: Path) -> None:
    answerer = make(waiting=1)
    asked = threading.Thread(target=answerer.ask, args=[{"until": str(tmp_path / "now")}])
    asked.start()
    while not answerer._open:
        pass
    with pytest.raises(TooMany, match="Try again shortly"):
        answerer.ask({})
    (tmp_path / "now").touch()
    asked.join()
    assert answerer.ask({}) is not None


def test_closing_ends_the_child_in_the_middle_of_an_answer(make: Make, tmp_path: Path) -> None:
    answerer = make(patience_s=0.05)
    answerer.ask({"until": str(tmp_path / "never")})
    answerer.close()
    assert answerer._process is None
