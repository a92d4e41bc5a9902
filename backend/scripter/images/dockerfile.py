"""What is wrong with a Dockerfile, found before anything is stored or built. Pure; asked when files are saved.

The engine's classic builder makes the images, so what only BuildKit knows is refused here, with the line, and not
minutes later in a build."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from scripter.runners.dockerfile import Instruction, instructions

_INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_FLAGS: Mapping[str, frozenset[str]] = {
    "ADD": frozenset({"chown"}),
    "COPY": frozenset({"chown", "from"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "retries"}),
}
# Of a file that is no Dockerfile at all, each line is a mistake.
_MOST = 200
_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(.*?)\s*$")
_FLAG = re.compile(r"--([A-Za-z-]+)(?:=\S*)?(?:\s+|$)")
_HEREDOC = re.compile(r"(?:^|\s)\d*<<-?([\"']?)[A-Za-z_]\w*\1(?=\s|$)")
# A working directory there can be the engine's own open file, outside of the container.
_PROCESS_FILES = re.compile(r"/proc/+(?:self|thread-self|\d+)\b")


def mistakes(content: str) -> list[str]:
    """Everything that cannot be built or is not allowed, in words that begin with the line; empty means fine."""
    return [message if line is None else f"Line {line}: {message}" for line, message in found(content)]


def found(content: str) -> Iterator[tuple[int | None, str]]:
    """The same by line, None for what concerns the whole."""
    content = content.removeprefix("\ufeff")
    yield from _bad_directives(content)
    steps = instructions(content)
    if not any(one.word == "FROM" for one in steps):
        yield None, "The Dockerfile needs a FROM line that names a base image, such as FROM python:3.11-slim."
    elif next(one for one in steps if one.word != "ARG").word != "FROM":
        yield steps[0].line, "FROM must come first; only ARG may stand before it."
    wrong = ((one.line, message) for one in steps if (message := _mistake(one)))
    yield from islice(wrong, _MOST)


def _directives(content: str) -> Iterator[tuple[int, str, str]]:
    # Only comments of this shape at the very top count; the first other line ends them.
    for number, line in enumerate(content.splitlines(), start=1):
        found = _DIRECTIVE.match(line.strip())
        if not found:
            return
        yield number, found[1].lower(), found[2]


def _bad_directives(content: str) -> Iterator[tuple[int, str]]:
    for number, name, _ in _directives(content):
        if name == "syntax":
            yield number, "# syntax= is not allowed: it would load another program to read the Dockerfile with."


def _mistake(one: Instruction) -> str | None:
    if one.word not in _INSTRUCTIONS:
        near = difflib.get_close_matches(one.word, _INSTRUCTIONS, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        return f"{one.word[:40]} is not an instruction of a Dockerfile{hint}"
    if not one.rest:
        return f"{one.word} needs something after it."
    if one.word == "ONBUILD":
        then = Instruction(one.line, one.rest)
        forbidden = then.word in ("ONBUILD", "FROM", "MAINTAINER")
        return f"{then.word} cannot stand after ONBUILD." if forbidden else _mistake(then)
    return _bad_flag(one) or _bad_text(one)


def _bad_flag(one: Instruction) -> str | None:
    rest = one.rest
    while one.word in ("RUN", *_FLAGS) and (found := _FLAG.match(rest)):
        if found[1] not in _FLAGS.get(one.word, frozenset()):
            return f"{one.word} --{found[1]} is not allowed: it needs BuildKit, which is not used here."
        rest = rest[found.end() :]
    return None


def _bad_text(one: Instruction) -> str | None:
    if one.word in ("RUN", "COPY", "ADD") and _HEREDOC.search(one.rest):
        return "Here-documents (<<) are not allowed: they need BuildKit. Use a file and COPY, or && between commands."
    if one.word in ("WORKDIR", "ENV", "ARG") and _PROCESS_FILES.search(one.rest):
        return f"{one.word} may not lead into /proc."
    return None
