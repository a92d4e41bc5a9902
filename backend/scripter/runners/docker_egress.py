"""The network mode egress: the internet, and neither this machine nor its neighbours nor other jobs. Used by docker.

The network is made on demand. No job comes onto it before a container has found the forbidden addresses refused: rules
that are not there, or that another firewall makes void, mean no job and never an open network."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from docker.errors import APIError, ImageNotFound, NotFound
from docker.types import ContainerConfig

from scripter.runners import docker_create, egress_rules, places
from scripter.runners.docker_ask import throwaway, told
from scripter.runners.docker_create import EGRESS_NETWORK
from scripter.runners.docker_engine import Engine
from scripter.runners.protocol import ImageGone, Refused

_PROBE = places.AGENT.with_name("egress_probe.py")
# One address of each kind that matters: the cloud's metadata, private networks, the carrier's. Nobody need be there.
PROBED = ("169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1")
_OPTIONS = {
    "com.docker.network.bridge.name": egress_rules.BRIDGE,
    "com.docker.network.bridge.enable_icc": "false",
}
_MTU = "com.docker.network.driver.mtu"
_PATIENCE_S = 120
# Where the rules cannot be read they are tried again after this long; elsewhere whenever they have changed.
_TRUSTED_S = 60.0
# Longer than any trial: what has ended before that was left by a worker that died in the middle of one.
_LEFT_OVER = "10m"
_REMEDY = (
    "Run `scripter egress` as root on the Docker engine's machine, after each of its starts (with compose: `docker"
    " compose exec -T worker scripter egress --print | sudo sh`); or give the script the network mode none or bridge."
)


class Egress:
    """The egress network of one engine, as this worker knows it. One thread at a time makes and tries it."""

    def __init__(self, engine: Engine, dns: Sequence[str]) -> None:
        self._engine = engine
        self._dns = dns
        self._lock = threading.Lock()
        self._proven: tuple[str, float] | None = None

    def ensure(self, image: str) -> None:
        """Return once a job may come onto the network; `image` is where the trial runs, for its python3.

        Who writes images could fake a trial. They are trusted with more: their build steps reach the network anyhow.

        Raises: Refused, with what is missing.
        """
        with self._lock:
            network = self._network()
            ours = self._engine.host.startswith("unix://") and egress_rules.can_set()
            if self._holds(network, readable=ours):
                return
            self._proven = None
            if ours:
                egress_rules.put(self._dns)
            state = _state(network, readable=ours)
            self._try_out(image)
            self._proven = (state, time.monotonic())

    def trial(self, image: str) -> bool:
        """Try the network out as it is, and set nothing right. False: no job has wanted it yet, and it is not there.

        Raises: Refused, with what is missing.
        """
        with suppress(NotFound):
            _checked(self._engine.client.inspect_network(EGRESS_NETWORK))
            self._try_out(image)
            return True
        return False

    def _holds(self, network: str, *, readable: bool) -> bool:
        """Whether everything is as it was when it was last tried."""
        if self._proven is None or self._proven[0] != _state(network, readable=readable):
            return False
        return readable or time.monotonic() - self._proven[1] < _TRUSTED_S

    def _network(self) -> str:
        """The id of the network, made if it is not there. Of two that make it, the engine refuses one the bridge."""
        client = self._engine.client
        with suppress(NotFound):
            return _checked(client.inspect_network(EGRESS_NETWORK))
        try:
            client.create_network(
                EGRESS_NETWORK, driver="bridge", options=self._options(), check_duplicate=True, enable_ipv6=False
            )
        except APIError as error:
            with suppress(NotFound):
                return _checked(client.inspect_network(EGRESS_NETWORK))
            raise Refused(f"The network {EGRESS_NETWORK} could not be made: {error.explanation}") from error
        return _checked(client.inspect_network(EGRESS_NETWORK))

    def _options(self) -> dict[str, str]:
        """With the packet size of the default bridge, which the engine does not give to other networks by itself."""
        with suppress(NotFound):
            given = self._engine.client.inspect_network("bridge")["Options"]
            return {**_OPTIONS, **{key: value for key, value in given.items() if key == _MTU}}
        return _OPTIONS

    def _try_out(self, image: str) -> None:
        """Raises: Refused, naming every address that was not refused by this machine itself."""
        self._sweep()
        client = self._engine.client
        try:
            with throwaway(self._engine, self._probe(image, f"import time; time.sleep({_PATIENCE_S})")) as peer:
                client.start(peer)
                [joined] = client.inspect_container(peer)["NetworkSettings"]["Networks"].values()
                gateway, neighbour = joined["Gateway"], joined["IPAddress"]
                found = self._found(image, [*PROBED, gateway, neighbour])
        except ImageNotFound as error:
            raise ImageGone from error
        refused = f"3.13 from {gateway}"
        names = {gateway: "the Docker engine's machine", neighbour: "another job"}
        open_ones = [names.get(one, one) for one, said in found["answers"].items() if said != refused]
        open_ones += [f"IPv6 on {interface}" for interface in found["ipv6"]]
        if open_ones:
            raise Refused(
                "The network mode egress is not safe on this worker, so that no job may use it. Not refused by the"
                f" firewall: {', '.join(open_ones)}. {_REMEDY}"
            )

    def _sweep(self) -> None:
        """Remove what trials left. The engine does one such removal at a time: while it is at one, ours can wait."""
        left = {"label": docker_create.TRIAL_LABEL, "until": _LEFT_OVER}
        try:
            self._engine.client.prune_containers(filters=left)  # type: ignore[no-untyped-call]
        except APIError as error:
            if error.status_code != HTTPStatus.CONFLICT:
                raise

    def _found(self, image: str, addresses: list[str]) -> Mapping[str, Any]:
        """What the probe says of these addresses."""
        code = _PROBE.read_text(encoding="utf-8")
        try:
            return told(self._engine, self._probe(image, code, *addresses), _PATIENCE_S)
        except Refused as error:
            raise Refused(f"The trial of the network mode egress failed: {error.message}") from error

    def _probe(self, image: str, code: str, *arguments: str) -> ContainerConfig:
        return docker_create.egress_probe(self._engine.client, image, [code, *arguments])


def _state(network: str, *, readable: bool) -> str:
    return f"{network}\n{egress_rules.seen()}" if readable else network


def _checked(network: dict[str, Any]) -> str:
    """Its id. Raises: Refused if a network of this name is not as we make it."""
    options = network["Options"] or {}
    if network["EnableIPv6"] or any(options.get(key) != value for key, value in _OPTIONS.items()):
        raise Refused(
            f"The Docker network {EGRESS_NETWORK} is not the one that Scripter makes. Remove it with `docker network rm"
            f" {EGRESS_NETWORK}`; the next job makes it anew."
        )
    return str(network["Id"])
