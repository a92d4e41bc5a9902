"""Problems and layout, as ruff tells them."""

from __future__ import annotations

import pytest

from scripter.lib import ruff
from scripter.lib.ruff import Edit, NotPython, Place


def codes(content: str, python: str = "") -> list[str]:
    found = ruff.findings(content, python=python)
    assert found is not None
    return [one.code for one in found]


def test_problems_come_from_top_to_bottom_with_their_places() -> None:
    found = ruff.findings("import os\nprint(nobody)\n")
    assert found is not None
    assert [(one.code, one.breaks) for one in found] == [("F401", False), ("F821", True)]
    assert (found[1].start, found[1].end) == (Place(2, 6), Place(2, 12))
    assert found[0].fix is not None
    assert found[0].fix.edits == (Edit(Place(1, 0), Place(2, 0), ""),)


def test_columns_count_characters_and_not_bytes() -> None:
    found = ruff.findings('x = "é😀"; print(nobody)\n')
    assert found is not None
    assert found[0].start == Place(1, 16)


def test_a_mistake_of_syntax_breaks_the_script() -> None:
    found = ruff.findings("x = 1 +\n")
    assert found is not None
    assert [(one.code, one.breaks, one.start.line) for one in found] == [("invalid-syntax", True, 1)]


def test_only_fixes_that_change_nothing_are_offered() -> None:
    found = ruff.findings("x = 1\nprint(x == None)\n")
    assert found is not None
    assert [(one.code, one.fix) for one in found] == [("E711", None)]


@pytest.mark.parametrize("content", ["", "\n", "import sys; sys.exit(0)\n", "\0", "print('\ufeff')"])
def test_what_is_fine_or_odd_is_no_reason_to_fail(content: str) -> None:
    assert ruff.findings(content) is not None


@pytest.mark.parametrize(("python", "wrong"), [("3.8.1", True), ("3.12.0", False), ("", False), ("rubbish", False)])
def test_what_may_be_written_hangs_on_the_python_that_runs_it(python: str, wrong: bool) -> None:
    assert ("invalid-syntax" in codes("match 1:\n    case 1:\n        pass\n", python)) is wrong


def test_a_file_is_laid_out_and_its_line_ends_stay() -> None:
    assert ruff.formatted("x=1\r\ny = 'a'\r\n") == 'x = 1\r\ny = "a"\r\n'


def test_what_is_no_python_stays_as_it_is_and_the_reason_names_the_line() -> None:
    with pytest.raises(NotPython, match=r"^line \d: "):
        ruff.formatted("x = 1\ny = (\n")
