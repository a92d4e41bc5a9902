"""What every job is made of, whoever starts it. Used by `service` for one and by `bulk` for many."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scripter.images.models import Build
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.lib.errors import BadInput
from scripter.scripts.models import Script

MAX_ARGUMENTS = 100
MAX_ARGUMENT_LENGTH = 4096


def check_arguments(arguments: Sequence[str]) -> None:
    """Refuse what no command line can carry.

    Raises:
        BadInput: at `arguments` or `arguments.<n>`.
    """
    if len(arguments) > MAX_ARGUMENTS:
        raise BadInput.at("arguments", f"at most {MAX_ARGUMENTS} arguments")
    for number, argument in enumerate(arguments):
        if len(argument) > MAX_ARGUMENT_LENGTH:
            raise BadInput.at(f"arguments.{number}", f"at most {MAX_ARGUMENT_LENGTH} characters")
        if "\0" in argument:
            raise BadInput.at(f"arguments.{number}", "NUL characters are not allowed")


def facts(script: Script, version_id: int, build: Build) -> dict[str, Any]:
    """The row of one execution of this version on this build, now, with the limits that the script has at this moment.
    Who makes the job says why, with what, and what it must have to itself."""
    now = clock.now()
    return {
        "uuid": str(uuid.uuid4()),
        "script_id": script.id,
        "version_id": version_id,
        "build_id": build.id,
        "image_id": script.image_id,
        "image_name": script.image.name,
        "image_reference": build.reference,
        "time_limit_s": script.time_limit_s,
        "memory_mb": script.memory_mb,
        "cpus": script.cpus,
        "processes": script.processes,
        "network": script.network,
        "priority": script.priority,
        "retries": script.retries,
        "deadline_at": None if script.deadline_s is None else now + timedelta(seconds=script.deadline_s),
        "status": Status.QUEUED,
        "created_at": now,
    }


def hashed(idempotency_key: str) -> str:
    """How a key is kept, however long it is."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()
