"""The open inputs of the containers that wait, through which each gets its go; held by docker.

An input is attached before its container starts, and this process is the only one that it ever has: when it is closed,
by us or because we died, the agent reads the end of its input and leaves. So a go takes no call to the engine, and no
container waits for a worker that is gone."""

from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass
from typing import Any

from docker import APIClient

from scripter.runners.protocol import SlotGone, SlotSpec

_PATIENCE_S = 15


@dataclass(frozen=True, slots=True)
class _Input:
    # The SDK's stream is a file over the socket, and the response a file over that; all three hold it open.
    socket: socket.socket
    stream: Any
    spec: SlotSpec

    def close(self) -> None:
        self.stream._response.close()
        self.stream.close()
        self.socket.close()

    @property
    def ended(self) -> bool:
        """Whether the engine has closed its side. It sends nothing: what can be read is the end."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))


class Inputs:
    """By container id. Safe to be used by several threads."""

    def __init__(self) -> None:
        self._open: dict[str, _Input] = {}
        self._lock = threading.Lock()

    def open(self, client: APIClient, container: str, spec: SlotSpec) -> None:
        """Attach to a container that has been created and not yet started."""
        stream = client.attach_socket(container, params={"stdin": 1, "stream": 1})
        with self._lock:
            # Over TLS the SDK gives the socket itself.
            self._open[container] = _Input(getattr(stream, "_sock", stream), stream, spec)

    def spec(self, container: str) -> SlotSpec:
        """What the container was made as. Raises: SlotGone if its input is not open, or the engine has closed it."""
        with self._lock:
            found = self._open.get(container)
        if found is None or found.ended:
            raise SlotGone
        return found.spec

    def hand_over(self, container: str, line: bytes) -> None:
        """Send one line and close.

        The container's input ends then, whether it brought the whole line or not: half a go is the end of input for
        the agent, and runs nothing.

        Raises: SlotGone.
        """
        with self._lock:
            found = self._open.pop(container, None)
        if found is None:
            raise SlotGone
        try:
            found.socket.settimeout(_PATIENCE_S)
            found.socket.sendall(line)
        except OSError as error:
            raise SlotGone from error
        finally:
            found.close()

    def close(self, container: str) -> None:
        """Its agent leaves, if it still waits."""
        with self._lock:
            found = self._open.pop(container, None)
        if found is not None:
            found.close()
