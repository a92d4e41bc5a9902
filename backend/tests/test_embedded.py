"""`scripter up`: the first start, the second, what stands in its way, and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from job_rig import until

import testbed
from testbed.stack import Stack, free_port

PROGRAM = str(Path(sys.executable).with_name("scripter"))


class Up:
    """One installation that is started with `scripter up`, and again, with its console to read."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.stack = Stack(directory, environment)

    def start(self) -> None:
        self.stack.log_path("up").write_text("")
        self.stack.start("up")

    @property
    def console(self) -> str:
        """What this start has printed."""
        return self.stack.log("up")

    def wait_for(self, words: str) -> str:
        until(lambda: words in self.console, f"{words!r} on the console, which says: {self.console}")
        return self.console


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Up]:
    """Without an engine: nothing to wait for, so most of the tests are made here."""
    up = Up(tmp_path, {"SCRIPTER_RUNNER__KIND": "local"})
    yield up
    up.stack.close()


def test_the_first_start_shows_the_sample_at_work_and_then_the_way_in(
    services: testbed.Services, tmp_path: Path
) -> None:
    up = Up(tmp_path, {"SCRIPTER_DOCKER__HOST": services.docker_host})
    up.start()
    try:
        console = up.wait_for("/setup?code=")
    finally:
        up.stack.close()
    said = [
        "Scripter runs on docker",
        "Building the image",
        "  | Hello, world!",
        "The script ended with exit 0.",
        "link",
    ]
    places = [console.index(one) for one in said]
    assert places == sorted(places)
    assert "nothing isolates" not in console


def test_without_an_engine_it_says_plainly_that_nothing_is_isolated(local: Up) -> None:
    local.start()
    console = local.wait_for("/setup?code=")
    assert "Scripter runs on local" in console
    assert "nothing isolates them" in console
    assert "  | Hello, world!" in console


def test_later_starts_show_no_sample_and_no_link_once_there_is_a_user(local: Up) -> None:
    local.start()
    local.wait_for("/setup?code=")
    assert local.stack.stop("up") == 0
    local.start()
    console = local.wait_for("/setup?code=")
    assert "Hello" not in console
    local.stack.set_up("up")
    assert local.stack.stop("up") == 0
    local.start()
    console = local.wait_for("and log in.")
    assert "/setup" not in console
    assert [script["name"] for script in local.stack.call("GET", "/scripts")["items"]] == ["Sample hello"]


def test_with_the_engine_away_the_link_comes_all_the_same(tmp_path: Path) -> None:
    up = Up(tmp_path, {"SCRIPTER_RUNNER__KIND": "docker", "SCRIPTER_DOCKER__HOST": f"unix://{tmp_path / 'nobody'}"})
    up.start()
    try:
        console = up.wait_for("/setup?code=")
        assert "does not answer" in console
        assert up.stack.stop("up") == 0
    finally:
        up.stack.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to_also_in_the_middle_of_the_sample(local: Up, number: signal.Signals) -> None:
    local.start()
    local.wait_for("Building the image")
    local.stack.signal("up", number)
    assert local.stack.stop("up") == 0
    assert "Traceback" not in local.console


def refused(*arguments: str, **environment: str) -> str:
    """What `scripter up` says when it cannot start because of something that the person can mend."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCRIPTER_")}
    told = subprocess.run(
        [PROGRAM, "up", *arguments], env={**kept, **environment}, capture_output=True, text=True, timeout=30
    )
    assert told.returncode == 2, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    return told.stderr


def test_a_port_in_use_is_said_and_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        said = refused("--data", str(tmp_path), "--port", port)
    assert f"127.0.0.1:{port} cannot be used (Address already in use)" in said
    assert "--port" in said


def test_an_address_of_somebody_else_is_said(tmp_path: Path) -> None:
    said = refused("--data", str(tmp_path), "--host", "203.0.113.77")
    assert said == "Error: server.host: 203.0.113.77 is no address of this machine\n"


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nport = "x"\nhots = "a"\n[jobs]\nmemory_mb = 1\n[nonsense]\na = 1\n')
    said = refused("--config", str(file))
    for field in ("server.port", "server.hots", "jobs.memory_mb", "nonsense"):
        assert field in said


def test_a_data_directory_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused("--data", str(tmp_path / "file" / "below"), "--port", str(free_port()))
    assert said.startswith("Error: data.directory: cannot be used:")
    assert len(said.splitlines()) == 1


def test_services_and_one_process_do_not_go_together(tmp_path: Path) -> None:
    said = refused("--data", str(tmp_path), SCRIPTER_QUEUE__URL="amqp://127.0.0.1:1/")
    assert "queue.url" in said
    assert "scripter worker" in said
