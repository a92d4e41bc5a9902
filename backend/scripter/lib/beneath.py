"""Directories in which somebody else may have written: looked into, read and removed without following a link, or
waiting for a pipe. Used for what programs leave behind that are not ours.

The way to such a directory is trusted. It itself and all below it are not: they may be links by now, or become other
things at any moment. So each step goes on from an open directory, and never by a path."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# Directories further down are moved up before they are emptied: a script may nest more of them than files can be open.
_DEPTH = 32


@contextmanager
def opened(directory: Path) -> Iterator[int]:
    """A descriptor of the directory. Raises: OSError if it is none, or a link to one."""
    here = os.open(directory, _FOLDER)
    try:
        yield here
    finally:
        os.close(here)


# What can be said to be not there. Other errors, such as too many open files, are no answer.
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)


@contextmanager
def _absence() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _ABSENT:
            raise


def has_file(directory: Path, name: str) -> bool:
    """Whether a regular file of this name is there. Raises: OSError when nobody can tell."""
    with _absence(), opened(directory) as here:
        return stat.S_ISREG(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode)
    return False


def read(directory: Path, name: str, limit: int) -> bytes | None:
    """The content of the regular file of this name; None if there is none, or one with more than `limit` bytes.

    Raises: OSError when nobody can tell.
    """
    with _absence(), opened(directory) as here:
        file = os.open(name, _FILE, dir_fd=here)
        try:
            content = os.read(file, limit + 1) if stat.S_ISREG(os.fstat(file).st_mode) else None
        finally:
            os.close(file)
        return content if content is not None and len(content) <= limit else None
    return None


def remove(directory: Path) -> None:
    """Remove the directory with all that is in it, or the link that lies there now. What cannot be removed stays."""
    with suppress(OSError):
        directory.unlink()
        return
    with suppress(OSError), opened(directory) as top:
        left: list[str] = []
        # Again for what was moved up meanwhile, until nothing changes.
        while (names := sorted(os.listdir(top))) != left:  # noqa: PTH208 - not a path
            left = names
            _empty(top, top, 1)
    with suppress(OSError):
        directory.rmdir()


def _empty(here: int, top: int, depth: int) -> None:
    with suppress(OSError):
        os.fchmod(here, 0o700)  # its owner may have forbidden it to himself
    for name in os.listdir(here):
        with suppress(OSError):
            os.unlink(name, dir_fd=here)
            continue
        with suppress(OSError):
            if depth == _DEPTH:
                os.rename(name, secrets.token_hex(16), src_dir_fd=here, dst_dir_fd=top)
                continue
        with suppress(OSError):
            _remove_folder(name, here, top, depth)


def _remove_folder(name: str, above: int, top: int, depth: int) -> None:
    try:
        here = os.open(name, _FOLDER, dir_fd=above)
    except PermissionError:
        _allow(name, above)
        here = os.open(name, _FOLDER, dir_fd=above)
    try:
        _empty(here, top, depth + 1)
    finally:
        os.close(here)
    os.rmdir(name, dir_fd=above)


def _allow(name: str, above: int) -> None:
    """Let its owner, who we are, open this directory. By a descriptor: the name may lead elsewhere by now."""
    here = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=above)
    try:
        Path(f"/proc/self/fd/{here}").chmod(0o700)
    finally:
        os.close(here)
