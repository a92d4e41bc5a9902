"""Reads a directory or a file into what the API takes as files."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from scripter.cli.shapes import File
from scripter.lib.errors import BadInput

# Made by tools and never part of a script; everything else is taken, so that nothing is missing without a word.
_LEFT_OUT = {".git", "__pycache__", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def read(source: Path) -> list[File]:
    """The file, or all files below the directory, by path.

    Raises:
        BadInput: nothing there, or something that is neither file nor directory.
    """
    if source.is_file():
        return [_file(source, source.name)]
    found: list[File] = []
    for directory, names, files in os.walk(source, onerror=_cannot_read):
        names[:] = sorted(set(names) - _LEFT_OUT)
        for one in [Path(directory, name) for name in names + files]:
            if one.is_symlink():
                raise BadInput(f"{one} is a symbolic link; only files and directories can be sent.")
        found += [_file(Path(directory, name), str(Path(directory, name).relative_to(source))) for name in files]
    if not found:
        raise BadInput(f"There are no files in {source}.")
    return sorted(found, key=lambda file: file["path"])


def entry_of(files: list[File], wanted: str | None) -> str:
    """The file to start with: the one that is wanted, else the only one, else `main.py`, else the only .py file.

    Raises:
        BadInput: there is no telling.
    """
    paths = [file["path"] for file in files]
    python = [path for path in paths if path.endswith(".py")]
    for candidates in ([wanted] if wanted else [], paths, ["main.py"] if "main.py" in paths else [], python):
        if len(candidates) == 1:
            return candidates[0]
    raise BadInput("Which file should be started? There is no main.py; name one by --entry.")


def _file(file: Path, path: str) -> File:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    try:
        return {"path": path, "content": data.decode(), "encoding": "utf-8"}
    except UnicodeDecodeError:
        return {"path": path, "content": base64.b64encode(data).decode(), "encoding": "base64"}


def _cannot_read(error: OSError) -> None:
    raise BadInput(f"{error.filename} cannot be read: {error.strerror}")
