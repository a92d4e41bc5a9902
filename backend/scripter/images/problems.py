"""What is wrong, or not wise, in the files of an image, told before anything is built. Pure; this room's API asks.

Errors keep an image from being built, warnings bite later, notes say what Scripter does otherwise or what could be
smaller or quicker. Rules of our own and no library: those that there are judge Dockerfiles of servers, whose ports,
users and commands mean nothing to what only lends a script its Python, and none knows the files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scripter.filestore import SourceFile
from scripter.images import advice, dockerfile, requirements
from scripter.images.advice import Problem, Severity
from scripter.images.recipe import DOCKERFILE, REQUIREMENTS

# Of more than this nobody reads the rest.
MOST = 200
_LINE = re.compile(r"Line (\d+)(?::)? (.*)", re.DOTALL)


def of(files: Sequence[SourceFile]) -> list[Problem]:
    """All problems by file and line, at most 200. Files that are no text are left to the save, which refuses them."""
    texts = {file.path: file.content.decode("utf-8", "replace") for file in files}
    if DOCKERFILE not in texts:
        return [_error(DOCKERFILE, None, "An image needs a file named Dockerfile.", "no-dockerfile", "Add one.")]
    found = [*_of_dockerfile(texts), *_of_requirements(texts)]
    return sorted(found, key=lambda one: (one.path, one.line or 0))[:MOST]


def _of_dockerfile(texts: dict[str, str]) -> Iterator[Problem]:
    refused = set[int | None]()
    for line, message in dockerfile.found(texts[DOCKERFILE]):
        refused.add(line)
        yield _error(DOCKERFILE, line, message, "not-buildable", "")
    # Of a line that cannot even be read, advice would only confuse.
    yield from (one for one in advice.of(texts) if one.line not in refused)


def _of_requirements(texts: dict[str, str]) -> Iterator[Problem]:
    if REQUIREMENTS not in texts:
        return
    for message in requirements.mistakes(texts[REQUIREMENTS]):
        found = _LINE.match(message)
        line, words = (int(found[1]), found[2]) if found else (None, message)
        yield _error(REQUIREMENTS, line, words[:1].upper() + words[1:], "bad-requirement", "")
    yield from advice.of_requirements(texts[REQUIREMENTS])


def _error(path: str, line: int | None, message: str, rule: str, remedy: str) -> Problem:
    return Problem(path, line, Severity.ERROR, rule, message, remedy)
