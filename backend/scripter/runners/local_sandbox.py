"""Bubblewrap around a local job where the machine allows it. It tidies, and promises no isolation. Used by local."""

from __future__ import annotations

import functools
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

from scripter.runners import local_process
from scripter.runners.protocol import Network

_PATIENCE_S = 10
_SHUT_OFF = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "job", "--cap-drop", "ALL"]
_SYSTEM = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108 - its own


@functools.cache
def program() -> str | None:
    """The path of bubblewrap, if it is there and works: kernels and outer containers often forbid it."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    trial = [found, *_SHUT_OFF, *_SYSTEM, "--unshare-net", "true"]
    try:
        done = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found if done.returncode == 0 else None


def around(
    sandbox: str, command: list[str], *, agent: Path, directory: Path, venv: Path, data: Path, network: Network
) -> list[str]:
    """The command line: a read-only system, own processes and /tmp, and of Scripter's data only the job's directory.

    Not --die-with-parent: the job is to outlive the worker.
    """
    offline = ["--unshare-net"] if network is Network.NONE else []
    # The agent and the interpreter may lie under /tmp or the data directory themselves.
    needed = (agent, Path(sys.base_prefix), venv)
    shown = [part for path in needed for part in ("--ro-bind", str(path), str(path))]
    places = ["--tmpfs", str(data), *shown, "--bind", str(directory), str(directory)]
    # As process 1 the agent adopts every orphan, and its end is the end of all.
    start = ["--chdir", str(directory), "--as-pid-1", "--info-fd", "3", "--"]
    return [sandbox, *_SHUT_OFF, *offline, *_SYSTEM, *places, *start, *command]


def pid_inside(info: int) -> int | None:
    """The agent's process number as seen from out here, which bubblewrap writes to `info`; None if it failed."""
    text = b""
    while local_process.ready(info, select.POLLIN, _PATIENCE_S) and (data := os.read(info, 4096)):
        text += data
        if b"}" in text:
            return int(json.loads(text)["child-pid"])
    return None
