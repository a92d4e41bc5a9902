"""Finds, in the last output of a failed build, the one line that says why; both kinds of build call it."""

from __future__ import annotations

import re
from collections import deque

# How the usual tools begin such a line: pip, apt, compilers, npm, shells, Python's own last line of a traceback.
_TELLING = re.compile(
    r"^(\w*error|\w*exception|fatal|fatal error|e|npm err!)\s*:|: (fatal )?error:|: (command )?not found$"
    r"|No such file or directory$",
    re.IGNORECASE,
)
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_KEPT_LINES = 200
_MAX_LENGTH = 500


class LastLines:
    """The end of an output, taken in chunks as they come; of two streams, also when they come mixed."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._open: dict[str, str] = {}

    def add(self, chunk: bytes, stream: str = "") -> None:
        text = _COLOURS.sub("", self._open.pop(stream, "") + chunk.decode("utf-8", "replace"))
        *lines, rest = text.split("\n")
        # An endless line is a progress bar; its end is enough.
        self._open[stream] = rest[-_MAX_LENGTH:]
        self._lines.extend(line.rstrip("\r") for line in lines)

    def clear(self) -> None:
        """Forget: what a step before this one printed does not explain its failure."""
        self._lines.clear()
        self._open.clear()

    def telling(self, otherwise: str) -> str:
        """The last line that looks like an error, else the last line with words, else `otherwise`."""
        lines = [line.strip() for line in (*self._lines, *self._open.values()) if line.strip()]
        for line in reversed(lines):
            if _TELLING.search(line):
                return line[:_MAX_LENGTH]
        return lines[-1][:_MAX_LENGTH] if lines else otherwise
