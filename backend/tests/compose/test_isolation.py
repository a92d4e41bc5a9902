"""Who can reach whom, and who may do what: only nginx is open to the world, and a job reaches nothing of the stack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from compose_rig import MARKS, ended, run, text_of
from docker.models.containers import Container
from sockets import held_by, listening, local, publishers

from testbed.composed import Composed

pytestmark = MARKS

# What the services of the stack listen on, whether or not they should.
PORTS = (80, 443, 3306, 4369, 5672, 8000, 8080, 8200, 8443, 15672, 15692, 25672)
# They prepare something, and end.
ONCE = {"secrets", "migrate"}
REACH = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def reaches(target):
    host, _, port = target.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=3):
            return True
    except OSError:
        return False
with ThreadPoolExecutor(100) as pool:
    targets = " ".join(sys.argv[1:]).split()
    print(json.dumps([target for target, reached in zip(targets, pool.map(reaches, targets)) if reached]))
"""


def attributes(stack: Composed) -> dict[str, Any]:
    return {service: container.attrs for service, container in stack.containers().items()}


def running(stack: Composed) -> dict[str, Container]:
    return {service: one for service, one in stack.containers().items() if one.status == "running"}


def addresses(stack: Composed) -> list[str]:
    """Every address and name that a service of the stack has in its networks."""
    found = []
    for service, attrs in attributes(stack).items():
        for network in attrs["NetworkSettings"]["Networks"].values():
            found += [one for one in (network["IPAddress"], network["GlobalIPv6Address"]) if one]
        found.append(service)
    return sorted(set(found))


def targets(stack: Composed) -> list[str]:
    """Every port of every address, in one argument for each address."""
    return [" ".join(f"{address}:{port}" for port in PORTS) for address in addresses(stack)]


def test_of_the_whole_stack_only_nginx_listens_on_this_machine(
    stack: Composed, listened_before: dict[str, str]
) -> None:
    published = {
        service: ports
        for service, attrs in attributes(stack).items()
        if (ports := {port: bound for port, bound in attrs["NetworkSettings"]["Ports"].items() if bound})
    }
    assert set(published) == {"nginx"}
    inside = [int(row[1]) for one in running(stack).values() for row in one.top()["Processes"]]
    held = held_by([*inside, *publishers(stack.environment["DOCKER_HOST"], addresses(stack))])
    new = {address for inode, address in listening().items() if inode in held - set(listened_before)}
    assert new == {local(stack.https_port), local(stack.http_port)}


def test_only_the_worker_has_the_engines_socket(stack: Composed) -> None:
    mounts = {service: [one["Source"] for one in attrs["Mounts"]] for service, attrs in attributes(stack).items()}
    socket = stack.environment["SCRIPTER_DOCKER_SOCKET"]
    holders = {
        service
        for service, sources in mounts.items()
        if any(source in socket or ".sock" in source for source in sources)
    }
    assert holders == {"worker"}


def test_nothing_is_privileged_or_shares_a_namespace_with_this_machine(stack: Composed) -> None:
    for service, attrs in attributes(stack).items():
        host = attrs["HostConfig"]
        assert not host["Privileged"], service
        assert "host" not in {host["NetworkMode"], host["PidMode"], host["IpcMode"], host["UTSMode"]}, service
        assert host["CapDrop"] == ["ALL"], service
        assert not host["Devices"], service
        assert any("no-new-privileges" in option for option in host["SecurityOpt"]), service
        assert host["ReadonlyRootfs"], service


def test_every_service_has_a_limit_of_memory_and_comes_back_by_itself(stack: Composed) -> None:
    for service, attrs in attributes(stack).items():
        assert attrs["HostConfig"]["Memory"] > 0, service
        wanted = "no" if service in ONCE else "unless-stopped"
        assert attrs["HostConfig"]["RestartPolicy"]["Name"] == wanted, service


def test_no_process_of_the_stack_runs_as_root_but_the_first_of_the_worker(stack: Composed) -> None:
    root = {
        service: [row[-1] for row in container.top(ps_args="-eo uid,pid,cmd")["Processes"] if row[0] == "0"]
        for service, container in running(stack).items()
    }
    # init of the worker's container, which starts what then becomes Scripter's user.
    assert {service: len(found) for service, found in root.items() if found} in ({}, {"worker": 1})


@pytest.fixture(scope="module")
def probe(member: Composed, image: Any) -> Any:
    return {network: member.make_script(image, f"Probe {network}", REACH, network=network) for network in MODES}


MODES = ("none", "bridge", "egress")


@pytest.fixture
def rules(member: Composed) -> None:
    """The firewall of the mode egress, put there by the command that operators use where the worker may not."""
    subprocess.run([str(Path(sys.executable).with_name("scripter")), "egress"], check=True, cwd=member.directory)


def test_the_way_that_the_probes_look_finds_services_that_can_be_reached(member: Composed) -> None:
    code = ["/opt/scripter/bin/python3", "-c", REACH, "mariadb:3306 rabbitmq:5672 mariadb:1"]
    told = member.compose("exec", "-T", "api", *code)
    assert json.loads(told) == ["mariadb:3306", "rabbitmq:5672"]


@pytest.mark.parametrize("network", ["none", "bridge"])
def test_a_job_reaches_no_service_of_the_stack(member: Composed, probe: Any, network: str) -> None:
    assert reached(member, probe[network]) == []


def test_a_job_with_egress_reaches_no_service_of_the_stack(member: Composed, probe: Any, rules: None) -> None:
    assert reached(member, probe["egress"]) == []


def reached(member: Composed, script: Any) -> Any:
    job = ended(member, run(member, script, *targets(member)))
    said = text_of(member, job)
    assert job["status"] == "succeeded", (job, said)
    # Scripter's own lines begin with its name in brackets.
    return json.loads(next(line for line in said.splitlines() if line.startswith(("[]", '["'))))
