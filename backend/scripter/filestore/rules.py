"""The files of one folder as they come in, and all rules about them: paths, sizes, numbers, text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripter.filestore import paths
from scripter.lib.errors import BadInput, FieldError, TooLarge

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
MAX_TEXT_BYTES = 1 * MEBIBYTE
MAX_BINARY_BYTES = 8 * MEBIBYTE
MAX_TOTAL_BYTES = 16 * MEBIBYTE
MAX_FILES = 500

# Files that people and programs read as text: anything but UTF-8 in them would fail later, and less clearly.
_TEXT_ENDING = re.compile(
    r"\.(bat|c|cfg|conf|css|csv|env|go|h|html|ini|ipynb|js|json|md|pl|ps1|py|pyi|r|rb|rst|sh|sql|svg|toml|ts|tsv|txt"
    r"|xml|ya?ml)$",
    re.IGNORECASE,
)
_TEXT_NAMES = frozenset({"dockerfile", "makefile", "license", "readme"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it is handed in or given out."""

    path: str
    content: bytes

    @property
    def executable(self) -> bool:
        """Decided by the content, so that it survives an editor that knows no file modes."""
        return self.content.startswith(b"#!")


def check(files: Sequence[SourceFile], *, reserved: Mapping[str, str] | None = None) -> list[SourceFile]:
    """The files with their paths in normal spelling. `reserved` says of some top-level names why they cannot be.

    Raises:
        BadInput, TooLarge: with one error per bad file, named `files.2.path` or `files.2.content`.
    """
    if len(files) > MAX_FILES:
        raise TooLarge(
            f"There are {len(files)} files; at most {MAX_FILES} are allowed.",
            fields=[FieldError("files", f"At most {MAX_FILES} files.")],
        )
    _check_sizes(files)
    checked, mistakes = _check_paths(files, reserved or {})
    for position, file in enumerate(files):
        message = _not_text(file)
        if message:
            mistakes.append(FieldError(f"files.{position}.content", message))
    if mistakes:
        raise BadInput(mistakes[0].message, fields=mistakes)
    return checked


def is_text(path: str) -> bool:
    """Whether a file of this name has to be UTF-8 text."""
    name = path.rsplit("/", 1)[-1]
    return bool(_TEXT_ENDING.search(name)) or name.lower() in _TEXT_NAMES


def _check_sizes(files: Sequence[SourceFile]) -> None:
    mistakes = []
    for position, file in enumerate(files):
        most = MAX_TEXT_BYTES if is_text(file.path) else MAX_BINARY_BYTES
        if len(file.content) > most:
            message = (
                f"{paths.shown(file.path)} has {in_words(len(file.content))}; at most {in_words(most)} are allowed."
            )
            mistakes.append(FieldError(f"files.{position}.content", message))
    if mistakes:
        raise TooLarge(mistakes[0].message, fields=mistakes)
    total = sum(len(file.content) for file in files)
    if total > MAX_TOTAL_BYTES:
        message = f"All files together have {in_words(total)}; at most {in_words(MAX_TOTAL_BYTES)} are allowed."
        raise TooLarge(message, fields=[FieldError("files", message)])


def _check_paths(files: Sequence[SourceFile], reserved: Mapping[str, str]) -> tuple[list[SourceFile], list[FieldError]]:
    checked: list[SourceFile] = []
    positions: list[int] = []
    mistakes: list[FieldError] = []
    for position, file in enumerate(files):
        try:
            path = paths.normal(file.path)
            if path.casefold() in reserved:
                raise ValueError(reserved[path.casefold()])
        except ValueError as error:
            mistakes.append(FieldError(f"files.{position}.path", _about(file, str(error))))
            continue
        checked.append(SourceFile(path, file.content))
        positions.append(position)
    for found, message in paths.clashes(file.path for file in checked).items():
        mistakes.append(FieldError(f"files.{positions[found]}.path", message))
    return checked, mistakes


def _about(file: SourceFile, message: str) -> str:
    # The number alone would tell nobody which file of an upload is meant.
    return f"{paths.shown(file.path)}: {message}" if file.path.strip() else message


def _not_text(file: SourceFile) -> str | None:
    if not is_text(file.path):
        return None
    if b"\0" in file.content:
        return f"{paths.shown(file.path)} must be UTF-8 text; there is a NUL byte in it."
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        return f"{paths.shown(file.path)} must be UTF-8 text; line {line} is not."
    return None


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size < KIBIBYTE:
        return f"{size} bytes"
    if size < MEBIBYTE:
        return f"{size / KIBIBYTE:.1f} KB"
    return f"{size / MEBIBYTE:.1f} MB"
