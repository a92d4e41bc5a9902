"""Scripter itself as users run it, in processes of their own, for end-to-end tests and benchmarks.

`Stack.services` is web, worker and clock over MariaDB and RabbitMQ; `Stack.embedded` is `scripter up`."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from testbed.errors import ServiceError
from testbed.person import PASSWORD, Person
from testbed.services import Services

__all__ = ["PASSWORD", "Stack", "embedded", "free_port", "separate"]

# However busy the machine is: a limit for what never comes.
START_S = 300
END_S = 60
SETUP_LINK = re.compile(r"(https?://\S+/setup\?code=\S+)")


class Stack(Person):
    """Processes of Scripter on one data directory, and a logged-in client."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCRIPTER_")},
            "SCRIPTER_DATA__DIRECTORY": str(self.data),
            "SCRIPTER_SERVER__PORT": str(self.port),
            **environment,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """Start `scripter NAME ARGUMENTS` with more in its environment; its output goes on in `NAME.log`."""
        self.start_as(name, name, *arguments, **environment)

    def start_as(self, name: str, *arguments: str, **environment: str) -> None:
        """Start `scripter ARGUMENTS` under a name of its own, for who needs two of a kind."""
        with self.log_path(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(Path(sys.executable).with_name("scripter")), *arguments],
                cwd=self.directory,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and, where it has some, its children."""
        os.killpg(self._running[name].pid, number)

    def kill(self, name: str) -> None:
        """End the process as a crash would."""
        self.signal(name, signal.SIGKILL)
        self._running.pop(name).wait()

    def stop(self, name: str) -> int:
        """End the process as an operator would; gives its exit code."""
        process = self._running.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        return _end_of(process)

    def wait_for_end(self, name: str) -> int:
        """Until the process has ended by itself; gives its exit code."""
        return _end_of(self._running.pop(name))

    def pid(self, name: str) -> int | None:
        """The process id; None when it does not run, also if it ended by itself."""
        process = self._running.get(name)
        return None if process is None or process.poll() is not None else process.pid

    def close(self) -> None:
        for name in list(self._running):
            with suppress(subprocess.TimeoutExpired):
                self.stop(name)
        self.http.close()

    def log_path(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def log(self, name: str) -> str:
        """What the process has printed so far."""
        try:
            return self.log_path(name).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def setup_link(self, name: str) -> str:
        """The link that the process prints for making the first user."""
        return str(self._wait(name, lambda: SETUP_LINK.search(self.log(name)), "a setup link"))

    def wait_until_it_answers(self, name: str) -> None:
        """Until the pages and the database answer."""
        self._wait(name, self.answers, "an answer")

    def set_up(self, name: str) -> None:
        """Make the first user through the printed link, and log `http` in with an API token."""
        code = self.setup_link(name).partition("code=")[2]
        self.wait_until_it_answers(name)
        self.make_first_user(code)

    def _wait(self, name: str, look: Any, what: str) -> Any:
        deadline = time.monotonic() + START_S
        while not (found := look()):
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"scripter {name} gave no sign of {what}:\n{self.log(name)[-4000:]}")
            time.sleep(0.05)
        return found.group(1) if isinstance(found, re.Match) else found


def _end_of(process: subprocess.Popen[bytes]) -> int:
    """The exit code. A process that does not come to an end is an error, and does not live on beside the next one."""
    try:
        return process.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


@contextmanager
def embedded(services: Services, directory: Path, environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """`scripter up`: one process, SQLite, the in-process queue."""
    stack = Stack(directory, {"SCRIPTER_DOCKER__HOST": services.docker_host, **(environment or {})})
    stack.start("up")
    try:
        yield stack
    finally:
        stack.close()


@contextmanager
def separate(
    services: Services,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    processes: Sequence[str] = ("web", "worker", "clock"),
) -> Iterator[Stack]:
    """`scripter web`, `worker` and `clock` over a MariaDB database and a RabbitMQ virtual host of their own."""
    name = f"stack_{secrets.token_hex(6)}"
    with _database(services, name) as database_url, services.vhost(name) as queue_url:
        stack = Stack(
            directory,
            {
                "SCRIPTER_DOCKER__HOST": services.docker_host,
                "SCRIPTER_DATABASE__URL": database_url,
                "SCRIPTER_QUEUE__URL": queue_url,
                **(environment or {}),
            },
        )
        try:
            for process in processes:
                stack.start(process)
            yield stack
        finally:
            stack.close()


@contextmanager
def _database(services: Services, name: str) -> Iterator[str]:
    admin = create_engine(services.mariadb_url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(services.mariadb_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
