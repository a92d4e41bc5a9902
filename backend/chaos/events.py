"""What the engine says about containers, recorded by this process alone: the second witness of what was started.

The engine forgets its events when it is killed, so after each reconnection all containers are looked at as well."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import requests
import urllib3
from docker.errors import DockerException, NotFound
from docker.types import CancellableStream

from testbed.engine import can_connect

_PAUSE_S = 0.2
_LAST_S = 5.0
_WANTED = frozenset({"create", "rename", "start", "die", "destroy"})
_AWAY = (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A container was created, renamed, started, ended, removed, or (`seen`) simply there, under its name of then."""

    at: float
    what: str
    container: str
    name: str


class Recorder:
    """Records all containers whose name begins with `prefix`, from `start` to `close`."""

    def __init__(self, docker_host: str, prefix: str) -> None:
        self._host = docker_host
        self._prefix = prefix
        self._lock = threading.Lock()
        self._sightings: list[Sighting] = []
        self._inspected: list[tuple[str, bytes]] = []
        self._since = int(time.time())
        self._stream: CancellableStream[dict[str, Any]] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._record_on, name="docker-events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        with self._lock:
            stream = self._stream
        if stream is not None:
            stream.close()  # or the thread would sit in a read until the next event
        self._thread.join(_LAST_S)

    def sightings(self) -> list[Sighting]:
        with self._lock:
            return list(self._sightings)

    def inspected(self) -> list[tuple[str, bytes]]:
        """What the engine tells anybody who asks about a container, soon after its start: where, and the text."""
        with self._lock:
            return list(self._inspected)

    def present(self) -> dict[str, str]:
        """The containers that exist now: id by name. Raises what the SDK raises when the engine does not answer."""
        with closing(self._connected()) as client:
            return {name: one["Id"] for one in client.containers(all=True) for name in self._names(one)}

    def _connected(self) -> docker.APIClient:
        # Tried first: the SDK never closes the socket with which it failed to connect.
        if self._host.startswith("unix://") and not can_connect(Path(self._host.removeprefix("unix://"))):
            raise ConnectionError(f"Nobody listens at {self._host}.")
        return docker.APIClient(base_url=self._host, version="auto", timeout=20)

    def _record_on(self) -> None:
        while not self._stopped.is_set():
            try:
                self._look()
            except ValueError:
                return  # read from the stream that `close` has closed
            except _AWAY:
                self._stopped.wait(_PAUSE_S)

    def _look(self) -> None:
        with closing(self._connected()) as client:
            # Asked for first: what happens while the list is made is in the events.
            stream = client.events(since=self._since, filters={"type": "container"}, decode=True)
            with self._lock:
                self._stream = stream
            for one in client.containers(all=True):
                for name in self._names(one):
                    self._add(Sighting(time.time(), "seen", one["Id"], name))
            for event in stream:
                # In whole seconds: the last ones are told twice, which does no harm.
                self._since = event["time"]
                for sighting in self._read(event):
                    self._add(sighting)
                    if sighting.what == "start":
                        self._inspect(client, sighting)

    def _add(self, sighting: Sighting) -> None:
        with self._lock:
            self._sightings.append(sighting)

    def _inspect(self, client: docker.APIClient, sighting: Sighting) -> None:
        with suppress(NotFound):
            text = json.dumps(client.inspect_container(sighting.container)).encode()
            with self._lock:
                self._inspected.append((f"what the engine tells of {sighting.name}", text))

    def _read(self, event: Mapping[str, Any]) -> Iterator[Sighting]:
        name = event["Actor"]["Attributes"].get("name", "").removeprefix("/")
        if event["Action"] in _WANTED and name.startswith(self._prefix):
            yield Sighting(event["timeNano"] / 1e9, event["Action"], event["Actor"]["ID"], name)

    def _names(self, listed: Mapping[str, Any]) -> list[str]:
        # None for a container that is being removed.
        names = [name.removeprefix("/") for name in listed["Names"] or ()]
        return [name for name in names if name.startswith(self._prefix)]
