"""Reading a Dockerfile's lines, and finding the line of an output that says why."""

from __future__ import annotations

import pytest

from scripter.runners.dockerfile import bases, instructions
from scripter.runners.telling import LastLines

SAMPLE = """\
# syntax=docker/dockerfile:1

ARG VERSION=3
FROM --platform=linux/amd64 python:$VERSION AS first
RUN one && \\
    # a comment in between

    two
copy a b
from first
"""


def test_instructions_have_the_lines_where_they_begin() -> None:
    assert [(one.line, one.word) for one in instructions(SAMPLE)] == [
        (3, "ARG"),
        (4, "FROM"),
        (5, "RUN"),
        (9, "COPY"),
        (10, "FROM"),
    ]


def test_a_continued_instruction_is_joined_without_its_comments() -> None:
    assert instructions(SAMPLE)[2].text == "RUN one && two"


def test_the_escape_directive_changes_the_continuation() -> None:
    assert [one.line for one in instructions("# escape=`\nFROM a\nRUN dir `\n  c:\\\nRUN b\n")] == [2, 3, 5]


def test_an_escape_directive_after_the_first_instruction_is_a_comment() -> None:
    assert [one.line for one in instructions("FROM a\n# escape=`\nRUN a \\\n  b\nRUN c\n")] == [1, 3, 5]


def test_a_last_line_that_is_continued_by_nothing_still_counts() -> None:
    assert [one.text for one in instructions("FROM a\nRUN b \\\n")] == ["FROM a", "RUN b"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_file_without_instructions_has_none(text: str) -> None:
    assert instructions(text) == []


def test_bases_are_named_without_flags_and_stage_names() -> None:
    assert bases(SAMPLE) == ["python:$VERSION", "first"]


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "ERROR: no version\nERROR: No matching distribution found\n[notice] upgrade pip\n",
            "ERROR: No matching distribution found",
        ),
        ("Reading lists\nE: Unable to locate package nosuch\n", "E: Unable to locate package nosuch"),
        (
            "a.c:1:10: fatal error: x.h: No such file\ncompilation terminated.\n",
            "a.c:1:10: fatal error: x.h: No such file",
        ),
        (
            "Traceback:\n  File x\nModuleNotFoundError: No module named 'x'\n\n",
            "ModuleNotFoundError: No module named 'x'",
        ),
        ("/bin/sh: 1: nosuch: not found\n", "/bin/sh: 1: nosuch: not found"),
        ("\x1b[91merror: \x1b[0mred\n", "error: red"),
        ("nothing special\nlast words\n\n", "last words"),
        ("without newline", "without newline"),
        ("", "otherwise"),
    ],
)
def test_the_line_that_matters_is_found_in_the_output_of_usual_tools(output: str, line: str) -> None:
    lines = LastLines()
    for start in range(0, len(output), 7):
        lines.add(output[start : start + 7].encode())
    assert lines.telling("otherwise") == line


def test_an_endless_line_is_kept_short() -> None:
    lines = LastLines()
    for _ in range(1000):
        lines.add(b"#" * 1000)
    assert len(lines.telling("")) <= 500


def test_what_two_streams_say_is_not_mixed_in_the_line_that_matters() -> None:
    lines = LastLines()
    for chunk, stream in ((b"/bin/sh: 1: ", "stderr"), (b"much\n", "stdout"), (b"nosuch: not found\n", "stderr")):
        lines.add(chunk, stream)
    assert lines.telling("") == "/bin/sh: 1: nosuch: not found"
