"""How a job's container is closed in: what the engine made of our parameters, and what a script finds inside."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import docker
import pytest
from runner_rig import MEBIBYTE, Rig, ended, go, log_of, until

import testbed
from scripter.runners.docker import DockerRunner
from scripter.runners.docker_go import Inputs
from scripter.runners.protocol import Ending, ImageInUse, Limits, NameTaken, Network, Refused, Slot, SlotGone

GOLDEN = Path(__file__).with_name("golden") / "container.json"
SECRET = "correct-horse-battery"
WAITING = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def client(services: testbed.Services) -> docker.APIClient:
    return docker.APIClient(base_url=services.docker_host, version="auto")


def inspected(client: docker.APIClient, slot: Slot) -> dict[str, Any]:
    found: dict[str, Any] = client.inspect_container(slot.reference)
    return found


def plain(found: dict[str, Any], image: dict[str, Any], slot: Slot) -> dict[str, Any]:
    """What comes from the image is left out, and what changes from one container to the next is replaced by words."""
    found["Config"]["Env"] = sorted(set(found["Config"]["Env"] or ()) - set(image["Config"]["Env"] or ()))
    found["Config"]["Cmd"][2] = "<the agent>"
    found["Config"]["Image"] = "<the image>"
    given = found["Config"]["Labels"].items() - image["Config"]["Labels"].items()
    found["Config"]["Labels"] = sorted(name for name, _ in given)
    for mount in found["HostConfig"]["Mounts"]:
        mount["Source"] = mount["Source"].replace(str(slot.directory), "<the slot>")
    return {"HostConfig": found["HostConfig"], "Config": found["Config"]}


@pytest.mark.parametrize("part", ["HostConfig", "Config"])
def test_the_engine_made_exactly_the_container_that_people_have_read(
    docker_rig: Rig, client: docker.APIClient, part: str
) -> None:
    slot = docker_rig.prepare()
    image = client.inspect_image(docker_rig.image)
    found, golden = plain(inspected(client, slot), image, slot)[part], json.loads(GOLDEN.read_text())[part]
    # Other versions of the engine have some keys more or less: that is well as long as they say nothing.
    assert {key: found.get(key) for key in golden if golden[key] or found.get(key)} == {
        key: golden[key] for key in golden if golden[key] or found.get(key)
    }
    assert {key: value for key, value in found.items() if key not in golden and value} == {}


def test_limits_reach_the_engine(docker_rig: Rig, client: docker.APIClient) -> None:
    slot = docker_rig.prepare(limits=Limits(memory_bytes=64 * MEBIBYTE, cpus=0.5, processes=20))
    host = inspected(client, slot)["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (64 * MEBIBYTE, 64 * MEBIBYTE)
    assert (host["NanoCpus"], host["PidsLimit"]) == (500_000_000, 20)


def test_more_processors_than_there_are_is_no_error(docker_rig: Rig, client: docker.APIClient) -> None:
    slot = docker_rig.prepare(limits=Limits(memory_bytes=64 * MEBIBYTE, cpus=256, processes=20))
    assert inspected(client, slot)["HostConfig"]["NanoCpus"] == client.info()["NCPU"] * 1_000_000_000


def test_the_engine_learns_no_secret(docker_rig: Rig, client: docker.APIClient) -> None:
    slot = docker_rig.started(WAITING, secrets={"TOKEN": SECRET}, environment={"PLAIN": "harmless-value"})
    text = json.dumps(inspected(client, slot))
    assert SECRET not in text
    assert "harmless-value" not in text


def test_the_entrypoint_of_an_image_does_not_stand_before_the_agent(docker_rig: Rig) -> None:
    built = docker_rig.build('FROM python:3.11-slim\nENTRYPOINT ["/bin/false"]\nCMD ["nothing"]\nUSER nobody\n')
    job = docker_rig.run("import os\nprint(os.getuid())", spec={"image": built.reference})
    docker_rig.clean()
    docker_rig.runner.remove_image(built.reference)
    assert job.output == ["10001"]


def test_a_job_out_of_memory_is_recorded_as_such(docker_rig: Rig) -> None:
    limits = Limits(memory_bytes=48 * MEBIBYTE, cpus=1, processes=32)
    job = docker_rig.run("bytearray(200 * 1024 * 1024)", spec={"limits": limits})
    assert job.exit["reason"] == "out_of_memory"


def test_a_fork_bomb_stays_within_its_bound(docker_rig: Rig) -> None:
    script = """
import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(600)
        count += 1
except OSError as error:
    print(error.strerror, count < 20)
