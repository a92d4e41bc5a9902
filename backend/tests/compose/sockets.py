"""Who listens on this machine: read from the kernel's tables."""

from __future__ import annotations

from pathlib import Path

_LISTENS = "0A"
_ENGINES = {"dockerd", "docker-proxy"}


def listening() -> dict[str, str]:
    """The sockets that listen: their inodes, and their addresses as the kernel writes them."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS:
                found[fields[9]] = fields[1]
    return found


def local(port: int) -> str:
    """127.0.0.1 and the port, as the kernel writes them."""
    return f"0100007F:{port:04X}"


def held_by_engines_or(pids: list[int]) -> set[str]:
    """The inodes of the sockets of these processes, and of the engines', which publish ports for containers."""
    engines = [path for path in Path("/proc").glob("[0-9]*") if _name(path) in _ENGINES]
    return {inode for path in (*engines, *(Path(f"/proc/{pid}") for pid in pids)) for inode in _sockets(path)}


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


def _sockets(process: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (process / "fd").iterdir():
            found.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    except OSError:
        pass  # it has ended meanwhile
    return found
