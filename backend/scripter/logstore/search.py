"""Searching a log: which of its records hold a text, and which is the first that tells of an error. Used by logview.

What is sought is a fixed text, never a pattern of the reader's own: a text is found in one pass over the bytes, however
unlucky the log, while a regular expression may need more time than anybody has.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from scripter.logstore.files import read
from scripter.logstore.records import HEAD

BLOCK_BYTES = 256 * 1024
# How far before a place the parts of a line that is still open there are looked for.
OPEN_BYTES = 64 * 1024
CONTEXT_BYTES = 16 * 1024
SHOWN_BYTES = 2_000
_CUT = "…".encode()
# Every byte of a letter beyond ASCII belongs to a word.
_IN_WORD = rb"[0-9A-Za-z_\x80-\xff]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a record's text must hold: `exact`. Where `quick` is not found there is none, nor where no hint is.

    `longest`: what matches has at most so many bytes. Unless `case`, all are written for text in lower case.
    """

    hints: tuple[bytes, ...]
    quick: re.Pattern[bytes]
    exact: re.Pattern[bytes]
    longest: int
    case: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """The record at `offset`; the texts are without time and stream, and long ones are cut to `SHOWN_BYTES`."""

    offset: int
    text: bytes
    before: list[bytes]
    after: list[bytes]


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in the order of the file, which had `size` bytes. `end` is where to go on: nothing before it is unseen."""

    hits: list[Hit]
    end: int
    size: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """One search looks at no more than so many bytes, for no longer than this, and gives at most so many hits."""

    hits: int = 50
    size_bytes: int = 256 * 1024 * 1024
    time: timedelta = timedelta(seconds=1)


def sought(text: str, *, case: bool = False, word: bool = False) -> Wanted:
    """A text of one line; `word`: only where no letter, digit or underscore stands before or behind it."""
    ways = [_ways(letter, case) for letter in text]
    quick = b"".join(re.escape(way[0]) if len(way) == 1 else b"(?:" + b"|".join(way) + b")" for way in ways)
    exact = b"(?<!%s)%s(?!%s)" % (_IN_WORD, quick, _IN_WORD) if word else quick
    hint = b"".join(way[0] for way in ways) if all(len(way) == 1 for way in ways) else b""
    longest = sum(len(max(way, key=len)) for way in ways)
    return Wanted((hint,), re.compile(quick), re.compile(exact), longest, case)


# `ValueError`, `error:` and `Traceback`, but neither `errors` nor `mean_squared_error`, which tell of none.
_W = rb"[0-9a-z_]"
_ERRORS = (b"error", b"exception", b"traceback", b"fatal", b"panic", b"critical")
ERRORS: Final = Wanted(
    _ERRORS,
    re.compile(b"|".join(_ERRORS)),
    re.compile(
        rb"(?<!%s)(?:[0-9a-z]*(?:error|exception)|traceback|fatal|panic|critical)(?!%s)" % (_W, _W),
    ),
    longest=64,
    case=False,
)


def find(
    path: Path,
    wanted: Wanted,
    start: int = 0,
    *,
    context: int = 0,
    complete: bool = False,
    bounds: Bounds = Bounds(),
) -> Found:
    """The records from offset `start` on that hold what is wanted, with up to `context` records around each.

    Records that are parts of one line are searched as one; the hit is the part in which the match ends. `start` is the
    beginning of a record, as `end` and offsets are; elsewhere the rest of that record counts as one. `complete` as in
    `read`.
    """
    hits: list[Hit] = []
    deadline = time.monotonic() + bounds.time.total_seconds()
    scan = _Scan(wanted, _ahead_of(path, start))
    at = start
    while True:
        chunk = read(path, at, BLOCK_BYTES, complete=complete)
        for begin, end, place in scan.matches(chunk.data):
            around = _Around(path, chunk.start + begin, chunk.start + end, complete)
            shown = _shown(_text_of(chunk.data[begin:end]), place)
            hits.append(Hit(around.begin, shown, around.before(context), around.after(context)))
            if len(hits) >= bounds.hits:
                return Found(hits, around.end, chunk.size)
        at = chunk.end
        if not chunk.data or at - start >= bounds.size_bytes or time.monotonic() > deadline:
            return Found(hits, at, chunk.size)


class _Scan:
    """Goes over a log block by block, and remembers how the unfinished line of each stream ends."""

    def __init__(self, wanted: Wanted, before: bytes) -> None:
        self._wanted = wanted
        self._open: dict[bytes, bytes] = {}
        for _ in self._by_record(before, self._folded(before)):
            pass  # what was found before is not of interest, only what is open

    def matches(self, block: bytes) -> Iterator[tuple[int, int, int]]:
        """Begin and end of each record that matches, and the match's place in its text."""
        folded = self._folded(block)
        if self._open or b" stdout P " in block or b" stderr P " in block:
            return self._by_record(block, folded)
        # Looking for a fixed text is several times faster than any pattern.
        hinted = any(hint in folded for hint in self._wanted.hints)
        return self._by_place(block, folded) if hinted else iter(())

    def _folded(self, block: bytes) -> bytes:
        return block if self._wanted.case else block.lower()  # ASCII alone, so every byte keeps its place

    def _by_place(self, block: bytes, folded: bytes) -> Iterator[tuple[int, int, int]]:
        """The quick way, for whole lines: only records in which there is something are looked at."""
        end = 0
        while found := self._wanted.quick.search(folded, end):
            begin = block.rfind(b"\n", 0, found.start()) + 1
            end = block.find(b"\n", found.start()) + 1 or len(block)
            place = self._place(block[begin:end], folded[begin:end])
            if place is not None:
                yield begin, end, place

    def _by_record(self, block: bytes, folded: bytes) -> Iterator[tuple[int, int, int]]:
        begin = 0
        while begin < len(block):
            end = block.find(b"\n", begin) + 1 or len(block)
            place = self._place(block[begin:end], folded[begin:end])
            if place is not None:
                yield begin, end, place
            begin = end

    def _place(self, record: bytes, folded: bytes) -> int | None:
        head = HEAD.match(record)
        stream, part, own = (head[3], head[4] == b"P", bool(head[5])) if head else (b"stdout", False, False)
        text = folded[head.end() if head else 0 :].removesuffix(b"\n")
        before = b"" if own else self._open.pop(stream, b"")
        line = before + text
        if part and line and not own:
            # One byte more than could belong to a match: it tells whether the match begins a word.
            self._open[stream] = line[-self._wanted.longest - 1 :]
        found = self._wanted.exact.search(line)
        while found and found.end() <= len(before):
            found = self._wanted.exact.search(line, found.start() + 1)
        return None if found is None else max(0, found.start() - len(before))


