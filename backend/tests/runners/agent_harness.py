"""Runs the agent for the tests of this folder as the runners do: as text on a command line, with a go."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripter import logstore
from scripter.logstore import Line
from scripter.runners.agent import agent

SOURCE = Path(agent.__file__).read_text()
JOB = "6f1f2a0e-6d0c-4b53-9f5e-0f6f9d3c8a11"
USER = [10001, 10001]

# Root as it is in a job's container, PID 1 with three capabilities, without a container: what the locks rest on.
AS_IN_A_CONTAINER = [
    *("unshare", "--pid", "--fork", "--mount-proc", "--kill-child"),
    *("setpriv", "--inh-caps=-all", "--bounding-set=-all,+setuid,+setgid,+kill"),
]


@dataclass
class Ran:
    """What one run of the agent left behind."""

    directory: Path
    returncode: int
    complaints: bytes

    @property
    def log(self) -> bytes:
        path = self.directory / "log"
        return path.read_bytes() if path.exists() else b""

    @property
    def exit(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "exit.json").read_text())
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        path = self.directory / "events.jsonl"
        return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    @property
    def lines(self) -> list[Line]:
        return [logstore.parse(line) for line in self.log.split(b"\n")[:-1]]

    def text(self, stream: str) -> bytes:
        """What the script wrote on `stream`, byte for byte."""
        lines = [line for line in self.lines if line.stream == stream and not line.own]
        return b"".join(line.text + (b"" if line.partial else b"\n") for line in lines)

    @property
    def out(self) -> bytes:
        return self.text("stdout")

    @property
    def err(self) -> bytes:
        return self.text("stderr")

    @property
    def own(self) -> list[str]:
        return [line.text.decode() for line in self.lines if line.own]

    def check_record(self) -> None:
        """The exit record is about exactly the bytes that this run added to the log."""
        added = self.log[self.exit["log_start"] :]
        assert self.exit["log_bytes"] == len(added)
        assert self.exit["log_sha256"] == hashlib.sha256(added).hexdigest()
        assert all(line.at is not None for line in self.lines)
        assert all(text.startswith(f"job {JOB}: ") for text in self.own)


@dataclass
class Bench:
    """One job directory, and the agent started in it."""

    directory: Path
    python: str = sys.executable
    prefix: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.directory / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(textwrap.dedent(content).encode() if isinstance(content, str) else content)

    def go(self, **changes: object) -> dict[str, object]:
        return {
            "version": 1,
            "job": JOB,
            "entry": "main.py",
            "arguments": [],
            "environment": {},
            "secrets": {},
            "time_limit_s": 60,
            "grace_s": 5,
            "log_limit_bytes": 64 * 2**20,
            "owner": None,
            "user": None,
            "limits": None,
            "disk": None,
            "banner": [],
            "claimed_ns": 0,
            **changes,
        }

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.prefix, self.python, "-c", SOURCE],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"SCRIPTER_JOB_DIR": str(self.directory), **self.environment},
        )

    def send(self, process: subprocess.Popen[bytes], **changes: object) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(self.go(**changes)).encode() + b"\n")
        process.stdin.flush()

    def end(self, process: subprocess.Popen[bytes]) -> Ran:
        _, complaints = process.communicate(timeout=60)
        return Ran(self.directory, process.returncode, complaints)

    def run(self, source: str | bytes, entry: str = "main.py", **changes: object) -> Ran:
        """Run one script to its end."""
        self.write({entry: source})
        process = self.start()
        self.send(process, entry=entry, **changes)
        return self.end(process)


@contextmanager
def job_directory(directory: Path) -> Iterator[Bench]:
    """A job directory as the worker makes it, open to the script's user where it has to be."""
    for name, mode in {"src": 0o755, "work": 0o777, "artifacts": 0o777}.items():
        (directory / name).mkdir()
        (directory / name).chmod(mode)
    directory.chmod(0o755)
    yield Bench(directory)


@contextmanager
def new_bench() -> Iterator[Bench]:
    """Beside pytest's own directories: those are closed to other users."""
    directory = Path(tempfile.mkdtemp(prefix="scripter-agent-"))
    try:
        with job_directory(directory) as bench:
            yield bench
    finally:
        shutil.rmtree(directory)
