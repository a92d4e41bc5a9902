"""A sign of life for whoever watches over a process from outside; made by worker and clock, read by health checks."""

from __future__ import annotations

from pathlib import Path


class Pulse:
    """A file whose time of change says when the work last went well. Without a file nobody looks."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def beat(self) -> None:
        """The work has gone well just now."""
        if self._file is not None:
            self._file.touch()
