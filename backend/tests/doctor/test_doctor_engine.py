"""The doctor before a real engine: reached or not, with too wide a door, with its data elsewhere, behind a proxy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import docker
import pytest
from authority import Authority
from company_proxy import PASSWORD, CompanyProxy, company_proxy
from doctor_rig import at, bad, found, on_engine, other_door

import testbed
from scripter.config import Builds, Docker, Runner
from scripter.doctor import clocks, engine, trials
from scripter.doctor.finding import Level
from scripter.runners import docker_look
from scripter.runners.docker_engine import Engine
from scripter.runners.docker_look import EngineFacts
from scripter.runners.docker_trial import Trials


@pytest.fixture(scope="module")
def facts(services: testbed.Services) -> EngineFacts:
    """What the tests' engine says of itself."""
    return docker_look.facts(Engine(services.docker_host))


def _with(facts: EngineFacts, data: Path, **other: object):
    """An installation whose engine differs in this from the real one."""
    subject = at(data)
    subject._facts, subject._asked = replace(facts, **other), True
    return subject


def test_an_engine_that_answers_is_named_with_its_version(services: testbed.Services, tmp_path: Path) -> None:
    [engine_itself, door] = found(engine.reached, on_engine(tmp_path, services.docker_host))
    assert engine_itself.level is Level.OK and "Docker 20.10" in engine_itself.found
    assert door.level is Level.OK and "owner and group alone" in door.found


def test_a_missing_socket_is_a_problem_for_who_runs_on_docker_and_else_a_notice(tmp_path: Path) -> None:
    nowhere = f"unix://{tmp_path}/none.sock"
    [finding] = found(engine.reached, on_engine(tmp_path, nowhere, runner=Runner(kind="docker")))
    assert finding.level is Level.PROBLEM
    assert f"There is no {tmp_path}/none.sock" in finding.remedy
    [finding] = found(engine.reached, on_engine(tmp_path, nowhere))
    assert finding.level is Level.NOTICE and "virtual environments" in finding.found


