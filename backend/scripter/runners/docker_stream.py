"""The messages of the engine's classic builder, over a connection that can be broken; used by docker_build."""

from __future__ import annotations

import io
import queue
import tarfile
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

import requests

from scripter.lib.errors import ScripterError
from scripter.runners.docker_engine import Engine
from scripter.runners.protocol import Recipe
from scripter.runners.way_out import WayOut

# What the engine sends, one JSON object at a time.
Message = Mapping[str, Any]

_IN_MEMORY = 16 * 1024 * 1024
_PATIENCE_S = 10


class BuildStream:
    """A running build. The engine stops it by itself as soon as the connection is gone.

    A thread of its own reads, since a silent build would block whoever reads, and nobody could cancel it.
    """

    def __init__(self, engine: Engine, recipe: Recipe, way_out: WayOut) -> None:
        self._engine, self._recipe, self._way_out = engine, recipe, way_out
        self._messages: queue.SimpleQueue[Message | ScripterError | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._response: requests.Response | None = None
        self._broken = False
        self._thread = threading.Thread(target=self._read, name="docker-build", daemon=True)
        self._thread.start()

    def next(self, patience_s: float) -> Message | None:
        """The next message; None at the end.

        Raises:
            TimeoutError: nothing came for so long; the build may well go on.
            RunnerUnavailable, Refused: the engine went away, or refused the build before its first step.
        """
        try:
            message = self._messages.get(timeout=patience_s)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(message, ScripterError):
            raise message
        return message

    def close(self) -> None:
        """Break the connection if the build still runs; then wait a little for the reading thread."""
        with self._lock:
            self._broken = True
            self._shut()
        self._thread.join(_PATIENCE_S)

    def _read(self) -> None:
        try:
            files = context(self._recipe, self._way_out)
            with self._engine.talking(), files, self._engine.connect(_PATIENCE_S) as client:
                client.hooks["response"].append(self._remember)
                for message in client.build(fileobj=files, **self._options()):
                    self._messages.put(message)
            self._messages.put(None)
        except ScripterError as error:
            self._messages.put(error)

    def _options(self) -> dict[str, Any]:
        memory = self._recipe.memory_bytes
        return {
            "tag": self._recipe.name,
            "labels": dict(self._recipe.labels),
            "custom_context": True,
            "decode": True,
            "rm": True,
            "forcerm": True,
            "container_limits": {"memory": memory, "memswap": memory},
            # The user's Docker settings may hold proxies with passwords, which would end up in the image.
            "use_config_proxy": False,
            "buildargs": self._way_out.arguments(),
        }

    def _remember(self, response: requests.Response, **_: object) -> None:
        with self._lock:
            self._response = response
            if self._broken:
                self._shut()

    def _shut(self) -> None:
        # Only this wakes a thread that is blocked in reading; closing from here would not.
        if self._response is not None:
            with suppress(OSError, RuntimeError, ValueError):
                self._response.raw.shutdown()


def context(recipe: Recipe, way_out: WayOut) -> IO[bytes]:
    """The build context as a tar file, made from the recipe alone: no link and no path of this machine can get in."""
    # Closed by the caller; kept in memory unless it is large.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with tarfile.open(fileobj=file, mode="w") as tar:
        for path, content in sorted(recipe.files.items()):
            if path == "Dockerfile":
                content = way_out.dockerfile(content.decode("utf-8", "surrogateescape")).encode(
                    "utf-8", "surrogateescape"
                )
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            # A recipe's files carry no mode; what names its interpreter is meant to be run.
            entry.mode = 0o755 if content.startswith(b"#!") else 0o644
            tar.addfile(entry, io.BytesIO(content))
    file.seek(0)
    return file
