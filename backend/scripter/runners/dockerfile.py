"""Reads as much of a Dockerfile as is needed to say which line a build stands at; both kinds of build call it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"^#\s*(\w+)\s*=\s*(\S+)\s*$")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with its continuation lines joined; `line` is where it begins, counted from 1."""

    line: int
    text: str

    @property
    def word(self) -> str:
        """The instruction itself, in capitals: FROM, RUN, COPY."""
        return self.text.split(maxsplit=1)[0].upper()

    @property
    def rest(self) -> str:
        return "".join(self.text.split(maxsplit=1)[1:])


def instructions(dockerfile: str) -> list[Instruction]:
    """All instructions in their order. The engine counts its steps the same way, so that the n-th is step n."""
    return list(_joined(dockerfile.splitlines(), _escape_of(dockerfile)))


def bases(dockerfile: str) -> list[str]:
    """The images named by FROM, without flags and stage names."""
    found = [one for one in instructions(dockerfile) if one.word == "FROM"]
    words = [[word for word in one.rest.split() if not word.startswith("--")] for one in found]
    return [one[0] for one in words if one]


def _joined(lines: list[str], escape: str) -> Iterator[Instruction]:
    began, parts = 0, list[str]()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        # Comments and empty lines may stand inside a continued instruction and do not end it.
        if not text or text.startswith("#"):
            continue
        began = began or number
        parts.append(text.removesuffix(escape).strip())
        if not text.endswith(escape):
            yield Instruction(began, " ".join(parts))
            began, parts = 0, []
    if parts:
        yield Instruction(began, " ".join(parts))


def _escape_of(dockerfile: str) -> str:
    """The line continuation character; directives count only above everything else."""
    for line in dockerfile.splitlines():
        directive = _DIRECTIVE.match(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape":
            return directive[2]
    return "\\"
