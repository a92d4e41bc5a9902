"""What is found in a Dockerfile before it is stored."""

from __future__ import annotations

import pytest

from scripter.images.dockerfile import mistakes

FINE = """\
# escape=\\
ARG TAG=3.11-slim
FROM --platform=linux/amd64 python:${TAG} AS base
# a comment
RUN apt-get update && \\
    # a comment inside

    apt-get install -y curl
COPY --chown=10001:10001 a.txt b.txt ./
COPY --from=base /x /y
HEALTHCHECK --interval=5s CMD true
ONBUILD RUN echo "1<<2 is 4" $((1 << 2))
USER root
WORKDIR /srv/processes
"""


def test_an_ordinary_dockerfile_is_fine() -> None:
    assert mistakes(FINE) == []


@pytest.mark.parametrize("content", ["", "   \n", "# only a comment\n", "ARG X=1\n", "\ufeff"])
def test_without_a_base_image_it_is_refused(content: str) -> None:
    assert "needs a FROM line" in mistakes(content)[0]


@pytest.mark.parametrize(
    ("content", "line", "gist"),
    [
        ("# syntax=evil/frontend\nFROM a", 1, "# syntax="),
        ("#syntax = docker/dockerfile:1\nFROM a", 1, "# syntax="),
        ("# escape=`\n# SYNTAX=x\nFROM a", 2, "# syntax="),
        ("\ufeff# syntax=x\nFROM a", 1, "# syntax="),
        ("FROM a\nRUN --mount=type=bind,from=x ls", 2, "RUN --mount"),
        ("FROM a\nrun --security=insecure ls", 2, "RUN --security"),
        ("FROM a\nRUN --network=host ls", 2, "RUN --network"),
        ("FROM a\nRUN \\\n  --mount=type=cache,target=/c ls", 2, "RUN --mount"),
        ("FROM a\nONBUILD ONBUILD RUN ls", 2, "ONBUILD cannot stand after ONBUILD"),
        ("FROM a\nONBUILD RUN --mount=type=ssh ls", 2, "RUN --mount"),
        ("FROM a\nCOPY --chown=1 --link x y", 2, "COPY --link"),
        ("FROM a\nADD --checksum=sha256:00 x y", 2, "ADD --checksum"),
        ("FROM a\nWORKDIR /proc/self/fd/8", 2, "/proc"),
        ("FROM a\nWORKDIR /proc//self/fd/8", 2, "/proc"),
        ("FROM a\nENV D=/proc/1/fd/8\nWORKDIR $D", 2, "/proc"),
        ("FROM a\nRUN <<EOF\nls\nEOF", 2, "Here-documents"),
        ("FROM a\nCOPY <<-'END' /x\nEND", 2, "Here-documents"),
        ("FROM a\n\nINSTALL x", 3, "INSTALL is not an instruction"),
        ("FROM a\nRUM x", 2, "did you mean RUN?"),
        ("FROM a\nCOPY", 2, "needs something after it"),
        ("RUN x\nFROM a", 1, "FROM must come first"),
    ],
)
def test_what_cannot_be_built_is_named_with_its_line(content: str, line: int, gist: str) -> None:
    found = mistakes(content)
    assert found[0].startswith(f"Line {line}: ")
    assert gist in found[0]


def test_a_comment_further_down_is_no_directive() -> None:
    assert mistakes("FROM a\n# syntax=x\n") == []


def test_with_another_escape_sign_a_backslash_is_only_a_backslash() -> None:
    assert mistakes("# escape=`\nFROM a\nRUN dir C:\\\nRUN x `\n --mount=y") == []


def test_tabs_separate_words_as_well_as_spaces() -> None:
    assert mistakes("FROM\tpython:3.11-slim\nRUN\ttrue") == []


def test_every_mistake_is_told_at_once() -> None:
    assert len(mistakes("FROM a\nRUM x\nRUN --mount=x y")) == 2