"""
    limits = Limits(memory_bytes=128 * MEBIBYTE, cpus=1, processes=20)
    assert docker_rig.run(script, spec={"limits": limits}).output == ["Resource temporarily unavailable True"]


PROBES = {
    "its user is 10001 and it has no other groups": (
        "print(os.getuid(), os.getgid(), os.getgroups())",
        "10001 10001 []",
    ),
    "it holds no capability and can gain none": (
        "print(sorted({line.split()[1] for line in status if line.startswith(('CapInh', 'CapPrm', 'CapEff', 'CapAmb'))}))",
        "['0000000000000000']",
    ),
    "it cannot gain privileges": (
        "print([line.split()[1] for line in status if line.startswith('NoNewPrivs')])",
        "['1']",
    ),
    "system calls are filtered": (
        "print([line.split()[1] for line in status if line.startswith('Seccomp:')])",
        "['2']",
    ),
    "the system is read-only": ("print(refused(lambda: open('/usr/x', 'w')))", "OSError"),
    "the log cannot be written": ("print(refused(lambda: open('/job/log', 'a')))", "PermissionError"),
    "the log cannot be removed": ("print(refused(lambda: os.unlink('/job/log')))", "PermissionError"),
    "no exit record can be made": ("print(refused(lambda: open('/job/exit.json', 'w')))", "PermissionError"),
    "its source cannot be changed": ("print(refused(lambda: open('/job/src/main.py', 'a')))", "PermissionError"),
    "the agent cannot be killed": ("print(refused(lambda: os.kill(1, 9)))", "PermissionError"),
    "the agent cannot be looked into": ("print(refused(lambda: os.listdir('/proc/1/fd')))", "PermissionError"),
    "the agent's memory cannot be read": ("print(refused(lambda: open('/proc/1/mem', 'rb')))", "PermissionError"),
    "it cannot become root": ("print(refused(lambda: os.setuid(0)))", "PermissionError"),
    "nothing can be run from /tmp": (
        "open('/tmp/x', 'w').write('#!/bin/sh\\n'); os.chmod('/tmp/x', 0o755); print(refused(lambda: subprocess.run(['/tmp/x'])))",
        "PermissionError",
    ),
    "/tmp can be written": ("print(open('/tmp/x', 'w').write('abc'))", "3"),
    "there is no network but itself": ("print(os.listdir('/sys/class/net'))", "['lo']"),
    "there is no Docker socket": ("print(os.path.exists('/var/run/docker.sock'))", "False"),
    "the host's devices are not there": (
        "print(refused(lambda: os.mknod('/job/work/sda', 0o60600, 0x800)))",
        "PermissionError",
    ),
    "its processes see only themselves": ("print(len([name for name in os.listdir('/proc') if name.isdigit()]))", "2"),
}
PROBE_HEAD = """
import os, subprocess
status = open('/proc/self/status').read().splitlines()
def refused(deed):
    try:
        deed()
    except OSError as error:
        return type(error).__name__
    return 'allowed'
