"""What lies in built images, kept once per good build, and what is different between two of them.

`builds` keeps it, this room's API shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripter.filestore import StoredEntry
from scripter.images.models import Build, BuildContents, BuildStatus, StoredLayer, StoredPackage
from scripter.lib.errors import NotFound
from scripter.runners.protocol import Built, Contents


class Difference(StrEnum):
    """What became of a file or a package."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is not the same in both."""

    path: str
    kind: Difference


@dataclass(frozen=True, slots=True)
class PackageChange:
    """One package that is not the same in both; None: it is not there. A package can lie there in several versions."""

    package: str
    name: str
    kind: Difference
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different in a build from another one before it. `packages` is None where one of them did not tell."""

    files: list[FileChange] = field(default_factory=list)
    packages: list[PackageChange] | None = None


def keep(session: Session, build_id: int, built: Built, contents: Contents) -> None:
    """Write down what lies in the image that a build has made."""
    session.add(
        BuildContents(
            build_id=build_id,
            packages=[StoredPackage(kind=one.kind, name=one.name, version=one.version) for one in contents.packages],
            cut=contents.cut,
            layers=[StoredLayer(made_by=one.made_by, size_bytes=one.size_bytes) for one in contents.layers],
            base=built.base and built.base.name[:255],
            base_digest=built.base and built.base.digest,
        )
    )


def contents(session: Session, build: Build) -> BuildContents | None:
    """What lies in the image that it made; None where that is not known."""
    return session.get(BuildContents, build.id)


def good_before(session: Session, build: Build) -> Build | None:
    """The last good build of the same image before this one."""
    earlier = select(Build).where(Build.image_id == build.image_id, Build.id < build.id)
    return session.scalar(earlier.where(Build.status == BuildStatus.SUCCEEDED).order_by(Build.id.desc()).limit(1))


def sibling(session: Session, build: Build, other_id: int) -> Build:
    """Another build of the same image.

    Raises:
        NotFound: there is none.
    """
    other = session.scalar(select(Build).where(Build.image_id == build.image_id, Build.id == other_id))
    if other is None:
        raise NotFound("There is no such build of this image.")
    return other


def changes(session: Session, before: Build, after: Build) -> Changes:
    """What is different in `after`, which need not be good."""
    was, now = contents(session, before), contents(session, after)
    known = was is not None and now is not None
    return Changes(
        files=files(before.manifest, after.manifest),
        packages=packages(was.packages, now.packages) if known and was and now else None,
    )


def files(before: Sequence[StoredEntry], after: Sequence[StoredEntry]) -> list[FileChange]:
    """The files that are not the same, by path."""
    was, now = ({one["path"]: one["sha256"] for one in entries} for entries in (before, after))
    return [
        FileChange(path, _kind(was.get(path), now.get(path)))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    ]


def packages(before: Sequence[StoredPackage], after: Sequence[StoredPackage]) -> list[PackageChange]:
    """The packages that are not the same, Python's first, by name."""
    was, now = _versions(before), _versions(after)
    return [
        PackageChange(*key, _kind(was.get(key), now.get(key)), was.get(key), now.get(key))
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key)
    ]


def _versions(stored: Sequence[StoredPackage]) -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for one in stored:
        key = (one["kind"], one["name"])
        found[key] = f"{found[key]}, {one['version']}" if key in found else one["version"]
    return found


def _kind(was: str | None, now: str | None) -> Difference:
    if was is None:
        return Difference.ADDED
    return Difference.REMOVED if now is None else Difference.CHANGED
