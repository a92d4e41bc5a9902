"""Says on standard error, while somebody waits for a job, how each attempt ended that is followed by another one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from scripter.cli import terminal
from scripter.cli.client import Client
from scripter.cli.shapes import Attempt, Job
from scripter.lib.errors import ScripterError

_PAUSE_S = 1.0
# For as long as this, the words about an attempt wait for the lines that it has printed.
_PATIENCE_S = 5.0


class Teller:
    """Hears how a job stands, again and again, and says of each attempt once how it ended."""

    def __init__(self, before: Callable[[Attempt], object] = lambda one: None) -> None:
        """`before` is called before an attempt is spoken of."""
        self._before = before
        self._told = 0

    def hear(self, job: Job) -> None:
        for one in job["attempts"]:
            if self._told < one["number"] < job["attempt"]:
                self._before(one)
                terminal.say(terminal.line(_words(job, one)), err=True)
                self._told = one["number"]


class Reached:
    """How far into the log somebody has printed it, for those who want to speak after certain lines."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._offset = 0

    def tell(self, offset: int) -> None:
        with self._changed:
            self._offset = offset
            self._changed.notify_all()

    def wait_for_end_of(self, one: Attempt) -> None:
        end = one["log_end"] or 0
        with self._changed:
            self._changed.wait_for(lambda: self._offset >= end, _PATIENCE_S)


@contextmanager
def telling(client: Client, path: str, reached: Reached) -> Iterator[None]:
    """Asks beside a log that is followed how the job at `path` stands, and speaks of its attempts where they end."""
    teller, over = Teller(reached.wait_for_end_of), threading.Event()

    def ask() -> None:
        while not over.wait(_PAUSE_S):
            # The server may be away for a while; whoever follows the log says so.
            with suppress(ScripterError):
                teller.hear(client.get(path))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_PATIENCE_S)


def _words(job: Job, one: Attempt) -> str:
    why = f" ({one['reason']})" if one["reason"] else ""
    next_at = job["retry_at"] if one["number"] == job["attempt"] - 1 else None
    begins = f" begins in {max(0.0, -terminal.ago(next_at)):.0f} s" if next_at else " follows"
    return (
        f"Attempt {one['number']} {one['status']}{why}. Attempt {one['number'] + 1} of {job['max_attempts']}{begins}."
    )