class _Around:
    """The neighbours of the record from `begin` up to `end`, as far as they lie within `CONTEXT_BYTES`."""

    def __init__(self, path: Path, begin: int, end: int, complete: bool) -> None:
        self._path, self.begin, self.end, self._complete = path, begin, end, complete

    def before(self, count: int) -> list[bytes]:
        start = max(0, self.begin - CONTEXT_BYTES)
        records = _records(_bytes(self._path, start, self.begin) if count else b"")
        # Where the bytes begin in the middle of a record, its rest is left out.
        return records[1 if start else 0 :][-count:] if count else []

    def after(self, count: int) -> list[bytes]:
        chunk = read(self._path, self.end, CONTEXT_BYTES, complete=self._complete) if count else None
        return _records(chunk.data)[:count] if chunk else []


def _ways(letter: str, case: bool) -> list[bytes]:
    """The spellings of a letter in text of which ASCII alone was made lower case."""
    if case or letter.isascii():
        return [letter.encode() if case else letter.lower().encode()]
    # A letter whose other case is two letters (ß, SS) is found as it is written only.
    return sorted({way.encode() for way in (letter, letter.lower(), letter.upper()) if len(way) == 1})


def _ahead_of(path: Path, start: int) -> bytes:
    """Whole records that end at `start`."""
    begin = max(0, start - OPEN_BYTES)
    data = _bytes(path, begin, start)
    return data[data.find(b"\n") + 1 :] if begin else data


def _bytes(path: Path, start: int, end: int) -> bytes:
    return read(path, start, end - start, complete=True).data if end > start else b""


def _records(data: bytes) -> list[bytes]:
    return [_shown(_text_of(record), 0) for record in data.removesuffix(b"\n").split(b"\n")] if data else []


def _text_of(record: bytes) -> bytes:
    head = HEAD.match(record)
    return record[head.end() if head else 0 :].removesuffix(b"\n")


def _shown(text: bytes, place: int) -> bytes:
    """At most `SHOWN_BYTES` of the text, those around `place`."""
    if len(text) <= SHOWN_BYTES:
        return text
    begin = min(max(0, place - SHOWN_BYTES // 4), len(text) - SHOWN_BYTES)
    end = begin + SHOWN_BYTES
    return (_CUT if begin else b"") + text[begin:end] + (_CUT if end < len(text) else b"")
