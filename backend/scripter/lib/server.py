"""A web server for one process: gunicorn with threads, started from our own code. Used by the command line.

Its parent process only watches; everything of ours is opened in the one worker process, after the fork, so that no
connection, thread or lock is ever shared between the two."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from scripter.lib.errors import ScripterError

if TYPE_CHECKING:  # the parent process does without them, and so with less memory
    import flask

log = structlog.get_logger(__name__)

Opening = Callable[[], "AbstractContextManager[flask.Flask]"]

# Requests in flight get this long when the server stops; live streams are ended at once.
GRACE_S = 15


def serve(opening: Opening, *, host: str, port: int, threads: int) -> NoReturn:
    """Serve what `opening` gives until a signal comes; then leave the process.

    `opening` is entered in the worker process before the first request and left after the last one. If entering
    fails, the process ends with status 3 instead of trying again for ever.
    """
    _Application(opening, host, port, threads).run()
    raise AssertionError("unreachable")


class _Application(BaseApplication):  # type: ignore[misc]
    """gunicorn's view of us: a few settings, and the way to the application."""

    def __init__(self, opening: Opening, host: str, port: int, threads: int) -> None:
        self._opening = opening
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._threads = threads
        self._opened = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self._address,
            "workers": 1,
            "worker_class": _Worker,
            "threads": self._threads,
            # Also idle connections count; a browser holds up to six.
            "worker_connections": max(1000, 4 * self._threads),
            "keepalive": 30,
            "graceful_timeout": GRACE_S,
            "loglevel": "warning",
            "limit_request_line": 8190,
            # No header may change what address a request is for; the proxy's own are read by the application.
            "forwarder_headers": "",
            "control_socket_disable": True,
            "worker_exit": self._exit,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> flask.Flask:
        try:
            return self._opened.enter_context(self._opening())
        except ScripterError as error:
            # Nothing that a person can mend is to be found in the way through gunicorn.
            log.error("server.cannot_start", fields=[one.field for one in error.fields], why=error.message)
            raise SystemExit(Arbiter.WORKER_BOOT_ERROR) from error

    def _exit(self, _arbiter: Arbiter, worker: Any) -> None:
        # gunicorn calls this in the parent too, when it finds its worker gone.
        if worker.pid == os.getpid():
            self._opened.close()


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Ends live streams as soon as the server is asked to stop: each would hold it up for the whole grace."""

    # Set by gunicorn once the application is loaded; the server may be asked to stop before.
    wsgi: flask.Flask | None = None

    def handle_exit(self, signal: int, frame: FrameType | None) -> None:
        self._end_streams()
        super().handle_exit(signal, frame)

    def handle_quit(self, signal: int, frame: FrameType | None) -> None:
        self._end_streams()
        super().handle_quit(signal, frame)

    def _end_streams(self) -> None:
        # Both were read long ago, by the application itself.
        import flask

        from scripter.lib.sse import Streams

        if isinstance(self.wsgi, flask.Flask):
            Streams.of(self.wsgi).close()
