"""Where the engine's host sees a path of ours: it differs when this process itself runs in a container."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

from docker.errors import NotFound

from scripter.runners.docker_engine import Engine
from scripter.runners.protocol import Refused

# The engine mounts /etc/hostname and its neighbours from a directory named after the container.
_OWN_MOUNT = re.compile(r"/containers/([0-9a-f]{64})/")
_OWN_CGROUP = re.compile(r"\b([0-9a-f]{64})(?:\.scope)?$", re.MULTILINE)
_DEFAULT_HOSTNAME = re.compile(r"[0-9a-f]{12}")

Mounts = list[tuple[PurePosixPath, str]]


class HostPaths:
    """Translates paths below the data directory. `override` is that directory as the host sees it, or empty."""

    def __init__(
        self, engine: Engine, data: Path, override: str = "", own_ids: Callable[[], Iterable[str]] | None = None
    ) -> None:
        self._engine, self._data, self._override = engine, data, override
        self._own_ids = own_ids or own_container_ids
        self._lock = threading.Lock()
        self._mounts: Mounts | None = None
        self._asked = False

    def of(self, path: Path) -> str:
        """The path as a bind mount's source.

        Raises:
            Refused: the path is not on any mount of our own container, so that the host cannot see it.
        """
        if self._override:
            return translate(path, [(PurePosixPath(self._data), self._override)]) or str(path)
        mounts = self._own_mounts()
        if mounts is None:
            return str(path)
        found = translate(path, mounts)
        if found is None:
            raise Refused(
                f"The directory {path} is not on a mount of Scripter's own container, so that Docker cannot give it to"
                " jobs. Mount the data directory, or set docker.host_directory."
            )
        return found

    def _own_mounts(self) -> Mounts | None:
        """The mounts of the container that we run in; None if it is none of this engine's."""
        with self._lock:
            if not self._asked:
                self._mounts = next(filter(None, map(self._mounts_of, self._own_ids())), None)
                self._asked = True
            return self._mounts

    def _mounts_of(self, container: str) -> Mounts | None:
        with self._engine.talking():
            try:
                found = self._engine.client.inspect_container(container)
            except NotFound:
                return None
            return [(PurePosixPath(one["Destination"]), str(one["Source"])) for one in found["Mounts"]]


def translate(path: Path, mounts: Mounts) -> str | None:
    """The path's place in the source of the innermost mount that holds it; Windows sources keep their backslashes."""
    inner = PurePosixPath(path)
    holding = [(target, source) for target, source in mounts if inner.is_relative_to(target)]
    if not holding:
        return None
    target, source = max(holding, key=lambda mount: len(mount[0].parts))
    below = inner.relative_to(target)
    return str(PureWindowsPath(source, below) if "\\" in source else PurePosixPath(source, below))


def own_container_ids() -> list[str]:
    """What may be the id of the container that this process runs in; empty on a plain host."""
    return [
        *dict.fromkeys(_OWN_MOUNT.findall(_read("/proc/self/mountinfo"))),
        *dict.fromkeys(_OWN_CGROUP.findall(_read("/proc/self/cgroup"))),
        *_hostname(),
    ]


def _hostname() -> list[str]:
    """Only where the engine left its mark, and only if it looks like an id: containers are found by name as well."""
    name = socket.gethostname()
    return [name] if Path("/.dockerenv").exists() and _DEFAULT_HOSTNAME.fullmatch(name) else []


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
