"""A worker that builds images on the real engine, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from builds_rig import images_of

import testbed
from scripter import wiring
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.context import Context
from scripter.runners.docker import DockerRunner


@pytest.fixture
def worker(services: testbed.Services, sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    """The context of a worker process with the real engine. What the test builds is removed at its end."""
    wiring.connect()
    data = tmp_path / "data"
    data.mkdir()
    settings = Settings(data=Data(directory=str(data)), database=DatabaseSettings(url=sqlite_url))
    context = Context.open(settings, DockerRunner(data, host=services.docker_host))
    context.worker = "bench:1"
    yield context
    engine = docker.DockerClient(base_url=services.docker_host)
    for image in images_of(engine, context):
        engine.images.remove(image, force=True)
    engine.close()
    context.close()
