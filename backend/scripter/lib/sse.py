"""Live streams as server-sent events: their bytes, their pings, and how many there may be at one time.

Rooms call `sse(events)` from a handler; the web application installs one `Streams` at its start."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import flask

from scripter.lib.errors import Unavailable

_EXTENSION = "streams"
PING_S = 15.0
RECHECK_S = 15.0
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `data` is sent as JSON unless it is text already; `id` is what a browser resumes from."""

    name: str
    data: object
    id: str | int | None = None

    def encode(self) -> bytes:
        data = self.data if isinstance(self.data, str) else json.dumps(self.data, ensure_ascii=False)
        # A line end inside the data would end the field: SSE wants each line announced.
        lines = [f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        head = [] if self.id is None else [f"id: {self.id}"]
        return ("\n".join([*head, f"event: {self.name}", *lines]) + "\n\n").encode()


class Streams:
    """The places for streams of one process, and the question that each stream asks now and then.

    `permit` is called in the request that opens a stream, and gives a function that tells later, outside of any
    request, whether the stream may go on.
    """

    def __init__(self, app: flask.Flask, places: int, permit: Callable[[], Callable[[], bool]]) -> None:
        self.places = threading.BoundedSemaphore(places)
        self.permit = permit
        self.closing = threading.Event()
        app.extensions[_EXTENSION] = self

    def close(self) -> None:
        """End every stream at its next event or idle turn, so that the process can stop."""
        self.closing.set()

    @classmethod
    def of(cls, app: flask.Flask) -> Streams:
        streams = app.extensions[_EXTENSION]
        assert isinstance(streams, cls)
        return streams


def sse(events: Iterator[Event | None]) -> flask.Response:
    """A response that sends `events` as they come.

    `events` yields None whenever nothing has happened for a moment, at least once a second: that is when pings are
    sent, and when it is noticed that the login has ended or the process stops.

    Raises:
        Unavailable: all places are taken.
    """
    streams = Streams.of(flask.current_app)
    permitted = streams.permit()
    if not streams.places.acquire(blocking=False):
        raise Unavailable("Too many live views are open at the moment. Try again shortly.", retry_after_s=5)
    return flask.Response(
        _Stream(events, streams, permitted),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Stream(Iterator[bytes]):
    """The bytes of one stream. A class and not a generator: one that is never begun must give its place back too."""

    def __init__(self, events: Iterator[Event | None], streams: Streams, permitted: Callable[[], bool]) -> None:
        self._events = events
        self._streams = streams
        self._permitted = permitted
        self._open = True
        self._begun = False
        self._sent_at = self._checked_at = time.monotonic()

    def __next__(self) -> bytes:
        if not self._begun:
            # Something at once, so that proxies and browsers see the stream open before its first event.
            self._begun = True
            return f"retry: {RETRY_MS}\n\n".encode()
        while self._open and self._may_go_on():
            event = next(self._events)
            if event is not None:
                return self._sent(event.encode())
            if time.monotonic() - self._sent_at >= PING_S:
                return self._sent(b": ping\n\n")
        raise StopIteration

    def _sent(self, data: bytes) -> bytes:
        self._sent_at = time.monotonic()
        return data

    def _may_go_on(self) -> bool:
        if self._streams.closing.is_set():
            return False
        if time.monotonic() - self._checked_at < RECHECK_S:
            return True
        self._checked_at = time.monotonic()
        return self._permitted()

    def close(self) -> None:
        """Called by the server when the answer is over, also when the client has gone away."""
        if self._open:
            self._open = False
            self._streams.places.release()
            end = getattr(self._events, "close", None)
            if end is not None:
                end()
