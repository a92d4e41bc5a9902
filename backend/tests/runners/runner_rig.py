"""A runner with a built image, and short ways to run scripts on it; what the contract test and its neighbours share."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from connections import hang_up

from scripter.runners.protocol import BuildFailed, Built, Go, Limits, Network, Recipe, Runner, Slot, SlotSpec, Step

BASE = "python:3.11-slim"
DOCKERFILE = f"FROM {BASE}\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
MEBIBYTE = 1024 * 1024
PATIENCE_S = 120


def until(true: Callable[[], object], what: str) -> None:
    """Wait for it; the time is only there to end a test that would hang."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.01)


@dataclass
class Watch:
    """Takes down what a build tells, and cancels it when `cancel_when` finds something in that."""

    cancel_when: Callable[[Watch], bool] = lambda watch: False
    said: bytes = b""
    steps: list[Step] = field(default_factory=list)

    def say(self, text: bytes) -> None:
        self.said += text

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def cached(self) -> None:
        pass

    def cancelled(self) -> bool:
        return self.cancel_when(self)


@dataclass(frozen=True)
class Ended:
    """A job that came to its end: its log and its exit record."""

    log: str
    exit: Mapping[str, Any]

    @property
    def output(self) -> list[str]:
        """The lines of the script itself, without times."""
        records = [line.split(" ", 3) for line in self.log.splitlines()]
        return [text for _, _, tag, text in records if ":" not in tag]


@dataclass
class Rig:
    """One runner for one test. Slots are labelled, so that they are found and removed whatever happens."""

    runner: Runner
    make: Callable[[], Runner]
    image: str
    directory: Path
    # What makes names, labels and command lines of this test unlike all others on the engine.
    mark: str = field(default_factory=lambda: f"rig{secrets.token_hex(6)}")
    others: list[Runner] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        return {"scripter.test": self.mark}

    def again(self) -> Runner:
        """A runner object that knows nothing, as after a restart of the worker."""
        self.others.append(self.make())
        return self.others[-1]

    def spec(self, script: str | Mapping[str, str] = "", name: str = "job", **changes: Any) -> SlotSpec:
        directory = self.directory / name
        (directory / "src").mkdir(parents=True, exist_ok=True)
        for path, text in ({"main.py": script} if isinstance(script, str) else script).items():
            (directory / "src" / path).write_text(text)
        limits = changes.pop("limits", Limits(memory_bytes=256 * MEBIBYTE, cpus=1.0, processes=64))
        values = {"image": self.image, "network": Network.NONE, "labels": self.labels, "limits": limits, **changes}
        return SlotSpec(name=f"{self.mark}-{name}", directory=directory, **values)

    def prepare(self, script: str | Mapping[str, str] = "", name: str = "job", **changes: Any) -> Slot:
        return self.runner.prepare(self.spec(script, name, **changes))

    def started(self, script: str | Mapping[str, str], name: str = "job", **changes: Any) -> Slot:
        """Given its go and seen to have printed `ready`."""
        slot = self.prepare(script, name)
        self.runner.start(slot, go(**changes))
        until(lambda: "ready" in log_of(slot), "the script's first line")
        return slot

    def run(self, script: str | Mapping[str, str], *, spec: Mapping[str, Any] | None = None, **changes: Any) -> Ended:
        """From preparing to the exit record."""
        slot = self.prepare(script, **(spec or {}))
        self.runner.start(slot, go(**changes))
        return ended(slot)

    def build(self, dockerfile: str, watch: Watch | None = None, limit_s: float = 120, **files: str) -> Built:
        return self.runner.build(self.recipe(dockerfile, limit_s, **files), watch or Watch())

    def recipe(self, dockerfile: str, limit_s: float = 120, **files: str) -> Recipe:
        return Recipe(
            name=f"scripter-test-{self.mark}",
            files={path: text.encode() for path, text in {"Dockerfile": dockerfile, **files}.items()},
            labels=self.labels,
            memory_bytes=512 * MEBIBYTE,
            time_limit=timedelta(seconds=limit_s),
        )

    def failed_build(
        self, dockerfile: str, watch: Watch | None = None, limit_s: float = 120, **files: str
    ) -> BuildFailed:
        try:
            built = self.build(dockerfile, watch, limit_s, **files)
        except BuildFailed as failure:
            return failure
        raise AssertionError(f"was built after all: {built}")

    def clean(self) -> None:
        for slot in self.runner.alive(self.labels):
            for runner in (self.runner, *self.others):
                runner.discard(slot)
        for runner in (self.runner, *self.others):
            hang_up(runner)

    def processes(self, word: str = "") -> list[str]:
        """The command lines on this machine that hold this word or this test's mark, those inside containers as well."""
        return [line for line in map(_command_line, Path("/proc").glob("[0-9]*")) if (word or self.mark) in line]


def go(**changes: Any) -> Go:
    values: dict[str, Any] = {
        "job": "1b2c",
        "entry": "main.py",
        "arguments": (),
        "environment": {},
        "time_limit_s": 60,
        "grace_s": 5,
        "log_limit_bytes": MEBIBYTE,
        **changes,
    }
    return Go(**values)


def log_of(slot: Slot) -> str:
    try:
        return (slot.directory / "log").read_text()
    except FileNotFoundError:
        return ""


def ended(slot: Slot) -> Ended:
    record = slot.directory / "exit.json"
    until(record.exists, f"{record}; the log says: {log_of(slot)!r}")
    return Ended(log_of(slot), json.loads(record.read_text()))


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
