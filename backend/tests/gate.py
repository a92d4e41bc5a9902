"""A real connection to a real service that a test can cut and mend: what an outage looks like from our side.

The service itself stays whole, for the tests that run at the same time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Gate:
    """Listens at `listening` and passes everything on to `target`, both socket addresses, while it is open."""

    def __init__(self, family: socket.AddressFamily, listening: str | tuple[str, int], target: object) -> None:
        self._target_family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
        self._target = target
        self._open = True
        self._ends: list[socket.socket] = []
        self._listener = socket.socket(family)
        self._listener.bind(listening)
        self._listener.listen(64)
        self.address = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def way_to(self, url: str) -> str:
        """The same address of a database or broker, by way of the gate."""
        there = urlsplit(url)
        account = there.netloc.rpartition("@")[0]
        return there._replace(netloc=f"{account}@127.0.0.1:{self.address[1]}").geturl()

    def shut(self) -> None:
        """Break all connections; new ones are broken at once."""
        self._open = False
        for end in self._ends:
            _end(end)
        self._ends.clear()

    def mend(self) -> None:
        self._open = True

    def close(self) -> None:
        self.shut()
        _end(self._listener)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._open:
                    _end(near)
                    continue
                far = socket.socket(self._target_family)
                far.connect(self._target)
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_pass, args=pair, daemon=True).start()


@contextmanager
def before(url: str) -> Iterator[Gate]:
    """A gate before the server that this address of a database or broker leads to."""
    there = urlsplit(url)
    gate = Gate(socket.AF_INET, ("127.0.0.1", 0), (there.hostname, there.port))
    try:
        yield gate
    finally:
        gate.close()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
        return
    _end(sink)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
