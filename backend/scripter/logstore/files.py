"""Log files: made, and read by byte offset. Files only grow: an offset, once read, stays good."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scripter.lib.errors import ScripterError
from scripter.logstore.records import record

CHUNK_BYTES = 64 * 1024
TAIL_BYTES = 1024 * 1024


class NotALog(ScripterError):
    """This is not a regular file: Scripter follows no links among its logs."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `start` to `end` of a log that had `size` bytes when they were read. `end` is where to go on."""

    data: bytes
    start: int
    end: int
    size: int


def create(path: Path, also: Path | None = None) -> None:
    """An empty log at `path` unless there is one, and `also` as a second name of the same file. Twice does no harm.

    Raises: NotALog when a link or a directory lies there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(open_log(path, os.O_WRONLY | os.O_CREAT))
    if also is not None:
        with suppress(FileExistsError):
            also.hardlink_to(path)
        if not also.samefile(path):
            raise NotALog(f"{also.name} is already another file.")


def notice(path: Path, words: str, like: Path | None = None) -> Path:
    """A log in which Scripter alone says something, in place of one that is gone; gives its path.

    `like`: another one with the same words. The new one becomes a further name of it, if it can have one more.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if like is not None:
        with suppress(OSError):
            path.hardlink_to(like)
            return path
    path.write_bytes(record(b"F:scripter", words.encode()))
    return path


def read(path: Path, start: int = 0, limit: int = CHUNK_BYTES, *, complete: bool = False) -> Chunk:
    """At most `limit` bytes from offset `start`, cut after the last whole line.

    It ends inside a line only if that line is longer than `limit`. The unfinished last line of a file is left for
    later, unless `complete` says that nobody writes to it any more. No file yet is an empty log, beyond the end
    is the end.
    """
    with suppress(FileNotFoundError):
        fd = open_log(path, os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            start = min(start, size)
            data = os.pread(fd, min(limit, size - start), start)
        finally:
            os.close(fd)
        whole = data.rfind(b"\n") + 1
        reaches_end = complete and start + len(data) == size
        if not reaches_end and (whole or len(data) < limit):
            data = data[:whole]
        return Chunk(data, start, start + len(data), size)
    return Chunk(b"", 0, 0, 0)


def size(path: Path) -> int:
    """Bytes in the log now; 0 while there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def tail(path: Path, lines: int, limit: int = TAIL_BYTES) -> Chunk:
    """The last `lines` whole lines, fewer if they have more than `limit` bytes."""
    size = read(path, 0, 1).size
    chunk = read(path, max(0, size - limit), limit)
    data = chunk.data[: chunk.data.rfind(b"\n") + 1]
    first = data.find(b"\n") + 1 if chunk.start else 0  # the line that the limit may have cut is left out
    begin = len(data)
    for _ in range(lines):
        begin = max(data.rfind(b"\n", first, max(begin - 1, first)) + 1, first)
    return Chunk(data[begin:], chunk.start + begin, chunk.start + len(data), chunk.size)


def follow(
    path: Path, start: int, finished: Callable[[], bool], interval: timedelta = timedelta(milliseconds=200)
) -> Iterator[Chunk | None]:
    """Every chunk from `start` on, as the file grows; None whenever there was nothing new, so that the caller can ping.

    Ends once `finished()` was true before a reading that came to the end of the file.
    """
    while True:
        complete = finished()
        chunk = read(path, start, complete=complete)
        while chunk.data:
            yield chunk
            start = chunk.end
            chunk = read(path, start, complete=complete)
        if complete:
            return
        yield None
        time.sleep(interval.total_seconds())


def open_log(path: Path, flags: int) -> int:
    """A descriptor of a regular file. Raises: NotALog, FileNotFoundError."""
    try:
        fd = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o640)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise NotALog(
                f"{path.name} is not a regular file; Scripter does not follow links among its logs."
            ) from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotALog(f"{path.name} is not a regular file.")
    return fd
