"""The testbed's one directory: where its files lie, and what it must remember between runs; used by every service."""

from __future__ import annotations

import fcntl
import json
import os
import random
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.errors import ServiceError

DEFAULT_DIRECTORY = "/var/tmp/scripter-testbed"
DIRECTORY_VARIABLE = "SCRIPTER_TESTBED_DIR"

# A socket's path may have 107 bytes; the longest one below the directory is docker/containerd.sock.ttrpc.
LONGEST_DIRECTORY = 80

# Below the range from which the kernel takes the ports of outgoing connections: one of those on a service's port would
# keep the service from coming back after a restart.
PORTS = range(20_000, 32_000)


class State:
    """The directory and its record, `testbed.json`: ports, passwords and the subnet, each chosen once and then kept."""

    def __init__(self, directory: Path) -> None:
        if len(str(directory)) > LONGEST_DIRECTORY:
            raise ServiceError(
                f"{directory} is too long for the sockets below it:"
                f" give {DIRECTORY_VARIABLE} at most {LONGEST_DIRECTORY} letters."
            )
        self.directory = directory
        self._record = directory / "testbed.json"
        # Services start in threads of one process, and each keeps something.
        self._writing = threading.RLock()

    @classmethod
    def default(cls) -> State:
        """The directory that SCRIPTER_TESTBED_DIR names, or the usual one. Nothing is created yet."""
        return cls(Path(os.environ.get(DIRECTORY_VARIABLE) or DEFAULT_DIRECTORY).resolve())

    def folder(self, name: str) -> Path:
        """A folder of the directory, made if it is not there, for nobody else to read: passwords lie in them."""
        path = self.directory / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """The file that takes what the program `name` prints."""
        return self.folder("logs") / f"{name}.log"

    def recall(self, key: str) -> str | None:
        """What was remembered under `key`, or None."""
        return self._read().get(key)

    def remember(self, key: str, value: str) -> str:
        """Keep `value` for later runs. Only while holding `lock`, so that two runs cannot lose each other's."""
        with self._writing:
            self._write(self._read() | {key: value})
        return value

    def url(self, service: str) -> str | None:
        """Where the service was when it was last started, or None if it never was."""
        return self.recall(f"{service}.url")

    def password(self, service: str) -> str:
        """The password of the service's one user, made up at first use."""
        key = f"{service}.password"
        return self.recall(key) or self.remember(key, secrets.token_hex(16))

    def port(self, service: str) -> int:
        """The service's port on 127.0.0.1, chosen free at first use."""
        key = f"{service}.port"
        with self._writing:
            return int(self.recall(key) or self.remember(key, str(free_port(self._ports()))))

    def port_for_start(self, service: str) -> int:
        """The service's port; another one if a stranger took it while the service was down."""
        with self._writing:
            port = self.port(service)
            if is_free(port):
                return port
            return int(self.remember(f"{service}.port", str(free_port(self._ports()))))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One run at a time may start or stop services; a second one waits here."""
        self.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _ports(self) -> set[int]:
        return {int(value) for key, value in self._read().items() if key.endswith(".port")}

    def _read(self) -> dict[str, str]:
        try:
            record: dict[str, str] = json.loads(self._record.read_text())
        except FileNotFoundError:
            return {}
        return record

    def _write(self, record: dict[str, str]) -> None:
        draft = self._record.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
        draft.replace(self._record)


def free_port(taken: set[int]) -> int:
    """A port on 127.0.0.1 that nobody listens on and that is not in `taken`."""
    for port in random.sample(PORTS, k=200):
        if port not in taken and is_free(port):
            return port
    raise ServiceError(f"No free port was found between {PORTS.start} and {PORTS.stop}.")


def is_free(port: int) -> bool:
    """Whether somebody could listen on the port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As the services do: connections of the last run that are still closing are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
