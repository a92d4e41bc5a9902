"""Tells a watcher elsewhere that a minute was planned, so that somebody notices when that stays away. `tasks` calls it.

Its trouble is not ours: nothing waits for it, and what it answers goes no further than one line of our log."""

from __future__ import annotations

import threading

import requests
import structlog

log = structlog.get_logger(__name__)

# Of silence; then the watcher is given up for this minute.
_SILENCE_S = 5
_under_way = threading.Lock()


def send(url: str) -> None:
    """Ask the watcher, beside everything else; not while it has not answered the time before."""
    if not _under_way.acquire(blocking=False):
        log.warning("clock.ping_failed", error="the watcher has not answered the last one yet")
        return
    threading.Thread(target=_ask, args=(url,), name="ping", daemon=True).start()


def _ask(url: str) -> None:
    try:
        # Where the watcher would send us to is not what the administrator has named; and what it says is never read.
        with requests.get(url, timeout=_SILENCE_S, allow_redirects=False, stream=True) as answer:
            if not 200 <= answer.status_code < 300:
                log.warning("clock.ping_failed", error=f"the watcher answered {answer.status_code}")
    except requests.RequestException as error:
        log.warning("clock.ping_failed", error=type(error).__name__)  # its words hold the address, which may be secret
    finally:
        _under_way.release()
