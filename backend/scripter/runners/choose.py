"""Picks the runner that the settings ask for, and says what people must know about it; called where workers start."""

from __future__ import annotations

import getpass
from pathlib import Path

from scripter.config import Builds, Settings
from scripter.runners.docker import DockerRunner
from scripter.runners.local import LocalRunner
from scripter.runners.protocol import Runner
from scripter.runners.way_out import WayOut, authority_in

_DOCKER_WAS_HERE = "docker-was-here"


def choose(settings: Settings, data: Path) -> Runner:
    """The runner for `runner.kind`; `auto` takes Docker if an engine answers now, or did at any start before.

    With Docker the engine may be down: the runner says so when it is used, and works once the engine is back. So after
    a restart of the machine it does not matter who starts first, and no job meets a runner that isolates nothing by
    accident.

    Raises:
        BadInput: at `builds.ca_file`.
    """
    engine, way_out = settings.docker, way_out_of(settings.builds)
    docker = DockerRunner(
        data,
        host=engine.host,
        host_directory=engine.host_directory,
        egress_dns=engine.egress_resolvers,
        way_out=way_out,
    )
    kind = settings.runner.kind
    if kind == "docker" or (kind == "auto" and (docker_was_here(data) or docker.answers())):
        _remember_docker(data)
        return docker
    return LocalRunner(data, way_out)


def way_out_of(builds: Builds) -> WayOut:
    """How builds reach package indexes.

    Raises:
        BadInput: at `builds.ca_file`.
    """
    return WayOut(builds.proxy, builds.no_proxy, authority_in(builds.ca_file) if builds.ca_file else "")


def docker_was_here(data: Path) -> bool:
    return (data / "run" / _DOCKER_WAS_HERE).exists()


def _remember_docker(data: Path) -> None:
    (data / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / "run" / _DOCKER_WAS_HERE).touch()


def notice(runner: Runner) -> str:
    """What the console and the web pages say about this runner; empty if there is nothing to warn of."""
    if runner.isolates:
        return ""
    return (
        "Without Docker: jobs run as ordinary processes of this machine, as the user"
        f" \N{LEFT DOUBLE QUOTATION MARK}{getpass.getuser()}\N{RIGHT DOUBLE QUOTATION MARK}, and nothing isolates them."
        " A script can read and change whatever this user can. Good for trying Scripter out;"
        " start a Docker engine for anything else."
    )
