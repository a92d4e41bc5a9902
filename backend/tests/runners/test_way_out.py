"""Builds behind a company's proxy that opens TLS with its own authority: they get through, and nothing of it stays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import docker
import pytest
from authority import Authority
from company_proxy import PACKAGE, PASSWORD, CompanyProxy, company_proxy
from connections import hang_up
from runner_rig import BASE, Watch

import testbed
from scripter.lib.errors import BadInput
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import BuildFailed, Recipe
from scripter.runners.way_out import PRELUDE, WayOut, authority_in

DOCKERFILE = f'FROM {BASE}\nCOPY requirements.txt .\n# why\nRUN pip install \\\n    -r requirements.txt\nRUN ["true"]\n'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def client(services: testbed.Services) -> Iterator[docker.APIClient]:
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    yield client
    client.close()


@pytest.fixture
def proxy(client: docker.APIClient, authority: Authority) -> Iterator[CompanyProxy]:
    """On the bridge that builds hang on."""
    [network] = client.inspect_network("bridge")["IPAM"]["Config"]
    with company_proxy(authority, network["Gateway"]) as proxy:
        yield proxy


@pytest.fixture
def recipe() -> Recipe:
    mark = secrets.token_hex(4)
    return Recipe(
        name=f"scripter-test-proxy-{mark}",
        files={"Dockerfile": DOCKERFILE.encode(), "requirements.txt": f"# {mark}\n{PACKAGE}==1.0\n".encode()},
        labels={"scripter.test": mark},
        memory_bytes=512 * 1024 * 1024,
        time_limit=timedelta(minutes=4),
    )


def _through(proxy: CompanyProxy) -> WayOut:
    return WayOut(proxy.url, "", authority_in(str(proxy.authority.certificate)))


@pytest.fixture
def build(services: testbed.Services, tmp_path: Path):
    """Builds on the engine with a way out; what is built goes at the end."""
    made = []

    def build(recipe: Recipe, way_out: WayOut, watch: Watch) -> str:
        runner = DockerRunner(tmp_path, host=services.docker_host, way_out=way_out)
        made.append((runner, None))
        built = runner.build(recipe, watch)
        made[-1] = (runner, built.reference)
        return built.reference

    yield build
    for runner, reference in made:
        if reference:
            runner.remove_image(reference)
        hang_up(runner)


def test_a_build_gets_its_packages_through_the_proxy_and_keeps_nothing_of_it(
    client: docker.APIClient, proxy: CompanyProxy, recipe: Recipe, build
) -> None:
    watch = Watch()
    image = build(recipe, _through(proxy), watch)
    assert proxy.tunnels and proxy.refused == 0
    assert f"Successfully installed {PACKAGE.replace('_', '-')}-1.0".encode() in watch.said.replace(b"_", b"-")
    kept = json.dumps([client.history(image), client.inspect_image(image)])
    for trace in (PASSWORD, str(proxy.port), "CERTIFICATE", "PIP_CERT", "authorities"):
        assert trace not in kept
    found = _run(client, image, "import os,glob; print(sorted(os.environ), glob.glob('/dev/shm/*'))")
    assert "roxy" not in found.lower() and "CERT" not in found and "[]" in found


def test_the_log_of_the_build_shows_the_steps_as_they_were_written(proxy: CompanyProxy, recipe: Recipe, build) -> None:
    watch = Watch()
    build(recipe, _through(proxy), watch)
    assert [step.line for step in watch.steps[:4]] == [1, 2, 4, 6]
    assert watch.steps[2].instruction.startswith("RUN pip install")
    assert PRELUDE.encode() not in watch.said and PASSWORD.encode() not in watch.said


def test_without_the_authority_the_build_fails_and_says_that_it_is_the_certificate(
    proxy: CompanyProxy, recipe: Recipe, build
) -> None:
    watch = Watch()
    with pytest.raises(BuildFailed):
        build(recipe, replace(_through(proxy), authority=""), watch)
    assert b"CERTIFICATE_VERIFY_FAILED" in watch.said
    assert PASSWORD.encode() not in watch.said


def test_the_local_builder_goes_the_same_way(authority: Authority, recipe: Recipe, tmp_path: Path, monkeypatch) -> None:
    # This machine's own settings for pip would answer in place of the proxy.
    for name in ("PIP_FIND_LINKS", "PIP_PROXY", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    with company_proxy(authority) as proxy:
        runner = LocalRunner(tmp_path, _through(proxy))
        built = runner.build(recipe, Watch())
        assert proxy.tunnels and proxy.refused == 0
    place = tmp_path / "venvs" / built.reference.removeprefix("venv:sha256:")
    assert list(place.rglob(f"{PACKAGE}.py"))
    kept = [file for file in place.rglob("*") if file.is_file() and PASSWORD.encode() in file.read_bytes()]
    assert kept == [] and list(place.rglob("authorities.pem")) == []


def test_only_steps_in_shell_form_are_told_and_no_line_moves() -> None:
    way_out = WayOut(authority="PEM")
    text = 'FROM x\n  run echo 1\nRUN ["a"]\nENV RUN y\nRUN \\\n# note\n  echo 2\nCOPY a \\\nRUN echo\nRUN\techo 3\n'
    assert way_out.dockerfile(text) == (
        f'FROM x\n  run {PRELUDE}echo 1\nRUN ["a"]\nENV RUN y\nRUN {PRELUDE}\\\n# note\n  echo 2\nCOPY a \\\nRUN echo\n'
        f"RUN\t{PRELUDE}echo 3\n"
    )
    assert WayOut(proxy="http://p:1").dockerfile(text) == text


def test_without_settings_a_build_is_told_nothing(tmp_path: Path) -> None:
    assert (WayOut().arguments(), WayOut().environment(tmp_path)) == ({}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_hidden_wherever_it_turns_up() -> None:
    way_out = WayOut(proxy=f"http://builder:{PASSWORD}@p:1")
    assert way_out.hidden(f"cannot reach http://builder:{PASSWORD}@p:1") == "cannot reach http://builder:***@p:1"


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----", "hello"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(BadInput, match=r"ca\.pem holds no certificates") as wrong:
        authority_in(str(tmp_path / "ca.pem"))
    assert wrong.value.fields[0].field == "builds.ca_file"


def test_a_key_beside_the_certificate_goes_into_no_build(authority: Authority, tmp_path: Path) -> None:
    pair = authority.sign("both")
    both = tmp_path / "both.pem"
    both.write_text(pair.key.read_text() + "words\n" + pair.certificate.read_text())
    assert "PRIVATE" not in authority_in(str(both)) and "words" not in authority_in(str(both))


def _run(client: docker.APIClient, image: str, code: str) -> str:
    container = client.create_container(image, ["python3", "-c", code], network_disabled=True)["Id"]
    try:
        client.start(container)
        client.wait(container)
        return client.logs(container).decode()
    finally:
        client.remove_container(container, force=True)
