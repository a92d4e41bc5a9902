"""A company's proxy as builds meet it: it wants a password, opens every TLS connection with an authority of its own, and
counts. Nothing goes on from here: it plays the package index itself, whatever that is called, with one package."""

from __future__ import annotations

import base64
import io
import re
import socket
import ssl
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from authority import Authority

PACKAGE = "through_the_proxy"
PASSWORD = "hunter2-of-the-proxy"
_EXPECTED = base64.b64encode(f"builder:{PASSWORD}".encode()).decode()
_WHEEL = f"{PACKAGE}-1.0-py3-none-any.whl"


@dataclass
class CompanyProxy:
    """`tunnels` are the hosts that were asked for with the right password; `refused` counts the others."""

    authority: Authority
    address: str
    port: int
    tunnels: list[str] = field(default_factory=list)
    refused: int = 0

    @property
    def url(self) -> str:
        return f"http://builder:{PASSWORD}@{self.address}:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            method, target, headers = _head(lines)
            if headers.get("proxy-authorization") != f"Basic {_EXPECTED}":
                self.refused += 1
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            host = re.sub(r"^https?://|[:/].*", "", target)
            self.tunnels.append(host)
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._open(connection, host)
            else:
                connection.sendall(_answer(target))

    def _open(self, connection: socket.socket, host: str) -> None:
        pair = self.authority.sign(f"host-{host}", addresses=f"DNS:{host}")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pair.certificate, pair.key)
        # Who does not believe the certificate breaks off.
        with (
            suppress(OSError),
            context.wrap_socket(connection, server_side=True) as inner,
            inner.makefile("rb") as lines,
        ):
            while True:
                _, target, _ = _head(lines)
                inner.sendall(_answer(target))


def _head(lines: IO[bytes]) -> tuple[str, str, dict[str, str]]:
    first = lines.readline().decode()
    if not first.strip():
        raise ConnectionResetError
    headers = {}
    while line := lines.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    method, target, _ = first.split()
    return method, target, headers


def _answer(target: str) -> bytes:
    if target.endswith(_WHEEL):
        return _page(_wheel(), "application/zip")
    if target.rstrip("/").endswith(PACKAGE.replace("_", "-")):
        return _page(f'<!doctype html><html><body><a href="{_WHEEL}">{_WHEEL}</a></body></html>'.encode(), "text/html")
    return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _page(body: bytes, kind: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _wheel() -> bytes:
    file, info = io.BytesIO(), f"{PACKAGE}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{PACKAGE}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{PACKAGE}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return file.getvalue()


@contextmanager
def company_proxy(authority: Authority, address: str = "127.0.0.1") -> Iterator[CompanyProxy]:
    """The proxy, listening on this address of this machine until the end of the block."""
    listening = socket.create_server((address, 0))
    proxy = CompanyProxy(authority, address, listening.getsockname()[1])

    def accept() -> None:
        with suppress(OSError):  # closed at the end
            while True:
                threading.Thread(target=serve, args=[listening.accept()[0]], daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            proxy.serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
