"""All that the oracle judges by, as plain values: what was promised, what the product says, what the witnesses saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chaos.cast import Account
from chaos.events import Sighting
from chaos.ledger import Entry


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a job, as the product tells it; `at` in seconds since the epoch."""

    at: float
    was: str | None
    now: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """One job: what was asked for, and what the product says became of it. `log` is the file as it lies on the disk."""

    id: int
    uuid: str
    kind: str
    prints: str
    seed: int
    cancelled: bool
    status: str
    reason_code: str | None
    reason: str | None
    exit_code: int | None
    attempts: int = 1
    log_size: int
    log: bytes
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """One due time of a schedule and what the product says became of it."""

    schedule_id: int
    due_at: float
    outcome: str
    reason: str | None
    job_id: int | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """Open files and threads of one process, before the campaign and after it."""

    files_before: int
    files_after: int
    threads_before: int
    threads_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything. Times in seconds since the epoch."""

    instance: str
    jobs: tuple[JobFacts, ...] = ()
    missing: tuple[int, ...] = ()
    """Jobs that were promised and that the product does not know."""
    unknown: tuple[int, ...] = ()
    """Jobs of the campaign's scripts that nobody asked for."""
    due: tuple[Due, ...] = ()
    due_wanted: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """The due times that there should be, by schedule."""
    ledger: tuple[Entry, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    account: Account = field(default_factory=Account)
    agreed_after_s: float | None = 0.0
    """After the healing: until the running jobs were exactly the living containers. None: not within the time."""
    apart: str = ""
    """How the two differed at the last look, if they never agreed."""
    containers_left: tuple[str, ...] = ()
    slots_left: tuple[str, ...] = ()
    warm_apart: tuple[str, ...] = ()
    """Containers that wait for a job without a slot directory, and the other way round."""
    queues: Mapping[str, int] = field(default_factory=dict)
    vitals: Mapping[str, Vitals] = field(default_factory=dict)
    secrets_found: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    health: int = 200
    fresh_job: str = "succeeded"
    fresh_job_s: float = 0.0
