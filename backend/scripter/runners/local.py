"""The local runner: jobs as processes of this machine, for trying Scripter without an engine. `choose` makes it.

It runs the same agent as the containers do, in a virtual environment per built image. Nothing is isolated for sure."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from scripter.lib import beneath
from scripter.runners import local_build, local_process, local_sandbox, places
from scripter.runners.local_go import Inputs
from scripter.runners.local_process import Process
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

_ERRORS = "agent.err"
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a slot after a restart: one JSON file per slot, named after it."""

    name: str
    image: str
    directory: str
    process: str
    memory_bytes: int
    processes: int
    labels: dict[str, str]

    @property
    def slot(self) -> Slot:
        return Slot(self.name, self.process, Path(self.directory), self.labels)


class LocalRunner:
    """See `protocol.Runner`."""

    kind: Literal["docker", "local"] = "local"
    isolates = False
    # A process of this machine is started sooner than it would be looked for.
    warms = False

    def __init__(self, data: Path, way_out: WayOut = WayOut()) -> None:  # noqa: B008 - frozen
        self._data, self._way_out = data, way_out
        self._venvs = local_build.Environments(data / "venvs")
        # Not inside the slots: their directories come and go, and belong to others.
        self._records_at = data / "local"
        self._inputs = Inputs()

    def answers(self) -> bool:
        return sys.platform == "linux"

    def prepare(self, spec: SlotSpec) -> Slot:
        if spec.network is Network.EGRESS:
            raise Refused(
                "Without Docker nothing keeps a job from this machine and its neighbours, which the network mode egress"
                " promises. Give the script the network mode none or bridge, or start a Docker engine."
            )
        with self._alone():
            if self._record(spec.name):
                raise NameTaken
            venv = self._venvs.directory(spec.image)
            if venv is None:
                raise ImageGone
            places.lay_out(spec.directory, own_user=False)
            with self._inputs.opened(spec.name) as stdin:
                record = Record(
                    name=spec.name,
                    image=spec.image,
                    directory=str(spec.directory),
                    process=str(self._spawn(spec, venv, stdin)),
                    memory_bytes=spec.limits.memory_bytes,
                    processes=spec.limits.processes,
                    labels=dict(spec.labels),
                )
                self._write(record)
        return record.slot

    def assign(self, slot: Slot, name: str) -> Slot:
        raise SlotGone

    def start(self, slot: Slot, go: Go) -> None:
        record = self._record(slot.name)
        if record is None:
            raise SlotGone
        # The kernel counts all tasks of the user, also those that have nothing to do with the job.
        processes = record.processes + local_process.tasks_of_this_user()
        limits = {"memory_bytes": record.memory_bytes, "processes": processes}
        message = {**go.message(), "owner": None, "user": None, "limits": limits}
        self._inputs.hand_over(slot.name, json.dumps(message).encode() + b"\n")

    def stop(self, slot: Slot) -> None:
        Process.parse(slot.reference).signal(signal.SIGTERM)

    def kill(self, slot: Slot) -> None:
        Process.parse(slot.reference).kill_tree()

    def alive(self, labels: Mapping[str, str]) -> list[Slot]:
        local_process.reap()
        return [one.slot for one in self._records() if labels.items() <= one.labels.items()]

    def ending(self, slot: Slot) -> Ending:
        local_process.reap()
        if Process.parse(slot.reference).alive:
            return Ending.ALIVE
        if self._record(slot.name) is None:
            return Ending.GONE
        # Once it has its go the agent takes the room of its exit record, and then leaves only with a whole one.
        return Ending.KILLED if beneath.has_file(slot.directory, "exit.json.part") else Ending.EXITED

    def discard(self, slot: Slot) -> None:
        self.kill(slot)
        self._inputs.close(slot.name)
        with self._alone():
            self._file(slot.name).unlink(missing_ok=True)
        local_process.reap()

    def build(self, recipe: Recipe, watch: BuildWatch) -> Built:
        return local_build.LocalBuild(self._venvs, recipe, watch, self._way_out).run()

    def remove_image(self, reference: str) -> None:
        with self._alone():
            if any(one.image == reference and Process.parse(one.process).alive for one in self._records()):
                raise ImageInUse
            self._venvs.remove(reference)

    def has_image(self, reference: str) -> bool:
        return self._venvs.directory(reference) is not None

    def contents(self, reference: str) -> Contents:
        venv = self._venvs.directory(reference)
        if venv is None:
            raise ImageGone
        packages, cut = local_build.packages(venv)
        return Contents(packages, cut, ())

    def _spawn(self, spec: SlotSpec, venv: Path, stdin: int) -> Process:
        errors = spec.directory / _ERRORS
        # Only this: the worker's own environment may hold passwords.
        environment = {"PATH": f"{venv}/bin:{_SYSTEM_PATH}", "SCRIPTER_JOB_DIR": str(spec.directory)}
        command = [f"{venv}/bin/python", str(places.AGENT)]
        sandbox = local_sandbox.program()
        if sandbox is None:
            pid: int | None = local_process.spawn(command, environment, stdin=stdin, errors=errors)
        else:
            wrapped = local_sandbox.around(
                sandbox,
                command,
                agent=places.AGENT,
                directory=spec.directory,
                venv=venv,
                data=self._data,
                network=spec.network,
            )
            pid = self._spawn_wrapped(wrapped, environment, stdin, errors)
        process = Process.of(pid) if pid else None
        if process is None:
            raise Refused(f"The job's process could not be started: {_said(spec.directory)}")
        return process

    def _spawn_wrapped(self, command: list[str], environment: dict[str, str], stdin: int, errors: Path) -> int | None:
        inner, outer = os.pipe()
        try:
            local_process.spawn(command, environment, stdin=stdin, errors=errors, info=outer)
            os.close(outer)
            outer = -1
            return local_sandbox.pid_inside(inner)
        finally:
            os.close(inner)
            if outer >= 0:
                os.close(outer)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time among all threads and processes: that is what makes a slot's name unique."""
        self._records_at.mkdir(parents=True, exist_ok=True)
        with (self._records_at / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _file(self, name: str) -> Path:
        return self._records_at / f"{name}.json"

    def _write(self, record: Record) -> None:
        draft = self._file(record.name).with_suffix(".new")
        draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
        draft.replace(self._file(record.name))

    def _record(self, name: str) -> Record | None:
        try:
            return Record(**json.loads(self._file(name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def _records(self) -> list[Record]:
        found = (self._record(file.stem) for file in sorted(self._records_at.glob("*.json")))
        return [one for one in found if one is not None]


def _said(directory: Path) -> str:
    """What was complained of before there was an agent."""
    return (beneath.read(directory, _ERRORS, 4096) or b"").decode(errors="replace").strip()
