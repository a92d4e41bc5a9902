"""The network mode egress on a real engine: what a job on it reaches, and when there is no job on it at all."""

from __future__ import annotations

import json
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import docker
import pytest
from click.testing import CliRunner
from docker.errors import NotFound
from outside import FORBIDDEN, INNER_RESOLVER, NAMES, PORT, PUBLIC, RESOLVER, outside, without_rules
from runner_rig import Rig, go, log_of, until

import testbed
from scripter.cli import main
from scripter.runners import egress_rules
from scripter.runners.docker import DockerRunner
from scripter.runners.docker_create import EGRESS_NETWORK
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import ImageGone, Network, Refused

# Who gets an answer prints it; what is refused is told at once. The patience is for a machine with other things to do.
REACH = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def reach(target):
    host, _, port = target.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.settimeout(30)
            return connection.recv(5).decode(errors="replace") or "reached"
    except OSError as error:
        return type(error).__name__ + ": " + str(error)
with ThreadPoolExecutor(40) as pool:
    print(json.dumps(dict(zip(sys.argv[1:], pool.map(reach, sys.argv[1:])))))
"""
LISTEN = f"""
import socket
server = socket.create_server(("0.0.0.0", {PORT}))
probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
probe.connect(("{PUBLIC}", 9))
print("address", probe.getsockname()[0])
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(b"hello")
    connection.close()
"""


@pytest.fixture(scope="module")
def world(services: testbed.Services) -> Iterator[None]:
    if not services.can_break("dockerd"):
        pytest.skip("the Docker engine was given, so its machine's addresses and firewall are not ours to change")
    with outside():
        yield
        with closing(docker.APIClient(base_url=services.docker_host, version="auto")) as client:
            remove_network(client)
        without_rules()


@pytest.fixture
def client(services: testbed.Services) -> Iterator[docker.APIClient]:
    client = docker.APIClient(base_url=services.docker_host, version="auto")
    yield client
    client.close()


@pytest.fixture
def make(services: testbed.Services, world: None, tmp_path: Path) -> Callable[[], DockerRunner]:
    return lambda: DockerRunner(tmp_path, host=services.docker_host, egress_dns=[RESOLVER])


@pytest.fixture
def egress_rig(make: Callable[[], DockerRunner], docker_image: str, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(make(), make, docker_image, tmp_path)
    yield rig
    rig.clean()


@pytest.fixture
def host_port() -> Iterator[int]:
    """A service of this machine that listens on all of its addresses."""

    class Hello(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"hello")

    with socketserver.ThreadingTCPServer(("0.0.0.0", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def remove_network(client: docker.APIClient) -> None:
    with suppress(NotFound):
        client.remove_network(EGRESS_NETWORK)


def gateway(client: docker.APIClient, network: str) -> str:
    [settings] = client.inspect_network(network)["IPAM"]["Config"]
    return str(settings["Gateway"])


def reached(rig: Rig, network: Network, *targets: str, name: str = "job") -> dict[str, str]:
    job = rig.run(REACH, spec={"network": network, "name": name}, arguments=targets)
    answers: dict[str, str] = json.loads(job.output[-1])
    return answers


def open_among(answers: dict[str, str]) -> set[str]:
    return {target for target, answer in answers.items() if answer in ("hello", "reached")}


def own_addresses(client: docker.APIClient) -> list[str]:
    """This machine's: on the bridges of both networks, and towards the world."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        outward.connect((PUBLIC, 9))
        return [gateway(client, EGRESS_NETWORK), gateway(client, "bridge"), outward.getsockname()[0]]


def test_a_job_reaches_the_internet_and_none_of_what_is_near(
    egress_rig: Rig, client: docker.APIClient, host_port: int
) -> None:
    egress_rig.prepare(name="first", network=Network.EGRESS)  # makes the network, whose gateway is asked for below
    public = f"{PUBLIC}:{PORT}"
    near = [f"{address}:{PORT}" for address in FORBIDDEN]
    near += [f"{address}:{host_port}" for address in own_addresses(client)]
    answers = reached(egress_rig, Network.EGRESS, public, *near)
    assert open_among(answers) == {public}, answers
    # They all listen: it was the network mode.
    answers = reached(egress_rig, Network.BRIDGE, public, *near, name="bridged")
    assert open_among(answers) == {public, *near}, answers


def test_a_job_reaches_neither_database_nor_broker_nor_engine(
    egress_rig: Rig, client: docker.APIClient, services: testbed.Services
) -> None:
    egress_rig.prepare(name="first", network=Network.EGRESS)
    ports = [urlsplit(services.mariadb_url).port, urlsplit(services.rabbitmq_url).port, 2375, 2376]
    targets = [f"{address}:{port}" for address in ("127.0.0.1", *own_addresses(client)) for port in ports]
    answers = reached(egress_rig, Network.EGRESS, *targets)
    assert open_among(answers) == set(), answers


@pytest.mark.parametrize(("network", "expected"), [(Network.EGRESS, set()), (Network.BRIDGE, {"other"})])
def test_jobs_reach_each_other_on_the_bridge_only(egress_rig: Rig, network: Network, expected: set[str]) -> None:
    listening = egress_rig.prepare(LISTEN, name="listener", network=network)
    egress_rig.runner.start(listening, go())
    until(lambda: "ready\n" in log_of(listening), "the listener")
    address = log_of(listening).split("address ")[1].split()[0]
    answers = reached(egress_rig, network, f"{address}:{PORT}")
    assert {"other" for _ in open_among(answers)} == expected, (answers, log_of(listening))


