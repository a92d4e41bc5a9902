"""The Docker runner: jobs in containers of one engine. `choose` makes it; builds are in docker_build."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from docker.errors import APIError, ImageNotFound, NotFound

from scripter.runners import docker_create, places
from scripter.runners.docker_agent import AgentFiles
from scripter.runners.docker_build import DockerBuild
from scripter.runners.docker_contents import contents_of
from scripter.runners.docker_egress import Egress
from scripter.runners.docker_engine import Engine, explained
from scripter.runners.docker_go import Inputs
from scripter.runners.docker_paths import HostPaths
from scripter.runners.protocol import (
    BuildWatch,
    Built,
    Contents,
    Ending,
    Go,
    ImageGone,
    ImageInUse,
    NameTaken,
    Network,
    Recipe,
    Refused,
    Slot,
    SlotGone,
    SlotSpec,
)
from scripter.runners.way_out import WayOut

_CONFLICT = 409
_IN_PODMANS_WORDS = re.compile(r"name .* is already in use|can only kill running containers|container state improper")
_KILLED = 128 + 9
_TRIES, _PAUSE_S = 300, 0.1
# A container without a network gets none from the engine.
_HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"

# What `inspect` answers; its shape is the engine's.
Inspected = dict[str, Any]


class DockerRunner:
    """See `protocol.Runner`. Makes no connection before it is asked for something."""

    kind: Literal["docker", "local"] = "docker"
    isolates = True
    warms = True

    def __init__(
        self,
        data: Path,
        *,
        host: str = "",
        host_directory: str = "",
        egress_dns: Sequence[str] = (),
        way_out: WayOut = WayOut(),  # noqa: B008 - frozen
    ) -> None:
        self._way_out = way_out
        self._engine = Engine(host)
        self._egress_dns = egress_dns
        self._egress = Egress(self._engine, egress_dns)
        self._paths = HostPaths(self._engine, data, host_directory)
        self._inputs = Inputs()
        self._agent = AgentFiles(data)

    @property
    def host(self) -> str:
        """The engine's address."""
        return self._engine.host

    def answers(self) -> bool:
        return self._engine.answers()

    def prepare(self, spec: SlotSpec) -> Slot:
        if not _is_id(spec.image):
            raise ImageGone
        places.lay_out(spec.directory, own_user=True)
        (spec.directory / docker_create.HOSTS).write_text(_HOSTS)
        self._agent.put(spec.directory)
        with self._engine.talking():
            self._check_network(spec)
            container = self._container(spec)
            self._begin(container, spec)
        return Slot(spec.name, container, spec.directory, dict(spec.labels))

    def assign(self, slot: Slot, name: str) -> Slot:
        with self._engine.talking():
            self._check_network(self._inputs.spec(slot.reference))
            try:
                self._engine.client.rename(slot.reference, name)
            except NotFound as error:
                raise SlotGone from error
            except APIError as error:
                if _conflicts(error):
                    raise NameTaken from error
                raise
        return replace(slot, name=name)

    def start(self, slot: Slot, go: Go) -> None:
        message = {**go.message(), "owner": places.file_owner(), "user": places.SCRIPT_USER, "limits": None}
        self._inputs.hand_over(slot.reference, json.dumps(message).encode() + b"\n")

    def stop(self, slot: Slot) -> None:
        self._signal(slot, "SIGTERM")

    def kill(self, slot: Slot) -> None:
        self._signal(slot, "SIGKILL")

    def alive(self, labels: Mapping[str, str]) -> list[Slot]:
        wanted = [f"{name}={value}" for name, value in labels.items()]
        with self._engine.talking():
            found = self._engine.client.containers(
                all=True, filters={"label": [*wanted, docker_create.DIRECTORY_LABEL]}
            )
        return [_slot(one) for one in found]

    def ending(self, slot: Slot) -> Ending:
        with self._engine.talking():
            try:
                state = self._engine.client.inspect_container(slot.reference)["State"]
            except NotFound:
                return Ending.GONE
        return _ending(state)

    def discard(self, slot: Slot) -> None:
        self._inputs.close(slot.reference)
        with self._engine.talking():
            self._remove(slot.reference)

    def build(self, recipe: Recipe, watch: BuildWatch) -> Built:
        return DockerBuild(self._engine, recipe, watch, self._way_out).run()

    def remove_image(self, reference: str) -> None:
        if not _is_id(reference):
            return
        with self._engine.talking():
            self._remove_warm_ones(reference)
            try:
                self._engine.client.remove_image(reference, force=True)
            except ImageNotFound:
                pass
            except APIError as error:
                if _conflicts(error):
                    raise ImageInUse from error
                raise

    def has_image(self, reference: str) -> bool:
        if not _is_id(reference):
            return False
        with self._engine.talking():
            try:
                self._engine.image(reference)
            except ImageNotFound:
                return False
        return True

    def contents(self, reference: str) -> Contents:
        if not _is_id(reference):
            raise ImageGone
        return contents_of(self._engine, reference)

    def _check_network(self, spec: SlotSpec) -> None:
        """Raises: Refused. Asked again before each go: a container may have waited for hours."""
        if spec.network is Network.EGRESS:
            self._egress.ensure(spec.image)

    def _container(self, spec: SlotSpec) -> str:
        """A new container of this name."""
        client = self._engine.client
        config = docker_create.job_container(
            client, spec, self._paths.of(spec.directory), self._engine.processors, self._egress_dns
        )
        # The engine gives a name away before its container can be seen, and takes it back after; both are soon over.
        for _ in range(_TRIES):
            try:
                return self._engine.create(config, spec.name)
            except ImageNotFound as error:
                raise ImageGone from error
            except APIError as error:
                if not _conflicts(error):
                    raise
            with suppress(NotFound):
                client.inspect_container(spec.name)
                raise NameTaken
            time.sleep(_PAUSE_S)
        raise Refused(f"The name {spec.name} is taken on the Docker engine by a container that cannot be seen.")

    def _begin(self, container: str, spec: SlotSpec) -> None:
        try:
            self._inputs.open(self._engine.client, container, spec)
            self._engine.client.start(container)
        except APIError as error:
            self._inputs.close(container)
            self._remove(container)
            raise Refused(f"The container could not be started: {explained(error)}") from error
        except BaseException:
            self._inputs.close(container)
            raise

    def _remove_warm_ones(self, image: str) -> None:
        """They would keep the engine from removing their image, and no job will want them any more."""
        found: list[Inspected] = self._engine.client.containers(
            all=True, filters={"ancestor": image, "label": docker_create.WARM_LABEL}
        )
        for one in found:
            if one["Labels"][docker_create.WARM_LABEL] == _name(one):
                self._inputs.close(one["Id"])
                self._remove(one["Id"])

    def _remove(self, container: str) -> None:
        try:
            self._engine.client.remove_container(container, force=True, v=True)
        except NotFound:
            pass
        except APIError as error:
            # Somebody else removes it at this moment.
            if not _conflicts(error):
                raise

    def _signal(self, slot: Slot, signal: str) -> None:
        with self._engine.talking():
            try:
                self._engine.client.kill(slot.reference, signal)
            except NotFound:
                pass
            except APIError as error:
                # It is not running any more, or not yet.
                if not _conflicts(error):
                    raise


def _conflicts(error: APIError) -> bool:
    """What is asked for contradicts how things stand. Podman says that with 500, and tells it only by its words."""
    return error.status_code == _CONFLICT or _IN_PODMANS_WORDS.search(str(error.explanation)) is not None


def _is_id(reference: str) -> bool:
    """Not a tag, which others can move, and not the environment that the local runner built before Docker was there."""
    return re.fullmatch(r"sha256:[0-9a-f]{64}", reference) is not None


def _slot(listed: Inspected) -> Slot:
    labels = dict(listed["Labels"])
    directory = Path(labels.pop(docker_create.DIRECTORY_LABEL))
    return Slot(_name(listed), listed["Id"], directory, labels)


def _name(listed: Inspected) -> str:
    return str(listed["Names"][0]).removeprefix("/")


def _ending(state: Inspected) -> Ending:
    # One that has only been created has not ended: whoever made it may be about to start it.
    if state["Running"] or state["Status"] == "created":
        return Ending.ALIVE
    if state["OOMKilled"]:
        return Ending.OUT_OF_MEMORY
    # The engine's own word for it is not to be trusted after it was restarted; then it says 255.
    return Ending.KILLED if state["ExitCode"] == _KILLED else Ending.EXITED
