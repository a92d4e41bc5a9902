"""Versions of an image: one for each save that changed something, read back and brought back.

Other rooms come here through `service`, which alone says when one is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from scripter import context
from scripter.access.models import User
from scripter.filestore import FileStore, Manifest, SourceFile
from scripter.images.models import Build, Image, ImageVersion
from scripter.lib.errors import NotFound


def freeze(session: Session, image: Image, *, message: str, by: User | None) -> ImageVersion:
    """The image's present files as its next version. The caller holds the image's row."""
    made = ImageVersion(
        image_id=image.id,
        number=(latest(session, image.id) or 0) + 1,
        digest=image.digest,
        manifest=image.manifest,
        message=message,
        author_id=by.id if by else None,
    )
    session.add(made)
    session.flush()
    return made


def latest(session: Session, image_id: int) -> int | None:
    """The number of the newest version, which is what the image's files are now."""
    return session.scalar(select(func.max(ImageVersion.number)).where(ImageVersion.image_id == image_id))


def latest_of(session: Session, image_ids: Collection[int]) -> Mapping[int, int]:
    """The number of the newest version of each image, by image id."""
    query = select(ImageVersion.image_id, func.max(ImageVersion.number)).where(ImageVersion.image_id.in_(image_ids))
    return dict(session.execute(query.group_by(ImageVersion.image_id)).all())


def get(session: Session, image: Image, number: int) -> ImageVersion:
    """One version with its author.

    Raises:
        NotFound: there is none of this number.
    """
    query = select(ImageVersion).where(ImageVersion.image_id == image.id, ImageVersion.number == number)
    found = session.scalar(query.options(joinedload(ImageVersion.author)))
    if found is None:
        raise NotFound(f"{image.name} has no version {number}.")
    return found


def history(session: Session, image: Image, *, before: int | None = None, limit: int = 50) -> list[ImageVersion]:
    """The versions with their authors, newest first; `before` is the id of the last one seen."""
    query = select(ImageVersion).where(ImageVersion.image_id == image.id).options(joinedload(ImageVersion.author))
    if before is not None:
        query = query.where(ImageVersion.id < before)
    return list(session.scalars(query.order_by(ImageVersion.id.desc()).limit(limit)))


def builds_of(session: Session, image: Image, numbers: Collection[int]) -> Mapping[int, list[Build]]:
    """The builds that were made of each of these versions, newest first, by version number."""
    query = select(Build).where(Build.image_id == image.id, Build.version.in_(numbers)).order_by(Build.id.desc())
    found: dict[int, list[Build]] = {}
    for build in session.scalars(query):
        if build.version is not None:
            found.setdefault(build.version, []).append(build)
    return found


def files(session: Session, version: ImageVersion) -> list[SourceFile]:
    """The files of a version with their contents, by path."""
    return FileStore(context.of(session).data).files(Manifest.load(version.manifest))
