"""What an engine says of itself, as plain values: which it is, how old, how it isolates. Used by the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scripter.lib import clock
from scripter.runners.docker_engine import Engine

_PATIENCE_S = 8
# What a job's limits need of the kernel, by the engine's name for it.
_LIMITS = {"MemoryLimit": "memory", "SwapLimit": "swap", "CpuCfsQuota": "processors", "PidsLimit": "processes"}


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """`versions` by component in lower case: engine, containerd, runc, crun. `clock_ahead` is against ours."""

    host: str
    podman: bool
    rootless: bool
    versions: Mapping[str, str]
    machine: str
    storage: str
    root_directory: str
    live_restore: bool
    cgroup_version: str
    cgroup_driver: str
    missing_limits: tuple[str, ...]
    security: frozenset[str]
    clock_ahead: timedelta | None


def facts(engine: Engine) -> EngineFacts:
    """Ask the engine.

    Raises: RunnerUnavailable, Refused.
    """
    # With little patience: an engine that hangs must not keep all that is asked of it waiting.
    with engine.talking(), closing(engine.connect(_PATIENCE_S)) as client:
        began = clock.now()
        told: Mapping[str, Any] = client.info()
        asked = began + (clock.now() - began) / 2
        version: Mapping[str, Any] = client.version()
    security = frozenset(_security(told.get("SecurityOptions") or []))
    return EngineFacts(
        host=engine.host,
        podman=any("podman" in str(one.get("Name", "")).lower() for one in version.get("Components") or []),
        rootless="rootless" in security or bool(told.get("Rootless")),
        versions=dict(_versions(version)),
        machine=f"{told.get('OperatingSystem', '?')}, Linux {told.get('KernelVersion', '?')}",
        storage=str(told.get("Driver", "?")),
        root_directory=str(told.get("DockerRootDir", "")),
        live_restore=bool(told.get("LiveRestoreEnabled")),
        cgroup_version=str(told.get("CgroupVersion", "1")),
        cgroup_driver=str(told.get("CgroupDriver", "?")),
        missing_limits=tuple(words for name, words in _LIMITS.items() if not told.get(name)),
        security=security,
        clock_ahead=_ahead(told.get("SystemTime"), asked),
    )


def _security(options: list[str]) -> list[str]:
    """The names among `name=seccomp,profile=default`."""
    return [part.removeprefix("name=") for one in options for part in one.split(",") if part.startswith("name=")]


def _versions(version: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Podman calls its engine and its runtime by longer names: `Podman Engine`, `OCI Runtime (crun)`."""
    found = []
    for one in version.get("Components") or []:
        name, number = str(one.get("Name", "")).lower(), str(one.get("Version", ""))
        if "runtime" in name:
            name = name.rpartition("(")[2].rstrip(")")
            number = number.split("version")[-1].strip()
        found.append(("engine" if name in ("engine", "podman engine") else name, number.split("\n")[0]))
    return found or [("engine", str(version.get("Version", "")))]


def _ahead(told: object, asked: datetime) -> timedelta | None:
    """The engine gives nanoseconds, of which Python reads no more than six digits."""
    if not isinstance(told, str) or not told:
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment - asked if moment.tzinfo else None
