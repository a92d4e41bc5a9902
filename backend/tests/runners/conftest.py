"""The runners under test, each on its real engine: Docker, and local with and without bubblewrap; and the bare agent."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from agent_harness import Bench, new_bench
from connections import hang_up
from runner_rig import DOCKERFILE, MEBIBYTE, Rig, Watch

import testbed
from scripter.runners import local_sandbox
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import Recipe, Runner

# Another process that runs tests at the same time removes its own when it has finished.
OWN = f"scripter-test-{secrets.token_hex(4)}"
RECIPE = Recipe(
    name=OWN,
    files={"Dockerfile": DOCKERFILE.encode(), "requirements.txt": b"six==1.17.0\n"},
    labels={"scripter.test": OWN},
    memory_bytes=512 * MEBIBYTE,
    time_limit=timedelta(minutes=4),
)
Make = Callable[[], Runner]


@pytest.fixture(scope="session")
def local_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="session")
def docker_image(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image with the package `six`."""
    runner = DockerRunner(tmp_path_factory.mktemp("docker"), host=services.docker_host)
    built = runner.build(RECIPE, Watch())
    yield built.reference
    runner.remove_image(built.reference)
    hang_up(runner)


@pytest.fixture(scope="session")
def local_image(local_data: Path) -> str:
    return LocalRunner(local_data).build(RECIPE, Watch()).reference


def use_rig(make: Make, image: str, directory: Path) -> Iterator[Rig]:
    rig = Rig(make(), make, image, directory)
    yield rig
    rig.clean()


@pytest.fixture
def docker_rig(services: testbed.Services, docker_image: str, tmp_path: Path) -> Iterator[Rig]:
    yield from use_rig(lambda: DockerRunner(tmp_path, host=services.docker_host), docker_image, tmp_path)


@pytest.fixture
def bubblewrap_rig(local_data: Path, local_image: str, tmp_path: Path) -> Iterator[Rig]:
    local_sandbox.program.cache_clear()
    assert local_sandbox.program(), "bubblewrap is not installed, or does not work here"
    yield from use_rig(lambda: LocalRunner(local_data), local_image, tmp_path)


@pytest.fixture
def plain_rig(local_data: Path, local_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(local_sandbox, "program", lambda: None)
    yield from use_rig(lambda: LocalRunner(local_data), local_image, tmp_path)


@pytest.fixture(params=["docker", "bubblewrap", "plain"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each kind of runner in turn: what the contract test asks, all of them must keep."""
    found = request.getfixturevalue(f"{request.param}_rig")
    assert isinstance(found, Rig)
    return found


@pytest.fixture
def bench() -> Iterator[Bench]:
    """The agent as a child process, on the Python that runs the tests."""
    with new_bench() as bench:
        yield bench
