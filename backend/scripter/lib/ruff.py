"""What is wrong with a piece of Python, and how it looks when it is laid out well: asked of ruff, with nothing kept."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruff import find_ruff_bin

# What breaks, or nearly always means something else than it says; no matters of taste.
_RULES: Final = "E4,E7,E9,F,B,PLE,W605"
# As in a module that was never meant to be imported, one line may do two things.
_LEFT_OUT: Final = "E401,E402,E701,E702,E741,B905"
_LIMIT_S: Final = 10.0
_OLDEST, _NEWEST = 7, 15


@dataclass(frozen=True, slots=True)
class Place:
    """A line, counted from 1, and a column of it, counted in characters from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of the text that is replaced."""

    start: Place
    end: Place
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What would mend a problem, in words and as edits."""

    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. `breaks`: it will not run, or not to its end."""

    code: str
    message: str
    start: Place
    end: Place
    breaks: bool
    fix: Fix | None


class NotPython(Exception):
    """The text cannot be read as Python. `args[0]` says where and why."""


def findings(content: str, *, python: str = "") -> list[Finding] | None:
    """What is wrong, from top to bottom; None if it took too long. `python` is the version that runs it: 3.11.2."""
    chosen = [f"--select={_RULES}", f"--ignore={_LEFT_OUT}"]
    arguments = ["check", "--quiet", "--output-format=json", "--exit-zero", *chosen]
    done = _run([*arguments, *_target(python)], content)
    if done is None or done.returncode != 0:
        return None
    found = [_finding(one) for one in json.loads(done.stdout)]
    return sorted(found, key=lambda one: (one.start.line, one.start.column))


def formatted(content: str, *, python: str = "") -> str | None:
    """The text laid out well; None if it took too long.

    Raises:
        NotPython: it has a mistake of syntax.
    """
    done = _run(["format", *_target(python)], content)
    if done is None:
        return None
    if done.returncode != 0:
        raise NotPython(_reason(done.stderr.decode(errors="replace")))
    return done.stdout.decode()


def _run(arguments: Sequence[str], content: str) -> subprocess.CompletedProcess[bytes] | None:
    # Isolated: no configuration of ours or of a script's is read. Of our surroundings it is handed nothing.
    common = ["--isolated", "--no-cache", "--stdin-filename=file.py", "-"]
    try:
        return subprocess.run(
            [find_ruff_bin(), *arguments, *common],
            input=content.encode(),
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
            cwd="/",
            env={"RAYON_NUM_THREADS": "1", "PATH": os.defpath, "NO_COLOR": "1"},
        )
    except subprocess.TimeoutExpired:
        return None


def _target(python: str) -> list[str]:
    """What the version allows to be written; the newest where it is not known."""
    parts = python.split(".")
    minor = int(parts[1]) if len(parts) > 1 and parts[0] == "3" and parts[1].isdecimal() else _NEWEST
    return [f"--target-version=py3{min(max(minor, _OLDEST), _NEWEST)}"]


def _finding(one: dict[str, Any]) -> Finding:
    code = one["code"] or "invalid-syntax"
    return Finding(
        code=code,
        message=one["message"],
        start=_place(one["location"]),
        end=_place(one["end_location"]),
        breaks=code == "invalid-syntax" or code.startswith(("E9", "F6", "F7", "F82", "PLE")),
        fix=_fix(one["fix"]),
    )


def _fix(fix: dict[str, Any] | None) -> Fix | None:
    # The others might change what the script does.
    if fix is None or fix["applicability"] != "safe":
        return None
    edits = (Edit(_place(one["location"]), _place(one["end_location"]), one["content"]) for one in fix["edits"])
    return Fix(fix["message"] or "Mend it", tuple(edits))


def _place(place: dict[str, int]) -> Place:
    return Place(place["row"], place["column"] - 1)


def _reason(said: str) -> str:
    """`error: Failed to parse file.py:1:6: unexpected EOF` -> `line 1: unexpected EOF`."""
    lines = said.strip().splitlines()
    where, _, why = (lines[0] if lines else "").partition("file.py:")[2].partition(": ")
    line = where.partition(":")[0]
    return f"line {line}: {why}" if line.isdecimal() and why else "it cannot be read as Python"
