"""Five hundred viewers of one growing log: how late a printed line reaches them, and how the API answers meanwhile."""

from __future__ import annotations

import re
import selectors
import socket
import threading
import time

from benchmarks.workload import Workload, add_script, figure, percentile

VIEWERS = 500
SECONDS = 12
COMING_S = 30
SETTLE_S = 1
PRINTING = """\
import time
end = time.time() + {seconds}
while time.time() < end:
    print("at=%.6f" % time.time(), flush=True)
    time.sleep(0.1)
"""
_AT = re.compile(rb"stdout F at=(\d+\.\d+)")


def measure(workload: Workload) -> None:
    """Print p50 and p95 of line to viewer, over all lines and viewers, and p95 of the API meanwhile."""
    # The viewers need some time to come; what they see then is history and does not count.
    seconds = COMING_S + SETTLE_S + 2 * SECONDS
    script = add_script(workload.stack, "Ticker", workload.image_id, PRINTING.format(seconds=seconds))
    job = workload.stack.call("POST", f"/scripts/{script}/jobs", {})
    workload.stack.wait_for(f"/jobs/{job['id']}", {"running"})
    crowd = _Crowd(workload, f"/api/jobs/{job['id']}/log/stream")
    answers: list[float] = []
    asking = threading.Thread(target=_ask, args=(workload, job["id"], answers, crowd))
    asking.start()
    crowd.watch()
    asking.join()
    workload.stack.call("POST", f"/jobs/{job['id']}/cancel")
    workload.stack.wait_for(f"/jobs/{job['id']}", {"cancelled"})
    figure("viewers_500_all_there_s", crowd.coming_s, "s")
    figure("viewers_500_p50_ms", percentile(crowd.delays, 0.5) * 1000, "ms")
    figure("viewers_500_p95_ms", percentile(crowd.delays, 0.95) * 1000, "ms")
    figure("viewers_500_lines", len(crowd.delays), "lines")
    figure("api_under_viewers_p95_ms", percentile(answers, 0.95) * 1000, "ms")


def _ask(workload: Workload, job: int, answers: list[float], crowd: _Crowd) -> None:
    """Asks as a page does, until the viewers are done."""
    while not crowd.complete.wait(0.01):
        pass
    while not crowd.over.wait(0.1):
        begun = time.perf_counter()
        workload.stack.call("GET", f"/jobs/{job}")
        answers.append(time.perf_counter() - begun)


class _Crowd:
    """All viewers' connections, read by one thread, so that the measuring itself weighs little."""

    def __init__(self, workload: Workload, path: str) -> None:
        self._address = ("127.0.0.1", workload.stack.port)
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{workload.stack.port}\r\n"
            f"Authorization: Bearer {workload.stack.token}\r\nAccept: text/event-stream\r\n\r\n"
        ).encode()
        self._selector = selectors.DefaultSelector()
        self._rest: dict[socket.socket, bytes] = {}
        self._served: set[socket.socket] = set()
        self.delays: list[float] = []
        self.coming_s = 0.0
        self.complete = threading.Event()
        self.over = threading.Event()

    def watch(self) -> None:
        """Let all come, wait until they have caught up, and note how late each line is."""
        begun = time.monotonic()
        try:
            for _ in range(VIEWERS):
                self._come()
            while len(self._served) < VIEWERS and time.monotonic() < begun + COMING_S:
                self._receive(0.1)
            self.coming_s = time.monotonic() - begun
            self._receive(SETTLE_S)
            self._measure()
        finally:
            self.complete.set()
            self.over.set()
            for connection in self._rest:
                connection.close()
            self._selector.close()
        if len(self._served) < VIEWERS:
            raise RuntimeError(f"Only {len(self._served)} of {VIEWERS} viewers have seen a line.")

    def _measure(self) -> None:
        self.delays.clear()
        self._served.clear()
        self.complete.set()
        self._receive(SECONDS)

    def _come(self) -> None:
        connection = socket.create_connection(self._address, timeout=30)
        connection.sendall(self._request)
        connection.setblocking(False)
        self._rest[connection] = b""
        self._selector.register(connection, selectors.EVENT_READ)

    def _receive(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for key, _ in self._selector.select(0.05):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                self._note(connection)

    def _note(self, connection: socket.socket) -> None:
        data = connection.recv(65536)
        now = time.time()
        if not data:
            raise RuntimeError("A viewer was sent away.")
        whole, _, rest = (self._rest[connection] + data).rpartition(b"\n")
        self._rest[connection] = rest
        seen = [now - float(at) for at in _AT.findall(whole)]
        self.delays += seen
        if seen:
            self._served.add(connection)
