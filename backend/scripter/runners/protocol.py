"""What a runner is: few verbs, plain values. `docker` and `local` are its kinds and pass one contract test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from scripter.lib.errors import Conflict, ScripterError, Unavailable


class Network(StrEnum):
    """What a job can reach: nothing; all that the worker's machine can; or only the public internet."""

    NONE = "none"
    BRIDGE = "bridge"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use at most."""

    memory_bytes: int
    cpus: float
    processes: int


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A place for one attempt: which image, which directory, which bounds.

    `name` is deterministic, so that a second container for the same attempt is refused by the engine itself.
    `directory` exists and holds `src/`; it becomes `/job` inside. `warm` means that nobody knows yet which job will
    have the place: it may be taken away at any time until it is assigned.
    """

    name: str
    image: str
    directory: Path
    limits: Limits
    network: Network
    labels: Mapping[str, str]
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A prepared place: a container (or process) that waits for its go, or runs.

    `reference` is the container id or the process id with its start time, as the runner understands it. `directory` is
    the one that it was prepared with, even when that has another name by now.
    """

    name: str
    reference: str
    directory: Path
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DiskLimit:
    """What a script may hold on the disk at most. The agent measures it, since nothing else bounds it everywhere."""

    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Go:
    """The one message to the agent: what to run. Secrets travel only here."""

    job: str
    entry: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    time_limit_s: float | None
    grace_s: float
    log_limit_bytes: int
    disk: DiskLimit | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    banner: tuple[str, ...] = ()
    # Nanoseconds since the epoch when a worker took the job: `{ms}` in the banner becomes the time since then.
    claimed_ns: int = 0

    def message(self) -> dict[str, object]:
        """The go as the agent reads it, before the runner adds what only it knows (users, limits)."""
        return {"version": 1, **asdict(self)}


class Ending(StrEnum):
    """What became of a slot, as far as the runner itself can tell."""

    ALIVE = "alive"
    EXITED = "exited"
    OUT_OF_MEMORY = "out_of_memory"
    KILLED = "killed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to build: the files by path, labels for the result, and the bounds of the build.

    `name` tags the result for people (and keeps it from being pruned); jobs never run by it. Give labels that no other
    build has, or two builds of the same files become one image, and removing one removes the other.
    """

    name: str
    files: Mapping[str, bytes]
    labels: Mapping[str, str]
    memory_bytes: int
    time_limit: timedelta


@dataclass(frozen=True, slots=True)
class Base:
    """What an image was built upon: as its Dockerfile names it, and which one that was."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Built:
    """A finished image: `reference` is what jobs run by (a digest), never a tag; `base` where there is one."""

    reference: str
    python: str
    size_bytes: int
    base: Base | None = None


class PackageKind(StrEnum):
    """Who installed a package: pip, or the package manager of the base image's system."""

    PYTHON = "python"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package of a built image."""

    kind: PackageKind
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a built image, and the instruction that made it."""

    made_by: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a built image. `cut`: there were more packages than are told. Layers from the lowest up."""

    packages: tuple[Package, ...]
    cut: bool
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a build that has begun; `line` is its line in the Dockerfile, counted from 1."""

    number: int
    instruction: str
    line: int | None


class BuildFailed(ScripterError):
    """The image could not be built."""

    status, code = 422, "build_failed"

    def __init__(self, message: str, *, step: Step | None = None, error: str = "") -> None:
        super().__init__(message)
        self.step = step
        self.error = error or message


class ImageGone(ScripterError):
    """The built image is no longer on this engine. Build it again."""

    status, code = 409, "image_gone"


class ImageInUse(Conflict):
    """A container still uses this image. Remove it when its jobs have ended."""

    code = "image_in_use"


class SlotGone(ScripterError):
    """The prepared container ended before the job could be handed to it."""

    status, code = 409, "slot_gone"


class NameTaken(Conflict):
    """A container of this name is there already."""

    code = "name_taken"


