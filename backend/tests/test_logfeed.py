"""Many viewers of one log: each gets every byte once, though it is read and asked about for all of them together."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from scripter import logstore
from scripter.lib.http import Event
from scripter.logfeed import End, Feed

DONE = End("succeeded", None)


def text_of(event: Event) -> str:
    assert isinstance(event.data, str)
    text: str = json.loads(event.data)["text"]
    return text


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.log"
    path.write_bytes(b"")
    return path


def test_every_viewer_sees_all_of_a_growing_log_from_where_it_begins(log: Path) -> None:
    over = threading.Event()
    seen: dict[int, str] = {}

    def watch(start: int) -> None:
        events = [event for event in Feed.of(log, lambda: DONE if over.is_set() else None).events(start) if event]
        assert events[-1].data == {"status": "succeeded", "reason": None}
        seen[start] = "".join(text_of(event) for event in events[:-1])

    viewers = [threading.Thread(target=watch, args=(start,)) for start in (0, 6, 12, 18)]
    for viewer in viewers:
        viewer.start()
    with log.open("ab", buffering=0) as file:
        for number in range(2_000):
            file.write(b"%05d\n" % number)
    over.set()
    for viewer in viewers:
        viewer.join()
    whole = log.read_text()
    assert seen == {start: whole[start:] for start in (0, 6, 12, 18)}


def test_a_last_line_without_end_is_sent_when_the_log_has_ended(log: Path) -> None:
    log.write_bytes(b"one\ntorn")
    ends = iter([None, DONE])
    feed = Feed(log, lambda: next(ends))
    feed._ask_at = 0
    events = []
    for event in feed.events(0):
        feed._ask_at = 0
        events.append(event)
    assert [text_of(event) for event in events[:-1] if event] == ["one\n", "torn"]


def test_all_viewers_together_read_a_piece_once(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_bytes(b"one\n")
    reads: list[int] = []

    def read(path: Path, start: int, **more: Any) -> logstore.Chunk:
        reads.append(start)
        return logstore.files.read(path, start, **more)

    monkeypatch.setattr(logstore, "read", read)
    asked: list[None] = []
    feed = Feed.of(log, lambda: asked.append(None))
    streams = [feed.events(0) for _ in range(50)]
    pieces = [next(stream) for stream in streams]
    assert [next(stream) for stream in streams] == [None] * 50
    assert all(piece is pieces[0] for piece in pieces)
    assert (reads, len(asked)) == ([0], 1)


def test_a_log_has_one_feed_as_long_as_anybody_watches(log: Path) -> None:
    stream = Feed.of(log, lambda: None).events(0)
    next(stream)
    assert Feed.of(log, lambda: DONE)._asked() is None
    stream.close()  # type: ignore[attr-defined]
    del stream
    assert Feed.of(log, lambda: DONE)._asked() == DONE


def test_who_comes_while_another_asks_does_not_wait(log: Path) -> None:
    asking, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        asking.set()
        go_on.wait()

    feed = Feed(log, slowly)
    first = threading.Thread(target=feed._asked)
    first.start()
    asking.wait()
    assert next(feed.events(0)) is None
    go_on.set()
    first.join()
