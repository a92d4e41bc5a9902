"""What the testbed can do with any of its services, and how it waits for one; kept by engine, mariadb and rabbitmq."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from testbed import processes
from testbed.errors import ServiceError
from testbed.processes import Program

# Long, because a first start on a loaded two-core machine is slow; a program that ends early is noticed at once.
START_SECONDS = 240
LOG_TAIL_LINES = 25


class Daemon(Protocol):
    """A service of the testbed. Every verb is safe to repeat."""

    @property
    def name(self) -> str: ...

    @property
    def url(self) -> str:
        """Where it is, once it was started."""

    def answers(self) -> bool:
        """Whether it runs and speaks its protocol, which says more than a process or an open port."""

    def start(self) -> None:
        """Start it, whatever an earlier run left behind, and return when it answers."""

    def stop(self) -> None:
        """End it in good order and leave no process behind."""

    def kill(self) -> None:
        """End it as a crash would. What it wrote to disk stays, `start` brings it back."""


def start_and_wait(program: Program, answers: Callable[[], bool]) -> None:
    """Start the program and return when it answers; an error with the end of its log if it does not."""
    pid = processes.start(program)
    ended = False

    def settled() -> bool:
        nonlocal ended
        ended = processes.has_ended(pid)
        return ended or answers()

    if not processes.wait_until(settled, START_SECONDS):
        raise ServiceError(f"{program.name} does not answer after {START_SECONDS} s.\n{tail(program.log)}")
    if ended:
        raise ServiceError(f"{program.name} ended while it was starting.\n{tail(program.log)}")


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and answer what it printed; an error with its own words if it fails."""
    try:
        done = subprocess.run(
            command,
            env=processes.environment(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
    except FileNotFoundError as error:
        raise ServiceError(f"{command[0]} is not installed. Run backend/provision as root.") from error
    if done.returncode:
        said = f"{done.stdout}{done.stderr}"
        raise ServiceError(f"'{' '.join(command)}' failed with exit code {done.returncode}:\n{said}")
    return done.stdout


def tail(log: Path) -> str:
    """The last lines of a log, headed by its path."""
    lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:] if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])
