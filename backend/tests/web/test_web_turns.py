"""Requests wait for their turn, are told to come back when it does not come, and give it back whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import flask
import pytest

from scripter.lib import problems
from scripter.web import turns


class Slow:
    """A handler that waits until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        self.let_go.wait()
        return "done"


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def crowded(slow: Slow) -> flask.Flask:
    """An application with one place."""
    app = flask.Flask("crowded")
    problems.install(app)
    turns.install(app, 1)

    def endless() -> flask.Response:
        def events() -> Iterator[bytes]:
            while True:
                yield b": ping\n\n"

        return flask.Response(events(), mimetype="text/event-stream")

    def broken() -> str:
        raise ValueError("on purpose")

    app.add_url_rule("/api/slow", "slow", slow)
    app.add_url_rule("/api/fast", "fast", lambda: "fast")
    app.add_url_rule("/api/health", "health", lambda: "well")
    app.add_url_rule("/api/stream", "stream", endless)
    app.add_url_rule("/api/broken", "broken", broken)
    app.add_url_rule("/page", "page", lambda: "page")
    return app


def status(app: flask.Flask, path: str) -> int:
    return app.test_client().get(path).status_code


def test_who_waits_in_vain_is_told_to_come_back(
    crowded: flask.Flask, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.05)
    first = threading.Thread(target=status, args=(crowded, "/api/slow"))
    first.start()
    slow.entered.wait()
    refused = crowded.test_client().get("/api/fast")
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (429, "too_many", "5")
    assert [status(crowded, path) for path in ("/api/health", "/page")] == [200, 200]
    slow.let_go.set()
    first.join()
    assert status(crowded, "/api/fast") == 200


def test_who_waits_has_a_turn_once_there_is_a_place(crowded: flask.Flask, slow: Slow) -> None:
    first = threading.Thread(target=status, args=(crowded, "/api/slow"))
    first.start()
    slow.entered.wait()
    answers: list[int] = []
    second = threading.Thread(target=lambda: answers.append(status(crowded, "/api/fast")))
    second.start()
    assert answers == []
    slow.let_go.set()
    first.join()
    second.join()
    assert answers == [200]


def test_errors_and_open_streams_give_their_place_back(crowded: flask.Flask) -> None:
    streams = [crowded.test_client().get("/api/stream") for _ in range(3)]
    assert [status(crowded, path) for path in ("/api/broken", "/api/nowhere", "/api/fast")] == [500, 404, 200]
    for stream in streams:
        stream.close()
