"""What happens to every request and answer: its number, one log line, the security headers. Used by `create_app`."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import flask
import structlog

from scripter.access.credentials import Identity
from scripter.lib import problems
from scripter.lib.errors import UnsupportedType

log = structlog.get_logger(__name__)

_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            # The editor and the components write style attributes; no script can come in this way.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ONE_YEAR_OF_HTTPS = "max-age=31536000"
# As nginx makes them.
_PROXYS_NUMBER = re.compile(r"[0-9a-f]{32}")
_ASKED_BY_WATCHERS = "/api/health"


def install(app: flask.Flask, *, https_only: bool, behind_proxy: bool) -> None:
    """Surround every request of `app`; `https_only` tells browsers to stay with HTTPS for a year. `behind_proxy`: the
    number that a proxy has given the request is ours as well, so that it is found in both logs."""

    def add_headers(answer: flask.Response) -> flask.Response:
        answer.headers.extend({k: v for k, v in _HEADERS.items() if k not in answer.headers})
        answer.headers["X-Request-ID"] = problems.request_id()
        answer.headers.setdefault("Cache-Control", "no-store")
        if https_only:
            answer.headers["Strict-Transport-Security"] = _ONE_YEAR_OF_HTTPS
        return answer

    if behind_proxy:
        app.before_request(_take_number)
    app.before_request(_begin)
    app.before_request(_refuse_encoded)
    # Called in the reverse order of this.
    app.after_request(_log)
    app.after_request(add_headers)


def _take_number() -> None:
    given = flask.request.headers.get("X-Request-ID", "")
    if _PROXYS_NUMBER.fullmatch(given):
        flask.g.request_id = given


def _begin() -> None:
    flask.g.begun = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=problems.request_id())


def _refuse_encoded() -> None:
    # A few kilobytes can unpack to gigabytes; there is no need for it on the way in.
    if flask.request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedType("Compressed request bodies are not accepted. Send it without Content-Encoding.")


def _log(answer: flask.Response) -> flask.Response:
    """One line a request. The query is left out (it may hold a setup code), and the path is quoted again.

    None for the question of those who watch over the process, every few seconds, as long as all is well.
    """
    if flask.request.path == _ASKED_BY_WATCHERS and answer.status_code == 200:
        return answer
    who = flask.g.get("identity")
    log.info(
        "request",
        method=flask.request.method,
        path=quote(flask.request.path[:200], errors="replace"),
        status=answer.status_code,
        ms=round(1000 * (time.monotonic() - flask.g.get("begun", time.monotonic()))),
        user=who.user.id if isinstance(who, Identity) else None,
    )
    return answer
