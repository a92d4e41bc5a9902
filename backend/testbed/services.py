"""Where the tests' services are, and breaking them on purpose; what the tests' fixtures import."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from testbed.daemon import Daemon
from testbed.engine import Engine
from testbed.errors import ServiceError
from testbed.mariadb import Mariadb
from testbed.rabbitmq import Rabbitmq
from testbed.state import State

Name = Literal["dockerd", "mariadb", "rabbitmq"]

DOCKER_VARIABLE = "SCRIPTER_TEST_DOCKER_HOST"
MARIADB_VARIABLE = "SCRIPTER_TEST_MARIADB_URL"
RABBITMQ_VARIABLE = "SCRIPTER_TEST_RABBITMQ_URL"
CHROMIUM_VARIABLE = "SCRIPTER_TEST_CHROMIUM"
VARIABLES: Mapping[Name, str] = MappingProxyType(
    {"dockerd": DOCKER_VARIABLE, "mariadb": MARIADB_VARIABLE, "rabbitmq": RABBITMQ_VARIABLE}
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Services:
    """The addresses, and power over those services that the testbed itself started."""

    docker_host: str
    """As in DOCKER_HOST: unix:///path or tcp://host:port."""
    mariadb_url: str
    """For SQLAlchemy, of a user who may create databases, without a database."""
    rabbitmq_url: str
    """Of a virtual host that tests may share; `vhost` makes one for a single test run."""
    chromium: str
    """The path of the browser."""
    own: Mapping[Name, Daemon] = field(compare=False)
    """The services that the testbed runs. One that an environment variable names instead is somebody else's."""

    def environment(self) -> dict[str, str]:
        """The addresses as environment variables."""
        return {
            DOCKER_VARIABLE: self.docker_host,
            MARIADB_VARIABLE: self.mariadb_url,
            RABBITMQ_VARIABLE: self.rabbitmq_url,
            CHROMIUM_VARIABLE: self.chromium,
        }

    def can_break(self, name: Name) -> bool:
        """Whether `start`, `kill` and `restart` are possible for the service."""
        return name in self.own

    def start(self, name: Name) -> None:
        """Start the service again, for instance after `kill`, and return when it answers."""
        self._mine(name).start()

    def kill(self, name: Name) -> None:
        """End the service as a crash would (SIGKILL). Containers outlive their dockerd."""
        self._mine(name).kill()

    def restart(self, name: Name) -> None:
        """Crash the service and bring it back; return when it answers."""
        self.kill(name)
        self.start(name)

    @contextmanager
    def vhost(self, name: str) -> Iterator[str]:
        """The URL of a RabbitMQ virtual host that is there until the end of the block; `name` must need no quoting.

        With a broker that the testbed does not run, its one given virtual host.
        """
        broker = self.own.get("rabbitmq")
        if not isinstance(broker, Rabbitmq):
            yield self.rabbitmq_url
            return
        broker.add_vhost(name)
        try:
            yield broker.vhost_url(name)
        finally:
            broker.delete_vhost(name)

    def _mine(self, name: Name) -> Daemon:
        if name not in self.own:
            raise ServiceError(f"{name} was given by {VARIABLES[name]}, so the testbed leaves it alone.")
        return self.own[name]


def services(state: State | None = None) -> Services:
    """The services that the environment names, and for the rest those of the testbed, which must have been started."""
    state = state or State.default()
    addresses = {name: _address(state, name) for name in VARIABLES}
    return Services(
        docker_host=addresses["dockerd"],
        mariadb_url=addresses["mariadb"],
        rabbitmq_url=addresses["rabbitmq"],
        chromium=_browser(),
        own=own_daemons(state),
    )


def own_daemons(state: State) -> dict[Name, Daemon]:
    """The services that are the testbed's to run: those that no environment variable places elsewhere."""
    daemons: dict[Name, Daemon] = {"dockerd": Engine(state), "mariadb": Mariadb(state), "rabbitmq": Rabbitmq(state)}
    return {name: daemon for name, daemon in daemons.items() if _given(name) in {None, state.url(name)}}


def _given(name: Name) -> str | None:
    return os.environ.get(VARIABLES[name]) or None


def _address(state: State, name: Name) -> str:
    address = _given(name) or state.url(name)
    if address is None:
        raise ServiceError(
            f"The tests' {name} has not been started. Run `python -m testbed up` in backend, or set {VARIABLES[name]}."
        )
    return address


def _browser() -> str:
    found = os.environ.get(CHROMIUM_VARIABLE) or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise ServiceError(f"No Chromium is installed. Run backend/provision as root, or set {CHROMIUM_VARIABLE}.")
    return found
