"""The slot directory of one attempt: what becomes `/job` inside, and where its log, reports and exit record appear."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from scripter import logstore
from scripter.config import MEBIBYTE
from scripter.context import Context
from scripter.filestore import FileStore, Manifest
from scripter.jobs import retries
from scripter.jobs.models import Job
from scripter.lib import beneath, clock
from scripter.runners.protocol import DiskLimit, Go, Limits, Network, SlotSpec

EXIT_RECORD = "exit.json"
# The agent's takes less than its reserve, 4 KiB.
_MOST_RECORD_BYTES = 64 * 1024


def directory(context: Context, job: Job) -> Path:
    """Where the slot of the job's present attempt lies; named after the job, so that it can be found again."""
    return place(context, job.id, job.attempt)


def place(context: Context, job_id: int, attempt: int) -> Path:
    """Where the slot of this attempt lies, or lay."""
    return context.data / "slots" / f"{job_id}-{attempt}"


def log_path(context: Context, job: Job) -> Path:
    """The log file of the job, whether it has begun or not."""
    return context.logs.job_path(job.script_id, str(job.id), job.created_at)


def make(context: Context, job: Job) -> Path:
    """The slot directory with the version's files and the log."""
    slot = directory(context, job)
    slot.mkdir(parents=True)
    fill(context, job, slot)
    return slot


def fill(context: Context, job: Job, slot: Path) -> None:
    """Put the version's files and the log into a slot directory, whatever it is called."""
    FileStore(context.data).write_tree(Manifest.load(job.version.manifest), slot / "src")
    # One file under two names: it is at its place from the first byte on, and the agent sees only its own slot.
    logstore.create(log_path(context, job), also=slot / "log")


def identity(slot: Path) -> tuple[int, int] | None:
    """Device and number of the slot directory, which another one of its name does not have; None if there is none."""
    try:
        found = slot.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def name(context: Context, job: Job) -> str:
    """What the container of the job's present attempt is called. The engine gives a name to one container only."""
    return f"scripter-{context.instance}-job-{job.id}-{job.attempt}"


def warm_name(context: Context, token: str) -> str:
    """What a container of this worker is called while it waits for a job."""
    worker = context.worker.partition(":")[0]
    return f"scripter-{context.instance}-warm-{worker}-{token}"


def warm_directory(context: Context, called: str) -> Path:
    """The slot directory of the waiting container that is called so."""
    return context.data / "slots" / called.removeprefix(f"scripter-{context.instance}-")


def is_own_warm(context: Context, called: str) -> bool:
    """Whether a container of this worker, of this run or an earlier one, is called so while it waits for a job."""
    return called.rpartition("-")[0] == warm_name(context, "").removesuffix("-")


def warm_left(context: Context) -> list[Path]:
    """The slot directories of such containers."""
    everything = (context.data / "slots").glob("warm-*")
    return [one for one in everything if is_own_warm(context, f"scripter-{context.instance}-{one.name}")]


def owner(context: Context, called: str) -> tuple[int, int] | None:
    """The id and the attempt of the job whose container is called so; None for one that waits for a job."""
    found = re.fullmatch(rf"scripter-{re.escape(context.instance)}-job-(\d+)-(\d+)", called)
    return (int(found[1]), int(found[2])) if found else None


def spec(context: Context, job: Job) -> SlotSpec:
    """What the runner needs to prepare a place for this job."""
    return SlotSpec(
        name=name(context, job),
        image=job.image_reference,
        directory=directory(context, job),
        limits=Limits(memory_bytes=job.memory_mb * MEBIBYTE, cpus=job.cpus, processes=job.processes),
        network=Network(job.network),
        labels=labels(context),
    )


def labels(context: Context) -> dict[str, str]:
    """How the containers of this Scripter are found among others."""
    return {"scripter.instance": context.instance}


def former_labels(context: Context) -> list[dict[str, str]]:
    """How those are found that it had before it was restored from a backup."""
    return [{"scripter.instance": instance} for instance in context.former_instances]


def go(context: Context, job: Job, banner: str, claimed_ns: int) -> Go:
    """The message that starts the script. `claimed_ns`: when the worker took the job, since the epoch."""
    limits, most = context.settings.jobs, retries.most_attempts(job.retries)
    return Go(
        job=job.uuid,
        entry=job.version.entry,
        arguments=tuple(job.arguments),
        environment={**job.environment, "SCRIPTER_ATTEMPT": str(job.attempt), **_due(job)},
        time_limit_s=_time_left(job),
        grace_s=limits.grace_s,
        log_limit_bytes=_log_share(job, limits.log_limit_mb * MEBIBYTE),
        disk=DiskLimit(limits.disk_limit_mb * MEBIBYTE, limits.disk_limit_files),
        banner=(f"attempt {job.attempt} of {most}", banner) if most > 1 else (banner,),
        claimed_ns=claimed_ns,
    )


def _due(job: Job) -> dict[str, str]:
    """For when it was meant, as a run that was caught up has to know."""
    return {} if job.due_at is None else {"SCRIPTER_DUE_AT": clock.iso(job.due_at)}


def _log_share(job: Job, limit: int) -> int:
    """How much of the whole log's limit this attempt may use: what those before left is shared out evenly."""
    left = max(0, limit - (job.log_bytes or 0))
    return left // (retries.most_attempts(job.retries) - job.attempt + 1)


def _time_left(job: Job) -> float:
    """What an attempt that begins now may take: the job's time limit, or less where the deadline leaves less."""
    if job.deadline_at is None:
        return job.time_limit_s
    return min(job.time_limit_s, max(0.1, round((job.deadline_at - clock.now()).total_seconds(), 1)))


def exit_record(slot: Path) -> Mapping[str, Any] | None:
    """What the agent wrote as its last act; None while it has not. The file appears whole or not at all.

    None also for what the agent has not written: where nothing isolates scripts, they can write here too.
    """
    try:
        record = json.loads(beneath.read(slot, EXIT_RECORD, _MOST_RECORD_BYTES) or b"")
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, Any]", record) if isinstance(record, dict) and "reason" in record else None


def has_begun(slot: Path) -> bool:
    """Whether the agent has had its go: the first thing that it does is to take the room of its exit record."""
    return beneath.has_file(slot, f"{EXIT_RECORD}.part") or has_ended(slot)


def has_ended(slot: Path) -> bool:
    """Whether the agent has done its last act."""
    return beneath.has_file(slot, EXIT_RECORD)


def all_of(context: Context) -> Iterator[tuple[int, int, Path]]:
    """Every slot directory of a job that is there, with the id and the attempt of its job."""
    for slot in (context.data / "slots").glob("*-*"):
        job_id, _, attempt = slot.name.partition("-")
        if job_id.isdecimal() and attempt.isdecimal():
            yield int(job_id), int(attempt), slot


def remove(slot: Path) -> None:
    """Remove the directory; the log stays under its other name."""
    beneath.remove(slot)
