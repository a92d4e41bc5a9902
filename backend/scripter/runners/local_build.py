"""Builds an image without an engine: a virtual environment with the image's requirements; called by local."""

from __future__ import annotations

import hashlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from scripter.runners import inside, local_process
from scripter.runners.bounds import POLL_S, Bounds
from scripter.runners.dockerfile import Instruction, bases, instructions
from scripter.runners.protocol import LOCAL, BuildFailed, BuildWatch, Built, Package, PackageKind, Recipe, Refused, Step
from scripter.runners.telling import LastLines
from scripter.runners.way_out import WayOut
from scripter.runners.whole_lines import WholeLines

_REFERENCE = re.compile(LOCAL + r"sha256:([0-9a-f]{64})")
# Written last: an environment without it is one that a stopped worker left half made.
_MARK = "scripter-built.json"
_REQUIREMENTS = "requirements.txt"
_PATIENCE_S = 60
_PIP = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]


class Environments:
    """The virtual environments in one directory, each under the digest of its recipe."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def place(self, reference: str) -> Path | None:
        """Where it is or would be; None for what is no reference of ours, such as a Docker image."""
        found = _REFERENCE.fullmatch(reference)
        return self._directory / found[1] if found else None

    def directory(self, reference: str) -> Path | None:
        """The finished environment, if it is here."""
        place = self.place(reference)
        return place if place and (place / _MARK).exists() else None

    def finish(self, built: Built) -> Built:
        """From now on jobs find it."""
        if place := self.place(built.reference):
            (place / _MARK).write_text(json.dumps({"python": built.python, "size_bytes": built.size_bytes}))
        return built

    def remove(self, reference: str) -> None:
        if place := self.place(reference):
            (place / _MARK).unlink(missing_ok=True)
            shutil.rmtree(place, ignore_errors=True)


class LocalBuild:
    """One build, from its recipe to the finished environment."""

    def __init__(self, venvs: Environments, recipe: Recipe, watch: BuildWatch, way_out: WayOut) -> None:
        self._venvs, self._recipe, self._watch, self._way_out = venvs, recipe, watch, way_out
        self._bounds = Bounds(recipe, watch)
        self._step: Step | None = None

    def run(self) -> Built:
        """Raises: BuildFailed."""
        dockerfile = _read(self._recipe)
        reference = f"{LOCAL}sha256:{_digest(self._recipe)}"
        place = self._venvs.place(reference)
        if place is None:
            raise Refused(f"{reference} is no reference of a virtual environment.")
        self._venvs.remove(reference)
        try:
            self._announce(dockerfile)
            self._make(place, dockerfile)
            self._install(place, dockerfile)
        except BaseException:
            self._venvs.remove(reference)
            raise
        return self._venvs.finish(Built(reference, sys.version.split()[0], _size(place)))

    def _announce(self, dockerfile: list[Instruction]) -> None:
        left_out = [one for one in dockerfile if one.word not in ("FROM", "LABEL") and not _installs(one)]
        text = (
            "Without Docker the Dockerfile is not executed. Only requirements.txt is installed, into a virtual"
            f" environment of Python {sys.version.split()[0]}.\n"
        )
        lines = "".join(f"Not executed: line {one.line}: {one.text}\n" for one in left_out)
        self._watch.say((text + lines).encode())

    def _make(self, place: Path, dockerfile: list[Instruction]) -> None:
        start = next((one.line for one in dockerfile if one.word == "FROM"), None)
        self._begin(Step(1, "python -m venv", start))
        place.parent.mkdir(parents=True, exist_ok=True)
        self._call([sys.executable, "-m", "venv", str(place)], place.parent, "The virtual environment was not made")

    def _install(self, place: Path, dockerfile: list[Instruction]) -> None:
        if _REQUIREMENTS not in self._recipe.files:
            return
        line = next((one.line for one in dockerfile if one.word == "RUN" and _installs(one)), None)
        self._begin(Step(2, f"pip install -r {_REQUIREMENTS}", line))
        # All files of the image: requirements may name others, or a wheel among them.
        files = place / "recipe"
        for path, content in self._recipe.files.items():
            file = files / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        command = [str(place / "bin" / "python"), *_PIP, "-r", _REQUIREMENTS]
        with tempfile.TemporaryDirectory(prefix="scripter-build-") as directory:
            way_out = self._way_out.environment(Path(directory))
            self._call(command, files, f"The packages of {_REQUIREMENTS} could not be installed", way_out)

    def _begin(self, step: Step) -> None:
        self._step = step
        self._watch.step(step)
        self._watch.say(f"Step {step.number} : {step.instruction}\n".encode())

    def _call(
        self, command: list[str], directory: Path, failure: str, variables: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Run it to its end, telling its output; it and its children end when the build is stopped."""
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**_environment(), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with process:
            try:
                printed = self._follow(process)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        if process.returncode != 0:
            telling = printed.telling(otherwise=f"exit code {process.returncode}")
            raise BuildFailed(f"{failure}: {telling}", step=self._step, error=telling)

    def _follow(self, process: subprocess.Popen[bytes]) -> LastLines:
        printed, lines = LastLines(), WholeLines()
        try:
            while process.stdout is not None:
                self._bounds.check(self._step)
                self._say(lines.overdue(), printed)
                if not local_process.ready(process.stdout.fileno(), select.POLLIN, POLL_S):
                    continue
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                self._say(lines.add(data.decode(errors="surrogateescape"), "output"), printed)
        finally:
            self._say(lines.rest(), printed)
        return printed

    def _say(self, text: str, printed: LastLines) -> None:
        if text:
            data = self._way_out.hidden(text).encode(errors="surrogateescape")
            printed.add(data)
            self._watch.say(data)


def packages(venv: Path) -> tuple[tuple[Package, ...], bool]:
    """What is installed in a finished environment, without what the machine has; and whether there is more than that.

    Raises: Refused.
    """
    command = [str(venv / "bin" / "python"), "-I", "-c", inside.PROGRAM]
    try:
        told = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"The environment's Python did not say what is installed: {error}") from error
    found, cut = inside.packages(told.stdout or told.stderr)
    return tuple(one for one in found if one.kind is PackageKind.PYTHON), cut


def _read(recipe: Recipe) -> list[Instruction]:
    if "Dockerfile" not in recipe.files:
        raise BuildFailed("The image has no Dockerfile.")
    text = recipe.files["Dockerfile"].decode("utf-8", "replace")
    if not bases(text):
        raise BuildFailed("The Dockerfile has no FROM line, which names the image to begin with.")
    return instructions(text)


def _installs(instruction: Instruction) -> bool:
    """Whether this line does what is done here anyway: bring in and install the requirements."""
    return "pip install -r" in instruction.text or (instruction.word == "COPY" and _REQUIREMENTS in instruction.text)


def _digest(recipe: Recipe) -> str:
    files = {path: hashlib.sha256(content).hexdigest() for path, content in recipe.files.items()}
    whole = [sys.version, recipe.name, sorted(recipe.labels.items()), sorted(files.items())]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def _environment() -> dict[str, str]:
    """The machine's, since pip finds its settings there; without ours, which may hold passwords, and other Pythons'."""
    foreign = ("SCRIPTER_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _size(place: Path) -> int:
    return sum(path.lstat().st_size for path in place.rglob("*"))
