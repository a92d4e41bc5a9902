"""No more requests at one time than there are threads for: the others wait for their turn, and are told to come back
if it does not come. Used by `create_app`.

A thousand requests at the same moment would otherwise wait for each other inside: for database connections and locks,
whose time limits look like a database that does not answer, also to those who have done their work already."""

from __future__ import annotations

import threading

import flask

from scripter.lib.errors import TooMany

# As long as people wait for a page before they try again themselves.
PATIENCE_S = 10.0
RETRY_AFTER_S = 5
# The database's pool has 60 connections; live streams, and in embedded mode a whole worker, want some of them.
_MOST = 40
# Asked by whoever would kill a server that does not answer: it must not wait behind those who keep it busy.
_NEVER_WAITS = "/api/health"


def install(app: flask.Flask, places: int) -> None:
    """Let `places` requests to the API of `app` in at one time. A live stream gives its place back once it is open."""
    free = threading.Semaphore(min(places, _MOST))

    def enter() -> None:
        path = flask.request.path
        if not path.startswith("/api/") or path == _NEVER_WAITS:
            return
        if not free.acquire(timeout=PATIENCE_S):
            raise TooMany(
                "There are more requests at the moment than Scripter can answer. Nothing was done. Try again shortly.",
                retry_after_s=RETRY_AFTER_S,
            )
        flask.g.has_turn = True

    def leave(_error: BaseException | None) -> None:
        if flask.g.pop("has_turn", False):
            free.release()

    app.before_request(enter)
    app.teardown_request(leave)
