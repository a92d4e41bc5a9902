from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scripter.cli.client import Client
from scripter.lib.errors import BadInput, Conflict, NotFound, ScripterError, TooMany, Unavailable

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A server that answers every request by `answer`: for the ways of failing that a real one does not do on demand."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()


def respond(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def stream(handler: BaseHTTPRequestHandler, *chunks: bytes, whole: bool) -> None:
    """An answer in chunks; one that is not `whole` breaks off as if the server had been killed."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for chunk in chunks:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    handler.wfile.write(b"0\r\n\r\n" if whole else b"")
    handler.close_connection = True


def test_a_broken_stream_goes_on_after_the_last_whole_event() -> None:
    asked_from: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked_from.append(handler.headers["Last-Event-ID"])
        if len(asked_from) == 1:
            # Cut inside an event, and with one event spread over two chunks.
            parts = (
                b"retry: 2000\n\n",
                b'id: 5\nevent: log\ndata: {"te',
                b'xt": "one"}\n\nid: 9\nevent: log\ndata: {"text"',
            )
            stream(handler, *parts, whole=False)
        elif len(asked_from) == 2:
            respond(handler, 503, b'{"code": "unavailable", "detail": "Starting."}')
        elif len(asked_from) == 3:
            stream(handler, b": ping\n\n", b'id: 9\nevent: log\ndata: {"text": "two"}\n\n', whole=True)
        else:
            stream(handler, b'id: 9\nevent: end\ndata: {"status": "succeeded"}\n\n', whole=True)

    breaks: list[None] = []
    with server(answer) as url:
        events = list(Client(url).follow("/stream", on_break=lambda: breaks.append(None)))
    assert [(event.name, event.data) for event in events] == [
        ("log", {"text": "one"}),
        ("log", {"text": "two"}),
        ("end", {"status": "succeeded"}),
    ]
    assert asked_from == [None, "5", "5", "9"]
    assert breaks


def test_a_stream_that_is_refused_for_good_is_not_tried_again() -> None:
    with (
        server(lambda handler: respond(handler, 404, b'{"code": "not_found", "detail": "No such job."}')) as url,
        pytest.raises(NotFound, match="No such job"),
    ):
        list(Client(url).follow("/stream"))


def test_a_problem_comes_back_as_the_error_that_it_was() -> None:
    problem = {"code": "conflict", "detail": "In use.", "errors": [{"field": "name", "message": "taken"}]}
    with (
        server(lambda handler: respond(handler, 409, json.dumps(problem).encode())) as url,
        pytest.raises(Conflict, match="In use") as caught,
    ):
        Client(url).get("/api/images")
    assert [(one.field, one.message) for one in caught.value.fields] == [("name", "taken")]


def test_a_refusal_of_a_kind_that_only_the_server_knows_is_what_its_status_says() -> None:
    problem = {"code": "restricted", "detail": "Another one runs."}
    with (
        server(lambda handler: respond(handler, 409, json.dumps(problem).encode())) as url,
        pytest.raises(Conflict, match="Another one runs") as caught,
    ):
        Client(url).get("/api/images")
    assert (caught.value.code, caught.value.exit_code) == ("restricted", 5)


def test_a_refusal_that_passes_says_when() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = b'{"code": "too_many", "detail": "Later."}'
        handler.send_response(429)
        handler.send_header("Retry-After", "12")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with server(answer) as url, pytest.raises(TooMany, match="Later") as told:
        Client(url).get("/api/jobs")
    assert told.value.retry_after_s == 12


def test_what_is_not_scripter_is_told_in_words() -> None:
    with (
        server(lambda handler: respond(handler, 200, b"<html>", "text/html")) as url,
        pytest.raises(Unavailable, match="is not Scripter"),
    ):
        Client(url).get("/api/images")
    with (
        server(lambda handler: respond(handler, 418, b"teapot")) as url,
        pytest.raises(ScripterError, match="status 418"),
    ):
        Client(url).get("/api/images")


def test_nobody_there_and_no_address_are_told_in_words() -> None:
    with server(lambda handler: respond(handler, 200, b"{}")) as url:
        pass
    with pytest.raises(Unavailable, match="connection refused"):
        Client(url).get("/api/images")
    with pytest.raises(BadInput, match="is not an address"):
        Client("nonsense").get("/api/images")


def test_the_token_does_not_follow_a_redirect() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://evil.example/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with server(answer) as url, pytest.raises(BadInput, match=r"sends on to http://evil\.example/"):
        Client(url, "scr_secret").get("/api/images")


def test_a_netrc_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        heard.append(handler.headers["Authorization"])
        respond(handler, 200, b"{}")

    (tmp_path / "netrc").write_text("default login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with server(answer) as url:
        Client(url, "scr_secret").get("/api/images")
    assert heard == ["Bearer scr_secret"]
