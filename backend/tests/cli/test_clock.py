from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import testbed
from scripter.cli.clock import Clock
from scripter.lib import queue
from scripter.lib.queue import Queue


class Line:
    """A line to the real broker that can be cut and mended."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.mend()
        self.url = self._target._replace(netloc=self._target.netloc.rpartition(":")[0] + f":{self.port}").geturl()

    def cut(self) -> None:
        """Nobody answers any more, and whoever spoke is hung up on."""
        assert self._listener is not None
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            one.close()
        self._open.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            called = socket.create_connection((self._target.hostname or "", self._target.port or 0))
            self._open += [caller, called]
            for source, sink in ((caller, called), (called, caller)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


class Heard:
    """Counts ticks."""

    def __init__(self) -> None:
        self.ticks = threading.Semaphore(0)


@pytest.fixture
def line(services: testbed.Services) -> Iterator[Line]:
    with services.vhost("clock_test") as url:
        line = Line(url)
        yield line
        line.cut()


@pytest.fixture
def heard(line: Line, services: testbed.Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Queue, Heard]]:
    """A queue behind the line, and what a worker hears that has a line of its own."""
    monkeypatch.setattr(queue, "_tasks", {})

    @queue.task("test.tick", queue="test_ticks", every="* * * * *")
    def tick(heard: Heard) -> None:
        heard.ticks.release()

    heard = Heard()
    target = line._target.geturl()
    hearing, ringing = Queue(target, heard), Queue(line.url, heard)
    worker = hearing.worker({"test_ticks"}, 1)
    worker.start()
    yield ringing, heard
    worker.stop()
    hearing.close()
    ringing.close()


def test_a_broker_that_is_away_costs_a_tick_and_not_the_clock(heard: tuple[Queue, Heard], line: Line) -> None:
    ringing, hears = heard
    clock = Clock(ringing.periodic())
    clock.send_actors(ringing.periodic(), datetime.now(UTC).isoformat())
    assert hears.ticks.acquire(timeout=20)
    line.cut()
    clock.send_actors(ringing.periodic(), datetime.now(UTC).isoformat())
    assert not hears.ticks.acquire(timeout=0.5)
    line.mend()
    clock.send_actors(ringing.periodic(), datetime.now(UTC).isoformat())
    assert hears.ticks.acquire(timeout=20)


def test_the_clock_starts_without_a_broker_and_stops_when_told(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "SCRIPTER_QUEUE__URL": "amqp://guest:guest@127.0.0.1:9/"}
    program = [str(Path(sys.executable).with_name("scripter")), "clock", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as clock:
        assert clock.stdout is not None
        for said in clock.stdout:
            if "clock.tick_lost" in said:
                break
        clock.send_signal(signal.SIGTERM)
        rest = clock.stdout.read()
    assert clock.returncode == 0, rest
