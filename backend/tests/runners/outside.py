"""A stand-in for the world around this machine: a network namespace that has the addresses which jobs may, and may not,
reach. No packet that a test sends to them leaves the machine."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripter.runners import egress_rules
from scripter.runners.docker_egress import PROBED

# From networks that exist in documents only.
PUBLIC = "198.51.100.7"
RESOLVER = "198.51.100.53"
# As a company has one; only names may be asked for there.
INNER_RESOLVER = "10.99.0.5"
_HERE = "198.51.100.1"
FORBIDDEN = (*PROBED, INNER_RESOLVER, "172.31.255.254", "192.168.77.1", "100.127.0.9", "198.18.0.3")
PORT = 7777
# What the resolver answers; the second is how a name of the internet can lead inside.
NAMES = {"public.test": PUBLIC, "rebinding.test": "169.254.169.254"}
_SPACE, _LINK, _THERE = "scripter-outside", "scr-outside", "scr-world"

_SERVERS = f"""
import socket, socketserver, threading
class Hello(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello")
class Resolver(socketserver.BaseRequestHandler):
    names = {NAMES!r}
    def handle(self):
        question, reply = self.request
        end = question.index(0, 12)
        labels, at = [], 12
        while at < end:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        address = self.names.get(".".join(labels).lower()) if question[end + 1 : end + 3] == bytes([0, 1]) else None
        head = question[:2] + bytes([0x81, 0x80, 0, 1, 0, 1 if address else 0, 0, 0, 0, 0])
        answer = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]) + socket.inet_aton(address) if address else b""
        reply.sendto(head + question[12 : end + 5] + answer, self.client_address)
for address in ({RESOLVER!r}, {INNER_RESOLVER!r}):
    resolver = socketserver.ThreadingUDPServer((address, 53), Resolver)
    threading.Thread(target=resolver.serve_forever, daemon=True).start()
socketserver.ThreadingTCPServer.allow_reuse_address = True
hello = socketserver.ThreadingTCPServer(("0.0.0.0", {PORT}), Hello)
print("ready", flush=True)
hello.serve_forever()
"""


@contextmanager
def outside() -> Iterator[None]:
    """The addresses are there, each with a listener on PORT. One test run at a time: addresses are the machine's."""
    with (Path(tempfile.gettempdir()) / "scripter-outside.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _take_down()
        try:
            _put_up()
            with _serving():
                yield
        finally:
            _take_down()


def without_rules() -> None:
    """Take the rules of the egress network away, as somebody would who resets the firewall."""
    rules = [rule.split() for rule in _run("iptables", "-w", "-S").splitlines()]
    for _, chain, *rest in [
        rule for rule in rules if rule[1] in ("INPUT", "DOCKER-USER") and egress_rules.BRIDGE in rule
    ]:
        _run("iptables", "-w", "-D", chain, *rest)
    if ["-N", egress_rules.CHAIN] in rules:
        _run("iptables", "-w", "-F", egress_rules.CHAIN)
        _run("iptables", "-w", "-X", egress_rules.CHAIN)


def _put_up() -> None:
    _run("ip", "netns", "add", _SPACE)
    _run("ip", "link", "add", _LINK, "type", "veth", "peer", "name", _THERE, "netns", _SPACE)
    _run("ip", "address", "add", f"{_HERE}/24", "dev", _LINK)
    _run("ip", "link", "set", _LINK, "up")
    _run("ip", "-n", _SPACE, "link", "set", "lo", "up")
    _run("ip", "-n", _SPACE, "link", "set", _THERE, "up")
    for address in (PUBLIC, RESOLVER):
        _run("ip", "-n", _SPACE, "address", "add", f"{address}/24", "dev", _THERE)
    for address in FORBIDDEN:
        _run("ip", "-n", _SPACE, "address", "add", f"{address}/32", "dev", "lo")
        _run("ip", "route", "add", f"{address}/32", "via", PUBLIC)


def _take_down() -> None:
    """The routes and the link go with the namespace."""
    for command in (["ip", "link", "delete", _LINK], ["ip", "netns", "delete", _SPACE]):
        subprocess.run(command, capture_output=True, check=False)


@contextmanager
def _serving() -> Iterator[None]:
    command = ["ip", "netns", "exec", _SPACE, sys.executable, "-c", _SERVERS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as servers:
        try:
            assert servers.stdout is not None
            assert servers.stdout.readline() == "ready\n"
            yield
        finally:
            servers.terminate()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout
