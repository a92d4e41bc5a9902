"""Starting, finding and ending the testbed's processes; used by its three services.

The kernel's process table is the only record: a process of ours is known by its program and by an argument that names
the testbed's own directory. A file with a process id would go stale when the machine stops, and its id may by then be
somebody else's.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from testbed.errors import ServiceError

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROXY_VARIABLES = frozenset({"http_proxy", "https_proxy", "no_proxy"})
POLL_SECONDS = 0.05
# The directory of a testbed whose services other tests may be using at this moment: then none of them is broken.
SHARED_VARIABLE = "SCRIPTER_TEST_SHARED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of the testbed: how it is started, and how its process is told from all others."""

    command: tuple[str, ...]
    name: str
    """The file name of the running program; a wrapper may have replaced itself by it."""
    mark: str
    """Text in its arguments that no process but the testbed's has."""
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def start(program: Program) -> int:
    """Start the program in a session of its own, its output added to its log; answers its process id at once."""
    path = shutil.which(program.command[0], path=SYSTEM_PATH)
    if path is None:
        raise ServiceError(f"{program.command[0]} is not installed. Run backend/provision as root.")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    # posix_spawn and not Popen: the process outlives this one, and Popen would warn that nobody waited for it.
    return os.posix_spawn(
        path,
        program.command,
        environment(program.environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(program.log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a program of the testbed finds in its environment: little of this process's, so that each start is alike."""
    proxies = {key: value for key, value in os.environ.items() if key.lower() in PROXY_VARIABLES}
    return {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", **proxies, **extra}


def find(program: Program) -> list[int]:
    """The process ids of the program, usually one or none."""
    return [pid for pid in _all_pids() if is_ours(pid, program)]


def is_ours(pid: int, program: Program) -> bool:
    """Whether the living process `pid` is this program of this testbed. A process that has ended is not."""
    try:
        # The mark may stand across two arguments, hence the blanks.
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    except OSError:
        return False
    return program.mark in arguments and Path(arguments.split(" ", 1)[0]).name == program.name


def send(program: Program, number: signal.Signals) -> list[int]:
    """Send a signal to every process of the program; answers their ids.

    Raises:
        ServiceError: as `check_unshared`.
    """
    found = find(program)
    if found:
        check_unshared(program)
    return [pid for pid in found if _send(pid, program, number)]


def check_unshared(program: Program) -> None:
    """Called before anything is broken.

    Raises:
        ServiceError: other tests may be using the program at this moment.
    """
    shared = os.environ.get(SHARED_VARIABLE)
    if shared and f"{shared}/" in program.mark:
        raise ServiceError(
            f"Other tests may be using {program.name} at this moment, so it is left alone."
            " A test that breaks a service says so: @pytest.mark.alone"
        )


def stop(program: Program, grace_seconds: float) -> None:
    """Ask the program to end, insist after the grace, return when it is gone."""
    send(program, signal.SIGTERM)
    if not wait_until(lambda: not find(program), grace_seconds):
        kill(program)


def kill(program: Program) -> None:
    """End the program at once, as a crash would, and return when it is gone."""
    send(program, signal.SIGKILL)
    if not wait_until(lambda: not find(program), 30):
        raise ServiceError(f"{program.name} (process {find(program)}) cannot be killed. It may be waiting for a disk.")


def kill_children(parents: Iterable[int]) -> None:
    """End at once the direct children of the processes."""
    wanted = set(parents)
    for pid in _all_pids():
        if _parent(pid) in wanted:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def has_ended(pid: int) -> bool:
    """Whether the process is gone; takes its exit status if it was a child of ours, so that no zombie stays."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    return not Path(f"/proc/{pid}").exists()


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it holds; False if it never did in that time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _parent(pid: int) -> int | None:
    try:
        # "pid (name) state parent ...": the name may hold blanks and brackets, so count from its end.
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return None
    return int(after_name.split()[1])


def _send(pid: int, program: Program, number: signal.Signals) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        # Asked again while the handle holds the process: its id may have gone to another one since it was found.
        if not is_ours(pid, program):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True
