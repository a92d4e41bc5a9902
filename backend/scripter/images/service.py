"""The door to images: make, change, save their files, build, destroy, delete; and which build scripts run on.

Used by this room's API, by scripts and jobs, by upkeep and by wiring. What concerns builds alone is in `builds`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.context import Context
from scripter.filestore import FileStore, Manifest, SourceFile, merge
from scripter.images import builds, recipe, versions
from scripter.images.builds import adopt, hindrances, in_use, usable
from scripter.images.builds import cancel as cancel_build
from scripter.images.builds import good_of as good_builds
from scripter.images.builds import start as start_build
from scripter.images.models import EDITABLE, Build, Image, ImageStatus
from scripter.lib import bounds, clock
from scripter.lib.bounds import Bound
from scripter.lib.db import after_commit, changed_rows
from scripter.lib.errors import BadInput, Conflict, NotFound
from scripter.lib.names import check_name, name_key

__all__ = [
    "add_files", "adopt", "cancel_build", "change", "create", "delete_image", "destroy", "files", "get", "good_builds",
    "hindrances", "in_use", "listed", "restore", "save_files", "start_build", "sweep", "usable", "used_by", "users_of",
]  # fmt: skip

log = structlog.get_logger(__name__)

LEAST_MEMORY_MB = 64
LEAST_TIME_LIMIT_S = 10

# Asked for several images at once: who uses them, as (id, name) by image id.
Users = Mapping[int, list[tuple[int, str]]]
users_of: list[Callable[[Session, Collection[int]], Users]] = []


class Changes(TypedDict, total=False):
    """What of an image may be changed apart from its files; what is left out stays."""

    name: str
    description: str
    memory_mb: int
    time_limit_s: int


def create(
    session: Session,
    name: str,
    *,
    by: User | None,
    description: str = "",
    files: Sequence[SourceFile] | None = None,
    memory_mb: int | None = None,
    time_limit_s: int | None = None,
) -> Image:
    """A new dormant image; without files it begins with a Dockerfile for Python and an empty requirements.txt.

    Raises:
        BadInput, TooLarge: naming the field.
    """
    shared = context.of(session)
    most = shared.settings.builds
    manifest = _store(shared).put(recipe.checked(recipe.STARTER if files is None else files))
    image = Image(
        name=_free_name(session, name),
        name_key=name_key(name),
        description=description,
        status=ImageStatus.DORMANT,
        manifest=manifest.dump(),
        digest=manifest.digest,
        memory_mb=most.memory_mb if memory_mb is None else memory_mb,
        time_limit_s=most.time_limit_s if time_limit_s is None else time_limit_s,
    )
    _check_limits(shared, image.memory_mb, image.time_limit_s)
    session.add(image)
    session.flush()
    versions.freeze(session, image, message="", by=by)
    _show_files(session, image.id)
    note(session, by, Tag.IMAGE_CREATE, target=f"image:{image.id}", detail={"name": image.name})
    return image


def get(session: Session, image_id: int) -> Image:
    """The image.

    Raises:
        NotFound: there is none.
    """
    image = session.get(Image, image_id)
    if image is None:
        raise NotFound("There is no such image.")
    return image


def listed(session: Session) -> list[Image]:
    """All images, by name."""
    return list(session.scalars(select(Image).order_by(Image.name_key)))


def change(session: Session, image: Image, *, by: User | None, **changes: Unpack[Changes]) -> None:
    """Change name and description at any time, the limits of builds while dormant or failed.

    Raises:
        BadInput: naming the field.
        Conflict: the limits are fixed in the image's present state.
    """
    if "name" in changes:
        image.name = _free_name(session, changes["name"], unless=image.id)
        image.name_key = name_key(changes["name"])
    image.description = changes.get("description", image.description)
    if "memory_mb" in changes or "time_limit_s" in changes:
        _refuse_edits(image, "limits")
        image.memory_mb = changes.get("memory_mb", image.memory_mb)
        image.time_limit_s = changes.get("time_limit_s", image.time_limit_s)
        _check_limits(context.of(session), image.memory_mb, image.time_limit_s)
    image.updated_at = clock.now()
    session.flush()
    note(session, by, Tag.IMAGE_CHANGE, target=f"image:{image.id}", detail={"fields": sorted(changes)})


def files(session: Session, image: Image) -> list[SourceFile]:
    """The image's present files with their contents, by path."""
    return _store(context.of(session)).files(Manifest.load(image.manifest))


def add_files(session: Session, image: Image, added: Sequence[SourceFile], *, by: User | None) -> None:
    """Put `added` among the image's files; a file that is there already is replaced. Raises: as `save_files`."""
    _refuse_edits(image, "files")
    save_files(session, image, merge(files(session, image), added), by=by, base_digest=image.digest)


def restore(session: Session, image: Image, number: int, *, by: User | None) -> None:
    """Make the files of an earlier version the image's files again, as a version of its own.

    Raises: as `save_files`; NotFound when there is no such version.
    """
    _refuse_edits(image, "files")
    earlier = versions.files(session, versions.get(session, image, number))
    message = f"Version {number} again"
    save_files(session, image, earlier, by=by, base_digest=image.digest, message=message)


