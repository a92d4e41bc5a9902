"""How scripts and their versions look over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from scripter.fileview import FileView
from scripter.images import service as images
from scripter.images.models import Build, ImageStatus
from scripter.lib.http import Items, View
from scripter.runners.protocol import Network
from scripter.scripts import service
from scripter.scripts.models import Held, Restriction, RetryReason, Script, Version
from scripter.scripts.service import LastJob


class AuthorView(View):
    """Who saved a version."""

    id: int
    name: str


class ScriptImageView(View):
    """The image of a script. `usable`: jobs can start; `isolates`: they are kept from the machine that they run on."""

    id: int
    name: str
    status: ImageStatus
    usable: bool
    isolates: bool


class LatestVersionView(View):
    """The version that a job runs unless told otherwise."""

    id: int
    number: int


class ScriptLimitsView(View):
    """What one job may use."""

    time_limit_s: int
    memory_mb: int
    cpus: float
    processes: int


class ScriptRetriesView(View):
    """When a job is tried again."""

    count: int
    delay_s: int
    factor: float
    reasons: list[RetryReason]


class LastJobView(View):
    """The newest job of a script, in short."""

    id: int
    uuid: str
    status: str
    reason: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None


class ScriptView(View):
    """A script with what belongs to it, but its files."""

    id: int
    name: str
    description: str
    image: ScriptImageView
    entry: str
    version: LatestVersionView
    limits: ScriptLimitsView
    network: Network
    environment: dict[str, str]
    priority: int
    max_running: int | None
    max_queued: int | None
    retries: ScriptRetriesView
    deadline_s: int | None
    restriction: Restriction
    restriction_key: str
    restriction_wait: Held
    last_job: LastJobView | None
    schedules: int
    # When a schedule starts it next.
    next_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ScriptList(Items[ScriptView]):
    """All scripts, by name."""


class ScriptFiles(View):
    """The files of the latest version; send `version` back as `base` when saving."""

    items: list[FileView]
    version: int
    entry: str
    digest: str


class VersionFileView(View):
    """One file of a version, without its content."""

    path: str
    size: int
    sha256: str


class VersionSummary(View):
    """One frozen state of a script's files. `draft`: only tried, never the one that jobs run unless told otherwise."""

    id: int
    number: int
    draft: bool
    digest: str
    entry: str
    message: str
    author: AuthorView | None
    created_at: datetime
    warnings: list[str]


class VersionView(VersionSummary):
    """A version with the names of its files."""

    files: list[VersionFileView]


class VersionList(Items[VersionView]):
    """Versions, newest first."""


class WholeVersionView(VersionSummary):
    """A version with its files."""

    files: list[FileView]


def of_scripts(session: Session, scripts: Sequence[Script]) -> list[ScriptView]:
    """Scripts with what belongs to them, in as many queries for a hundred as for one."""
    ids = [script.id for script in scripts]
    good = images.good_builds(session, {script.image_id: script.image for script in scripts}.values())
    latest = service.latest_of(session, scripts)
    jobs: dict[int, LastJob] = {}
    for ask_jobs in service.last_jobs:
        jobs.update(ask_jobs(session, ids))
    counts: dict[int, int] = {}
    for ask_counts in service.schedule_counts:
        counts.update(ask_counts(session, ids))
    starts: dict[int, datetime] = {}
    for ask_starts in service.next_starts:
        starts.update(ask_starts(session, ids))
    return [
        _script(one, good, latest[one.id], jobs.get(one.id), (counts.get(one.id, 0), starts.get(one.id)))
        for one in scripts
    ]


def files(session: Session, script: Script) -> ScriptFiles:
    """The files of the script's latest version."""
    latest = service.version(session, script)
    items = [FileView.of(file) for file in service.files(session, latest)]
    return ScriptFiles(items=items, version=latest.number, entry=latest.entry, digest=latest.digest)


def version(row: Version) -> VersionView:
    """A version with the names of its files."""
    found = [VersionFileView(path=one["path"], size=one["size"], sha256=one["sha256"]) for one in row.manifest]
    return VersionView(**_summary(row).model_dump(), files=found)


def whole_version(session: Session, row: Version) -> WholeVersionView:
    """A version with its files."""
    found = [FileView.of(file) for file in service.files(session, row)]
    return WholeVersionView(**_summary(row).model_dump(), files=found)


def _script(
    script: Script,
    good: Mapping[int, Build],
    latest: tuple[int, int],
    job: LastJob | None,
    schedules: tuple[int, datetime | None],
) -> ScriptView:
    return ScriptView(
        id=script.id,
        name=script.name,
        description=script.description,
        image=_image(script, good.get(script.image_id)),
        entry=script.entry,
        version=LatestVersionView(id=latest[0], number=latest[1]),
        limits=ScriptLimitsView.model_validate(script),
        network=Network(script.network),
        environment=script.environment,
        priority=script.priority,
        max_running=script.max_running,
        max_queued=script.max_queued,
        retries=ScriptRetriesView(**script.retries),
        deadline_s=script.deadline_s,
        restriction=script.restriction,
        restriction_key=script.restriction_key,
        restriction_wait=script.restriction_wait,
        last_job=None if job is None else _last_job(job),
        schedules=schedules[0],
        next_at=schedules[1],
        created_at=script.created_at,
        updated_at=script.updated_at,
    )


def _image(script: Script, good: Build | None) -> ScriptImageView:
    return ScriptImageView(
        id=script.image.id,
        name=script.image.name,
        status=ImageStatus(script.image.status),
        usable=good is not None,
        # Only a build tells; without one nothing can run, and there is nothing to warn of.
        isolates=good is None or good.isolates is not False,
    )


def _last_job(job: LastJob) -> LastJobView:
    took = None
    if job.started_at is not None and job.finished_at is not None:
        took = (job.finished_at - job.started_at).total_seconds()
    return LastJobView(
        id=job.id,
        uuid=job.uuid,
        status=job.status,
        reason=job.reason,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        duration_s=took,
    )


def _summary(row: Version) -> VersionSummary:
    return VersionSummary.model_validate(row)