class Refused(ScripterError):
    """The engine answers, but will not do this; the message gives its words. Trying again does not help by itself."""

    status, code = 502, "runner_refused"


class RunnerUnavailable(Unavailable):
    """The Docker engine does not answer."""


class BuildWatch(Protocol):
    """What a build tells while it runs, and how it learns that it should stop."""

    def say(self, text: bytes) -> None:
        """Some output of the build; may hold several lines or a part of one."""

    def step(self, step: Step) -> None:
        """A step begins (and the one before has ended)."""

    def cached(self) -> None:
        """The present step has nothing to do: what it makes was kept from an earlier build."""

    def cancelled(self) -> bool:
        """Whether somebody asked to stop; asked often."""


Kind = Literal["docker", "local"]
# What every reference of an environment without an engine begins with.
LOCAL = "venv:"


def kind_of(reference: str) -> Kind:
    """What kind of runner has built the image with this reference, and runs its jobs: only that one can."""
    return "local" if reference.startswith(LOCAL) else "docker"


class Runner(Protocol):
    """The verbs. All are safe to call from several threads.

    All raise RunnerUnavailable when nothing answers (try again later) and Refused when the engine says no.
    """

    @property
    def kind(self) -> Kind: ...

    @property
    def isolates(self) -> bool:
        """Whether a job is kept from the machine that it runs on."""

    @property
    def warms(self) -> bool:
        """Whether a place can be prepared before its job is known, and is worth it."""

    def answers(self) -> bool:
        """Whether the engine behind this runner can be used now."""

    def prepare(self, spec: SlotSpec) -> Slot:
        """A container that waits for its go, which only the caller's process can bring: it leaves when that is gone.

        Makes `work/` and `artifacts/` beside `src/`, writable for the script.

        Raises: ImageGone when the image is not here; NameTaken; Refused also when the network asked for cannot be kept.
        """

    def assign(self, slot: Slot, name: str) -> Slot:
        """Give a warm place of this process the name of its job; from then on it is nobody else's.

        Only of runners that keep places warm.

        Raises: SlotGone, NameTaken; Refused when the network asked for cannot be kept any more.
        """

    def start(self, slot: Slot, go: Go) -> None:
        """Send the go, once; returns when it is handed over, not when the script begins.

        That it was handed over is no proof that it arrived: the engine may die with it. The room of the exit record is
        one, which the agent takes first of all.

        Raises: SlotGone when nobody waits there for it any more; then nothing has run.
        """

    def stop(self, slot: Slot) -> None:
        """Ask the agent to stop the script (TERM, its grace, KILL). Returns at once; stopping twice does no harm."""

    def kill(self, slot: Slot) -> None:
        """End it now, without the agent's help."""

    def alive(self, labels: Mapping[str, str]) -> list[Slot]:
        """Every slot with these labels that exists, also those that have exited: what to adopt after a restart.

        The labels of the slots are at least those that they were prepared with; an image may add its own.
        """

    def ending(self, slot: Slot) -> Ending:
        """How it looks from outside; asked when the agent has left no exit record."""

    def discard(self, slot: Slot) -> None:
        """Remove what is left of the slot (the container, not its directory). Nothing there is fine."""

    def build(self, recipe: Recipe, watch: BuildWatch) -> Built:
        """Build, telling `watch` everything; checks the image's Python (at least 3.8).

        Raises: BuildFailed, also for a cancelled or timed-out build.
        """

    def remove_image(self, reference: str) -> None:
        """Remove the built image from this engine. Nothing there is fine.

        Raises: ImageInUse while a job runs on it.
        """

    def has_image(self, reference: str) -> bool:
        """Whether jobs can run on this reference here."""

    def contents(self, reference: str) -> Contents:
        """What lies in the built image, asked of the image itself, which may not know or may lie: it is only shown.

        Raises: ImageGone; Refused when the image gives no answer that can be read.
        """
