"""Builds an image: follows the engine's classic builder, stops it in time, explains its failures; called by docker."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, suppress

from docker.errors import APIError, ImageNotFound

from scripter.runners.bounds import POLL_S, Bounds, Stopped
from scripter.runners.docker_engine import Engine
from scripter.runners.docker_probe import python_of
from scripter.runners.docker_stream import BuildStream, Message
from scripter.runners.dockerfile import Instruction, instructions
from scripter.runners.protocol import (
    Base,
    BuildFailed,
    BuildWatch,
    Built,
    Recipe,
    Refused,
    RunnerUnavailable,
    Step,
)
from scripter.runners.telling import LastLines
from scripter.runners.way_out import PRELUDE, WayOut
from scripter.runners.whole_lines import WholeLines

_STEP = re.compile(r"Step (\d+)/\d+ : (.*)")
_LAYER = re.compile(r" ---> ([0-9a-f]{12})\s*$")
# The classic builder paints whatever a step prints on its standard error.
_PAINT = re.compile(r"\x1b\[(91|0)m")
_EXIT = re.compile(r"returned a non-zero code: (\d+)")
_NO_SPACE = re.compile(r"no space left on device", re.IGNORECASE)
_CACHED = re.compile(r"\s*-{2,3}> Using cache")
_BETWEEN = (" ---> ", "Removing intermediate container ")
_KILLED = "137"
_CLEANING_S = 30
# How long the engine may take to finish the step in which it was stopped.
_LATE_S = 1.5


class DockerBuild:
    """One build, from its recipe to the checked image."""

    def __init__(self, engine: Engine, recipe: Recipe, watch: BuildWatch, way_out: WayOut) -> None:
        self._engine, self._recipe, self._watch, self._way_out = engine, recipe, watch, way_out
        self._instructions = _read(recipe)
        self._bounds = Bounds(recipe, watch)
        self._step: Step | None = None
        self._printed, self._lines = LastLines(), WholeLines()
        self._layer = ""
        self._base: Base | None = None

    def run(self) -> Built:
        """Raises: BuildFailed, RunnerUnavailable."""
        image = self._image()
        try:
            self._bounds.check(self._step)
            python = python_of(self._engine, image)
            size = self._size(image)
            base = self._whole_base()
        except BuildFailed:
            # It is whole, but of no use, and nobody will ask for its removal.
            self._remove(image)
            raise
        return Built(image, python, size, base)

    def _image(self) -> str:
        try:
            with closing(BuildStream(self._engine, self._recipe, self._way_out)) as stream:
                return self._follow(stream)
        except Refused as error:
            raise self._refused(str(error)) from error
        except RunnerUnavailable as error:
            raise RunnerUnavailable(f"{error} The build has stopped.") from error
        except Stopped:
            # Unlike after a failure, nobody wants its layers for the next try.
            self._remove(self._late_layer() or self._layer)
            raise

    def _follow(self, stream: BuildStream) -> str:
        """The id of the finished image."""
        image = ""
        try:
            for message in self._messages(stream):
                image = message.get("aux", {}).get("ID", image)
                self._hear(message)
        finally:
            self._say(self._lines.rest())
        if not image:
            raise RunnerUnavailable("The Docker engine broke off the build without a word.")
        return image

    def _messages(self, stream: BuildStream) -> Iterator[Message]:
        while True:
            self._bounds.check(self._step)
            self._say(self._lines.overdue())
            with suppress(TimeoutError):
                message = stream.next(POLL_S)
                if message is None:
                    return
                yield message

    def _hear(self, message: Message) -> None:
        if "stream" in message:
            self._hear_output(message["stream"])
            return
        self._say(self._lines.rest())
        if "error" in message:
            raise self._failed(self._way_out.hidden(str(message["error"]).strip().replace(PRELUDE, "")))
        if "status" in message and not message.get("progressDetail"):
            layer = f"{message['id']}: " if message.get("id") else ""
            self._watch.say(f"{layer}{message['status']}\n".encode())

    def _hear_output(self, given: str) -> None:
        text = _PAINT.sub("", given)
        if self._is_of_the_engine(text):
            self._say(self._lines.rest())
            self._hear_engine(text)
        else:
            stream = "stderr" if _PAINT.match(given) else "stdout"
            self._printed.add(text.encode(), stream)
            self._say(self._lines.add(text, stream))

    def _hear_engine(self, text: str) -> None:
        """What it says between the outputs of the steps."""
        if step := _STEP.match(text):
            text = text.replace(PRELUDE, "")
            self._begin(int(step[1]), self._way_out.hidden(step[2].replace(PRELUDE, "").strip()))
        elif layer := _LAYER.match(text):
            self._found_layer(layer[1])
        elif _CACHED.match(text):
            self._watch.cached()
        self._say(text)

    @staticmethod
    def _is_of_the_engine(text: str) -> bool:
        return bool(_STEP.match(text) or _CACHED.match(text)) or text.startswith(_BETWEEN)

    def _say(self, text: str) -> None:
        if text:
            self._watch.say(self._way_out.hidden(text).encode())

    def _begin(self, number: int, instruction: str) -> None:
        # The engine adds a last step of its own, which sets the labels and stands on no line.
        known = self._instructions[number - 1 : number]
        self._step = Step(number, instruction, known[0].line if known else None)
        self._printed.clear()
        self._watch.step(self._step)

    def _found_layer(self, layer: str) -> None:
        words = self._step.instruction.split() if self._step else []
        if not words or words[0].upper() != "FROM":
            self._layer = layer
        else:
            # A FROM has one layer, the image that it names, which is not ours to take away when the build is stopped.
            # The last one counts: a stage before it leaves nothing else.
            named = next((word for word in words[1:] if not word.startswith("--")), "")
            self._base = Base(named, layer)

    def _whole_base(self) -> Base | None:
        """With its whole digest, of which the engine prints the beginning."""
        if self._base is None:
            return None
        with self._engine.talking():
            try:
                return Base(self._base.name, str(self._engine.image(self._base.digest)["Id"]))
            except ImageNotFound:
                return None  # taken away by somebody else just now

    def _failed(self, said: str) -> BuildFailed:
        """What the engine said, in words for the author of the Dockerfile."""
        step, code = self._step, _EXIT.search(said)
        if _NO_SPACE.search(said):
            return BuildFailed("The disk of the Docker engine is full.", step=step, error=said)
        if step is None:
            return BuildFailed(f"The build failed: {said}", error=said)
        if step.instruction.upper().startswith("FROM"):
            return BuildFailed(f"The base image is not available: {said}", step=step, error=said)
        where = f"Line {step.line} of the Dockerfile" if step.line else f"Step {step.number}"
        if code is None:
            return BuildFailed(f"{where} failed: {said}", step=step, error=said)
        telling = self._way_out.hidden(self._printed.telling(otherwise=said))
        if code[1] == _KILLED:
            megabytes = self._recipe.memory_bytes // (1024 * 1024)
            why = f"it was killed, probably because it needed more than the {megabytes} MB of memory that builds have"
            return BuildFailed(f"{where} failed: {why}.", step=step, error=telling)
        return BuildFailed(f"{where} failed with exit code {code[1]}: {telling}", step=step, error=telling)

    def _refused(self, said: str) -> BuildFailed:
        """The engine refused before the first step: an unreadable Dockerfile, or no room for its files."""
        line = re.search(r"\bline (\d+)", said)
        text = next((one.text for one in self._instructions if line and one.line == int(line[1])), "")
        step = Step(0, text, int(line[1])) if line else None
        return BuildFailed(f"The engine did not accept the Dockerfile: {said}", step=step, error=said)

    def _size(self, image: str) -> int:
        with self._engine.talking():
            return int(self._engine.image(image)["Size"])

    def _late_layer(self) -> str:
        """The layer of the step in which the build was stopped, if the engine was just finishing it: nobody is told of
        that any more. Found by what it stands on and what it ran; empty if there is none."""
        below = self._layer or (self._base.digest if self._base else "")
        word, _, command = self._step.instruction.partition(" ") if self._step else ("", "", "")
        deadline = time.monotonic() + _LATE_S
        while below and command and word.upper() == "RUN" and time.monotonic() < deadline:
            with suppress(RunnerUnavailable, Refused, ImageNotFound), self._engine.talking():
                for one in self._engine.client.images(all=True):
                    stands_on = str(one["ParentId"]).removeprefix("sha256:")
                    if stands_on.startswith(below.removeprefix("sha256:")) and command in self._ran(one["Id"]):
                        return str(one["Id"])
            time.sleep(POLL_S)
        return ""

    def _ran(self, image: str) -> str:
        return " ".join(self._engine.image(image).get("ContainerConfig", {}).get("Cmd") or ())

    def _remove(self, image: str) -> None:
        """Take away an image and the layers that only it needs; best effort, since the build has failed anyhow.

        The engine may still be busy with ending the step that was stopped.
        """
        deadline = time.monotonic() + _CLEANING_S
        while image and time.monotonic() < deadline:
            with suppress(RunnerUnavailable, Refused), self._engine.talking():
                try:
                    self._engine.client.remove_image(image)
                    return
                except ImageNotFound:
                    return
                except APIError:
                    time.sleep(POLL_S)


def _read(recipe: Recipe) -> list[Instruction]:
    try:
        return instructions(recipe.files["Dockerfile"].decode("utf-8", "replace"))
    except KeyError:
        raise BuildFailed("The image has no Dockerfile.") from None
