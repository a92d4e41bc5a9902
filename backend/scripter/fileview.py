"""Files over HTTP: how they look in requests and answers, and how uploads are read. Used by images and scripts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Literal

from flask_openapi import FileStorage
from pydantic import BaseModel, ConfigDict

from scripter import filestore
from scripter.filestore import SourceFile
from scripter.lib.errors import BadInput, FieldError
from scripter.lib.http import Body, View

Encoding = Literal["utf-8", "base64"]


class FileBody(Body):
    """One file as it is sent."""

    path: str
    content: str
    encoding: Encoding = "utf-8"


class FileView(View):
    """One file with its content: as text where it is text, else in base64. `size` is in bytes."""

    path: str
    content: str
    encoding: Encoding
    size: int

    @classmethod
    def of(cls, file: SourceFile) -> FileView:
        encoding: Encoding = "utf-8"
        try:
            content = file.content.decode("utf-8")
        except UnicodeDecodeError:
            content, encoding = base64.b64encode(file.content).decode("ascii"), "base64"
        return cls(path=file.path, content=content, encoding=encoding, size=len(file.content))


class UploadForm(BaseModel):
    """A multipart body: parts named `files`, or one of them that is a zip archive."""

    model_config = ConfigDict(extra="forbid")

    files: list[FileStorage]


def given(files: Sequence[FileBody]) -> list[SourceFile]:
    """The files that were sent as JSON.

    Raises:
        BadInput: a content is not the base64 that it claims to be.
    """
    found: list[SourceFile] = []
    mistakes: list[FieldError] = []
    for position, file in enumerate(files):
        try:
            found.append(SourceFile(file.path, _content(file)))
        except ValueError:  # bad padding, or letters that are not even ASCII
            mistakes.append(FieldError(f"files.{position}.content", "This is not base64."))
    if mistakes:
        raise BadInput(mistakes[0].message, fields=mistakes)
    return found


def uploaded(form: UploadForm) -> list[SourceFile]:
    """The files that were meant by an upload, a zip archive unpacked.

    Raises:
        BadInput, TooLarge: naming the file or the entry, and what is wrong with it.
    """
    parts = [SourceFile(part.filename or "", part.read()) for part in form.files]
    return filestore.check(filestore.unpack(parts))


def _content(file: FileBody) -> bytes:
    if file.encoding == "base64":
        return base64.b64decode(file.content, validate=True)
    return file.content.encode("utf-8")
