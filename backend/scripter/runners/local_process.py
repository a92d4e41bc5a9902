"""Processes that outlive the worker: how they are started, known again, signalled and ended; used by local."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ROUNDS = 50
# All that this process has started and not yet reaped. Of the whole process, as children are, and not of one runner.
_children: set[int] = set()
_lock = threading.Lock()
# Field numbers of /proc/PID/stat, counted from the one after the name, which may itself hold blanks.
_STATE, _PARENT, _START = 0, 1, 19


@dataclass(frozen=True, slots=True)
class Process:
    """One process and no later one with the same number: it is known by its start as well."""

    pid: int
    start: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process that has this number now."""
        stat = _stat(pid)
        return cls(pid, stat[_START], _BOOT.read_text().strip()) if stat else None

    @classmethod
    def parse(cls, text: str) -> Process:
        """The opposite of `str`."""
        pid, start, boot = text.split(":")
        return cls(int(pid), start, boot)

    def __str__(self) -> str:
        return f"{self.pid}:{self.start}:{self.boot}"

    @property
    def alive(self) -> bool:
        """A zombie does not count: it has ended, and only waits for whoever started it."""
        stat = _stat(self.pid)
        return stat is not None and stat[_STATE] != "Z" and Process.of(self.pid) == self

    def signal(self, number: signal.Signals) -> None:
        """Signal it if it still lives. The descriptor keeps its number from going to another meanwhile."""
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(self.pid)
            try:
                if self.alive:
                    signal.pidfd_send_signal(descriptor, number)
            finally:
                os.close(descriptor)

    def kill_tree(self) -> None:
        """End it and all that came from it. It is stopped first: it adopts its orphans, so that none gets away."""
        self.signal(signal.SIGSTOP)
        for _ in range(_ROUNDS):
            below = list(_descendants(self.pid)) if self.alive else []
            for one in below:
                one.signal(signal.SIGKILL)
            if not below:
                break
        self.signal(signal.SIGKILL)


def spawn(command: Sequence[str], environment: Mapping[str, str], *, stdin: int, errors: Path, info: int = -1) -> int:
    """Start a process in a session of its own, so that no signal for the worker's terminal reaches it.

    The descriptor `stdin` becomes number 0, and `info` number 3.
    Not `subprocess`: its objects insist on being waited for by the very process that made them.
    """
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
        (os.POSIX_SPAWN_DUP2, stdin, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(errors), append, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    if info >= 0:
        actions.append((os.POSIX_SPAWN_DUP2, info, 3))
    with _lock:
        pid = os.posix_spawn(command[0], list(command), dict(environment), file_actions=actions, setsid=True)
        _children.add(pid)
    return pid


def ready(descriptor: int, event: int, patience_s: float) -> bool:
    """Whether `select.POLLIN` or `POLLOUT` (or the other side's end) comes within this time."""
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(patience_s * 1000))


def reap() -> None:
    """Take the children that have ended off the process table."""
    with _lock:
        _children.difference_update({pid for pid in _children if os.waitpid(pid, os.WNOHANG)[0] == pid})


def tasks_of_this_user() -> int:
    """Processes and threads that count against this user's limit."""
    count = 0
    for pid in _pids():
        with suppress(OSError):
            if Path(f"/proc/{pid}").stat().st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208 - names only, and many of them
    return count


def _descendants(root: int) -> Iterator[Process]:
    children: dict[int, list[Process]] = {}
    for pid in _pids():
        stat, process = _stat(pid), Process.of(pid)
        if stat and process and stat[_STATE] != "Z":
            children.setdefault(int(stat[_PARENT]), []).append(process)
    waiting = children.get(root, [])
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children.get(process.pid, [])


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
