"""The records of a log, Kubernetes CRI format: `2026-11-22T04:45:40.453659768Z stdout F text`. Text is bytes.

`F` ends a line, `P` is a part of one whose rest follows in the next record of that stream, and `F:scripter` marks a
line that Scripter itself wrote: no output of a script can take on that tag.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

MAX_LINE_BYTES = 16 * 1024
# Stands for one byte that is no UTF-8. One byte long itself: whoever counts the text's bytes gets those of the file.
NO_TEXT = "\x1a"

# Groups: seconds, nanoseconds, stream, F or P, whether it is Scripter's own.
HEAD = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z (stdout|stderr) ([FP])(:scripter)? ")
_RECORD = re.compile(HEAD.pattern + rb"([^\n]*)\n?")
_PLAIN_PREFIX = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z std(?:out|err) F ", re.MULTILINE)
_NOT_PLAIN = re.compile(rb"^\S{30} std(?:out|err) (?:P|F:scripter) ", re.MULTILINE)


def _one_for_one(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return NO_TEXT * (error.end - error.start), error.end


codecs.register_error("scripter.one_for_one", _one_for_one)


@dataclass(frozen=True, slots=True)
class Line:
    """One record. `at` is None for bytes that are no record (a line torn by a power cut)."""

    at: datetime | None
    stream: str
    partial: bool
    own: bool
    text: bytes


def record(tag: bytes, text: bytes, stream: bytes = b"stdout") -> bytes:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode()
    return b"%s.%09dZ %s %s %s\n" % (at, nanoseconds, stream, tag, text)


def as_text(data: bytes) -> str:
    """Bytes of a log as text that is as long in UTF-8 as they are, so that places in it are places in the file."""
    return data.decode("utf-8", "scripter.one_for_one")


def line_records(line: bytes) -> bytes:
    parts = [line[at : at + MAX_LINE_BYTES] for at in range(0, len(line), MAX_LINE_BYTES)] or [b""]
    return b"".join([*(record(b"P", part) for part in parts[:-1]), record(b"F", parts[-1])])


def parse(line: bytes) -> Line:
    """One line of a log file, with or without its newline."""
    found = _RECORD.fullmatch(line)
    if found is None:
        return Line(None, "stdout", False, False, line.removesuffix(b"\n"))
    seconds, nanoseconds, stream, tag, own, text = found.groups()
    at = datetime.fromisoformat(f"{seconds.decode()}.{nanoseconds[:6].decode()}+00:00")
    return Line(at, stream.decode(), tag == b"P", own is not None, text)


def plain(chunks: Iterable[bytes], *, own: bool = True) -> Iterator[bytes]:
    """The text alone: no time, parts joined to lines. Chunks may be cut anywhere; memory stays flat.

    Scripter's own lines begin with `[scripter] `, or are left out if `own` is false: then, as long as the two streams
    did not cut into each other's lines, this is the script's output byte for byte.
    """
    joiner = _Joiner(own)
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        cut = block.rfind(b"\n") + 1
        rest = block[cut:]
        yield joiner.text(block[:cut])
    yield joiner.text(rest)


class _Joiner:
    """Remembers which stream's line is still open, from one block to the next."""

    def __init__(self, own: bool) -> None:
        self._own = own
        self._open = ""  # the stream whose line has no end yet
        self._broken: set[str] = set()  # streams whose open line was ended to let the other one in

    def text(self, block: bytes) -> bytes:
        if not self._open and not self._broken and not _NOT_PLAIN.search(block):
            return _PLAIN_PREFIX.sub(b"", block)
        return b"".join(self._line(parse(line)) for line in block.removesuffix(b"\n").split(b"\n")) if block else b""

    def _line(self, line: Line) -> bytes:
        if line.own and not self._own:
            return b""
        stream = "scripter" if line.own else line.stream
        before = b""
        if self._open and self._open != stream:
            before = b"\n"
            self._broken.add(self._open)
            self._open = ""
        if line.partial:
            self._open = stream
            return before + line.text
        self._open = ""
        if stream in self._broken and not line.text:
            self._broken.discard(stream)
            return before  # the end of a line that was ended already
        self._broken.discard(stream)
        return before + (b"[scripter] " if line.own else b"") + line.text + b"\n"
