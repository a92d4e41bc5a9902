"""The slot directory of one attempt: what becomes `/job` inside, and where its log, reports and exit record appear."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from scripter import logstore
from scripter.config import MEBIBYTE
from scripter.context import Context
from scripter.filestore import FileStore, Manifest
from scripter.jobs.models import Job
from scripter.runners.protocol import DiskLimit, Go, Limits, Network, SlotSpec


def directory(context: Context, job: Job) -> Path:
    """Where the slot of the job's present attempt lies; named after the job, so that it can be found again."""
    return context.data / "slots" / f"{job.id}-{job.attempt}"


def log_path(context: Context, job: Job) -> Path:
    """The log file of the job, whether it has begun or not."""
    return context.logs.job_path(job.script_id, str(job.id), job.created_at)


def make(context: Context, job: Job) -> Path:
    """The slot directory with the version's files and the log."""
    slot = directory(context, job)
    slot.mkdir(parents=True)
    FileStore(context.data).write_tree(Manifest.load(job.version.manifest), slot / "src")
    # One file under two names: it is at its place from the first byte on, and the agent sees only its own slot.
    logstore.create(log_path(context, job), also=slot / "log")
    return slot


def spec(context: Context, job: Job) -> SlotSpec:
    """What the runner needs to prepare a place for this job."""
    return SlotSpec(
        name=f"scripter-{context.instance}-job-{job.id}-{job.attempt}",
        image=job.image_reference,
        directory=directory(context, job),
        limits=Limits(memory_bytes=job.memory_mb * MEBIBYTE, cpus=job.cpus, processes=job.processes),
        network=Network(job.network),
        labels=labels(context, job),
    )


def labels(context: Context, job: Job) -> dict[str, str]:
    """How the container of the job's present attempt is found again."""
    return {
        "scripter.instance": context.instance,
        "scripter.job": str(job.id),
        "scripter.attempt": str(job.attempt),
    }


def go(context: Context, job: Job, banner: str) -> Go:
    """The message that starts the script."""
    limits = context.settings.jobs
    return Go(
        job=job.uuid,
        entry=job.version.entry,
        arguments=tuple(job.arguments),
        environment=job.environment,
        time_limit_s=job.time_limit_s,
        grace_s=limits.grace_s,
        log_limit_bytes=limits.log_limit_mb * MEBIBYTE,
        disk=DiskLimit(limits.disk_limit_mb * MEBIBYTE, limits.disk_limit_files),
        banner=(banner,),
    )


def exit_record(slot: Path) -> Mapping[str, Any] | None:
    """What the agent wrote as its last act; None while it has not. The file appears whole or not at all.

    None also for what the agent has not written: where nothing isolates scripts, they can write here too.
    """
    try:
        record = json.loads((slot / "exit.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return cast("Mapping[str, Any]", record) if isinstance(record, dict) and "reason" in record else None


def has_log(slot: Path) -> bool:
    """Whether anything has been written to the log yet."""
    try:
        return (slot / "log").stat().st_size > 0
    except FileNotFoundError:
        return False


def all_of(context: Context) -> Iterator[tuple[int, Path]]:
    """Every slot directory that is there, with the id of its job."""
    for slot in (context.data / "slots").glob("*-*"):
        job_id, _, _ = slot.name.partition("-")
        if job_id.isdecimal():
            yield int(job_id), slot


def remove(slot: Path) -> None:
    """Remove the directory; the log stays under its other name."""
    try:
        shutil.rmtree(slot, ignore_errors=True)
    except RecursionError:
        # Python follows a thousand directories in each other and no more; a script may have made them.
        subprocess.run(["rm", "-rf", "--", str(slot)], check=False, stderr=subprocess.DEVNULL)
