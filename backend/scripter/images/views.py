"""How images and their builds look over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from scripter import context
from scripter.fileview import FileView
from scripter.images import builds, service, versions
from scripter.images.models import Build, BuildStatus, Image, ImageStatus
from scripter.lib.http import Items, View


class NamedView(View):
    """A thing by its id and name."""

    id: int
    name: str


class FailedStepView(View):
    """Where a build failed: the line of the Dockerfile, and the one line that says why."""

    line: int | None
    instruction: str
    error: str


class StepView(View):
    """One step of a build; `seconds` is null until it has ended.

    `line` is that of the Dockerfile; `log_start` the byte of the build's log where the step's lines begin. Builds of
    earlier days say neither these nor when a step began.
    """

    number: int
    instruction: str
    seconds: float | None
    line: int | None = None
    began_at: datetime | None = None
    cached: bool = False
    log_start: int | None = None


class BuildView(View):
    """One making of an image. `waits_for`: why a queued one is not begun; null: nothing but a free place is wanting."""

    id: int
    image_id: int
    number: int
    status: BuildStatus
    reason: str | None
    waits_for: str | None
    failed_step: FailedStepView | None
    version: int | None
    steps: list[StepView]
    reference: str | None
    python: str | None
    size_bytes: int | None
    started_by: NamedView | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None
    log_size: int


class BuildList(Items[BuildView]):
    """Builds of an image, newest first."""


class BuiltView(View):
    """The last good build, which scripts run on."""

    build_id: int
    reference: str
    python: str
    size_bytes: int
    finished_at: datetime


class BuildLimitsView(View):
    """The bounds of the image's builds."""

    memory_mb: int
    time_limit_s: int


class ImageView(View):
    """A recipe, its state, and what came of it."""

    id: int
    name: str
    description: str
    status: ImageStatus
    files_digest: str
    version: int | None
    changed_since_build: bool
    limits: BuildLimitsView
    built: BuiltView | None
    last_build: BuildView | None
    scripts: list[NamedView]
    created_at: datetime
    updated_at: datetime


class ImageList(Items[ImageView]):
    """All images, by name."""


class ImageFiles(View):
    """The image's present files; send `digest` back as `base_digest` when saving."""

    items: list[FileView]
    digest: str


def of_builds(session: Session, rows: Sequence[Build]) -> list[BuildView]:
    """Builds that were read by `builds`."""
    shared = context.of(session)
    hindrance = builds.hindrance(session) if any(build.status == BuildStatus.QUEUED for build in rows) else None
    return [_build(build, _size_of(shared.logs.build_path(build.image_id, build.id)), hindrance) for build in rows]


def of_images(session: Session, images: Sequence[Image]) -> list[ImageView]:
    """Images with what belongs to them, in as many queries for a hundred as for one."""
    ids = [image.id for image in images]
    good, users = builds.good_of(session, images), service.used_by(session, ids)
    last = {view.image_id: view for view in of_builds(session, list(builds.last_of(session, ids).values()))}
    numbers = versions.latest_of(session, ids)
    return [
        _image(image, numbers.get(image.id), good.get(image.id), last.get(image.id), users.get(image.id, []))
        for image in images
    ]


def files(session: Session, image: Image) -> ImageFiles:
    """The image's present files with their contents."""
    return ImageFiles(items=[FileView.of(file) for file in service.files(session, image)], digest=image.digest)


def _image(
    image: Image, version: int | None, good: Build | None, last: BuildView | None, users: Sequence[tuple[int, str]]
) -> ImageView:
    return ImageView(
        id=image.id,
        name=image.name,
        description=image.description,
        status=ImageStatus(image.status),
        files_digest=image.digest,
        version=version,
        changed_since_build=good is not None and good.digest != image.digest,
        limits=BuildLimitsView(memory_mb=image.memory_mb, time_limit_s=image.time_limit_s),
        built=None if good is None else _built(good),
        last_build=last,
        scripts=[NamedView(id=id, name=name) for id, name in users],
        created_at=image.created_at,
        updated_at=image.updated_at,
    )


def _built(good: Build) -> BuiltView:
    # A succeeded build has all of these.
    assert good.reference and good.python and good.size_bytes is not None and good.finished_at
    return BuiltView(
        build_id=good.id,
        reference=good.reference,
        python=good.python,
        size_bytes=good.size_bytes,
        finished_at=good.finished_at,
    )


def _build(build: Build, log_size: int, hindrance: str | None) -> BuildView:
    took = None
    if build.started_at is not None and build.finished_at is not None:
        took = (build.finished_at - build.started_at).total_seconds()
    return BuildView(
        id=build.id,
        image_id=build.image_id,
        number=build.number,
        status=BuildStatus(build.status),
        reason=build.reason,
        waits_for=hindrance if build.status == BuildStatus.QUEUED else None,
        version=build.version,
        failed_step=None if build.failed_step is None else FailedStepView(**build.failed_step),
        steps=[StepView(**step) for step in build.steps],
        reference=build.reference,
        python=build.python,
        size_bytes=build.size_bytes,
        started_by=None if build.started_by is None else NamedView.model_validate(build.started_by),
        created_at=build.created_at,
        started_at=build.started_at,
        finished_at=build.finished_at,
        duration_s=took,
        log_size=log_size,
    )


def _size_of(log: Path) -> int:
    try:
        return log.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0