def test_names_are_resolved_and_a_name_that_leads_inside_leads_nowhere(egress_rig: Rig) -> None:
    public, rebinding = (f"{name}:{PORT}" for name in NAMES)
    answers = reached(egress_rig, Network.EGRESS, public, rebinding)
    assert open_among(answers) == {public}, answers
    assert "not known" not in answers[rebinding]


def test_a_resolver_in_a_private_network_is_asked_for_names_and_nothing_else(
    services: testbed.Services, world: None, docker_image: str, tmp_path: Path
) -> None:
    def make() -> DockerRunner:
        return DockerRunner(tmp_path, host=services.docker_host, egress_dns=[INNER_RESOLVER])

    rig = Rig(make(), make, docker_image, tmp_path)
    try:
        answers = reached(rig, Network.EGRESS, f"public.test:{PORT}", f"{INNER_RESOLVER}:{PORT}")
    finally:
        rig.clean()
    assert open_among(answers) == {f"public.test:{PORT}"}, answers


def test_such_a_container_differs_from_others_in_its_network_only(egress_rig: Rig, client: docker.APIClient) -> None:
    slots = [egress_rig.prepare(name=network, network=network) for network in (Network.NONE, Network.EGRESS)]
    plain, egress = (client.inspect_container(slot.reference)["HostConfig"] for slot in slots)
    changed = {key: egress[key] for key in egress if key != "Mounts" and egress[key] != plain[key]}
    assert changed == {"NetworkMode": EGRESS_NETWORK, "Dns": [RESOLVER]}


def test_a_job_has_no_ipv6(egress_rig: Rig) -> None:
    script = "print({line.split()[-1] for line in open('/proc/net/if_inet6')} - {'lo'})"
    assert egress_rig.run(script, spec={"network": Network.EGRESS}).output == ["set()"]


def test_rules_that_were_taken_away_are_back_before_the_next_job(egress_rig: Rig) -> None:
    target = f"169.254.169.254:{PORT}"
    assert open_among(reached(egress_rig, Network.EGRESS, target, name="before")) == set()
    without_rules()
    assert open_among(reached(egress_rig, Network.EGRESS, target, name="after")) == set()


@pytest.fixture
def powerless(monkeypatch: pytest.MonkeyPatch, world: None) -> None:
    """A worker that may not touch the firewall, on a machine where nobody has set the rules."""
    without_rules()
    monkeypatch.setattr(egress_rules, "can_set", lambda: False)


def test_without_the_rules_no_job_comes_onto_the_network(egress_rig: Rig, powerless: None) -> None:
    with pytest.raises(Refused) as refused:
        egress_rig.prepare(network=Network.EGRESS)
    for named in ("169.254.169.254", "10.0.0.1", "the Docker engine's machine", "scripter egress"):
        assert named in str(refused.value)
    assert egress_rig.runner.alive(egress_rig.labels) == []
    assert egress_rig.run("print('well')", spec={"network": Network.NONE, "name": "alone"}).output == ["well"]
    assert egress_rig.run("print('well')", spec={"network": Network.BRIDGE, "name": "bridged"}).output == ["well"]


def test_the_command_sets_the_rules_for_a_worker_that_may_not(egress_rig: Rig, powerless: None) -> None:
    for _ in range(2):
        done = CliRunner(env={"SCRIPTER_DOCKER__EGRESS_DNS": RESOLVER}).invoke(main, ["egress"])
        assert done.exit_code == 0, done.output
    answers = reached(egress_rig, Network.EGRESS, f"public.test:{PORT}", f"10.0.0.1:{PORT}")
    assert open_among(answers) == {f"public.test:{PORT}"}, answers


@pytest.mark.parametrize("chain", ["INPUT", "DOCKER-USER"])
def test_half_of_the_rules_is_not_enough(
    egress_rig: Rig, powerless: None, chain: str, client: docker.APIClient
) -> None:
    egress_rules.put([])
    subprocess.run(["iptables", "-w", "-D", chain, *dict(egress_rules.JUMPS)[chain].split()], check=True)
    with pytest.raises(Refused, match="Not refused by the firewall"):
        egress_rig.prepare(network=Network.EGRESS)


def test_a_network_of_that_name_that_is_somebody_else_s_is_not_used(egress_rig: Rig, client: docker.APIClient) -> None:
    remove_network(client)
    client.create_network(EGRESS_NETWORK)
    try:
        with pytest.raises(Refused, match="is not the one that Scripter makes"):
            egress_rig.prepare(network=Network.EGRESS)
    finally:
        remove_network(client)


def test_workers_that_make_the_network_at_the_same_moment_all_get_it(egress_rig: Rig, client: docker.APIClient) -> None:
    remove_network(client)
    without_rules()
    specs = [egress_rig.spec(name=f"job{number}", network=Network.EGRESS) for number in range(4)]
    with ThreadPoolExecutor(len(specs)) as pool:
        slots = list(pool.map(lambda spec: egress_rig.again().prepare(spec), specs))
    assert len({slot.reference for slot in slots}) == len(specs)
    assert len([one for one in client.networks() if one["Name"] == EGRESS_NETWORK]) == 1


def test_a_job_whose_image_is_gone_is_told_so(egress_rig: Rig) -> None:
    with pytest.raises(ImageGone):
        egress_rig.prepare(network=Network.EGRESS, image="sha256:" + "0" * 64)


def test_the_local_runner_refuses_it(tmp_path: Path) -> None:
    rig = Rig(LocalRunner(tmp_path), lambda: LocalRunner(tmp_path), "none", tmp_path)
    with pytest.raises(Refused, match="Without Docker nothing keeps a job from this machine"):
        rig.prepare(network=Network.EGRESS)
