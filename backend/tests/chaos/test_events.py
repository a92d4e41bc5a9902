"""The recorder of a campaign sees every container of the installation, and what becomes of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import closing

import docker
import pytest

import testbed
from chaos.events import Recorder


@pytest.fixture
def engine(services: testbed.Services) -> Iterator[docker.DockerClient]:
    with closing(docker.DockerClient(base_url=services.docker_host)) as client:
        yield client


def test_a_container_is_seen_made_renamed_and_removed(services: testbed.Services, engine: docker.DockerClient) -> None:
    prefix = f"chaos-test-{secrets.token_hex(4)}-"
    recorder = Recorder(services.docker_host, prefix)
    there = engine.containers.create("python:3.11-slim", ["true"], name=f"{prefix}0")
    recorder.start()
    wait_for(recorder, {("seen", f"{prefix}0")})
    made = engine.containers.create("python:3.11-slim", ["true"], name=f"{prefix}1")
    made.rename(f"{prefix}2")
    assert set(recorder.present()) == {f"{prefix}0", f"{prefix}2"}
    made.remove()
    there.remove()
    wait_for(
        recorder,
        {("create", f"{prefix}1"), ("rename", f"{prefix}2"), ("destroy", f"{prefix}2"), ("destroy", f"{prefix}0")},
    )
    recorder.close()
    assert {one.container for one in recorder.sightings()} == {there.id, made.id}


def wait_for(recorder: Recorder, wanted: set[tuple[str, str]]) -> None:
    deadline = time.monotonic() + 60
    while not wanted <= {(one.what, one.name) for one in recorder.sightings()}:
        assert time.monotonic() < deadline, recorder.sightings()
        time.sleep(0.02)
