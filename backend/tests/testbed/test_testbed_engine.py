from __future__ import annotations

import ipaddress
import subprocess
from pathlib import Path

import pytest

import testbed
from testbed import daemon, network
from testbed.base_image import IMAGE, read_pip_settings
from testbed.network import Bridge, free_subnet
from testbed.state import State


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", "--host", testbed.services().docker_host, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_base_image_has_the_commands_of_the_official_one() -> None:
    said = docker("run", "--rm", IMAGE, "sh", "-c", "python --version && python3 --version && pip --version")
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("Python 3.11") == 2


def test_a_recipe_can_install_a_package_from_the_index(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN pip install six\nRUN python -c 'import six'\n")
    built = docker("build", "--quiet", "--no-cache", "--force-rm", str(tmp_path))
    assert built.returncode == 0, built.stderr
    docker("rmi", built.stdout.strip())


def test_a_container_over_its_memory_limit_is_reported_as_such() -> None:
    container = docker("create", "--memory=32m", "--memory-swap=32m", IMAGE, "python3", "-c", "b'x' * 200_000_000")
    name = container.stdout.strip()
    try:
        assert docker("start", "--attach", name).returncode == 137
        assert docker("inspect", "--format", "{{.State.OOMKilled}}", name).stdout == "true\n"
    finally:
        docker("rm", "--force", name)


def test_a_container_cannot_have_more_processes_than_its_limit() -> None:
    # A shell that sees a fork fail ends with 2.
    forks = "for n in 1 2 3 4 5 6 7 8 9; do sleep 5 & done"
    assert docker("run", "--rm", "--pids-limit=5", IMAGE, "sh", "-c", forks).returncode == 2


@pytest.mark.parametrize("routed", ["10.201.7.0/24", "10.0.0.0/8"])
def test_a_subnet_in_use_is_not_taken(routed: str) -> None:
    taken = ipaddress.IPv4Network(routed)
    if taken.prefixlen == 8:
        with pytest.raises(testbed.ServiceError, match="in use"):
            free_subnet([taken])
    else:
        assert not free_subnet([taken]).overlaps(taken)


def test_a_subnet_that_a_stranger_took_meanwhile_is_replaced_before_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(daemon, "run", lambda command: ran.append(" ".join(command)))
    bridge, routed = Bridge(State(tmp_path)), [ipaddress.IPv4Network("10.99.0.0/24")]
    monkeypatch.setattr(network, "_routed", lambda: routed)
    bridge.ensure()
    bridge.ensure()
    routed.append(ipaddress.IPv4Network("10.201.0.0/24"))
    bridge.ensure()
    assert [line.split()[3] for line in ran if "address" in line] == ["10.201.0.1/24", "10.201.0.1/24", "10.202.0.1/24"]
    assert str(bridge.pool) == "10.202.128.0/17"


def test_only_pip_settings_that_mean_something_in_a_container_are_copied() -> None:
    listing = (
        ":env:.index-url='https://first.example/simple'\n"
        ":env:.find-links='/opt/wheels'\n"
        "global.extra-index-url='file:///opt/simple'\n"
        "global.index-url='https://second.example/simple'\n"
        "global.default-timeout='180'\n"
    )
    assert read_pip_settings(listing) == {"index-url": "https://first.example/simple", "default-timeout": "180"}
