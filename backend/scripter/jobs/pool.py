"""Warm containers: made before their job is known, so that a job need not wait for the start of one. Held by the
supervisor; each is used for one job and never again.

How many are kept follows from what was asked for: as many of a kind as were once started within a few seconds of each
other, for as long as that was a little while ago, and all together within a budget of memory."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from scripter.context import Context
from scripter.jobs import slots
from scripter.lib.errors import ScripterError
from scripter.runners.protocol import ImageGone, Limits, Network, Refused, Runner, Slot, SlotSpec

log = structlog.get_logger(__name__)

# A kind that nobody has asked for since then is kept warm no more.
KEEP_S = 600.0
# Jobs that start within this time of each other count as one burst.
BURST_S = 5.0
# A container that has waited for so long makes place for a new one.
RENEW_S = 1800.0
# What a waiting container costs, measured: Python with the agent, and the engine's process that watches over it.
COST_MB = 24
_REMEMBERED = 200


class Kind(NamedTuple):
    """What must be the same for a job to have a warm container."""

    image: str
    limits: Limits
    network: Network


@dataclass(frozen=True, slots=True)
class _Warm:
    slot: Slot
    made_at: float


@dataclass(slots=True)
class _Shelf:
    """What is known of one kind. Times are monotonic, oldest first."""

    asked: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    waiting: list[_Warm] = field(default_factory=list)


class Pool:
    """The warm containers of one worker. Safe to be used by several threads."""

    def __init__(self, context: Context, runner: Runner, most: int) -> None:
        self._context = context
        self._runner = runner
        self._most = min(most, context.settings.worker.warm_memory_mb // COST_MB) if runner.warms else 0
        self._shelves: dict[Kind, _Shelf] = {}
        self._making = ""
        self._lock = threading.Lock()
        # Rung whenever there may be something to make.
        self.bell = threading.Event()

    def ask(self, kind: Kind, seconds_ago: float = 0.0) -> None:
        """Take note that a job of this kind starts."""
        with self._lock:
            self._shelves.setdefault(kind, _Shelf()).asked.append(time.monotonic() - seconds_ago)

    def take(self, kind: Kind) -> Slot | None:
        """A container that waits for a job of this kind; it is the caller's from now on."""
        with self._lock:
            shelf = self._shelves.get(kind)
            return shelf.waiting.pop(0).slot if shelf and shelf.waiting else None

    def names(self) -> set[str]:
        """What the containers are called that wait now."""
        with self._lock:
            return {warm.slot.name for shelf in self._shelves.values() for warm in shelf.waiting}

    def keeps(self, called: str) -> bool:
        """Whether the container that is called so waits now, or is being made."""
        return called == self._making or called in self.names()

    def tend(self, quiet: Callable[[], bool]) -> None:
        """Remove what is not wanted any more, and make what is missing, one by one, while it is `quiet`."""
        self._drop_all(self._superfluous())
        while quiet() and (kind := self._missing()) is not None:
            self._make(kind)

    def drop(self, slot: Slot) -> None:
        """Remove a container that no job has had, and its directory.

        Raises: RunnerUnavailable, Refused; the worker sweeps up later what is on no shelf.
        """
        self._runner.discard(slot)
        slots.remove(slot.directory)

    def close(self) -> None:
        """Remove all; called when the worker stops."""
        self._most = 0
        self._drop_all(self._superfluous())

    def _drop_all(self, superfluous: Iterable[Slot]) -> None:
        for slot in superfluous:
            try:
                self.drop(slot)
            except ScripterError as error:
                log.warning("pool.not_removed", container=slot.name, error=str(error))

    def _make(self, kind: Kind) -> None:
        spec = self._spec(kind)
        (spec.directory / "src").mkdir(parents=True)
        self._making = spec.name
        try:
            self._keep(kind, self._runner.prepare(spec))
        except (ImageGone, Refused) as error:
            # Whoever starts the next job of this kind will be told; it is asked for again then.
            log.info("pool.not_made", image=kind.image, error=str(error))
            self._forget(kind)
            slots.remove(spec.directory)
        except BaseException:
            slots.remove(spec.directory)
            raise
        finally:
            self._making = ""

    def _keep(self, kind: Kind, slot: Slot) -> None:
        with self._lock:
            self._shelves.setdefault(kind, _Shelf()).waiting.append(_Warm(slot, time.monotonic()))

    def _forget(self, kind: Kind) -> None:
        with self._lock:
            self._shelves[kind].asked.clear()

    def _spec(self, kind: Kind) -> SlotSpec:
        called = slots.warm_name(self._context, secrets.token_hex(6))
        return SlotSpec(
            name=called,
            image=kind.image,
            directory=slots.warm_directory(self._context, called),
            limits=kind.limits,
            network=kind.network,
            labels=slots.labels(self._context),
            warm=True,
        )

    def _missing(self) -> Kind | None:
        """The kind of which one more should be made, the one asked for last before others."""
        now = time.monotonic()
        with self._lock:
            return next((kind for kind, count in self._wanted(now) if len(self._shelves[kind].waiting) < count), None)

    def _superfluous(self) -> list[Slot]:
        """Containers that nobody wants any more, already taken off their shelves."""
        now = time.monotonic()
        with self._lock:
            wanted = dict(self._wanted(now))
            removed = []
            for kind, shelf in list(self._shelves.items()):
                fresh = [warm for warm in shelf.waiting if now - warm.made_at < RENEW_S]
                kept = fresh[: wanted.get(kind, 0)]
                removed += [warm.slot for warm in shelf.waiting if warm not in kept]
                shelf.waiting = kept
                if kind not in wanted:
                    del self._shelves[kind]
        return removed

    def _wanted(self, now: float) -> list[tuple[Kind, int]]:
        """How many of which kind, the one asked for last first, within what may be kept in all."""
        recent = [(shelf.asked[-1], kind) for kind, shelf in self._shelves.items() if shelf.asked]
        left, wanted = self._most, []
        for last, kind in sorted(recent, reverse=True, key=lambda one: one[0]):
            if now - last >= KEEP_S or not left:
                break
            asked = [at for at in self._shelves[kind].asked if now - at < KEEP_S]
            count = min(left, busiest(asked, BURST_S))
            left -= count
            wanted.append((kind, count))
        return wanted


def busiest(times: Sequence[float], span: float) -> int:
    """The largest number of these (rising) times that lie within `span` of each other."""
    most = first = 0
    for last, time_of_last in enumerate(times):
        while time_of_last - times[first] > span:
            first += 1
        most = max(most, last - first + 1)
    return most