def save_files(
    session: Session,
    image: Image,
    files: Sequence[SourceFile],
    *,
    by: User | None,
    base_digest: str | None = None,
    message: str = "",
) -> None:
    """Replace the image's files as a whole, as a version; the same files make none. `base_digest` is what the editor
    started from, if it knows.

    Raises:
        BadInput, TooLarge: naming the field.
        Conflict: the image is not dormant or failed, or somebody else has saved since.
    """
    _refuse_edits(image, "files")
    if base_digest not in (None, image.digest):
        raise Conflict(f"Somebody else has saved the files of {image.name} meanwhile. Reload them first.")
    manifest = _store(context.of(session)).put(recipe.checked(files))
    if manifest.digest == image.digest:
        return
    new = {"manifest": manifest.dump(), "digest": manifest.digest, "updated_at": clock.now()}
    same = update(Image).where(Image.id == image.id, Image.status.in_(EDITABLE), Image.digest == image.digest)
    if changed_rows(session, same.values(new)) != 1:
        raise Conflict(f"Somebody else has changed {image.name} at the same moment. Reload it first.")
    session.refresh(image)
    made = versions.freeze(session, image, message=message, by=by)
    _show_files(session, image.id)
    detail = {"digest": image.digest, "version": made.number}
    note(session, by, Tag.IMAGE_SAVE, target=f"image:{image.id}", detail=detail)


def destroy(session: Session, image: Image, *, by: User | None) -> None:
    """Give up the built image; the image is dormant again and its files can be edited.

    Raises:
        Conflict: it is being built.
    """
    idle = update(Image).where(Image.id == image.id, Image.status != ImageStatus.BUILDING)
    if changed_rows(session, idle.values(status=ImageStatus.DORMANT, updated_at=clock.now())) != 1:
        raise Conflict(f"The image {image.name} is being built. Cancel the build first.")
    builds.abandon(session, image.id)
    session.refresh(image)
    note(session, by, Tag.IMAGE_DESTROY, target=f"image:{image.id}")


def delete_image(session: Session, image: Image, *, by: User | None) -> None:
    """Remove the image with its files, builds, logs and built image.

    Raises:
        Conflict: it is being built, or scripts use it; names them.
    """
    users = used_by(session, [image.id]).get(image.id, [])
    if users:
        names = ", ".join(name for _, name in users)
        raise Conflict(f"The image {image.name} is used by: {names}. Give them another image or delete them first.")
    destroy(session, image, by=by)
    session.execute(delete(Build).where(Build.image_id == image.id))
    session.delete(image)
    session.flush()
    note(session, by, Tag.IMAGE_DELETE, target=f"image:{image.id}", detail={"name": image.name})
    directory = _directory(context.of(session), image.id)
    after_commit(session, lambda: shutil.rmtree(directory, ignore_errors=True))


def used_by(session: Session, image_ids: Collection[int]) -> Users:
    """The scripts on each of these images, as (id, name)."""
    found: dict[int, list[tuple[int, str]]] = {}
    for ask in users_of:
        for image_id, users in ask(session, image_ids).items():
            found.setdefault(image_id, []).extend(users)
    return found


def sweep(session: Session) -> None:
    """What a lost message or a killed process has left undone: builds without a worker, rings, folders, leftovers."""
    builds.close_lost(session)
    builds.ring(session)
    if builds.leftovers(session):
        context.wake(session, "images.tidy")
    show_all(session)


def show_all(session: Session) -> None:
    """Show in `src/` what is not shown there yet."""
    shared = context.of(session)
    for image_id, digest in session.execute(select(Image.id, Image.digest)):
        if not _store(shared).shows(digest, _directory(shared, image_id) / "src"):
            _show_files(session, image_id)


def _free_name(session: Session, name: str, unless: int | None = None) -> str:
    good = check_name("name", name)
    taken = session.scalar(select(Image.id).where(Image.name_key == name_key(good)))
    if taken not in (None, unless):
        raise BadInput.at("name", "There is an image of this name already.")
    return good


def _check_limits(shared: Context, memory_mb: int, time_limit_s: int) -> None:
    most = shared.settings.builds
    bounds.check(
        [
            Bound("limits.memory_mb", memory_mb, LEAST_MEMORY_MB, most.max_memory_mb, "MB"),
            Bound("limits.time_limit_s", time_limit_s, LEAST_TIME_LIMIT_S, most.max_time_limit_s, "seconds"),
        ]
    )


def _refuse_edits(image: Image, what: str) -> None:
    if image.status == ImageStatus.BUILDING:
        raise Conflict(f"The image {image.name} is being built. Its {what} can be edited when the build has ended.")
    if image.status not in EDITABLE:
        raise Conflict(f"The image {image.name} is ready. Destroy the image first to edit its {what}.")


def _show_files(session: Session, image_id: int) -> None:
    """Let `images/<IMAGE_ID>/src` show the files once they are committed; the sweep mends what fails here."""
    shared = context.of(session)

    def current() -> tuple[str, Manifest] | None:
        with shared.db.reading() as reading:
            image = reading.get(Image, image_id)
            return None if image is None else (image.digest, Manifest.load(image.manifest))

    def show() -> None:
        try:
            _store(shared).show(current, _directory(shared, image_id) / "src")
        except OSError as error:
            log.warning("images.show_failed", image=image_id, error=str(error))

    after_commit(session, show)


def _store(shared: Context) -> FileStore:
    return FileStore(shared.data)


def _directory(shared: Context, image_id: int) -> Path:
    return shared.data / "images" / str(image_id)
