"""A growing log that many watch at one time: read, put into words and asked about once for all of them. For logview.

Without this, five hundred viewers of one log would read the same bytes, encode the same events and ask the database the
same question five hundred times, several times a second."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple
from weakref import WeakValueDictionary

from scripter import logstore
from scripter.lib.http import Event

# How often a viewer looks; the file itself is looked at no more often for all viewers together.
_LOOK_S = 0.2
# How often it is asked whether the log has ended.
_ASK_S = 1.0
_REMEMBERED = 16


class End(NamedTuple):
    """How the thing whose log it is has ended."""

    status: str
    reason: str | None


class _Piece(NamedTuple):
    event: Event
    end: int


class Feed:
    """One log and its viewers. `of` gives the same one to all of them; it is forgotten with the last."""

    _all: ClassVar[WeakValueDictionary[Path, Feed]] = WeakValueDictionary()
    _all_lock = threading.Lock()

    def __init__(self, path: Path, ended: Callable[[], End | None]) -> None:
        self._path = path
        self._ended = ended
        self._asking = threading.Lock()
        self._ask_at = 0.0
        self._end: End | None = None
        self._reading = threading.Lock()
        self._pieces: OrderedDict[int, _Piece] = OrderedDict()
        self._nothing_at = -1  # where the file ended when it was looked at last,
        self._look_at = 0.0  # and when it is to be looked at again

    @classmethod
    def of(cls, path: Path, ended: Callable[[], End | None]) -> Feed:
        """The feed of this log. `ended` is asked outside of any request, for whichever viewer comes first."""
        with cls._all_lock:
            feed = cls._all.get(path)
            if feed is None:
                feed = cls._all[path] = cls(path, ended)
            return feed

    def events(self, start: int) -> Iterator[Event | None]:
        """Events `log` from byte `start` on, None whenever there is nothing new, and `end` at last."""
        while True:
            end = self._asked()
            while (piece := self._next(start, complete=end is not None)) is not None:
                yield piece.event
                start = piece.end
            if end is not None:
                yield Event("end", {"status": end.status, "reason": end.reason})
                return
            yield None
            time.sleep(_LOOK_S)

    def _asked(self) -> End | None:
        # Whoever comes while another one asks takes the answer before: a slow database must not hold them all up.
        if self._end is None and time.monotonic() >= self._ask_at and self._asking.acquire(blocking=False):
            try:
                self._end = self._ended()
                self._ask_at = time.monotonic() + _ASK_S
            finally:
                self._asking.release()
        return self._end

    def _next(self, start: int, *, complete: bool) -> _Piece | None:
        if complete:
            # Nobody writes any more, so the last line counts as it is; what was remembered may lack it.
            return _piece(logstore.read(self._path, start, complete=True))
        with self._reading:
            known = self._pieces.get(start)
            if known or (start == self._nothing_at and time.monotonic() < self._look_at):
                return known
            return self._read(start)

    def _read(self, start: int) -> _Piece | None:
        chunk = logstore.read(self._path, start)
        piece = _piece(chunk)
        if piece:
            self._pieces[start] = piece
            if len(self._pieces) > _REMEMBERED:
                self._pieces.popitem(last=False)
        if not piece or chunk.end == chunk.size:
            self._nothing_at, self._look_at = chunk.end, time.monotonic() + _LOOK_S
        return piece


def _piece(chunk: logstore.Chunk) -> _Piece | None:
    if not chunk.data:
        return None
    text = logstore.as_text(chunk.data)
    # As text already: whoever sends an event encodes its data, and there may be hundreds to send this one.
    data = json.dumps({"text": text, "start": chunk.start, "end": chunk.end}, ensure_ascii=False)
    event = Event("log", data, id=chunk.end)
    return _Piece(event, chunk.end)
