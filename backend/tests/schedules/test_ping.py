"""The watcher elsewhere: whatever it does, minutes are planned, nothing waits for it, and its address stays ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, MutableMapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from structlog.testing import capture_logs

from scripter.config import Clock
from scripter.context import Context
from scripter.schedules import ping, service, tasks
from scripter.schedules.models import Occurrence, Schedule

MakeScript = Callable[..., int]
SECRET = "/watch/3f9c-secret?key=hidden"


class Watcher:
    """A real HTTP server that answers as told, and remembers what it was asked for."""

    def __init__(self, port: int) -> None:
        self.port, self.status, self.location = port, 200, ""
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{SECRET}"


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            here.may_answer.wait(60)
            self.send_response(here.status)
            if here.location:
                self.send_header("Location", here.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        here = Watcher(http.server_port)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield here
        here.may_answer.set()
        http.shutdown()


@pytest.fixture
def tick(context: Context, make_script: MakeScript) -> Callable[[str], int]:
    """Ticks once with this address, and says how many due times have got their rows by that."""
    with context.db.transaction() as session:
        made = service.add(session, make_script(), cron="* * * * *", by=None).id

    def tick_once(url: str) -> int:
        with context.db.transaction() as session:
            session.execute(delete(Occurrence))
            schedule = session.get_one(Schedule, made)
            schedule.cursor = schedule.next_at = schedule.created_at
        context.settings = context.settings.model_copy(update={"clock": Clock(ping_url=url)})
        tasks.tick(context)
        with context.db.reading() as session:
            return session.scalar(select(func.count(Occurrence.id))) or 0

    return tick_once


def until_done() -> None:
    """The ping under way has come to its end."""
    assert ping._under_way.acquire(timeout=30)
    ping._under_way.release()


def told(logs: list[MutableMapping[str, Any]]) -> list[str]:
    assert SECRET not in str(logs) and "hidden" not in str(logs)
    return [str(one["error"]) for one in logs if one["event"] == "clock.ping_failed"]


def test_a_watcher_is_asked_once_for_each_minute_that_was_planned(watcher: Watcher, tick: Callable[[str], int]) -> None:
    with capture_logs() as logs:
        for _ in range(2):
            assert tick(watcher.url) >= 3
            until_done()
    assert watcher.asked == [SECRET, SECRET]
    assert told(logs) == []
    assert tick("") >= 3
    assert len(watcher.asked) == 2


def test_a_watcher_that_fails_or_is_gone_is_named_by_its_status_and_not_by_its_address(
    watcher: Watcher, tick: Callable[[str], int]
) -> None:
    with socket.socket() as taken, capture_logs() as logs:
        taken.bind(("127.0.0.1", 0))  # nobody listens: refused
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}{SECRET}"
        watcher.status = 500
        for url in (watcher.url, nobody):
            assert tick(url) >= 3
            until_done()
    assert told(logs) == ["the watcher answered 500", "ConnectionError"]


def test_a_watcher_that_sends_us_elsewhere_is_not_followed(watcher: Watcher, tick: Callable[[str], int]) -> None:
    watcher.status, watcher.location = 302, f"http://127.0.0.1:{watcher.port}/elsewhere"
    with capture_logs() as logs:
        tick(watcher.url)
        until_done()
    assert watcher.asked == [SECRET]
    assert told(logs) == ["the watcher answered 302"]


def test_a_watcher_that_hangs_holds_up_nothing_and_is_not_asked_twice_at_once(
    watcher: Watcher, tick: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "_SILENCE_S", 120)  # it is to hang for as long as this test looks at it
    watcher.may_answer.clear()
    with capture_logs() as logs:
        assert tick(watcher.url) >= 3
        assert ping._under_way.locked(), "the tick is over, and the watcher has not answered"
        assert tick(watcher.url) >= 3
        watcher.may_answer.set()
        until_done()
    assert watcher.asked == [SECRET]
    assert "the watcher has not answered the last one yet" in told(logs)
