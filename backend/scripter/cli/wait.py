"""Waits until something on the server has ended, with a sign of life on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from rich.markup import escape

from scripter.cli import terminal
from scripter.cli.app import App
from scripter.lib.errors import Unavailable

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0
_PATIENCE_S = 300.0


def wait(
    app: App, path: str, final: Collection[str], what: str, hear: Callable[[Any], None] = lambda found: None
) -> Any:
    """What `path` shows once its status is one of `final`; `hear` is given what it shows each time before.

    Raises:
        Unavailable: the server has been away for five minutes.
    """
    pause, seen = _FIRST_PAUSE_S, time.monotonic()
    with terminal.errors().status(escape(terminal.line(what))) as status:
        while True:
            try:
                found = app.client.get(path)
                seen = time.monotonic()
                if found["status"] in final:
                    return found
                hear(found)
                status.update(escape(terminal.line(f"{what}: {found['status']}")))
            except Unavailable:
                if time.monotonic() - seen > _PATIENCE_S:
                    raise
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_S)
