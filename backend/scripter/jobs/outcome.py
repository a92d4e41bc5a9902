"""How an attempt of a job ended, in plain words: from the agent's exit record, or from what the runner saw. Pure."""

from __future__ import annotations

import signal as signals
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scripter.jobs.states import Reason, Status
from scripter.runners.protocol import Ending, Kind

# What a job has on each kind of runner.
_PLACES: Mapping[Kind, str] = {"docker": "container", "local": "process"}
_STOPPED: Mapping[Kind, str] = {
    "docker": "stopped from outside: the engine was shut down, or somebody stopped the container",
    "local": "stopped from outside: the machine was shut down, or somebody stopped the process",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of an attempt. Sizes in bytes, the digest of what it wrote to the log; `None` where nobody measured."""

    status: Status
    code: Reason
    reason: str
    exit_code: int | None = None
    signal: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    peak_memory_bytes: int | None = None
    cpu_seconds: float | None = None
    log_dropped_bytes: int | None = None
    log_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the words need to know about the job: its limits, who asked to stop it, its deadline, and what it ran on.

    `deadline_s` counts from when the job was queued.
    """

    time_limit_s: int
    memory_mb: int
    cancelled_by: str | None
    deadline_at: datetime | None = None
    deadline_s: float | None = None
    runner: Kind = "docker"


def from_record(record: Mapping[str, Any], bounds: Bounds) -> Outcome:
    """The outcome that the agent's `exit.json` tells."""
    status, code, reason = _judge(record, bounds)
    if trouble := record.get("log_trouble"):
        reason = f"{reason}; {trouble}, and output is missing in the log"
    return Outcome(
        status=status,
        code=code,
        reason=reason,
        exit_code=record.get("exit_code"),
        signal=record.get("signal"),
        started_at=_moment(record.get("started_at")),
        finished_at=_moment(record.get("finished_at")),
        peak_memory_bytes=record.get("peak_memory_bytes"),
        cpu_seconds=record.get("cpu_seconds"),
        log_dropped_bytes=record.get("dropped_bytes"),
        log_sha256=record.get("log_sha256"),
    )


def _judge(record: Mapping[str, Any], bounds: Bounds) -> tuple[Status, Reason, str]:
    match record["reason"]:
        case "exited":
            code = record["exit_code"]
            return (Status.SUCCEEDED if code == 0 else Status.FAILED), Reason.EXIT, f"exit {code}"
        case "timed_out" if _deadline_came_first(record, bounds):
            return Status.FAILED, Reason.DEADLINE, f"stopped at the deadline of {bounds.deadline_s:g} s"
        case "timed_out":
            return Status.FAILED, Reason.TIMEOUT, f"timed out after {bounds.time_limit_s} s"
        case "out_of_memory":
            return Status.FAILED, Reason.OUT_OF_MEMORY, out_of_memory(bounds)
        case "disk_limit":
            return Status.FAILED, Reason.DISK_LIMIT, str(record.get("message", "used more of the disk than it may"))
        case "cancelled" if bounds.cancelled_by is None:
            # An engine without live-restore, say, that was stopped. How far the script came is not known.
            return Status.LOST, Reason.LOST, _STOPPED[bounds.runner]
        case "cancelled":
            return Status.CANCELLED, Reason.CANCELLED, cancelled(bounds)
        case "signal":
            return Status.FAILED, Reason.SIGNAL, f"killed by {signal_name(record['signal'])}"
        case _:
            return Status.FAILED, Reason.COULD_NOT_START, f"could not start: {record.get('message', 'unknown reason')}"


def from_ending(ending: Ending, bounds: Bounds) -> Outcome:
    """The outcome when the agent left no record: what the runner saw from outside. Never a success."""
    if ending is Ending.OUT_OF_MEMORY:
        return Outcome(status=Status.FAILED, code=Reason.OUT_OF_MEMORY, reason=out_of_memory(bounds))
    if bounds.cancelled_by is not None and ending is not Ending.GONE:
        return Outcome(status=Status.CANCELLED, code=Reason.CANCELLED, reason=cancelled(bounds))
    words = {
        Ending.KILLED: "was killed from outside",
        Ending.EXITED: "ended without leaving a record",
        Ending.GONE: "disappeared before the end was recorded",
        Ending.ALIVE: "could not be followed any more",
    }
    return Outcome(status=Status.LOST, code=Reason.LOST, reason=f"the {_PLACES[bounds.runner]} {words[ending]}")


def could_not_start(message: str) -> Outcome:
    """The outcome of a job that never reached its script."""
    return Outcome(status=Status.FAILED, code=Reason.COULD_NOT_START, reason=f"could not start: {message}")


def image_gone(image_name: str, runner: Kind) -> Outcome:
    """The outcome of a job whose built image is no longer where it should run."""
    place = "the engine" if runner == "docker" else "the worker's machine"
    return could_not_start(f"image {image_name} is gone from {place}; build it again")


def deadline_passed(deadline_s: float | None, attempt: int) -> Outcome:
    """The outcome of a job that waited for too long before this attempt, which has not begun."""
    before = "it began" if attempt == 1 else f"attempt {attempt} began"
    words = f"the deadline of {deadline_s or 0:g} s passed before {before}"
    return Outcome(status=Status.FAILED, code=Reason.DEADLINE, reason=words)


def cancelled_before_start(bounds: Bounds) -> Outcome:
    """The outcome of a job that was cancelled while its container was being prepared; its script has not begun."""
    return Outcome(status=Status.CANCELLED, code=Reason.CANCELLED, reason=cancelled(bounds))


def out_of_memory(bounds: Bounds) -> str:
    return f"out of memory (limit {bounds.memory_mb} MB)"


def cancelled(bounds: Bounds) -> str:
    return f"cancelled by {bounds.cancelled_by}"


def signal_name(number: int) -> str:
    """`SIGSEGV (signal 11)`; the bare number where the platform has no name for it."""
    try:
        return f"{signals.Signals(number).name} (signal {number})"
    except ValueError:
        return f"signal {number}"


def _deadline_came_first(record: Mapping[str, Any], bounds: Bounds) -> bool:
    """The attempt was given the shorter of its time limit and the time left; which one that was, its start tells."""
    started_at = _moment(record.get("started_at"))
    if bounds.deadline_at is None or started_at is None:
        return False
    return started_at + timedelta(seconds=bounds.time_limit_s) > bounds.deadline_at


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
