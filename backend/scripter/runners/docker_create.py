"""Every parameter of a job's container in one place: what the engine is told, and nothing that it may decide itself.

A test compares what the engine makes of them, key by key, with a file that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from docker import APIClient
from docker.types import ContainerConfig, Healthcheck, HostConfig, LogConfig, Mount, Ulimit

from scripter.runners import docker_agent
from scripter.runners.places import SCRIPT_USER
from scripter.runners.protocol import Limits, Network, SlotSpec

# Where the slot's directory was, for the worker that adopts the container; also the mark of a slot among containers
# that merely come from one of our images and so inherit its labels.
DIRECTORY_LABEL = "scripter.directory"
# What a container was called when it was made without a job. While it is still called so, no job has it.
WARM_LABEL = "scripter.warm"
# The mark of the containers that try out the egress network.
TRIAL_LABEL = "scripter.trial"
INSIDE = "/job"
# The container's /etc/hosts where it has no network.
HOSTS = "hosts"

# What the engine calls the networks that jobs can ask for.
EGRESS_NETWORK = "scripter-egress"
_NETWORKS = {Network.NONE: "none", Network.BRIDGE: "bridge", Network.EGRESS: EGRESS_NETWORK}

_TMP = "rw,noexec,nosuid,nodev,size=64m,mode=1777"
_OPEN_FILES = 1024
# The agent's three powers: to become the script's user, and to signal it. The script has none.
_AGENT_POWERS = ["KILL", "SETGID", "SETUID"]
# What a probe may print at most.
_ANSWER, _INVENTORY = "64k", "1m"
_PROBE_LIMITS = Limits(memory_bytes=256 * 1024 * 1024, cpus=1.0, processes=64)


def job_container(
    client: APIClient, spec: SlotSpec, source: str, processors: int, egress_dns: Sequence[str] = ()
) -> ContainerConfig:
    """The container of one slot; `source` is its directory, with the agent in it, as the engine's host sees it.

    `egress_dns` are the resolvers for the network mode egress; the other modes keep the engine's own.

    Standard input stays open for exactly one attached client: the worker that makes it, which attaches before
    the start. So the agent reads the end of its input when that worker dies, before it has brought the go or half way.
    """
    return client.create_container_config(
        image=spec.image,
        command=["python3", "-c", docker_agent.BOOT],
        # Not the image's: nothing may stand between the engine's signals and the agent.
        entrypoint=[],
        hostname="job",
        user="0:0",
        working_dir=INSIDE,
        stdin_open=True,
        stop_signal="SIGTERM",
        healthcheck=Healthcheck(test=["NONE"]),
        labels=_labels(spec),
        # A namespace of its own with nothing but a loopback, as with the network `none` alone; but the engine then
        # leaves its network machinery out, which costs half of a container's start. With it goes its /etc/hosts.
        network_disabled=spec.network is Network.NONE,
        host_config=_hardened(
            client,
            spec.limits,
            processors,
            network=spec.network,
            powers=_AGENT_POWERS,
            mounts=_mounts(spec, source),
            # The agent writes the log file itself; the engine's own log would be a second, slower copy.
            log=LogConfig(type="none"),
            dns=egress_dns if spec.network is Network.EGRESS else (),
        ),
    )


def _labels(spec: SlotSpec) -> dict[str, str]:
    warm = {WARM_LABEL: spec.name} if spec.warm else {}
    return {**spec.labels, **warm, DIRECTORY_LABEL: str(spec.directory)}


def _mounts(spec: SlotSpec, source: str) -> list[Mount]:
    # The propagation is left to the engine. It takes rprivate, but for directories within its own (the data may lie in
    # one of its volumes), for which it refuses that and takes rslave: what is mounted inside is never seen outside.
    job = Mount(INSIDE, source, type="bind")
    if spec.network is not Network.NONE:
        return [job]
    return [job, Mount("/etc/hosts", f"{source}/{HOSTS}", type="bind", read_only=True)]


def probe_container(client: APIClient, image: str, code: str) -> ContainerConfig:
    """A container that runs a line of Python, as a script's user, to see whether the image can."""
    return _probe(client, image, [code], Network.NONE, {})


def inventory(client: APIClient, image: str, code: str) -> ContainerConfig:
    """A container that tells what is installed in the image, as a script's user; its list is longer than one line."""
    return _probe(client, image, [code], Network.NONE, {}, log_size=_INVENTORY)


def egress_probe(client: APIClient, image: str, code: Sequence[str]) -> ContainerConfig:
    """A container on the egress network that runs `code` (and its arguments), to see what can be reached from there."""
    return _probe(client, image, code, Network.EGRESS, {TRIAL_LABEL: ""})


def mount_trial(client: APIClient, image: str, code: str, source: str) -> ContainerConfig:
    """A container with the directory `source` of the engine's host where a job has its own, run by the agent's user."""
    mounts = [Mount(INSIDE, source, type="bind")]
    return _probe(client, image, [code], Network.NONE, {TRIAL_LABEL: ""}, user="0:0", mounts=mounts)


def build_trial(client: APIClient, image: str, code: str, environment: Mapping[str, str]) -> ContainerConfig:
    """A container on the network that the steps of a build have."""
    return _probe(client, image, [code], Network.BRIDGE, {TRIAL_LABEL: ""}, environment=environment)


def _probe(
    client: APIClient,
    image: str,
    code: Sequence[str],
    network: Network,
    labels: Mapping[str, str],
    *,
    user: str = f"{SCRIPT_USER[0]}:{SCRIPT_USER[1]}",
    mounts: Sequence[Mount] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
    log_size: str = _ANSWER,
) -> ContainerConfig:
    return client.create_container_config(
        image=image,
        command=["python3", "-c", *code],
        entrypoint=[],
        user=user,
        environment=dict(environment),
        working_dir="/",
        labels=dict(labels),
        healthcheck=Healthcheck(test=["NONE"]),
        host_config=_hardened(
            client,
            _PROBE_LIMITS,
            processors=1,
            network=network,
            powers=[],
            mounts=list(mounts),
            log=LogConfig(type="json-file", config={"max-size": log_size}),
        ),
    )


def _hardened(
    client: APIClient,
    limits: Limits,
    processors: int,
    *,
    network: Network,
    powers: list[str],
    mounts: list[Mount],
    log: LogConfig,
    dns: Sequence[str] = (),
) -> HostConfig:
    # No bound on the size of files (fsize): it would also bind the log, which the agent caps by itself.
    return client.create_host_config(
        network_mode=_NETWORKS[network],
        dns=list(dns) or None,
        mounts=mounts,
        log_config=log,
        cap_drop=["ALL"],
        cap_add=powers,
        security_opt=["no-new-privileges:true"],
        read_only=True,
        tmpfs={"/tmp": _TMP},  # noqa: S108 - the container's own
        shm_size="64m",
        # Memory and swap together, so that swap is no way around the limit.
        mem_limit=limits.memory_bytes,
        memswap_limit=limits.memory_bytes,
        pids_limit=limits.processes,
        # The engine refuses more processors than it has.
        nano_cpus=int(min(limits.cpus, processors) * 1_000_000_000),
        oom_score_adj=500,
        ulimits=[Ulimit(name="nofile", soft=_OPEN_FILES, hard=_OPEN_FILES), Ulimit(name="core", soft=0, hard=0)],
        ipc_mode="private",
        cgroupns="private",
        init=False,
        restart_policy={"Name": "no"},
    )
