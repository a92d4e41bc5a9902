"""A child process that is kept warm and answers questions, one at a time. Used for work that may hang, crash or swell.

Questions and answers are lines of JSON on its standard input and output. Its first line says that it is ready. When
it takes too long over a question, or dies, it is replaced with the next question; whoever asked gets no answer."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWorking
from contextlib import suppress
from typing import Any, Final

import structlog

from scripter.lib.errors import TooMany

log = structlog.get_logger(__name__)

# For a machine with other things to do; nobody waits for it longer than their own patience.
_START_S: Final = 60.0
_MOST_BYTES: Final = 4 * 1024 * 1024
# Nothing of our own surroundings is handed on: there are passwords in it.
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


class Answerer:
    """One child process and the thread that speaks to it; both are started by the first question.

    `patience_s`: how long anybody waits for an answer, the line before it included. `longest_s`: how long the child may
    work on one question before it is killed; its own limit of processor time should end it sooner. `waiting`: how many
    questions there may be at one time.
    """

    def __init__(self, command: Sequence[str], *, patience_s: float, longest_s: float, waiting: int) -> None:
        self._command = list(command)
        self._patience_s, self._longest_s, self._waiting = patience_s, longest_s, waiting
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answerer")
        self._open: set[Future[dict[str, Any] | None]] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def ask(self, question: Mapping[str, object], first: Callable[[], object] = lambda: None) -> dict[str, Any] | None:
        """The answer; None if there was none in time. `first` is done right before the child is asked, by the thread
        that asks it: what it lays out stays as it is until the answer is there.

        Raises:
            TooMany: too many questions wait already.
        """
        if len(self._open) >= self._waiting:
            raise TooMany("Too many questions are being answered at the moment. Try again shortly.", retry_after_s=1)
        future = self._thread.submit(self._exchange, json.dumps(question).encode() + b"\n", first)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        try:
            return future.result(self._patience_s)
        except StillWorking:
            future.cancel()  # if it has not begun; otherwise the child goes on until its time is over
            return None

    def close(self) -> None:
        """End the child, also in the middle of an answer."""
        if self._process is not None:
            self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _exchange(self, line: bytes, first: Callable[[], object]) -> dict[str, Any] | None:
        first()
        try:
            process = self._process or self._start()
            _pipe(process.stdin).write(line)
            _pipe(process.stdin).flush()
            return dict(json.loads(self._line(process, self._longest_s)))
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            log.info("answerer.replaced", why=repr(error)[:200])
            self._end()
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
        )
        self._buffer = b""
        self._line(self._process, _START_S)
        return self._process

    def _line(self, process: subprocess.Popen[bytes], within_s: float) -> bytes:
        """The next line that the child says.

        Raises:
            EOFError: it has ended. TimeoutError: it says nothing. ValueError: it says too much.
        """
        until, pipe = time.monotonic() + within_s, _pipe(process.stdout).fileno()
        while b"\n" not in self._buffer:
            if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(pipe, 65_536)
            if not part:
                raise EOFError
            self._buffer += part
            if len(self._buffer) > _MOST_BYTES:
                raise ValueError("An answer is too long.")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not written any more is lost
                _pipe(pipe).close()


def _pipe(pipe: Any) -> Any:
    if pipe is None:
        raise EOFError
    return pipe
