"""The health checks of compose.yaml against what is well and what is not: a check that never fails would be none."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
ALIVE = ROOT / "backend" / "container" / "bin" / "scripter-alive"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
AMQP_ASKED = b"AMQP\x00\x00\x09\x01"
AMQP_START = b"\x01\x00\x00\x00\x00\x01\xff"


@contextmanager
def answering(words: bytes) -> Iterator[int]:
    """A port where one caller gets these words, and then the end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                # All of it: who closes with something unread takes back what he has said.
                asked = b""
                while not asked.endswith((b"\r\n\r\n", AMQP_ASKED)) and (part := connection.recv(1024)):
                    asked += part
                connection.sendall(words)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def is_well(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def broker_is_well(port: int) -> bool:
    kind, *command = SERVICES["rabbitmq"]["healthcheck"]["test"]
    assert kind == "CMD"
    # Compose doubles the dollars that are not its own.
    return is_well(*(part.replace("$$", "$").replace("5672", str(port)) for part in command))


@pytest.mark.parametrize("words, well", [
    (b"HTTP/1.1 200 OK\r\n\r\n", True),
    (b"HTTP/1.1 503 SERVICE UNAVAILABLE\r\n\r\n", False),
    (b"HTTP/1.1 500 INTERNAL SERVER ERROR, not 200 OK\r\n\r\n", False),
    (b"", False),
])  # fmt: skip
def test_the_web_server_is_well_if_it_says_so(words: bytes, well: bool) -> None:
    with answering(words) as port:
        assert is_well(str(ALIVE), "answers", str(port)) is well


def test_a_web_server_that_is_not_there_is_not_well() -> None:
    assert not is_well(str(ALIVE), "answers", str(closed_port()))


def test_a_process_is_well_while_its_pulse_is_young(tmp_path: Path) -> None:
    pulse = tmp_path / "pulse"
    assert not is_well(str(ALIVE), "beats", str(pulse), "30")
    pulse.touch()
    assert is_well(str(ALIVE), "beats", str(pulse), "30")
    os.utime(pulse, times=(time.time() - 60,) * 2)
    assert not is_well(str(ALIVE), "beats", str(pulse), "30")


@pytest.mark.parametrize("words, well", [(AMQP_START, True), (AMQP_ASKED, False), (b"", False)])
def test_the_broker_is_well_if_it_speaks_its_protocol(words: bytes, well: bool) -> None:
    with answering(words) as port:
        assert broker_is_well(port) is well


def test_a_broker_that_is_not_there_is_not_well() -> None:
    assert not broker_is_well(closed_port())
