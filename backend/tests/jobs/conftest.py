"""One installation on each kind of runner, with the kinds of database shared out among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import docker
import pytest
from job_rig import HELLO, House

import testbed
from scripter.access.models import User
from scripter.context import Context
from scripter.jobs import supervisor
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import Recipe, Runner, Step

BASE = "python:3.11-slim"


class Silent:
    """Listens to a build and says nothing."""

    def say(self, text: bytes) -> None: ...

    def step(self, step: Step) -> None: ...

    def cancelled(self) -> bool:
        return False


@pytest.fixture(scope="session")
def base_image(services: testbed.Services) -> str:
    """The id of the base image: a script needs no more to run."""
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    found: dict[str, str] = client.inspect_image(BASE)
    client.close()
    return found["Id"]


@pytest.fixture(scope="session")
def local_runner(tmp_path_factory: pytest.TempPathFactory) -> LocalRunner:
    return LocalRunner(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def local_image(local_runner: LocalRunner) -> str:
    files = {"Dockerfile": f"FROM {BASE}\n".encode()}
    recipe = Recipe(name="jobs", files=files, labels={}, memory_bytes=2**29, time_limit=timedelta(minutes=2))
    return local_runner.build(recipe, Silent()).reference


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that a worker makes every few seconds come at once, so that nobody waits for them."""
    for name in ("RENEW_S", "ADOPT_S", "STOP_POLL_S", "IDLE_S"):
        monkeypatch.setattr(supervisor, name, 0.2)


def open_house(context: Context, anna: User, runner: Runner, image: str, script_id: int) -> Iterator[House]:
    house = House(context, runner, script_id, anna)
    house.image(image)
    house.source(HELLO)
    yield house
    house.close()


@pytest.fixture
def docker_house(
    services: testbed.Services, base_image: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[House]:
    runner = DockerRunner(tmp_path, host=services.docker_host)
    yield from _house(request, runner, base_image)


@pytest.fixture
def local_house(local_runner: LocalRunner, local_image: str, request: pytest.FixtureRequest) -> Iterator[House]:
    yield from _house(request, local_runner, local_image)


def _house(request: pytest.FixtureRequest, runner: Runner, image: str) -> Iterator[House]:
    request.getfixturevalue("quick_rounds")
    make_script = request.getfixturevalue("make_script")
    return open_house(request.getfixturevalue("context"), request.getfixturevalue("anna"), runner, image, make_script())


@pytest.fixture(params=["docker", "local"])
def house(request: pytest.FixtureRequest) -> House:
    """On either kind of runner, one after the other."""
    found = request.getfixturevalue(f"{request.param}_house")
    assert isinstance(found, House)
    return found
