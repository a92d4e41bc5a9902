"""A real nginx as a person sets one up before Scripter: with the very block that the documents show."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authority import Pair

from testbed import processes

DOCUMENT = Path(__file__).parents[2] / "docs" / "deployment-proxies.md"
_START_S = 20


def documented() -> str:
    """The nginx block of the document."""
    [block] = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def server(port: int, upstream: str, pair: Pair) -> str:
    """The documented block, on this port, before `upstream` ("http://host:port", with a slash to take the path off)."""
    block = documented().replace("listen 443", f"listen 127.0.0.1:{port}")
    block = block.replace("proxy_pass http://127.0.0.1:8200;", f"proxy_pass {upstream};")
    block = block.replace("/etc/ssl/scripts.crt", str(pair.certificate))
    return block.replace("/etc/ssl/scripts.key", str(pair.key))


@contextmanager
def nginx(directory: Path, servers: list[str], ports: list[int]) -> Iterator[None]:
    """nginx with these server blocks, in a process of its own, until the end of the block."""
    directory.mkdir(parents=True, exist_ok=True)
    temporary = "".join(
        f"{kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = directory / "nginx.conf"
    file.write_text(
        f"daemon off; worker_processes 1; user root; pid {directory}/pid; error_log {directory}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{''.join(servers)}}}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(file), "-e", f"{directory}/error.log"])
    try:
        assert processes.wait_until(lambda: all(_listens(port) for port in ports), _START_S), "nginx did not start"
        yield
    finally:
        process.terminate()
        process.wait(timeout=_START_S)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
