"""The page about faults says what is so: its tests exist, none of this directory is left out, each stands in its row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parents[1] / "docs" / "reliability-faults.md"
ROW = re.compile(r"^\| (\d+) \|", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
# A row may lead to another one instead of naming its tests again.
SAME = re.compile(r"\bas (\d+)\b")
NUMBERS = re.compile(r"^Faults? (\d+(?:(?:, | and )\d+)*)")


def rows() -> dict[int, str]:
    lines = [line for line in PAGE.read_text().splitlines() if ROW.match(line)]
    return {int(line.split("|")[1]): line for line in lines}


def found_in(file: Path) -> dict[str, str]:
    """The docstrings of the tests in a file, by name; also of those in classes."""
    functions = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))
    return {one.name: ast.get_docstring(one) or "" for one in functions if one.name.startswith("test_")}


def fault_tests() -> Iterator[tuple[str, str, str]]:
    for file in sorted(Path(__file__).parent.glob("test_*_faults.py")):
        for name, docstring in found_in(file).items():
            yield f"faults/{file.name}", name, docstring


def test_every_fault_has_its_row() -> None:
    assert list(rows()) == list(range(1, 50))


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 50
    missing = [(file, name) for file, name in named if name not in found_in(TESTS / file)]
    assert missing == []


def test_every_fault_test_says_its_number_and_stands_in_that_row() -> None:
    for file, name, docstring in fault_tests():
        said = NUMBERS.match(docstring)
        assert said, f"The docstring of {name} does not begin with its fault's number."
        for number in map(int, re.findall(r"\d+", said[1])):
            told = [rows()[number], *(rows()[int(other)] for other in SAME.findall(rows()[number]))]
            assert any(f"{file}::{name}" in row for row in told), f"{name} does not stand in row {number}."
