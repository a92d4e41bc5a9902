"""`scripter doctor` as people run it: where Scripter runs, from elsewhere, with wrong settings, for programs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from authority import Authority
from company_proxy import company_proxy

import testbed
from testbed.stack import Stack, separate

PROGRAM = str(Path(sys.executable).with_name("scripter"))


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All processes, over MariaDB and RabbitMQ."""
    with separate(services, tmp_path_factory.mktemp("separate")) as stack:
        stack.set_up("web")
        # A worker that is still starting writes into the directory that has to stay as it is.
        while not stack.call("GET", "/system")["workers"]:
            time.sleep(0.1)
        yield stack


def _doctor(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "doctor", *arguments], cwd=directory, capture_output=True, text=True, timeout=200,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(directory), "TZ": "UTC", **environment},
    )  # fmt: skip


def _levels(told: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {one["about"]: one["level"] for one in json.loads(told.stdout)}


@pytest.fixture(scope="module")
def settings(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Those of the running processes, with a package index of the tests' own: nothing goes out."""
    given = {name: value for name, value in stack.environment.items() if name.startswith("SCRIPTER_")}
    client = docker.APIClient(base_url=given["SCRIPTER_DOCKER__HOST"], version="auto")
    [network] = client.inspect_network("bridge")["IPAM"]["Config"]
    client.close()
    with company_proxy(Authority(tmp_path_factory.mktemp("authority")), network["Gateway"]) as proxy:
        authority = str(proxy.authority.certificate)
        yield {**given, "SCRIPTER_BUILDS__PROXY": proxy.url, "SCRIPTER_BUILDS__CA_FILE": authority}


def test_where_scripter_runs_it_looks_at_everything_and_changes_nothing(
    stack: Stack, settings: dict[str, str], tmp_path: Path
) -> None:
    before = sorted(str(one) for one in (stack.data / "run").iterdir())
    told = _doctor(tmp_path, "--json", **settings)
    assert told.returncode == 0, told.stdout + told.stderr
    levels = _levels(told)
    looked_at = {"settings", "data directory", "secret files", "engine", "live-restore", "storage driver", "limits",
                 "host path of data", "network of builds", "database", "migrations", "broker", "queues", "workers",
                 "clock", "clocks"}  # fmt: skip
    assert looked_at <= set(levels)
    assert "server" not in levels  # nobody is logged in here, and nobody named a server
    assert sorted(str(one) for one in (stack.data / "run").iterdir()) == before
    assert told.stderr == ""
    findings = json.loads(told.stdout)
    assert {frozenset(one) for one in findings} == {frozenset({"about", "level", "found", "why", "remedy"})}
    assert all(one["why"] and one["remedy"] for one in findings if one["level"] in ("warning", "problem"))


def test_a_part_that_is_missing_is_a_problem_in_words_and_in_the_exit_code(
    settings: dict[str, str], tmp_path: Path
) -> None:
    missing = {"SCRIPTER_DOCKER__HOST": f"unix://{tmp_path}/none.sock", "SCRIPTER_RUNNER__KIND": "docker"}
    told = _doctor(tmp_path, **{**settings, **missing})
    assert told.returncode == 1
    lines = told.stdout.splitlines()
    assert f"There is no {tmp_path}/none.sock" in told.stdout
    assert "1 problem" in lines[-1]
    assert all(line == line.rstrip() for line in lines)
    assert any(line.startswith("ok ") and " broker " in line and "RabbitMQ" in line for line in lines)


def test_with_a_login_it_asks_the_server_and_from_elsewhere_nothing_else(stack: Stack, tmp_path: Path) -> None:
    levels = _levels(_doctor(tmp_path, "--json", SCRIPTER_URL=stack.url, SCRIPTER_TOKEN=stack.token))
    assert (levels["server"], levels["login"], levels["engine"]) == ("ok", "ok", "ok")
    assert "live-restore" not in levels


def test_where_scripter_runs_a_login_adds_the_servers_own_word(
    stack: Stack, settings: dict[str, str], tmp_path: Path
) -> None:
    nowhere = {"SCRIPTER_DOCKER__HOST": f"unix://{tmp_path}/none.sock"}
    login = {"SCRIPTER_URL": stack.url, "SCRIPTER_TOKEN": stack.token}
    levels = _levels(_doctor(tmp_path, "--json", **{**settings, **nowhere, **login}))
    assert levels["server"] == "ok" and levels["migrations"] == "ok"


def test_every_mistake_in_the_settings_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[server]\nport = 'many'\n[queue]\nurll = ''\n")
    told = _doctor(tmp_path, "--json")
    assert told.returncode == 1
    found = [one["found"] for one in json.loads(told.stdout)]
    assert len(found) == 2 and "queue.urll: there is no such setting" in found


def test_a_certificate_can_be_looked_at_alone(tmp_path: Path) -> None:
    told = _doctor(
        tmp_path, "--certificate", str(tmp_path / "server.crt"), SCRIPTER_DOCKER__HOST=f"unix://{tmp_path}/none.sock"
    )
    assert told.returncode == 1
    assert f"{tmp_path}/server.crt cannot be read: No such file" in told.stdout
