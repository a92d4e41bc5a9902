"""Where the tests' services are, and breaking them on purpose; what the tests' fixtures import."""

from __future__ import annotations

import os
import shutil
import unittest
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from testbed.daemon import Daemon
from testbed.engine import Engine
from testbed.errors import ServiceError
from testbed.mariadb import Mariadb
from testbed.rabbitmq import Rabbitmq
from testbed.state import State

Name = Literal["dockerd", "mariadb", "rabbitmq"]
Part = Literal["dockerd", "mariadb", "rabbitmq", "chromium"]

DOCKER_VARIABLE = "SCRIPTER_TEST_DOCKER_HOST"
MARIADB_VARIABLE = "SCRIPTER_TEST_MARIADB_URL"
RABBITMQ_VARIABLE = "SCRIPTER_TEST_RABBITMQ_URL"
CHROMIUM_VARIABLE = "SCRIPTER_TEST_CHROMIUM"
VARIABLES: Mapping[Name, str] = MappingProxyType(
    {"dockerd": DOCKER_VARIABLE, "mariadb": MARIADB_VARIABLE, "rabbitmq": RABBITMQ_VARIABLE}
)
_VARIABLE_OF: Mapping[Part, str] = MappingProxyType(
    {
        "dockerd": DOCKER_VARIABLE,
        "mariadb": MARIADB_VARIABLE,
        "rabbitmq": RABBITMQ_VARIABLE,
        "chromium": CHROMIUM_VARIABLE,
    }
)
# Parts that the person does without, by name. Tests that need one are left out, and the report says so.
WITHOUT_VARIABLE = "SCRIPTER_TEST_WITHOUT"
PARTS: tuple[Part, ...] = get_args(Part)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Services:
    """The addresses, and power over those services that the testbed itself started."""

    addresses: Mapping[Part, str]
    """Of the parts that are there; who asks for one that was left out on request is told so (`LeftOut`)."""
    own: Mapping[Name, Daemon] = field(compare=False)
    """The services that the testbed runs. One that an environment variable names instead is somebody else's."""

    @property
    def docker_host(self) -> str:
        """As in DOCKER_HOST: unix:///path or tcp://host:port."""
        return self._at("dockerd")

    @property
    def mariadb_url(self) -> str:
        """For SQLAlchemy, of a user who may create databases, without a database."""
        return self._at("mariadb")

    @property
    def rabbitmq_url(self) -> str:
        """Of a virtual host that tests may share; `vhost` makes one for a single test run."""
        return self._at("rabbitmq")

    @property
    def chromium(self) -> str:
        """The path of the browser."""
        return self._at("chromium")

    def _at(self, part: Part) -> str:
        if part not in self.addresses:
            raise LeftOut(f"{part} was left out on request ({WITHOUT_VARIABLE}): this was NOT tested")
        return self.addresses[part]

    def environment(self) -> dict[str, str]:
        """The addresses as environment variables."""
        return {_VARIABLE_OF[part]: address for part, address in self.addresses.items()}

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


class LeftOut(unittest.SkipTest):
    """A part that the person running the tests does without."""


def left_out() -> frozenset[Part]:
    """The parts that are done without on request.

    Raises:
        ServiceError: a name that is none.
    """
    asked = frozenset(os.environ.get(WITHOUT_VARIABLE, "").split())
    if unknown := asked - set(PARTS):
        raise ServiceError(f"{WITHOUT_VARIABLE} knows {', '.join(PARTS)}, but not {', '.join(sorted(unknown))}.")
    return frozenset(part for part in PARTS if part in asked)


def services(state: State | None = None) -> Services:
    """The services that the environment names, and for the rest those of the testbed, which must have been started."""
    state = state or State.default()
    addresses: dict[Part, str] = {name: _address(state, name) for name in VARIABLES if name not in left_out()}
    if "chromium" not in left_out():
        addresses["chromium"] = _browser()
    return Services(addresses, own_daemons(state))


def own_daemons(state: State) -> dict[Name, Daemon]:
    """The services that are the testbed's to run: those that no environment variable places elsewhere or leaves out."""
    daemons: dict[Name, Daemon] = {"dockerd": Engine(state), "mariadb": Mariadb(state), "rabbitmq": Rabbitmq(state)}
    mine = {name: daemon for name, daemon in daemons.items() if _given(name) in {None, state.url(name)}}
    return {name: daemon for name, daemon in mine.items() if name not in left_out()}


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
