"""Puts the lines of a build's output together again before they are told; both kinds of build call it."""

from __future__ import annotations

import time
from collections.abc import Callable

# A line that is open for so long is told as far as it came: somebody may be watching its dots.
_PATIENCE_S = 1.0
_LONGEST = 64 * 1024


class WholeLines:
    """The pieces of one or two streams, as lines.

    The engine passes on what a step writes piece by piece and both streams as they come, so that a word of the one can
    stand in the middle of a line of the other. A shell writes its complaints in several pieces. And what must be hidden
    can only be recognised when it is not cut in two.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: dict[str, tuple[float, str]] = {}

    def add(self, text: str, stream: str) -> str:
        """What is whole now of this stream; empty as long as its line is open."""
        since, before = self._open.pop(stream, (self._now(), ""))
        text = before + text
        # A progress bar goes back to the beginning of its line and never ends it.
        end = max(text.rfind("\n"), text.rfind("\r")) + 1
        if len(text) - end > _LONGEST:
            return text
        if text[end:]:
            self._open[stream] = (self._now() if end else since, text[end:])
        return text[:end]

    def overdue(self) -> str:
        """What has been open for too long."""
        late = [stream for stream, (since, _) in self._open.items() if self._now() - since >= _PATIENCE_S]
        return "".join(self._open.pop(stream)[1] for stream in late)

    def rest(self) -> str:
        """All that is open, at the end of a step or of the output."""
        rest = "".join(text for _, text in self._open.values())
        self._open.clear()
        return rest
