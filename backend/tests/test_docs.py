"""The documents name functions; a name that is gone makes the document wrong."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = re.compile(r"\bscripter(?:\.\w+)+\b")


def named() -> list[str]:
    text = "\n".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))
    return sorted(set(NAMES.findall(text)))


def test_the_way_of_a_job_names_its_functions() -> None:
    assert len(named()) > 15


@pytest.mark.parametrize("name", named())
def test_what_the_documents_name_is_there(name: str) -> None:
    module, rest = name, []
    while True:
        try:
            thing: object = importlib.import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            rest.insert(0, last)
    for part in rest:
        thing = getattr(thing, part)
