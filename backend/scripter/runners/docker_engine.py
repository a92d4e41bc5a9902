"""The connection to a Docker engine, made when first needed; its errors in plain words. Used by the docker_* files."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import docker
import requests
import urllib3
from docker.errors import APIError, DockerException
from docker.types import ContainerConfig
from docker.utils import kwargs_from_env

from scripter.runners.protocol import Refused, RunnerUnavailable

USUAL_HOST = "unix:///var/run/docker.sock"
_TIMEOUT_S = 60
_QUICK_S = 5
# More than any worker has threads: beyond it connections still open, but are not kept.
_CONNECTIONS = 64
_NO_SPACE = re.compile(r"no space left on device", re.IGNORECASE)


class Engine:
    """One engine. The client is shared by all threads; it negotiates the API's version once."""

    def __init__(self, host: str, environment: Mapping[str, str] | None = None) -> None:
        # Read here and not by the SDK's from_env, which would follow the Docker command line's current context.
        named = kwargs_from_env(environment=dict(environment if environment is not None else os.environ))
        self.host: str = host or named.get("base_url") or USUAL_HOST
        self._tls = named.get("tls") or False
        self._lock = threading.Lock()
        self._client: docker.APIClient | None = None
        self._processors: int | None = None

    @property
    def client(self) -> docker.APIClient:
        """Raises: RunnerUnavailable."""
        with self._lock:
            if self._client is None:
                self._client = self.connect(_TIMEOUT_S)
            return self._client

    def connect(self, timeout_s: int) -> docker.APIClient:
        """A client of one's own, for who must be able to break its connection."""
        with in_words(self.host):
            _knock(self.host)
            return _Client(
                base_url=self.host, tls=self._tls, version="auto", timeout=timeout_s, max_pool_size=_CONNECTIONS
            )

    def answers(self) -> bool:
        """Asked with little patience, since people wait for the answer."""
        try:
            with closing(self.connect(_QUICK_S)):
                return True
        except (RunnerUnavailable, Refused):
            return False

    @property
    def processors(self) -> int:
        """How many processors the engine has; it refuses containers that want more."""
        if self._processors is None:
            with in_words(self.host):
                self._processors = int(self.client.info()["NCPU"])
        return self._processors

    # The SDK's type stubs know these only without types.
    def image(self, reference: str) -> dict[str, Any]:
        """What `inspect` says of an image."""
        found: dict[str, Any] = self.client.inspect_image(reference)  # type: ignore[no-untyped-call]
        return found

    def history(self, reference: str) -> list[dict[str, Any]]:
        """The layers of an image, the uppermost first."""
        found: list[dict[str, Any]] = self.client.history(reference)  # type: ignore[no-untyped-call]
        return found

    def create(self, config: ContainerConfig, name: str | None = None) -> str:
        """Create a container and answer its id."""
        made = self.client.create_container_from_config(config, name)  # type: ignore[no-untyped-call]
        return str(made["Id"])

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Around every use of `client`; its errors come out as ours.

        Raises: RunnerUnavailable, Refused.
        """
        try:
            with in_words(self.host):
                yield
        except RunnerUnavailable:
            # The engine that comes back may be another one, with another version of the API.
            with self._lock:
                self._client = None
            raise


class _Client(docker.APIClient):
    """The SDK's, which leaves its connection open when the engine dies while the two agree on a version."""

    def _retrieve_server_version(self) -> str:
        try:
            version: str = super()._retrieve_server_version()  # type: ignore[misc]
        except BaseException:
            self.close()
            raise
        return version


@contextmanager
def in_words(host: str) -> Iterator[None]:
    """Turn the SDK's errors into ours.

    Raises: RunnerUnavailable, Refused.
    """
    try:
        yield
    except APIError as error:
        raise Refused(explained(error)) from error
    except (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise RunnerUnavailable(f"The Docker engine at {host} does not answer: {_innermost(error)}.") from error


def _knock(host: str) -> None:
    """Try the socket first: the SDK never closes the one with which it failed to connect, and we may ask for hours."""
    if host.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(_QUICK_S)
            knocking.connect(host.removeprefix("unix://"))


def explained(error: APIError) -> str:
    """The engine's own words, with those of a full disk said plainly."""
    said = str(error.explanation or error).strip()
    if _NO_SPACE.search(said):
        return f"The disk of the Docker engine is full: {said}"
    return said


def _innermost(error: BaseException) -> str:
    """The system's own error, if there is one below: the layers above only repeat each other."""
    found, told = error, str(error) or type(error).__name__
    while found.__context__ is not None:
        found = found.__context__
        told = found.strerror if isinstance(found, OSError) and found.strerror else told
    return told.rstrip(".")
