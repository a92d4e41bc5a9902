"""The web server, really started: it serves, streams, stops when told, and gives up if it cannot begin."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

PROGRAM = """
    import itertools, os, signal, sys, time
    from contextlib import contextmanager
    import flask
    from scripter.lib.server import serve
    from scripter.lib.sse import Event, Streams, sse

    def events():
        yield Event("first", 1)
        while True:
            time.sleep(0.05)
            yield None

    @contextmanager
    def opening():
        if "broken" in sys.argv:
            raise RuntimeError("no database")
        if "told" in sys.argv:
            os.kill(os.getppid(), signal.SIGTERM)
            time.sleep(1)  # gunicorn passes it on meanwhile
        app = flask.Flask("served")
        Streams(app, 5, lambda: lambda: True)
        app.add_url_rule("/", "hello", lambda: "hello")
        app.add_url_rule("/path", "path", lambda: flask.request.path)
        app.add_url_rule("/stream", "stream", lambda: sse(events()))
        print("opened", flush=True)
        try:
            yield app
        finally:
            print("closed", flush=True)

    serve(opening, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(program), str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "HOME": str(tmp_path)},
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _wait_for(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    for said in process.stdout:
        if line in said:
            return
    raise AssertionError(f"The server ended before it said {line!r}.")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_its_streams_when_told_to_stop(start, port, stop):
    process = start()
    _wait_for(process, "opened")
    with requests.Session() as browser:
        assert browser.get(f"http://127.0.0.1:{port}/", timeout=10).text == "hello"
        with browser.get(f"http://127.0.0.1:{port}/stream", stream=True, timeout=10) as stream:
            assert stream.raw.readline() == b"retry: 2000\n"
            process.send_signal(stop)
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.count("closed") == 1


def test_told_to_stop_before_it_has_begun_it_ends_without_a_word_of_complaint(start):
    process = start("told")
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output.splitlines()) == (0, ["opened", "closed"])


def test_no_header_changes_which_address_is_meant(start, port):
    _wait_for(start(), "opened")
    forged = {"PATH_INFO": "/admin", "SCRIPT_NAME": "/admin", "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin"}
    with requests.get(f"http://127.0.0.1:{port}/path", headers=forged, timeout=10) as answer:
        assert answer.text == "/path"


def test_it_listens_only_where_it_was_told(start, port):
    process = start()
    _wait_for(process, "opened")
    listening = Path("/proc/net/tcp").read_text().splitlines()
    mine = [line.split()[1] for line in listening if f":{port:04X} " in line and line.split()[3] == "0A"]
    assert mine == [f"0100007F:{port:04X}"]


def test_it_leaves_no_files_behind(start, port, tmp_path):
    process = start()
    _wait_for(process, "opened")
    process.terminate()
    process.communicate(timeout=60)
    assert [one.name for one in tmp_path.iterdir()] == ["program.py"]


def test_it_gives_up_if_the_application_cannot_begin(start):
    process = start("broken")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "no database" in output
