"""Rows of images, their versions, their builds and what lies in those; with the legal moves of both states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scripter.access.models import User
from scripter.filestore import StoredEntry
from scripter.lib import clock
from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime


class ImageStatus(StrEnum):
    """Where an image stands. A cancelled build leaves it failed: only a finished build makes it ready."""

    DORMANT = "dormant"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


IMAGE_MOVES: Mapping[ImageStatus, frozenset[ImageStatus]] = {
    ImageStatus.DORMANT: frozenset({ImageStatus.BUILDING}),
    ImageStatus.BUILDING: frozenset({ImageStatus.READY, ImageStatus.FAILED}),
    ImageStatus.READY: frozenset({ImageStatus.BUILDING, ImageStatus.DORMANT}),
    ImageStatus.FAILED: frozenset({ImageStatus.BUILDING, ImageStatus.DORMANT}),
}
EDITABLE = frozenset({ImageStatus.DORMANT, ImageStatus.FAILED})


class BuildStatus(StrEnum):
    """Where a build stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


BUILD_MOVES: Mapping[BuildStatus, frozenset[BuildStatus]] = {
    BuildStatus.QUEUED: frozenset({BuildStatus.RUNNING, BuildStatus.CANCELLED}),
    BuildStatus.RUNNING: frozenset({BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.CANCELLED}),
}
FINISHED = frozenset(BuildStatus) - set(BUILD_MOVES)


class StepRecord(TypedDict):
    """One step of a build as kept in its row; `seconds` is None until the step has ended.

    `line` is that of the Dockerfile, `log_start` the byte of the build's log at which the step's own lines begin. What
    is not required was not kept of the builds of earlier days.
    """

    number: int
    instruction: str
    seconds: float | None
    line: NotRequired[int | None]
    began_at: NotRequired[str]
    cached: NotRequired[bool]
    log_start: NotRequired[int]


class StoredPackage(TypedDict):
    """One package of a built image; `kind` is a `PackageKind`."""

    kind: str
    name: str
    version: str


class StoredLayer(TypedDict):
    """One layer of a built image, and what made it."""

    made_by: str
    size_bytes: int


class FailedStep(TypedDict):
    """Where a build failed: the line of the Dockerfile and the one line of output that says why."""

    line: int | None
    instruction: str
    error: str


class Image(Base):
    """A recipe. Its files are a manifest over the file store; `digest` is the digest of that manifest."""

    __tablename__ = "images"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    # What makes two names the same: case folded, composed. The database itself refuses the second one.
    name_key: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16), default=ImageStatus.DORMANT)
    manifest: Mapped[list[StoredEntry]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    memory_mb: Mapped[int]
    time_limit_s: Mapped[int]
    # The last good build, in use by scripts. No constraint: the two tables point at each other, which SQLite cannot
    # be taught in a migration; only `images.service` and `images.builder` write it.
    good_build_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ImageVersion(Base):
    """One frozen state of an image's files, never changed after: every save that changed something is one."""

    __tablename__ = "image_versions"
    __table_args__ = (UniqueConstraint("image_id", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[list[StoredEntry]] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    author: Mapped[User | None] = relationship()


class Build(Base):
    """One making of an image, from the files as they were when it was asked for."""

    __tablename__ = "builds"
    __table_args__ = (
        UniqueConstraint("image_id", "number"),
        Index("ix_builds_status_lease", "status", "lease_until"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default=BuildStatus.QUEUED)
    reason: Mapped[str | None] = mapped_column(Text)
    manifest: Mapped[list[StoredEntry]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    # The number of the image's version that these files are; None for builds from before images had versions.
    version: Mapped[int | None]
    steps: Mapped[list[StepRecord]] = mapped_column(JSON, default=list)
    failed_step: Mapped[FailedStep | None] = mapped_column(JSON(none_as_null=True))
    # What jobs run by: a digest, never a tag.
    reference: Mapped[str | None] = mapped_column(String(255))
    python: Mapped[str | None] = mapped_column(String(32))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    # Whether what runs on it is kept from the machine: decided by the runner that built it.
    isolates: Mapped[bool | None]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[str | None] = mapped_column(String(100))
    # The worker that builds, and until when it may be believed to be alive.
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    image: Mapped[Image] = relationship()
    started_by: Mapped[User | None] = relationship()


class BuildContents(Base):
    """What lies in a built image, read once after its build. A table of its own: lists of builds need none of it."""

    __tablename__ = "build_contents"

    build_id: Mapped[int] = mapped_column(
        Id, ForeignKey("builds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    packages: Mapped[list[StoredPackage]] = mapped_column(JSON)
    # There were more than are kept.
    cut: Mapped[bool]
    layers: Mapped[list[StoredLayer]] = mapped_column(JSON)
    # The image that it was built upon, as its Dockerfile names it, and which one that was.
    base: Mapped[str | None] = mapped_column(String(255))
    base_digest: Mapped[str | None] = mapped_column(String(100))


class Leftover(Base):
    """A built image that no image needs any more; it is removed from the engine once no job needs it either."""

    __tablename__ = "leftovers"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Not a foreign key: the build may have been deleted with its image, while jobs of it still run.
    build_id: Mapped[int] = mapped_column(Id)
    reference: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
