"""Runs a container that is there to say something, and gives back what it said; it is gone before the answer is read.

Used where the engine or an image is asked: by the doctor's trials and those of the mode egress, and for what lies in a
built image."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import requests
from docker.errors import APIError, NotFound
from docker.types import ContainerConfig

from scripter.runners.docker_engine import Engine, explained
from scripter.runners.protocol import Refused

_PATIENCE_S = 60


def asked(engine: Engine, config: ContainerConfig, patience_s: int = _PATIENCE_S) -> str:
    """What the container printed until its end. Call it while talking to the engine.

    Raises: Refused when it does not start, or does not end within `patience_s` seconds.
    """
    client = engine.client
    with throwaway(engine, config) as container:
        try:
            client.start(container)
            client.wait(container, timeout=patience_s)
        except APIError as error:
            raise Refused(explained(error)) from error
        except requests.RequestException as error:
            raise Refused(f"The container did not end within {patience_s} s.") from error
        return client.logs(container).decode("utf-8", "replace")


def told(engine: Engine, config: ContainerConfig, patience_s: int = _PATIENCE_S) -> Mapping[str, Any]:
    """The same, of a container that prints JSON.

    Raises: Refused also when it says something else.
    """
    printed = asked(engine, config, patience_s)
    try:
        found: Mapping[str, Any] = json.loads(printed)
    except ValueError as error:
        raise Refused(f"The container said: {printed.strip()[-300:]}") from error
    return found


@contextmanager
def throwaway(engine: Engine, config: ContainerConfig) -> Iterator[str]:
    """A container that has been created, and is removed at the end, whatever became of it."""
    container = engine.create(config)
    try:
        yield container
    finally:
        with suppress(NotFound):
            engine.client.remove_container(container, force=True, v=True)
