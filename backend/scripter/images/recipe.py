"""The files of an image: what must be among them, what may be in them, and what a new image begins with. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scripter import filestore
from scripter.filestore import SourceFile
from scripter.images import dockerfile, requirements
from scripter.lib.errors import BadInput, FieldError

DOCKERFILE = "Dockerfile"
REQUIREMENTS = "requirements.txt"

STARTER_DOCKERFILE = b"""\
FROM python:3.11-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
"""
STARTER = (SourceFile(DOCKERFILE, STARTER_DOCKERFILE), SourceFile(REQUIREMENTS, b""))

_RESERVED = {".dockerignore": "An image is built from just the files that are listed here; none has to be ignored."}
_CHECKS: Mapping[str, Callable[[str], list[str]]] = {
    DOCKERFILE: dockerfile.mistakes,
    REQUIREMENTS: requirements.mistakes,
}


def checked(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files, once they are known to make an image that can be built as far as reading them can tell.

    Raises:
        BadInput, TooLarge: with one error per mistake, named `files.2.path` or `files.2.content`.
    """
    good = filestore.check(files, reserved=_RESERVED)
    if not any(file.path == DOCKERFILE for file in good):
        raise BadInput.at("files", "An image needs a file named Dockerfile.")
    mistakes = [
        FieldError(f"files.{position}.content", message)
        for position, file in enumerate(good)
        if file.path in _CHECKS
        for message in _CHECKS[file.path](file.content.decode())
    ]
    if mistakes:
        raise BadInput("; ".join(one.message for one in mistakes[:3]), fields=mistakes)
    return good
