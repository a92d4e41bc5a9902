"""An engine that is away, hangs or goes, and the way from our paths to the host's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import docker
import pytest
from runner_rig import Rig

import testbed
from scripter.runners.docker import DockerRunner
from scripter.runners.docker_engine import Engine
from scripter.runners.docker_paths import HostPaths, own_container_ids, translate
from scripter.runners.protocol import Refused, RunnerUnavailable

MOUNTS = [(PurePosixPath("/data"), "/srv/scripter"), (PurePosixPath("/data/slots"), "/fast/slots")]


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[str]:
    """The address of something that takes connections and says nothing."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "deaf.sock"))
        listener.listen()
        yield f"unix://{tmp_path}/deaf.sock"


def test_without_an_engine_every_verb_says_where_none_answers(docker_rig: Rig, tmp_path: Path) -> None:
    host = f"unix://{tmp_path}/nothing.sock"
    runner = DockerRunner(tmp_path, host=host)
    slot = docker_rig.prepare()
    deeds = [
        lambda: runner.prepare(docker_rig.spec()),
        lambda: runner.stop(slot),
        lambda: runner.alive({}),
        lambda: runner.ending(slot),
        lambda: runner.discard(slot),
        lambda: runner.has_image(docker_rig.image),
        lambda: runner.remove_image(docker_rig.image),
    ]
    assert not runner.answers()
    for deed in deeds:
        with pytest.raises(RunnerUnavailable, match=f"^The Docker engine at {host} does not answer: .*No such file"):
            deed()


def test_an_engine_that_hangs_does_not_count_as_answering(deaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripter.runners.docker_engine._QUICK_S", 0.2)
    assert not Engine(deaf).answers()


def test_the_address_is_the_setting_then_the_environment_then_the_usual_one() -> None:
    environment = {"DOCKER_HOST": "tcp://127.0.0.1:2375"}
    assert Engine("unix:///a.sock", environment).host == "unix:///a.sock"
    assert Engine("", environment).host == "tcp://127.0.0.1:2375"
    assert Engine("", {}).host == "unix:///var/run/docker.sock"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/data/scripts/7", "/srv/scripter/scripts/7"),
        ("/data/slots/a", "/fast/slots/a"),
        ("/data", "/srv/scripter"),
        ("/database", None),
    ],
)
def test_the_innermost_mount_decides_where_the_host_has_a_path(path: str, found: str | None) -> None:
    assert translate(Path(path), MOUNTS) == found


def test_a_windows_host_keeps_its_backslashes() -> None:
    assert translate(Path("/data/slots/a"), [(PurePosixPath("/data"), "C:\\scripter")]) == "C:\\scripter\\slots\\a"


def test_on_a_plain_host_a_path_is_what_it_is(services: testbed.Services) -> None:
    paths = HostPaths(Engine(services.docker_host), Path("/data"), own_ids=lambda: ["f" * 64])
    assert paths.of(Path("/data/slots/a")) == "/data/slots/a"


def test_this_process_does_not_take_itself_for_a_container_of_the_engine(services: testbed.Services) -> None:
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    known = {one["Id"] for one in client.containers(all=True)}
    client.close()
    assert known.isdisjoint(own_container_ids())


def test_the_setting_comes_before_all_asking(services: testbed.Services) -> None:
    paths = HostPaths(Engine("unix:///nowhere.sock"), Path("/data"), "/srv/other")
    assert paths.of(Path("/data/slots/a")) == "/srv/other/slots/a"


def test_inside_a_container_the_engine_is_asked_for_our_mounts(docker_rig: Rig, services: testbed.Services) -> None:
    slot = docker_rig.prepare()
    paths = HostPaths(Engine(services.docker_host), Path("/job"), own_ids=lambda: [slot.reference])
    assert paths.of(Path("/job/work/a")) == f"{slot.directory}/work/a"
    with pytest.raises(Refused, match=r"/elsewhere/a is not on a mount .* set docker\.host_directory"):
        paths.of(Path("/elsewhere/a"))
