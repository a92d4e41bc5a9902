"""The states of a job and the moves between them, as a table; the service, the API and the pages all read it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


_ENDS = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.LOST})

MOVES: Mapping[Status, frozenset[Status]] = {
    # Failed while it waits: its deadline has passed, or its schedule wants no run beside another one.
    Status.QUEUED: frozenset({Status.STARTING, Status.CANCELLED, Status.FAILED}),
    # Back to the queue goes an attempt whose script has certainly not begun (the engine was away, or its worker died
    # first), and a job that is to be tried again: then with the next attempt's number.
    Status.STARTING: frozenset({Status.QUEUED, Status.RUNNING}) | _ENDS,
    Status.RUNNING: frozenset({Status.QUEUED}) | _ENDS,
}

FINAL = frozenset(Status) - set(MOVES)
ACTIVE = frozenset({Status.STARTING, Status.RUNNING})


class Reason(StrEnum):
    """Why a job ended, for programs; people read the words in `Job.reason`."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_LIMIT = "disk_limit"
    CANCELLED = "cancelled"
    SIGNAL = "signal"
    COULD_NOT_START = "could_not_start"
    LOST = "lost"
    DEADLINE = "deadline"
    OVERLAP = "overlap"


class Trigger(StrEnum):
    """What started a job."""

    PERSON = "person"
    API = "api"
    SCHEDULE = "schedule"
    SAMPLE = "sample"
