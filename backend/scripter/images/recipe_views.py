"""How templates, problems and versions of an image's files look over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from scripter.fileview import FileView
from scripter.images import versions
from scripter.images.advice import Problem, Severity
from scripter.images.models import Build, BuildStatus, Image, ImageVersion
from scripter.images.templates import Template
from scripter.images.views import NamedView
from scripter.lib.http import Items, View


class TemplateView(View):
    """An image to start from."""

    key: str
    title: str
    offers: str
    files: list[FileView]


class TemplateList(Items[TemplateView]):
    """All of them, the plainest first."""


class ProblemView(View):
    """One thing that is wrong or not wise in one file. `line` is null where the whole file is meant."""

    path: str
    line: int | None
    severity: Severity
    rule: str
    message: str
    remedy: str


class ProblemList(Items[ProblemView]):
    """By file and line. With an error among them the image cannot be built."""


class VersionBuildView(View):
    """A build that was made of a version."""

    id: int
    number: int
    status: BuildStatus


class VersionFileInfo(View):
    """One file of a version, without its content."""

    path: str
    size: int


class ImageVersionView(View):
    """One frozen state of an image's files. `current`: it is what the image's files are now."""

    id: int
    number: int
    digest: str
    message: str
    author: NamedView | None
    created_at: datetime
    files: list[VersionFileInfo]
    builds: list[VersionBuildView]
    current: bool


class ImageVersionList(Items[ImageVersionView]):
    """Versions of an image, newest first."""


class WholeImageVersion(View):
    """A version with the contents of its files."""

    number: int
    items: list[FileView]


def template(one: Template) -> TemplateView:
    return TemplateView(
        key=one.key, title=one.title, offers=one.offers, files=[FileView.of(file) for file in one.files]
    )


def problem_list(found: Sequence[Problem]) -> ProblemList:
    return ProblemList(items=[ProblemView.model_validate(one) for one in found])


def of_versions(session: Session, image: Image, rows: Sequence[ImageVersion]) -> list[ImageVersionView]:
    """Versions that were read by `versions`."""
    builds = versions.builds_of(session, image, [row.number for row in rows])
    latest = versions.latest(session, image.id)
    return [_version(row, builds.get(row.number, []), current=row.number == latest) for row in rows]


def whole_version(session: Session, row: ImageVersion) -> WholeImageVersion:
    """With the contents of its files."""
    return WholeImageVersion(number=row.number, items=[FileView.of(file) for file in versions.files(session, row)])


def _version(row: ImageVersion, builds: Sequence[Build], *, current: bool) -> ImageVersionView:
    return ImageVersionView(
        id=row.id,
        number=row.number,
        digest=row.digest,
        message=row.message,
        author=None if row.author is None else NamedView.model_validate(row.author),
        created_at=row.created_at,
        files=[VersionFileInfo(path=one["path"], size=one["size"]) for one in row.manifest],
        builds=[VersionBuildView(id=one.id, number=one.number, status=BuildStatus(one.status)) for one in builds],
        current=current,
    )
