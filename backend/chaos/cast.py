"""Those who are struck: Scripter's processes and the services below them, each under one name; carries out the strikes.

Keeps the account of who was struck and started when, from which the oracle works out what could be expected."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.plan import SERVICES, WORKERS, How, Strike
from testbed.services import Name, Services
from testbed.stack import Stack

PROCESSES = ("web", "clock", *WORKERS)
_NAMES: dict[str, Name] = {"rabbitmq": "rabbitmq", "mariadb": "mariadb", "dockerd": "dockerd"}
_WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """Something was done to `name`: a strike (`how`), or a start (`how` is None)."""

    at: float
    name: str
    how: How | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """`name` did not answer between these moments, seconds since the epoch."""

    name: str
    began: float
    ended: float


@dataclass
class Account:
    """What was done, in the order in which it was done."""

    strikes: list[Moment] = field(default_factory=list)
    starts: list[Moment] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    """Processes that ended though nobody struck them, with the end of what they printed."""


class Cast:
    """The processes of one stack and the services of the testbed."""

    def __init__(self, stack: Stack, services: Services) -> None:
        self.account = Account()
        self._stack = stack
        self._services = services
        # One strike at a time on each: the plan sees to it but for what takes longer than planned.
        self._locks = {name: threading.Lock() for name in (*PROCESSES, *SERVICES)}

    def start(self, name: str) -> None:
        """Start a process of Scripter."""
        if name in WORKERS:
            self._stack.start_as(name, "worker", SCRIPTER_WORKER__NAME=name)
        else:
            self._stack.start(name)
        self.account.starts.append(Moment(time.time(), name))

    def strike(self, strike: Strike, healed: threading.Event) -> None:
        """Strike, wait (shorter once `healed` is set), bring back; returns when it is back or, a process, started."""
        with self._locks[strike.victim]:
            if strike.victim in SERVICES:
                self._crash_service(_NAMES[strike.victim], strike.down_s, healed)
            elif strike.how is How.FREEZE:
                self._freeze(strike, healed)
            else:
                self._end_process(strike, healed)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Meanwhile: a process that ends by itself is noted and started again, as any supervisor of services would."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._watch, args=(stopped,), name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def vitals(self, name: str) -> tuple[int, int]:
        """Open files and threads of a process of Scripter."""
        pid = self._stack.pid(name)
        return vitals(pid) if pid is not None else (0, 0)

    def _crash_service(self, name: Name, down_s: float, healed: threading.Event) -> None:
        began = time.time()
        self.account.strikes.append(Moment(began, name, How.KILL))
        self._services.kill(name)
        try:
            healed.wait(down_s)
        finally:
            self._services.start(name)
            self.account.outages.append(Outage(name, began, time.time()))

    def _freeze(self, strike: Strike, healed: threading.Event) -> None:
        self.account.strikes.append(Moment(time.time(), strike.victim, strike.how))
        self._stack.signal(strike.victim, signal.SIGSTOP)
        try:
            healed.wait(strike.down_s)
        finally:
            self._stack.signal(strike.victim, signal.SIGCONT)
            self.account.starts.append(Moment(time.time(), strike.victim))

    def _end_process(self, strike: Strike, healed: threading.Event) -> None:
        self.account.strikes.append(Moment(time.time(), strike.victim, strike.how))
        if strike.how is How.STOP:
            self._stack.stop(strike.victim)
        else:
            self._stack.kill(strike.victim)
        try:
            healed.wait(strike.down_s)
        finally:
            self.start(strike.victim)

    def _watch(self, stopped: threading.Event) -> None:
        while not stopped.wait(_WATCH_S):
            for name in PROCESSES:
                if self._locks[name].acquire(blocking=False):
                    try:
                        self._revive(name)
                    finally:
                        self._locks[name].release()

    def _revive(self, name: str) -> None:
        if self._stack.pid(name) is None:
            self.account.deaths.append(f"{name} ended by itself:\n{self._stack.log(name)[-2000:]}")
            self.account.strikes.append(Moment(time.time(), name, How.KILL))
            self.start(name)


def vitals(pid: int) -> tuple[int, int]:
    """Open files and threads of a process; zeros when it is gone."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir())), len(list(Path(f"/proc/{pid}/task").iterdir()))
    except FileNotFoundError:
        return 0, 0
