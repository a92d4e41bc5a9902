"""Where a backup goes to: a file that appears whole or not at all, or standard output. Used by the command line."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scripter.lib.errors import BadInput, Conflict, DiskFull, ScripterError

STANDARD = "-"


class NotWritten(ScripterError):
    """The backup could not be written."""

    code = "not_written"


@contextmanager
def opened(target: str, *, force: bool) -> Iterator[IO[bytes]]:
    """What to write the backup onto. A file gets its name when all of it is on the disk, and only we may read it.

    Raises:
        BadInput: standard output is a terminal, or the directory is none.
        Conflict: the file is there already, and `force` does not say to replace it.
        DiskFull, NotWritten: it takes no more; nothing is left of it.
    """
    try:
        with _standard_output() if target == STANDARD else _new_file(Path(target), force=force) as file:
            yield file
    except OSError as error:
        words = f"The backup could not be written to {_named(target)}: {os.strerror(error.errno or 0)}."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"{words} Nothing was left there.") from error
        raise NotWritten(words) from error


@contextmanager
def source(target: str) -> Iterator[IO[bytes]]:
    """The backup to read.

    Raises:
        BadInput: it cannot be opened.
    """
    if target == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        file = Path(target).open("rb")  # noqa: SIM115 - opened here so that only its own errors are put in words
    except OSError as error:
        raise BadInput.at("FILE", f"{target} cannot be read: {os.strerror(error.errno or 0)}.") from error
    with file:
        yield file


@contextmanager
def _standard_output() -> Iterator[IO[bytes]]:
    if sys.stdout.isatty():
        raise BadInput.at("FILE", "a backup is not for a terminal; send it into a file or a program: `... > FILE`")
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _new_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    if path.exists() and not force:
        raise _taken(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path, force=force)
    finally:
        draft.unlink(missing_ok=True)


def _name(draft: Path, path: Path, *, force: bool) -> None:
    if force:
        draft.replace(path)
    else:
        try:
            path.hardlink_to(draft)  # unlike a renaming, never over another file
        except FileExistsError as error:
            raise _taken(path) from error
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _taken(path: Path) -> Conflict:
    return Conflict(f"{path} is there already. Choose another name, or replace it with --force.")


def _named(target: str) -> str:
    return "standard output" if target == STANDARD else target
