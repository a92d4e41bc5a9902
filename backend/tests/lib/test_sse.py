"""Live streams: their bytes, their places, and what ends them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

import flask
import pytest

from scripter.lib import problems, sse
from scripter.lib.sse import Event, Streams


class Room:
    """An application with one stream, whose events and whose permission a test decides."""

    def __init__(self, places: int = 2) -> None:
        self.events: Callable[[], Iterator[Event | None]] = lambda: iter(())
        self.permitted = True
        self.closed = 0
        self.app = flask.Flask("streams", static_folder=None)
        problems.install(self.app)
        self.streams = Streams(self.app, places, lambda: lambda: self.permitted)
        self.app.add_url_rule("/stream", "stream", lambda: sse.sse(self.watched()))

    def watched(self) -> Iterator[Event | None]:
        try:
            yield from self.events()
        finally:
            self.closed += 1

    def open(self) -> flask.Response:
        return self.app.test_client().get("/stream")


def test_an_event_is_written_with_its_id_name_and_data_as_json():
    assert Event("job", {"id": 1, "was": "größe"}, 7).encode() == (
        'id: 7\nevent: job\ndata: {"id": 1, "was": "größe"}\n\n'.encode()
    )


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb"])
def test_a_line_end_in_text_cannot_begin_a_field_of_its_own(text):
    assert Event("log", text).encode() == b"event: log\ndata: a\ndata: b\n\n"


def test_data_as_json_keeps_its_line_ends():
    lines = Event("log", {"text": "a\nb\r\nid: 9\n"}).encode().decode().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[1].removeprefix("data: "))["text"] == "a\nb\r\nid: 9\n"


def test_a_stream_sends_its_events_and_is_not_kept_by_anybody_on_the_way():
    room = Room()
    room.events = lambda: iter([Event("a", 1, 1), None, Event("b", 2, 2)])
    answer = room.open()
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.data == b"retry: 2000\n\nid: 1\nevent: a\ndata: 1\n\nid: 2\nevent: b\ndata: 2\n\n"


def test_a_quiet_stream_pings(monkeypatch):
    monkeypatch.setattr(sse, "PING_S", 0.0)
    room = Room()
    room.events = lambda: iter([None, None])
    assert room.open().data.count(b": ping\n\n") == 2


def test_more_streams_than_places_are_told_to_come_back_later():
    room = Room(places=2)
    room.events = lambda: itertools.repeat(Event("a", 1))
    first, second, third = room.open(), room.open(), room.open()
    assert [one.status_code for one in (first, second, third)] == [200, 200, 503]
    assert int(third.headers["Retry-After"]) > 0
    assert third.mimetype == "application/problem+json"
    first.close()
    assert room.open().status_code == 200


def test_a_stream_that_nobody_reads_gives_its_place_back():
    room = Room(places=1)
    room.events = lambda: itertools.repeat(Event("a", 1))
    for _ in range(3):
        answer = room.open()
        assert answer.status_code == 200
        answer.close()


def test_closing_a_stream_closes_what_it_reads_from():
    room = Room()
    room.events = lambda: itertools.repeat(Event("a", 1))
    answer = room.open()
    chunks = iter(answer.response)
    next(chunks), next(chunks)
    answer.close()
    assert room.closed == 1


def test_a_stream_ends_when_its_login_ends(monkeypatch):
    monkeypatch.setattr(sse, "RECHECK_S", 0.0)
    room = Room()

    def events() -> Iterator[Event]:
        yield Event("a", 1)
        room.permitted = False
        yield Event("b", 2)
        yield Event("c", 3)

    room.events = events
    body = room.open().data
    assert b"event: a" in body
    assert b"event: c" not in body


def test_a_stream_whose_login_stands_goes_on(monkeypatch):
    monkeypatch.setattr(sse, "RECHECK_S", 0.0)
    room = Room()
    room.events = lambda: iter([Event("a", 1), None, Event("b", 2)])
    assert b"event: b" in room.open().data


def test_permission_is_asked_again_within_twenty_seconds():
    assert sse.RECHECK_S <= 20


def test_all_streams_end_when_the_process_stops():
    room = Room()
    room.events = lambda: itertools.repeat(None)
    answer = room.open()
    chunks = iter(answer.response)
    next(chunks)
    room.streams.close()
    assert list(chunks) == []


def test_an_error_while_streaming_gives_the_place_back():
    room = Room(places=1)

    def events() -> Iterator[Event]:
        yield Event("a", 1)
        raise RuntimeError("the file went away")

    room.events = events
    answer = room.open()
    with pytest.raises(RuntimeError):
        list(answer.response)
    answer.close()
    assert room.open().status_code == 200
