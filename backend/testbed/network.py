"""The bridge that the testbed's containers hang on: its name, a subnet that nobody else uses, its MTU; for engine."""

from __future__ import annotations

import ipaddress
import json
import zlib
from pathlib import Path

from testbed import daemon
from testbed.errors import ServiceError
from testbed.state import State

Network = ipaddress.IPv4Network


class Bridge:
    """The network of one testbed; two testbeds on a machine have different ones."""

    def __init__(self, state: State) -> None:
        self._state = state
        # An interface's name has at most 15 letters.
        self.name = f"scripter{zlib.crc32(bytes(state.directory)):08x}"[:15]

    @property
    def pool(self) -> Network:
        """The upper half of the subnet, for the networks that tests create."""
        return list(self._subnet().subnets())[1]

    def ensure(self) -> None:
        """Create the bridge unless it is there; it does not survive a restart of the machine."""
        if Path(f"/sys/class/net/{self.name}").exists():
            return
        gateway = self._subnet_for_start().network_address + 1
        daemon.run(["ip", "link", "add", "name", self.name, "type", "bridge"])
        daemon.run(["ip", "address", "add", f"{gateway}/24", "dev", self.name])
        daemon.run(["ip", "link", "set", self.name, "up"])

    def remove(self) -> None:
        """Take the bridge away."""
        if Path(f"/sys/class/net/{self.name}").exists():
            daemon.run(["ip", "link", "delete", self.name])

    def mtu(self) -> int:
        """The largest packet of the way out, in bytes, which containers must keep to: tunnels take less than 1500."""
        routes = json.loads(daemon.run(["ip", "-json", "-4", "route", "show", "default"]))
        if not routes:
            return 1500
        return int(Path(f"/sys/class/net/{routes[0]['dev']}/mtu").read_text())

    def _subnet(self) -> Network:
        known = self._state.recall("docker.subnet")
        if known is None:
            known = self._state.remember("docker.subnet", str(free_subnet(_routed())))
        return Network(known)

    def _subnet_for_start(self) -> Network:
        """The subnet; another one if a stranger, such as another testbed, took it while the bridge was away."""
        known, routed = self._subnet(), _routed()
        if not any(known.overlaps(network) for network in routed):
            return known
        return Network(self._state.remember("docker.subnet", str(free_subnet(routed))))


def free_subnet(routed: list[Network]) -> Network:
    """The first of some private /16 networks that no route leads to."""
    for number in range(201, 250):
        candidate = Network(f"10.{number}.0.0/16")
        if not any(candidate.overlaps(network) for network in routed):
            return candidate
    raise ServiceError("All private networks from 10.201.0.0/16 to 10.249.0.0/16 are in use on this machine.")


def _routed() -> list[Network]:
    routes = json.loads(daemon.run(["ip", "-json", "-4", "route", "show", "table", "all"]))
    return [Network(route["dst"], strict=False) for route in routes if route["dst"] != "default"]
