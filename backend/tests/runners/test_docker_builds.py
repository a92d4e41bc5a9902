"""Builds on a real Docker engine: failures in plain words, nothing left behind, and the check of the image's Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import docker
import pytest
from docker.errors import ImageNotFound
from runner_rig import BASE, Rig, Watch, until

import testbed

SLEEPS = "RUN echo {mark} && sleep 600\n"


@pytest.fixture
def client(services: testbed.Services) -> Iterator[docker.APIClient]:
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    yield client
    client.close()


def left_containers(client: docker.APIClient, mark: str) -> list[str]:
    return [one["Id"] for one in client.containers(all=True) if mark in one["Command"]]


def left_images(client: docker.APIClient, mark: str) -> list[str]:
    """Images, also unnamed ones in between, that a command line with this mark has made."""
    found = []
    for one in client.images(all=True):
        with suppress(ImageNotFound):  # other tests remove theirs meanwhile
            if mark in str(client.inspect_image(one["Id"]).get("ContainerConfig")):
                found.append(one["Id"])
    return found


def test_a_missing_base_image_is_named_with_its_line(docker_rig: Rig) -> None:
    failure = docker_rig.failed_build("FROM no-such-base-image:1\n")
    assert failure.message.startswith("The base image is not available: ")
    assert failure.step and (failure.step.line, failure.step.instruction) == (1, "FROM no-such-base-image:1")


def test_a_broken_dockerfile_names_the_line(docker_rig: Rig) -> None:
    failure = docker_rig.failed_build(f"FROM {BASE}\n\nRUNN true\n")
    assert "unknown instruction: RUNN" in failure.message
    assert failure.step and (failure.step.line, failure.step.instruction) == (3, "RUNN true")


def test_a_failing_command_names_its_line_and_its_last_words(docker_rig: Rig) -> None:
    failure = docker_rig.failed_build(f"FROM {BASE}\n# why\nRUN echo much && \\\n    nosuchcommand\n")
    assert failure.step and failure.step.line == 3
    assert failure.error == "/bin/sh: 1: nosuchcommand: not found"
    assert failure.message == f"Line 3 of the Dockerfile failed with exit code 127: {failure.error}"


def test_a_complaint_is_whole_also_when_the_other_stream_spoke_meanwhile(docker_rig: Rig) -> None:
    watch = Watch()
    speak = "printf 'error: ' >&2; sleep .1; echo meanwhile; sleep .1; echo no such thing >&2; exit 3"
    failure = docker_rig.failed_build(f"FROM {BASE}\nRUN {speak}\n", watch)
    assert failure.error == "error: no such thing"
    assert b"\nmeanwhile\nerror: no such thing\n" in watch.said


def test_a_missing_file_is_named(docker_rig: Rig) -> None:
    failure = docker_rig.failed_build(f"FROM {BASE}\nCOPY nothing /\n")
    assert "file not found in build context" in failure.message
    assert failure.step and failure.step.line == 2


def test_a_step_over_the_memory_limit_is_told_as_that(docker_rig: Rig) -> None:
    failure = docker_rig.failed_build(f"FROM {BASE}\nRUN python3 -c 'bytearray(2 * 1024 ** 3)'\n")
    assert "more than the 512 MB of memory" in failure.message


def test_only_the_recipe_s_files_reach_the_build(docker_rig: Rig) -> None:
    watch = Watch()
    dockerfile = f"FROM {BASE}\nCOPY . /here\nRUN cd /here && echo {docker_rig.mark} && find . -type f -perm -u+x && find . -type f | sort\n"
    built = docker_rig.build(dockerfile, watch, **{"a/b.txt": "b", "run.sh": "#!/bin/sh\n"})
    docker_rig.runner.remove_image(built.reference)
    assert f"{docker_rig.mark}\n./run.sh\n./Dockerfile\n./a/b.txt\n./run.sh\n".encode() in watch.said


def test_the_colours_that_the_engine_paints_are_not_in_the_log(docker_rig: Rig) -> None:
    watch = Watch()
    docker_rig.failed_build(f"FROM {BASE}\nRUN echo {docker_rig.mark} >&2 && false\n", watch)
    assert f"\n{docker_rig.mark}\n".encode() in watch.said


def test_proxies_of_the_user_do_not_reach_the_build(
    docker_rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / "config.json").write_text('{"proxies": {"default": {"httpProxy": "http://user:hidden@proxy"}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(home))
    watch = Watch()
    built = docker_rig.again().build(docker_rig.recipe(f"FROM {BASE}\nRUN echo {docker_rig.mark} && env\n"), watch)
    docker_rig.runner.remove_image(built.reference)
    assert b"hidden" not in watch.said


@pytest.mark.parametrize("way", ["cancelled", "too long"])
def test_a_stopped_build_leaves_no_container_and_no_image(docker_rig: Rig, client: docker.APIClient, way: str) -> None:
    dockerfile = f"FROM {BASE}\nRUN echo {docker_rig.mark}\n{SLEEPS.format(mark=docker_rig.mark)}"
    began = Watch(lambda watch: way == "cancelled" and len(watch.steps) == 3)
    docker_rig.failed_build(dockerfile, began, limit_s=60 if way == "cancelled" else 5)
    assert len(began.steps) == 3
    until(lambda: left_containers(client, docker_rig.mark) == [], "the step's container to be gone")
    until(lambda: left_images(client, docker_rig.mark) == [], "the layers to be gone")


def test_a_failed_build_leaves_no_container(docker_rig: Rig, client: docker.APIClient) -> None:
    docker_rig.failed_build(f"FROM {BASE}\nRUN echo {docker_rig.mark} && false\n")
    assert left_containers(client, docker_rig.mark) == []


def test_an_image_without_python_is_refused_and_removed(docker_rig: Rig, client: docker.APIClient) -> None:
    failure = docker_rig.failed_build(f"FROM {BASE}\nRUN rm -f /usr/local/bin/python3 /usr/bin/python3\n")
    assert failure.message.startswith("The image has no python3.")
    assert client.images(docker_rig.recipe("").name) == []


def test_an_image_with_an_old_python_is_refused(docker_rig: Rig) -> None:
    install = "RUN rm -f /usr/local/bin/python3 && cp old /usr/local/bin/python3\n"
    failure = docker_rig.failed_build(f"FROM {BASE}\nCOPY old .\n{install}", old="#!/bin/sh\necho 3.6.9\n")
    assert failure.message.startswith("The image's Python is 3.6.9. Scripter needs 3.8 or newer")


def test_an_image_whose_python_does_not_work_is_refused(docker_rig: Rig) -> None:
    install = "RUN rm -f /usr/local/bin/python3 && cp broken /usr/local/bin/python3\n"
    failure = docker_rig.failed_build(f"FROM {BASE}\nCOPY broken .\n{install}", broken="#!/bin/sh\nexit 9\n")
    assert failure.message == "The image's python3 does not work (exit code 9)."