def test_a_socket_with_nobody_behind_it_is_told_from_a_missing_one(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    subject = on_engine(tmp_path, f"unix://{tmp_path}/dead.sock", runner=Runner(kind="docker"))
    [finding] = found(engine.reached, subject)
    assert "is there, but nothing answers behind it" in finding.remedy


def test_without_an_engine_nothing_else_is_said_of_it(tmp_path: Path) -> None:
    for look in (engine.versions, engine.features, trials.mount, trials.network, trials.egress):
        assert found(look, on_engine(tmp_path, f"unix://{tmp_path}/none.sock")) == []


def test_a_socket_that_everybody_may_use_is_a_problem(services: testbed.Services, tmp_path: Path) -> None:
    with other_door(tmp_path, services.docker_host, 0o666) as host:
        problems = bad(found(engine.reached, on_engine(tmp_path, host)))
    assert "root on this machine" in problems["engine's socket"].why
    assert problems["engine's socket"].level is Level.PROBLEM


def test_known_holes_are_named_with_what_mends_them(facts: EngineFacts, tmp_path: Path) -> None:
    old = _with(facts, tmp_path, versions={"engine": "20.10.24+dfsg1", "runc": "1.1.5+ds1"})
    problems = bad(found(engine.versions, old))
    assert "CVE-2024-21626" in problems["runc 1.1.5+ds1"].found and "1.1.12" in problems["runc 1.1.5+ds1"].why
    assert "changelog" in problems["engine 20.10.24+dfsg1"].remedy
    good = _with(facts, tmp_path, versions={"engine": "29.5.2", "runc": "1.3.4"})
    assert {one.level for one in found(engine.versions, good)} == {Level.OK}
    ancient = _with(facts, tmp_path, versions={"engine": "19.3.5"})
    assert bad(found(engine.versions, ancient))["engine"].level is Level.PROBLEM


def test_what_the_tests_engine_does_with_containers_is_well(facts: EngineFacts, tmp_path: Path) -> None:
    assert bad(found(engine.features, _with(facts, tmp_path))) == {}


@pytest.mark.parametrize(
    ("other", "about", "told"),
    [
        ({"live_restore": False}, "live-restore", "ends all jobs that run"),
        ({"storage": "vfs"}, "storage driver", "copied whole"),
        ({"missing_limits": ("memory", "processes")}, "limits", "take all of the machine"),
        ({"missing_limits": ("memory",), "rootless": True, "cgroup_version": "1"}, "limits", "take all of the machine"),
        ({"security": frozenset()}, "isolation", "reaches more of the kernel"),
    ],
)
def test_what_is_not_well_with_an_engine_is_told_with_its_price(
    facts: EngineFacts, tmp_path: Path, other: dict[str, object], about: str, told: str
) -> None:
    assert told in bad(found(engine.features, _with(facts, tmp_path, **other)))[about].why


def test_a_clock_that_differs_is_told_with_its_side(facts: EngineFacts, tmp_path: Path) -> None:
    assert bad(found(clocks.agree, _with(facts, tmp_path))) == {}
    late = found(clocks.agree, _with(facts, tmp_path, clock_ahead=timedelta(seconds=-95)))
    assert "the engine's clock is 95 s behind ours" in bad(late)["clocks"].found
    assert bad(late)["clocks"].level is Level.PROBLEM


def test_the_data_directory_is_tried_out_with_a_container(services: testbed.Services, tmp_path: Path) -> None:
    findings = found(trials.mount, on_engine(tmp_path, services.docker_host))
    assert bad(findings) == {}
    assert f"a container reads and writes {tmp_path}" in findings[0].found
    assert list((tmp_path / "run").iterdir()) == []


def test_a_host_path_that_leads_elsewhere_is_a_problem(services: testbed.Services, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    subject = at(tmp_path / "data", docker=Docker(host=services.docker_host, host_directory=str(tmp_path / "other")))
    problems = bad(found(trials.mount, subject))
    assert "docker.host_directory" in problems["host path of data"].remedy


def test_without_any_image_the_engine_is_asked_whether_it_sees_the_directory(
    services: testbed.Services, tmp_path: Path
) -> None:
    subject = on_engine(tmp_path, services.docker_host)
    (tmp_path / "here").mkdir()
    try:
        before = {one["Id"] for one in subject.engine.client.images(all=True)}
        seen = Trials(subject.engine, subject.paths).mount(tmp_path, None)
        left = [one for one in subject.engine.client.images(all=True) if "scripter-doctor" in str(one["RepoTags"])]
    finally:
        subject.engine.client.close()
    assert not seen.written and before and left == []


@pytest.fixture
def proxy(services: testbed.Services, tmp_path: Path) -> Iterator[CompanyProxy]:
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    [network] = client.inspect_network("bridge")["IPAM"]["Config"]
    client.close()
    with company_proxy(Authority(tmp_path / "authority"), network["Gateway"]) as proxy:
        yield proxy


def _network(services: testbed.Services, data: Path, **builds: str):
    return found(trials.network, on_engine(data, services.docker_host, builds=Builds(**builds)))


def test_the_way_to_the_package_index_is_tried_through_the_proxy(
    services: testbed.Services, proxy: CompanyProxy, tmp_path: Path
) -> None:
    findings = _network(services, tmp_path, proxy=proxy.url, ca_file=str(proxy.authority.certificate))
    assert bad(findings) == {} and "through the proxy" in findings[0].found
    assert proxy.tunnels and proxy.refused == 0


def test_a_way_that_fails_is_told_with_the_setting_that_mends_it(
    services: testbed.Services, proxy: CompanyProxy, tmp_path: Path
) -> None:
    untrusted = bad(_network(services, tmp_path, proxy=proxy.url))["network of builds"]
    assert "builds.ca_file" in untrusted.remedy
    wrong = bad(_network(services, tmp_path, proxy=proxy.url.replace(PASSWORD, "wrong")))["network of builds"]
    assert "builds.proxy" in wrong.remedy and "password" in wrong.found
    nobody = bad(_network(services, tmp_path, proxy=f"http://{proxy.address}:1"))["network of builds"]
    assert "the proxy does not answer" in nobody.found


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[Errno -3] Temporary failure in name resolution", "names are not resolved"),
        ("Connection to index timed out. (connect timeout=8)", "net.ipv4.ip_forward"),
        ("[Errno 101] Network is unreachable", "net.ipv4.ip_forward"),
        ("something new", "something new"),
    ],
)
def test_what_pip_says_is_put_into_words(said: str, told: str) -> None:
    assert told in " ".join(trials._explained(said))


def test_an_egress_network_that_nobody_has_used_is_well(services: testbed.Services, tmp_path: Path) -> None:
    assert bad(found(trials.egress, on_engine(tmp_path, services.docker_host))) == {}
