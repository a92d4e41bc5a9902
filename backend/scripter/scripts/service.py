"""The door to scripts: make, change, delete; and, from `versions`, save and read their files.

Used by this room's API, by jobs, schedules, upkeep and wiring."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypedDict, Unpack

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from scripter import context
from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images.models import Image
from scripter.lib import bounds, clock
from scripter.lib.bounds import Bound
from scripter.lib.db import after_commit
from scripter.lib.errors import BadInput, NotFound
from scripter.lib.names import check_name, name_key
from scripter.runners.protocol import Network
from scripter.scripts import versions
from scripter.scripts.checks import environment as check_environment
from scripter.scripts.checks import restriction_key as check_restriction_key
from scripter.scripts.models import ONCE, Held, Restriction, Retries, RetryReason, Script, Version
from scripter.scripts.versions import Saved, add_files, files, history, kept_by, latest_of, save_version, sweep, version

__all__ = [
    "PRIORITIES", "Extras", "LastJob", "Limits", "RetryWishes", "Saved", "Settings", "add_files", "before_delete",
    "change", "check_environment", "create", "delete_script", "files", "get", "history", "kept_by", "last_jobs",
    "latest_of", "listed", "next_starts", "save_version", "schedule_counts", "sweep", "using_image", "version",
]  # fmt: skip

STARTER = b'print("Hello, world!")\n'

# What a script may ask for among the others, beginning with the least.
PRIORITIES = (-10, 10)
RUNNING = (1, 1_000)
WAITING = (1, 100_000)
# How it may be tried again: attempts after the first, pauses and what they grow by, the deadline of all together.
RETRIES = (0, 10)
PAUSES_S = (0, 3_600)
FACTORS = (1, 10)
DEADLINES_S = (1, 30 * 86_400)


class LastJob(Protocol):
    """What is shown of a script's newest job."""

    @property
    def id(self) -> int: ...
    @property
    def uuid(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...


# Rooms above answer: they refuse the deletion of a script, or remove what they keep of it.
before_delete: list[Callable[[Session, Script], None]] = []
# And they know what belongs to several scripts at once, by script id.
last_jobs: list[Callable[[Session, Collection[int]], Mapping[int, LastJob]]] = []
schedule_counts: list[Callable[[Session, Collection[int]], Mapping[int, int]]] = []
next_starts: list[Callable[[Session, Collection[int]], Mapping[int, datetime]]] = []


class Limits(TypedDict, total=False):
    """What one job may use; what is left out stays, or is what the settings say."""

    time_limit_s: int
    memory_mb: int
    cpus: float
    processes: int


class RetryWishes(TypedDict, total=False):
    """When a job is tried again; what is left out stays. None of the `reasons` counts twice."""

    count: int
    delay_s: int
    factor: float
    reasons: Collection[RetryReason]


class Extras(TypedDict, total=False):
    """What a new script need not be given."""

    description: str
    limits: Limits
    network: Network
    environment: Mapping[str, str]
    priority: int
    max_running: int | None
    max_queued: int | None
    retries: RetryWishes
    deadline_s: int | None
    restriction: Restriction
    restriction_key: str
    restriction_wait: Held


class Settings(Extras, total=False):
    """What of a script may be changed apart from its files; what is left out stays."""

    name: str
    image_id: int


def create(
    session: Session,
    name: str,
    *,
    image_id: int,
    by: User | None,
    entry: str = "main.py",
    files: Sequence[SourceFile] | None = None,
    message: str = "",
    **extras: Unpack[Extras],
) -> Script:
    """A new script with its first version; without files it says hello.

    Raises:
        BadInput, TooLarge: naming the field.
    """
    most = context.of(session).settings.jobs
    script = Script(
        name="",
        description="",
        image_id=image_id,
        entry=entry,
        time_limit_s=most.time_limit_s,
        memory_mb=most.memory_mb,
        cpus=most.cpus,
        processes=most.processes,
        network=Network.NONE,
        environment={},
        priority=0,
        restriction=Restriction.NONE,
        restriction_key="",
        restriction_wait=Held.WAIT,
        retries=ONCE,
        created_by_id=by.id if by else None,
    )
    _set(session, script, {"name": name, "image_id": image_id, **extras})
    given = [SourceFile(entry, STARTER)] if files is None else files
    session.add(script)
    session.flush()
    versions.first(session, script, given, entry, message=message, by=by)
    note(session, by, Tag.SCRIPT_CREATE, target=f"script:{script.id}", detail={"name": script.name})
    return script


def get(session: Session, script_id: int) -> Script:
    """The script with its image.

    Raises:
        NotFound: there is none.
    """
    script = session.get(Script, script_id, options=[joinedload(Script.image)])
    if script is None:
        raise NotFound("There is no such script.")
    return script


def listed(session: Session) -> list[Script]:
    """All scripts with their images, by name."""
    return list(session.scalars(select(Script).options(joinedload(Script.image)).order_by(Script.name_key)))


def change(session: Session, script: Script, *, by: User | None, **settings: Unpack[Settings]) -> None:
    """Change everything but the files.

    Raises:
        BadInput: naming the field.
    """
    _set(session, script, settings)
    script.updated_at = clock.now()
    session.flush()
    session.expire(script, ["image"])
    note(session, by, Tag.SCRIPT_CHANGE, target=f"script:{script.id}", detail={"fields": sorted(settings)})


def delete_script(session: Session, script: Script, *, by: User | None) -> None:
    """Remove the script with its versions, schedules, jobs and logs.

    Raises:
        Conflict: a job of it waits or runs.
    """
    for ask in before_delete:
        ask(session, script)
    session.execute(delete(Version).where(Version.script_id == script.id))
    session.delete(script)
    session.flush()
    note(session, by, Tag.SCRIPT_DELETE, target=f"script:{script.id}", detail={"name": script.name})
    directory = versions.directory(context.of(session), script.id)
    after_commit(session, lambda: shutil.rmtree(directory, ignore_errors=True))


def using_image(session: Session, image_ids: Collection[int]) -> Mapping[int, list[tuple[int, str]]]:
    """The scripts on each of these images, as (id, name), by name."""
    query = select(Script.image_id, Script.id, Script.name).where(Script.image_id.in_(image_ids))
    found: dict[int, list[tuple[int, str]]] = {}
    for image_id, id, name in session.execute(query.order_by(Script.name_key)):
        found.setdefault(image_id, []).append((id, name))
    return found


def _set(session: Session, script: Script, settings: Settings) -> None:
    if "name" in settings:
        script.name = _free_name(session, settings["name"], unless=script.id)
        script.name_key = name_key(script.name)
    if "image_id" in settings:
        if session.get(Image, settings["image_id"]) is None:
            raise BadInput.at("image_id", "There is no such image.")
        script.image_id = settings["image_id"]
    script.description = settings.get("description", script.description)
    script.network = settings.get("network", Network(script.network))
    if "environment" in settings:
        script.environment = check_environment(settings["environment"])
    _set_limits(context.of(session), script, settings.get("limits", {}))
    _set_share(script, settings)
    _set_restriction(script, settings)
    _set_retries(script, settings)


def _set_limits(shared: Context, script: Script, limits: Limits) -> None:
    most = shared.settings.jobs
    script.time_limit_s = limits.get("time_limit_s", script.time_limit_s)
    script.memory_mb = limits.get("memory_mb", script.memory_mb)
    script.cpus = limits.get("cpus", script.cpus)
    script.processes = limits.get("processes", script.processes)
    # Only what is set now: a ceiling that was lowered since must not keep anybody from changing a name.
    allowed = {
        "time_limit_s": Bound("limits.time_limit_s", script.time_limit_s, 1, most.max_time_limit_s, "seconds"),
        "memory_mb": Bound("limits.memory_mb", script.memory_mb, 16, most.max_memory_mb, "MB"),
        "cpus": Bound("limits.cpus", script.cpus, 0.1, most.most_cpus, "processors"),
        "processes": Bound("limits.processes", script.processes, 8, most.max_processes, "processes"),
    }
    bounds.check(allowed[name] for name in limits)


def _set_share(script: Script, settings: Settings) -> None:
    """How the script's jobs stand among those of others; a limit of None is none."""
    script.priority = settings.get("priority", script.priority)
    script.max_running = settings.get("max_running", script.max_running)
    script.max_queued = settings.get("max_queued", script.max_queued)
    chosen = (
        ("priority", script.priority, PRIORITIES, ""),
        ("max_running", script.max_running, RUNNING, "jobs"),
        ("max_queued", script.max_queued, WAITING, "jobs"),
    )
    bounds.check(Bound(name, value, *ends, unit) for name, value, ends, unit in chosen if value is not None)


def _set_restriction(script: Script, settings: Settings) -> None:
    """Which jobs may not run beside those of the script. A key that is not in use is kept for when it is again."""
    script.restriction = settings.get("restriction", script.restriction)
    script.restriction_wait = settings.get("restriction_wait", script.restriction_wait)
    script.restriction_key = settings.get("restriction_key", script.restriction_key).strip()
    if script.restriction == Restriction.KEY:
        check_restriction_key(script.restriction_key)


def _set_retries(script: Script, settings: Settings) -> None:
    """When a job is tried again, and by when it must have ended; a deadline of None is none."""
    wishes = settings.get("retries", {})
    script.deadline_s = settings.get("deadline_s", script.deadline_s)
    policy: Retries = {**script.retries, **wishes, "reasons": script.retries["reasons"]}
    if "reasons" in wishes:
        policy["reasons"] = [reason for reason in RetryReason if reason in wishes["reasons"]]
    allowed = [
        Bound("retries.count", policy["count"], *RETRIES, "attempts"),
        Bound("retries.delay_s", policy["delay_s"], *PAUSES_S, "seconds"),
        Bound("retries.factor", policy["factor"], *FACTORS, ""),
    ]
    if script.deadline_s is not None:
        allowed.append(Bound("deadline_s", script.deadline_s, *DEADLINES_S, "seconds"))
    bounds.check(allowed)
    script.retries = policy


def _free_name(session: Session, name: str, unless: int | None) -> str:
    good = check_name("name", name)
    with session.no_autoflush:
        taken = session.scalar(select(Script.id).where(Script.name_key == name_key(good)))
    if taken not in (None, unless):
        raise BadInput.at("name", "There is a script of this name already.")
    return good
