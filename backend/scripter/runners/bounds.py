"""When a running build has to stop; both kinds of build ask it between two pieces of output."""

from __future__ import annotations

import time

from scripter.runners.protocol import BuildFailed, BuildWatch, Recipe, Step

POLL_S = 0.25


class Stopped(BuildFailed):
    """The build was cancelled, or ran out of time."""


class Bounds:
    """Counts from its making. Asks the watch now and then only, however much a build prints."""

    def __init__(self, recipe: Recipe, watch: BuildWatch) -> None:
        self._watch = watch
        self._limit_s = recipe.time_limit.total_seconds()
        self._deadline = time.monotonic() + self._limit_s
        self._next = 0.0

    def check(self, step: Step | None) -> None:
        """Raises: Stopped, at this step."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + POLL_S
        if self._watch.cancelled():
            raise Stopped("The build was cancelled.", step=step)
        if now > self._deadline:
            raise Stopped(f"The build was stopped: it took longer than {self._limit_s:.0f} s.", step=step)