"""


def test_inside_a_container_a_script_can_do_no_more_than_it_should(docker_rig: Rig) -> None:
    job = docker_rig.run(PROBE_HEAD + "\n".join(code for code, _ in PROBES.values()))
    assert dict(zip(PROBES, job.output, strict=True)) == {name: answer for name, (_, answer) in PROBES.items()}


def test_the_bridge_is_there_for_those_who_ask(docker_rig: Rig) -> None:
    job = docker_rig.run("import os\nprint(sorted(os.listdir('/sys/class/net')))", spec={"network": Network.BRIDGE})
    assert job.output == ["['eth0', 'lo']"]


def test_what_a_job_leaves_belongs_to_whom_it_should(docker_rig: Rig) -> None:
    slot = docker_rig.prepare("open('mine', 'w')")
    docker_rig.runner.start(slot, go())
    ended(slot)
    owners = {name: (slot.directory / name).stat().st_uid for name in ("log", "exit.json", "work/mine")}
    assert owners == {"log": os.getuid(), "exit.json": os.getuid(), "work/mine": 10001}


def test_half_a_go_runs_nothing(docker_rig: Rig) -> None:
    slot = docker_rig.prepare("print('never')")
    inputs_of(docker_rig).hand_over(slot.reference, b'{"version": 1, "job": "1b2c", ')
    until(lambda: docker_rig.runner.ending(slot) is Ending.EXITED, "the agent to leave")
    assert not (slot.directory / "log").exists()
    with pytest.raises(SlotGone):
        docker_rig.runner.start(slot, go())


def test_a_container_whose_worker_is_gone_waits_no_more(docker_rig: Rig) -> None:
    slot = docker_rig.prepare("print('never')")
    inputs_of(docker_rig).close(slot.reference)
    until(lambda: docker_rig.runner.ending(slot) is Ending.EXITED, "the agent to leave")
    assert list(slot.directory.glob("exit.json*")) == []


def test_nobody_else_can_bring_the_go(docker_rig: Rig) -> None:
    slot = docker_rig.prepare("print('never')")
    with pytest.raises(SlotGone):
        docker_rig.again().start(slot, go())


def test_a_warm_container_gets_the_name_of_its_job_and_runs_it_once(docker_rig: Rig, client: docker.APIClient) -> None:
    warm = docker_rig.prepare("print('ran')", name="warm", warm=True)
    slot = docker_rig.runner.assign(warm, f"{docker_rig.mark}-job-1")
    assert client.inspect_container(warm.reference)["Name"] == f"/{docker_rig.mark}-job-1"
    docker_rig.runner.start(slot, go())
    assert ended(slot).output == ["ran"]


def test_a_warm_container_cannot_get_a_name_that_another_has(docker_rig: Rig) -> None:
    docker_rig.prepare()
    warm = docker_rig.prepare(name="warm", warm=True)
    with pytest.raises(NameTaken):
        docker_rig.runner.assign(warm, f"{docker_rig.mark}-job")


def test_a_warm_container_that_has_gone_is_not_given_away(docker_rig: Rig, client: docker.APIClient) -> None:
    warm = docker_rig.prepare(name="warm", warm=True)
    client.remove_container(warm.reference, force=True)
    with pytest.raises(SlotGone):
        docker_rig.runner.assign(warm, f"{docker_rig.mark}-job-1")
    docker_rig.runner.discard(warm)


def test_warm_containers_do_not_keep_their_image(docker_rig: Rig) -> None:
    built = docker_rig.build("FROM python:3.11-slim\n")
    waits = docker_rig.prepare(name="warm", image=built.reference, warm=True)
    docker_rig.runner.remove_image(built.reference)
    assert docker_rig.runner.ending(waits) is Ending.GONE
    assert not docker_rig.runner.has_image(built.reference)


def test_an_image_is_kept_for_a_job_that_got_a_warm_container_of_it(docker_rig: Rig) -> None:
    built = docker_rig.build("FROM python:3.11-slim\n")
    warm = docker_rig.prepare(WAITING, name="warm", image=built.reference, warm=True)
    slot = docker_rig.runner.assign(warm, f"{docker_rig.mark}-job-1")
    docker_rig.runner.start(slot, go())
    until(lambda: "ready" in log_of(slot), "the script's first line")
    with pytest.raises(ImageInUse):
        docker_rig.runner.remove_image(built.reference)
    docker_rig.runner.discard(slot)
    docker_rig.runner.remove_image(built.reference)


def test_without_a_network_a_job_still_knows_localhost(docker_rig: Rig) -> None:
    script = "import os, socket\nprint(os.listdir('/sys/class/net'), socket.gethostbyname('localhost'))"
    assert docker_rig.run(script).output == ["['lo'] 127.0.0.1"]


def inputs_of(rig: Rig) -> Inputs:
    """What the worker's process holds open, to end it as the process's death would."""
    assert isinstance(rig.runner, DockerRunner)
    return rig.runner._inputs


def test_a_container_that_cannot_start_is_told_and_removed(docker_rig: Rig, client: docker.APIClient) -> None:
    dockerfile = b"FROM python:3.11-slim\nRUN rm -f /usr/local/bin/python3 /usr/bin/python3\n"
    messages = client.build(fileobj=io.BytesIO(dockerfile), decode=True, rm=True, use_config_proxy=False)
    image = next(message["aux"]["ID"] for message in messages if "aux" in message)
    with pytest.raises(Refused, match=r"^The container could not be started: .*python3"):
        docker_rig.prepare(image=image)
    assert docker_rig.runner.alive(docker_rig.labels) == []
    docker_rig.runner.remove_image(image)


def test_a_container_of_somebody_else_from_our_image_is_no_slot(docker_rig: Rig, client: docker.APIClient) -> None:
    built = docker_rig.build("FROM python:3.11-slim\n")
    made = client.create_container(built.reference, ["sleep", "600"])
    try:
        assert docker_rig.runner.alive(docker_rig.labels) == []
    finally:
        client.remove_container(made["Id"], force=True)
        docker_rig.runner.remove_image(built.reference)


def test_a_container_killed_from_outside_counts_as_killed(docker_rig: Rig, client: docker.APIClient) -> None:
    slot = docker_rig.started(WAITING)
    client.kill(slot.reference)
    until(lambda: docker_rig.runner.ending(slot) is Ending.KILLED, "the end")


def test_a_container_removed_from_outside_is_gone(docker_rig: Rig, client: docker.APIClient) -> None:
    slot = docker_rig.started(WAITING)
    client.remove_container(slot.reference, force=True)
    assert docker_rig.runner.ending(slot) is Ending.GONE
    docker_rig.runner.stop(slot)
    docker_rig.runner.kill(slot)


def test_what_is_mounted_in_a_slot_meanwhile_does_not_get_into_its_container(
    docker_rig: Rig, client: docker.APIClient
) -> None:
    slot = docker_rig.prepare()
    assert {mount["Propagation"] for mount in inspected(client, slot)["Mounts"]} == {"rprivate"}


def test_the_data_directory_may_be_a_volume_of_the_engine(docker_rig: Rig, client: docker.APIClient) -> None:
    # The engine has demands of its own on what lies within its directory.
    volume = client.create_volume(docker_rig.mark)
    try:
        docker_rig.directory = Path(volume["Mountpoint"])
        docker_rig.runner = DockerRunner(docker_rig.directory, host=docker_rig.runner.host)
        assert docker_rig.run("print('here')").output == ["here"]
    finally:
        docker_rig.clean()
        client.remove_volume(docker_rig.mark, force=True)
