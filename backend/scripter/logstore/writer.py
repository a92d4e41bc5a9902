"""Writes the logs that Scripter itself makes: those of builds. A job's log is written by the agent."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from scripter.lib import disk
from scripter.logstore.files import create, open_log
from scripter.logstore.records import MAX_LINE_BYTES, line_records, record

BUILD_LIMIT_BYTES = 64 * 1024 * 1024
BUILD_TAIL_BYTES = 256 * 1024


class Writer:
    """Writes a build's log: output as it comes, lines of our own between; from several threads.

    What the disk has no room for is dropped and not waited for: the build goes on, and the log says how much is missing
    once there is room again.

    Past `limit` bytes only the last `BUILD_TAIL_BYTES` are kept, in memory, and written by `close` with the exact count
    of what is missing: the error that matters stands at the end.
    """

    def __init__(self, path: Path, name: str, limit: int = BUILD_LIMIT_BYTES) -> None:
        create(path)
        self._fd = open_log(path, os.O_WRONLY | os.O_APPEND)
        self._size = os.fstat(self._fd).st_size
        self._name = name
        self._lock = threading.Lock()
        self._rest = b""
        self._room = limit
        self._tail = b""
        self._past = self._closed = False
        self._dropped = 0
        self._gap = 0  # bytes that the disk did not take since the last that it did
        self._trouble = ""

    def write(self, data: bytes) -> None:
        """Some output: several lines, or a part of one."""
        with self._lock:
            *lines, rest = (self._rest + data).split(b"\n")
            records = [line_records(line) for line in lines]
            while len(rest) > MAX_LINE_BYTES:
                records.append(record(b"P", rest[:MAX_LINE_BYTES]))
                rest = rest[MAX_LINE_BYTES:]
            self._rest = rest
            self._keep(b"".join(records))

    def own(self, text: str) -> None:
        """A line of Scripter's own; it names the build. An unfinished line before it is written first."""
        with self._lock:
            self._flush()
            self._keep(self._own(text))

    def place(self) -> int:
        """The byte at which the next line will begin. An unfinished line is written first."""
        with self._lock:
            self._flush()
            return self._size

    def close(self) -> None:
        """Write what is left. Closing twice does no harm."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                self._flush()
                if self._past:
                    self._put(self._own(f"{self._dropped} bytes of the log were dropped here"))
                    self._put(self._tail)
                self._put(b"")
            finally:
                os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _own(self, text: str) -> bytes:
        line = " ".join(f"{self._name}: {text}".splitlines())
        return record(b"F:scripter", line.encode("utf-8", "replace"), b"stderr")

    def _flush(self) -> None:
        if self._rest:
            self._keep(record(b"P", self._rest))
            self._rest = b""

    def _keep(self, records: bytes) -> None:
        if not self._past and len(records) <= self._room:
            self._room -= len(records)
            self._put(records)
            return
        if not self._past:
            self._past = True
            self._put(self._own("log limit reached; the end of the log will follow when the build is over"))
        tail = self._tail + records
        cut = tail.find(b"\n", len(tail) - BUILD_TAIL_BYTES) + 1 if len(tail) > BUILD_TAIL_BYTES else 0
        self._dropped += cut
        self._tail = tail[cut:]

    def _put(self, records: bytes) -> None:
        if self._gap:
            note = self._own(f"{self._trouble}: {self._gap} bytes of the log were dropped here")
            if self._written(note) == len(note):
                self._gap = 0
        self._gap += len(records) - self._written(records)

    def _written(self, records: bytes) -> int:
        """How many bytes the file took, whole records only."""
        written = 0
        try:
            while written < len(records):
                written += os.write(self._fd, records[written:])
        except OSError as error:
            self._trouble = disk.full(error) or f"the log cannot be written ({error.strerror})"
            written = records.rfind(b"\n", 0, written) + 1
            with suppress(OSError):  # a disk that can only be read keeps what it has
                os.ftruncate(self._fd, self._size + written)
        self._size += written
        return written
