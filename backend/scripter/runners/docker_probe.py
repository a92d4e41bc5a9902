"""Asks a built image for its Python, in a throwaway container as bounded as a job's; called by docker_build."""

from __future__ import annotations

import re

import requests
from docker.errors import APIError

from scripter.runners import docker_create
from scripter.runners.docker_engine import Engine, explained
from scripter.runners.protocol import BuildFailed

# Runs under any Python that there ever was, so that an old one can say so.
_CODE = 'import sys; print("%d.%d.%d" % tuple(sys.version_info[:3]))'
_OLDEST = (3, 8)
_PATIENCE_S = 60
_MISSING = re.compile(r"executable file not found|no such file or directory", re.IGNORECASE)


def python_of(engine: Engine, image: str) -> str:
    """The version of the image's `python3`, like 3.11.2.

    Raises:
        BuildFailed: there is none, it does not run, or it is too old for the agent.
    """
    with engine.talking():
        client = engine.client
        container = engine.create(docker_create.probe_container(client, image, _CODE))
        try:
            client.start(container)
            status = client.wait(container, timeout=_PATIENCE_S)["StatusCode"]
            printed = client.logs(container).decode("utf-8", "replace").strip()
        except APIError as error:
            raise _does_not_start(explained(error)) from error
        except requests.RequestException as error:
            raise BuildFailed(f"The image's python3 did not answer within {_PATIENCE_S} s.") from error
        finally:
            client.remove_container(container, force=True, v=True)
    return checked(printed, status)


def checked(printed: str, status: int) -> str:
    """Raises: BuildFailed."""
    version = re.fullmatch(r"(\d+)\.(\d+)\.\d+", printed)
    if status != 0 or version is None:
        raise BuildFailed(f"The image's python3 does not work (exit code {status}).", error=printed[-500:])
    if (int(version[1]), int(version[2])) < _OLDEST:
        raise BuildFailed(f"The image's Python is {printed}. Scripter needs 3.8 or newer: choose a newer base image.")
    return printed


def _does_not_start(said: str) -> BuildFailed:
    if _MISSING.search(said):
        return BuildFailed(
            "The image has no python3. Begin its Dockerfile with FROM a Python image (3.8 or newer), or install it.",
            error=said,
        )
    return BuildFailed(f"The image's python3 cannot be started: {said}", error=said)
