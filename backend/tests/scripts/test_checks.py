"""What is found in a script's settings and files by reading alone."""

from __future__ import annotations

import pytest

from scripter.filestore import SourceFile
from scripter.lib.errors import BadInput
from scripter.scripts import checks


def source(text: str, path: str = "main.py") -> SourceFile:
    return SourceFile(path, text.encode())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("a = 1\n\nb = (\n", "main.py line 3: '(' was never closed"),
        ("print 'x'", "main.py line 1: Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("\tx = 1\n  y = 2", "main.py line 1: unexpected indent"),
        ("# -*- coding: nonsense -*-", "main.py: unknown encoding: nonsense"),
        ("(" * 10_000, "main.py line 1: too many nested parentheses"),
        ("-" * 200_000 + "1", "main.py: nested too deeply to be checked"),
    ],
)
def test_a_syntax_error_is_a_warning_with_its_line(text: str, warning: str) -> None:
    assert checks.warnings([source(text)]) == [warning]


@pytest.mark.parametrize("text", ["", "\ufeffprint(1)\r\n", "x = '\u00e9'\n", "match x:\n    case 1: pass\n"])
def test_good_source_gives_no_warning(text: str) -> None:
    assert checks.warnings([source(text)]) == []


def test_source_is_read_and_never_run() -> None:
    assert checks.warnings([source("raise SystemExit(3)\nimport nowhere")]) == []


def test_only_python_is_read_as_python() -> None:
    assert checks.warnings([source("def (", "notes.txt")]) == []


def test_no_more_source_is_read_than_takes_a_moment() -> None:
    large = source("x = 1\n" * 40_000, "a.py")
    assert checks.warnings([large, source("def (", "b.py")]) == ["b.py line 1: invalid syntax"]
    assert checks.warnings([large, large, source("def (", "b.py")]) == []


@pytest.mark.parametrize("name", ["A", "_x", "LANG", "PYTHONUNBUFFERED", "PATHS", "a" * 100])
def test_an_ordinary_variable_is_kept(name: str) -> None:
    assert checks.environment({name: "a b\nc"}) == {name: "a b\nc"}


@pytest.mark.parametrize(
    "name",
    ["", "1A", "A=B", "A B", "\u00c4", "a" * 101, "PATH", "path", "HOME", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES",
     "PYTHONPATH", "PythonHome", "PYTHONSTARTUP", "DOCKER_HOST", "SCRIPTER_JOB", "BASH_ENV", "IFS"],
)  # fmt: skip
def test_a_variable_that_would_change_what_runs_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        checks.environment({name: "x", "FINE": "y"})
    assert [one.field for one in caught.value.fields] == [f"environment.{name[:100]}"]
