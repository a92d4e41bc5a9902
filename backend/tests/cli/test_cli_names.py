from __future__ import annotations

import pytest

from scripter.cli.app import find
from scripter.cli.shapes import Named
from scripter.lib.errors import Conflict, NotFound

THINGS: list[Named] = [{"id": 1, "name": "Report"}, {"id": 2, "name": "cleanup"}, {"id": 3, "name": "2"}]


@pytest.mark.parametrize(("reference", "wanted"), [("report", 1), (" Report ", 1), ("1", 1), ("cleanup", 2), ("3", 3)])
def test_a_thing_is_found_by_name_and_by_number(reference: str, wanted: int) -> None:
    assert find(THINGS, reference, "script")["id"] == wanted


def test_a_name_that_is_the_number_of_another_is_not_guessed() -> None:
    with pytest.raises(Conflict, match='number 2 is "cleanup" and number 3 is "2"'):
        find(THINGS, "2", "script")


def test_an_unknown_name_is_told_with_those_that_look_alike() -> None:
    with pytest.raises(NotFound, match="Did you mean cleanup"):
        find(THINGS, "cleanpu", "script")
    with pytest.raises(NotFound, match="See `scripter script list`"):
        find(THINGS, "zzz", "script")
