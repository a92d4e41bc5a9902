"""Room on a disk: how much there is, and whether an error means that there is none. Used wherever files are written."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NamedTuple

_MEBIBYTE = 1024 * 1024
# Below this, directories and small files cannot be relied on any more; file systems without such a bound say 0 of 0.
LEAST_FILES = 1000

_WORDS = {
    errno.ENOSPC: "the disk of the data directory is full",
    errno.EDQUOT: "the disk quota of the data directory is used up",
    errno.EROFS: "the disk of the data directory can only be read",
}
# MariaDB: disk full, table full; SQLite says it in words.
_FULL_MYSQL = {1021, 1114}
_FULL_SQLITE = "database or disk is full"


class Room(NamedTuple):
    """What is free on a disk for us. `free_files` is None where the file system has no bound on files."""

    free_mb: int
    free_files: int | None
    read_only: bool


def room(directory: Path) -> Room:
    """As the file system of `directory` says now. Cheap enough to be asked often."""
    found = os.statvfs(directory)
    files = found.f_favail if found.f_files else None
    return Room(found.f_bavail * found.f_frsize // _MEBIBYTE, files, bool(found.f_flag & os.ST_RDONLY))


def shortage(room: Room, min_free_mb: int) -> str | None:
    """Why nothing should begin that fills the disk, in words; None while there is room. `min_free_mb` 0: never ask."""
    if room.read_only:
        return _WORDS[errno.EROFS]
    if not min_free_mb:
        return None
    if room.free_mb < min_free_mb:
        return f"only {room.free_mb} MB are free on the disk of the data directory"
    if room.free_files is not None and room.free_files < LEAST_FILES:
        return f"only {room.free_files} more files can be made on the disk of the data directory"
    return None


def full(error: BaseException) -> str | None:
    """What is wrong with the disk, in words, if that is what the error tells of; None if it is about something else."""
    # Not at the top: commands that have no database need not wait for it to be read.
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError):
        cause = error.orig
        number = cause.args[0] if cause is not None and cause.args else None
        is_full = number in _FULL_MYSQL or _FULL_SQLITE in str(cause)
        return "the disk of the database is full" if is_full else None
    return _WORDS.get(error.errno or 0) if isinstance(error, OSError) else None
