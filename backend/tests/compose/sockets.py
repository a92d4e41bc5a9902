"""Who listens on this machine: read from the kernel's tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_LISTENS = "0A"


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


def held_by(pids: Iterable[int]) -> set[str]:
    """The inodes of the sockets of these processes."""
    return {inode for pid in pids for inode in _sockets(Path(f"/proc/{pid}"))}


def publishers(engine: str, addresses: Iterable[str]) -> list[int]:
    """The processes that publish ports for the containers with these addresses: the engine, and its proxies."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        words = _command(process)
        own_proxy = any(f"-container-ip {address} " in words for address in addresses)
        if (words.partition(" ")[0].endswith("dockerd") and engine in words) or own_proxy:
            found.append(int(process.name))
    return found


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""  # it has ended meanwhile


def _sockets(process: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (process / "fd").iterdir():
            found.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    except OSError:
        pass  # it has ended meanwhile
    return found
