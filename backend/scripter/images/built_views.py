"""How built images look over HTTP: packages and layers, what is different from a build before, and who uses them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from scripter.images import comparing, service, uses
from scripter.images.comparing import Difference
from scripter.images.models import Build, BuildContents, Image
from scripter.images.views import NamedView
from scripter.lib.http import View
from scripter.runners.protocol import PackageKind


class PackageView(View):
    """One package of a built image: `python` by pip, `system` by the base's own package manager."""

    kind: PackageKind
    name: str
    version: str


class LayerView(View):
    """One layer of a built image, and the instruction that made it."""

    made_by: str
    size_bytes: int


class ContentsView(View):
    """What lies in a built image. `known` is false where it was not read: the build is older, failed, or did not tell.

    `cut`: there are more packages than are listed. Layers come from the lowest up.
    """

    known: bool
    packages: list[PackageView]
    cut: bool
    layers: list[LayerView]
    base: str | None
    base_digest: str | None


class BuildRefView(View):
    """A build in short."""

    id: int
    number: int
    version: int | None
    python: str | None
    size_bytes: int | None
    base: str | None
    base_digest: str | None


class FileChangeView(View):
    """One file that is not the same in both."""

    path: str
    kind: Difference


class PackageChangeView(View):
    """One package that is not the same in both; null: it is not there."""

    package: PackageKind
    name: str
    kind: Difference
    before: str | None
    after: str | None


class ChangesView(View):
    """What is different in a build. `before` is null where there is no good build before it; then nothing is listed.

    `packages` is null where one of the two has not told which it has.
    """

    before: BuildRefView | None
    after: BuildRefView
    files: list[FileChangeView]
    packages: list[PackageChangeView] | None


class UsingScheduleView(View):
    """A schedule of a script on the image."""

    id: int
    name: str
    script: NamedView
    enabled: bool
    next_at: datetime | None


class UsingJobView(View):
    """A job that waits or runs on a build of the image."""

    id: int
    script: NamedView
    status: str
    build_id: int
    created_at: datetime


class UsesView(View):
    """Who uses an image; at most 100 schedules and 100 waiting or running jobs."""

    scripts: list[NamedView]
    schedules: list[UsingScheduleView]
    jobs: list[UsingJobView]


def contents(row: BuildContents | None) -> ContentsView:
    """As it was kept; None: nothing was."""
    if row is None:
        return ContentsView(known=False, packages=[], cut=False, layers=[], base=None, base_digest=None)
    return ContentsView(
        known=True,
        packages=[PackageView(**one) for one in row.packages],
        cut=row.cut,
        layers=[LayerView(**one) for one in row.layers],
        base=row.base,
        base_digest=row.base_digest,
    )


def changes(session: Session, before: Build | None, after: Build) -> ChangesView:
    """What is different in `after`."""
    if before is None:
        return ChangesView(before=None, after=_ref(session, after), files=[], packages=None)
    found = comparing.changes(session, before, after)
    return ChangesView(
        before=_ref(session, before),
        after=_ref(session, after),
        files=[FileChangeView.model_validate(one) for one in found.files],
        packages=None if found.packages is None else [PackageChangeView.model_validate(one) for one in found.packages],
    )


def used_by(session: Session, image: Image) -> UsesView:
    """Who uses it now."""
    scripts = service.used_by(session, [image.id]).get(image.id, [])
    return UsesView(
        scripts=[NamedView(id=id, name=name) for id, name in scripts],
        schedules=[
            UsingScheduleView(
                id=one.id,
                name=one.name,
                script=NamedView(id=one.script_id, name=one.script_name),
                enabled=one.enabled,
                next_at=one.next_at,
            )
            for one in uses.schedules(session, image.id)
        ],
        jobs=[
            UsingJobView(
                id=one.id,
                script=NamedView(id=one.script_id, name=one.script_name),
                status=one.status,
                build_id=one.build_id,
                created_at=one.created_at,
            )
            for one in uses.jobs(session, image.id)
        ],
    )


def _ref(session: Session, build: Build) -> BuildRefView:
    known = comparing.contents(session, build)
    return BuildRefView(
        id=build.id,
        number=build.number,
        version=build.version,
        python=build.python,
        size_bytes=build.size_bytes,
        base=known and known.base,
        base_digest=known and known.base_digest,
    )
