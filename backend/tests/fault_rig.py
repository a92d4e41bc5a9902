"""Scripter as users run it, with jobs whose output tells whether anything was lost or doubled; what fault tests share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import docker

import testbed
from scripter.jobs.states import FINAL
from testbed.engine import Engine
from testbed.rabbitmq import Rabbitmq
from testbed.stack import Stack

# What waits for a lease, a sweep and a container takes a minute, and three where others use the machine.
PATIENCE_S = 240
ENDS = {status.value for status in FINAL}
PROCESSES = ("web", "worker", "clock")
# Prints so many lines, with a pause before each. The log is appended to, so a second start would show in it.
COUNTER = """
import sys, time
for n in range(int(sys.argv[1])):
    time.sleep(float(sys.argv[2]))
    print("line", n, flush=True)
"""


def until(true: Callable[[], object], what: str) -> None:
    """Wait for it; the time is only there to end a test that would hang."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.1)


class Rig:
    """One installation and its services, to be broken and mended."""

    def __init__(self, stack: Stack, services: testbed.Services) -> None:
        self.stack = stack
        self.services = services
        self.image: Any = None
        self.counter: Any = None

    @property
    def broker(self) -> Rabbitmq:
        broker = self.services.own["rabbitmq"]
        assert isinstance(broker, Rabbitmq)
        return broker

    @property
    def engine(self) -> Engine:
        engine = self.services.own["dockerd"]
        assert isinstance(engine, Engine)
        return engine

    @property
    def vhost(self) -> str:
        return self.stack.environment["SCRIPTER_QUEUE__URL"].rpartition("/")[2]

    def open(self) -> None:
        """The first user, an image and a script."""
        self.stack.set_up("web")
        self.image = self.stack.make_image("Bare")
        self.counter = self.script("Counter", COUNTER)

    def script(self, name: str, source: str, **more: Any) -> Any:
        return self.stack.make_script(self.image, name, source, **more)

    def start(self, script: Any, *arguments: object, **headers: str) -> Any:
        body = {"arguments": [str(one) for one in arguments]}
        return self.stack.call("POST", f"/scripts/{script['id']}/jobs", body, headers=headers)

    def count(self, lines: int, pause_s: float = 0.02) -> Any:
        """Start a job that counts."""
        return self.start(self.counter, lines, pause_s)

    def now(self, job: Any) -> Any:
        return self.stack.call("GET", f"/jobs/{job['id']}")

    def begun(self, job: Any) -> Any:
        """Once the script has printed something and counts as running."""
        until(lambda: self.said(job), f"the first line of job {job['id']}, which is {self.now(job)}")
        return self.stack.wait_for(f"/jobs/{job['id']}", {"running"})

    def ended(self, job: Any) -> Any:
        return self.stack.wait_for(f"/jobs/{job['id']}", ENDS, PATIENCE_S)

    def said(self, job: Any) -> list[str]:
        """The script's own lines."""
        text = self.stack.http.get(f"{self.stack.url}/api/jobs/{job['id']}/log?plain=1", timeout=30).text
        return [line for line in text.splitlines() if not line.startswith("[scripter]")]

    def counted(self, job: Any, lines: int) -> None:
        """It succeeded, began once, came to one end, and its log is whole."""
        ended = self.ended(job)
        assert (ended["status"], ended["reason"]) == ("succeeded", "exit 0"), ended
        said = [line for line in self.said(job) if line.startswith("line")]
        assert said == [f"line {n}" for n in range(lines)]
        moves = [event["now"] for event in self.events(job)]
        assert sum(now in ENDS for now in moves) == 1, moves

    def events(self, job: Any) -> Any:
        return self.stack.call("GET", f"/jobs/{job['id']}/events")["items"]

    def nothing_left(self) -> None:
        """No job's container and no job's directory is left."""
        until(lambda: not self.containers("job") and not list((self.stack.data / "slots").glob("[0-9]*")), "the rest")

    def containers(self, kind: str = "") -> list[str]:
        """This installation's containers, dead or alive, by name."""
        instance = (self.stack.data / "keys" / "instance").read_text().strip()
        with closing(docker.APIClient(base_url=self.services.docker_host, version="auto")) as client:
            found = client.containers(all=True, filters={"name": f"scripter-{instance}-{kind}"})
        return [name for one in found for name in one["Names"] or ()]

    def health(self) -> Any:
        return self.stack.http.get(f"{self.stack.url}/api/health", timeout=30).json()

    def heal(self) -> None:
        """Everything runs again, as after a repair."""
        for name in self.services.own:
            if not self.services.own[name].answers():
                self.services.start(name)
        for name in PROCESSES:
            if self.stack.pid(name) is None:
                self.stack.start(name)
        self.stack.wait_until_it_answers("web")
