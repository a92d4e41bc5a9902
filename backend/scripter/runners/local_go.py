"""The open inputs of the local agents that wait, through which each gets its go; held by local, as docker_go does.

Each is a pipe whose writing end this process alone has: when it is closed, by us or because we died at whatever line,
the agent reads the end of its input and leaves. So no agent waits for a worker that is gone, recorded or not."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scripter.runners import local_process
from scripter.runners.protocol import SlotGone

_PATIENCE_S = 15


class Inputs:
    """By the name of the slot. Safe to be used by several threads."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def opened(self, name: str) -> Iterator[int]:
        """The end that the agent is started with. Ours is kept when all goes well inside, and else closed."""
        self.close(name)  # of an earlier slot of this name, which somebody else has discarded
        theirs, ours = os.pipe()
        try:
            os.set_blocking(ours, False)
            yield theirs
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        with self._lock:
            self._open[name] = ours

    def hand_over(self, name: str, line: bytes) -> None:
        """Write one line, once: afterwards the input is closed, and half a go runs nothing.

        Raises: SlotGone.
        """
        ours = self._taken(name)
        if ours is None:
            raise SlotGone
        try:
            while line:
                if not local_process.ready(ours, select.POLLOUT, _PATIENCE_S):
                    raise SlotGone
                line = line[os.write(ours, line) :]
        except BrokenPipeError as error:
            raise SlotGone from error
        finally:
            os.close(ours)

    def close(self, name: str) -> None:
        """Its agent leaves, if it still waits."""
        ours = self._taken(name)
        if ours is not None:
            os.close(ours)

    def _taken(self, name: str) -> int | None:
        with self._lock:
            return self._open.pop(name, None)
