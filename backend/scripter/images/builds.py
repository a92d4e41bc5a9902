"""Builds as rows: asked for, claimed by one worker, ended in one way; and built images that wait to be removed.

Rows only: `builder` does the building, `service` is the door through which other rooms come here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from scripter import context
from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.images import comparing, versions
from scripter.images.models import (
    BUILD_MOVES,
    IMAGE_MOVES,
    Build,
    BuildStatus,
    FailedStep,
    Image,
    ImageStatus,
    Leftover,
    StepRecord,
)
from scripter.lib import clock
from scripter.lib.db import changed_rows
from scripter.lib.errors import Conflict, NotFound
from scripter.runners.protocol import Built, Contents

# How long a worker that says nothing is believed to be alive; it renews several times within.
LEASE = timedelta(seconds=30)
_RING_AGAIN = timedelta(seconds=30)
_STOPPED = "The worker stopped during the build. Start the build again."

# Asked before a built image is removed: which of these builds a waiting or running job needs.
in_use: list[Callable[[Session, Collection[int]], set[int]]] = []
# Asked of a build that waits: what keeps every worker from beginning it, in words.
hindrances: list[Callable[[Session], str | None]] = []


def start(session: Session, image: Image, *, by: User | None) -> Build:
    """Queue a build of the image's present files and ring a worker.

    Raises:
        Conflict: it is being built already.
    """
    if not _move_image(session, image.id, ImageStatus.BUILDING):
        raise Conflict(f"The image {image.name} is being built already. Wait for its end, or cancel it first.")
    session.refresh(image)  # the row is ours now: what it says cannot change before the commit
    last = session.scalar(select(func.max(Build.number)).where(Build.image_id == image.id))
    build = Build(
        image_id=image.id,
        number=(last or 0) + 1,
        status=BuildStatus.QUEUED,
        manifest=image.manifest,
        digest=image.digest,
        version=versions.latest(session, image.id),
        started_by_id=by.id if by else None,
    )
    session.add(build)
    session.flush()
    note(session, by, Tag.IMAGE_BUILD, target=f"image:{image.id}", detail={"build": build.id})
    context.wake(session, "images.build", build.id)
    return get(session, build.id)


def cancel(session: Session, build: Build, *, by: User | None) -> Build:
    """End the build at once if it has not begun, otherwise tell its worker, which sees it within about a second.

    Raises:
        Conflict: it has ended already.
    """
    name = by.name if by else "Scripter"
    if not _end(session, build.id, BuildStatus.CANCELLED, worker=None, reason=f"Cancelled by {name} before it began."):
        running = update(Build).where(Build.id == build.id, Build.status == BuildStatus.RUNNING)
        if changed_rows(session, running.values(cancel_requested_at=clock.now(), cancelled_by=name)) != 1:
            raise Conflict("This build has ended already; there is nothing to cancel.")
    note(session, by, Tag.IMAGE_BUILD_CANCEL, target=f"image:{build.image_id}", detail={"build": build.id})
    return get(session, build.id)


def get(session: Session, build_id: int) -> Build:
    """The build as it is now, with the user who started it.

    Raises:
        NotFound: there is none.
    """
    query = select(Build).where(Build.id == build_id).options(joinedload(Build.started_by))
    build = session.scalar(query.execution_options(populate_existing=True))
    if build is None:
        raise NotFound("There is no such build.")
    return build


def hindrance(session: Session) -> str | None:
    """Why no waiting build is begun, in words; None: nothing but a free place is wanting."""
    return next((words for ask in hindrances if (words := ask(session))), None)


def listed(session: Session, image_id: int, *, before: int | None = None, limit: int = 50) -> list[Build]:
    """Builds of an image, newest first; `before` is the id of the last one seen."""
    query = select(Build).where(Build.image_id == image_id).options(joinedload(Build.started_by))
    if before is not None:
        query = query.where(Build.id < before)
    return list(session.scalars(query.order_by(Build.id.desc()).limit(limit)))


def last_of(session: Session, image_ids: Collection[int]) -> Mapping[int, Build]:
    """The newest build of each image, by image id."""
    newest = select(func.max(Build.id)).where(Build.image_id.in_(image_ids)).group_by(Build.image_id)
    query = select(Build).where(Build.id.in_(newest)).options(joinedload(Build.started_by))
    return {build.image_id: build for build in session.scalars(query)}


def good_of(session: Session, images: Collection[Image]) -> Mapping[int, Build]:
    """The last good build of each image that has one, by image id."""
    ids = [image.good_build_id for image in images if image.good_build_id is not None]
    return {build.image_id: build for build in session.scalars(select(Build).where(Build.id.in_(ids)))}


def usable(session: Session, image_id: int) -> Build:
    """The build that jobs of scripts on this image run on: its last good one.

    Raises:
        Conflict: there is none; names the image and its state.
        NotFound: there is no such image.
    """
    # Shared with other starts, but not with whoever replaces or destroys this build: he waits until the job that is
    # being started can be seen, and then leaves the built image alone.
    image = session.get(Image, image_id, with_for_update={"read": True})
    if image is None:
        raise NotFound("There is no such image.")
    if image.good_build_id is None:
        raise Conflict(_NOT_USABLE[ImageStatus(image.status)].format(name=image.name))
    return session.get_one(Build, image.good_build_id)


_NOT_USABLE = {
    ImageStatus.DORMANT: "The image {name} is dormant: build it first.",
    ImageStatus.BUILDING: "The image {name} is being built. Wait until it is ready.",
    ImageStatus.FAILED: "The image {name} has failed to build. Mend it and build it again.",
    ImageStatus.READY: "The image {name} has no built image. Build it again.",
}


def claim(session: Session, build_id: int, worker: str, places: int) -> Build | None:
    """Take the build if it still waits and `worker` builds fewer than `places`; a build for exactly one caller."""
    busy = select(func.count()).where(Build.worker == worker, Build.status == BuildStatus.RUNNING)
    if (session.scalar(busy) or 0) >= places:
        return None
    waiting = update(Build).where(Build.id == build_id, Build.status == BuildStatus.QUEUED)
    now = clock.now()
    values = {"status": BuildStatus.RUNNING, "worker": worker, "lease_until": now + LEASE, "started_at": now}
    if changed_rows(session, waiting.values(values)) != 1:
        return None
    return session.scalar(select(Build).where(Build.id == build_id).options(joinedload(Build.image)))


def renew(session: Session, build_id: int, worker: str) -> bool:
    """Say that `worker` is alive. False: the build is no longer its own, and it must stop."""
    mine = update(Build).where(Build.id == build_id, Build.worker == worker, Build.status == BuildStatus.RUNNING)
    return changed_rows(session, mine.values(lease_until=clock.now() + LEASE)) == 1


def cancelled_by(session: Session, build_id: int) -> str | None:
    """Who has asked to stop the build; None if nobody has."""
    return session.scalar(select(Build.cancelled_by).where(Build.id == build_id))


def record_steps(session: Session, build_id: int, worker: str, steps: list[StepRecord]) -> None:
    """Keep how far the build has come."""
    mine = update(Build).where(Build.id == build_id, Build.worker == worker, Build.status == BuildStatus.RUNNING)
    session.execute(mine.values(steps=steps))


def succeed(
    session: Session,
    build_id: int,
    worker: str,
    built: Built,
    *,
    isolates: bool,
    steps: list[StepRecord],
    contents: Contents | None = None,
) -> None:
    """The build is good: from now on scripts use it. What they used before is left to be removed.

    `contents` is what lies in it, where that could be read.
    """
    found = {"reference": built.reference, "python": built.python, "size_bytes": built.size_bytes}
    if not _end(session, build_id, BuildStatus.SUCCEEDED, worker=worker, isolates=isolates, steps=steps, **found):
        # Somebody believed us dead and closed the build: nobody will ever use what came out of it.
        _leave(session, build_id, built.reference)
        return
    build = session.get_one(Build, build_id)
    if contents is not None:
        comparing.keep(session, build_id, built, contents)
    abandon(session, build.image_id)
    session.execute(update(Image).where(Image.id == build.image_id).values(good_build_id=build_id))


def fail(
    session: Session,
    build_id: int,
    worker: str,
    reason: str,
    *,
    failed_step: FailedStep | None = None,
    steps: list[StepRecord] | None = None,
) -> None:
    """The build has come to nothing; scripts stay on the good build before it."""
    _end(
        session, build_id, BuildStatus.FAILED, worker=worker, reason=reason, failed_step=failed_step, steps=steps or []
    )


def stop(session: Session, build_id: int, worker: str, by: str, steps: list[StepRecord]) -> None:
    """The build has been stopped because `by` asked for it."""
    _end(session, build_id, BuildStatus.CANCELLED, worker=worker, reason=f"Cancelled by {by}.", steps=steps)


def abandon(session: Session, image_id: int) -> None:
    """The image gives up its good build, which is removed from the engine as soon as no job needs it."""
    image = session.get_one(Image, image_id, with_for_update=True, populate_existing=True)
    if image.good_build_id is None:
        return
    good = session.get_one(Build, image.good_build_id)
    image.good_build_id = None
    session.flush()
    _leave(session, good.id, good.reference)


def leftovers(session: Session) -> list[Leftover]:
    """Built images that can be removed now: no image needs them and no job."""
    waiting = list(session.scalars(select(Leftover).order_by(Leftover.id)))
    ids = {one.build_id for one in waiting}
    needed = set[int]().union(*(ask(session, ids) for ask in in_use)) if ids else set[int]()
    return [one for one in waiting if one.build_id not in needed]


def is_good_elsewhere(session: Session, reference: str) -> bool:
    """Whether some image's good build is this very built image: equal files can make equal images."""
    query = select(Image.id).join(Build, Build.id == Image.good_build_id).where(Build.reference == reference)
    return session.scalar(query.limit(1)) is not None


def forget_leftover(session: Session, leftover_id: int) -> None:
    """It has been removed."""
    session.execute(delete(Leftover).where(Leftover.id == leftover_id))


def close_lost(session: Session) -> None:
    """End the builds whose worker has not been heard of for too long."""
    running = select(Build.id).where(Build.status == BuildStatus.RUNNING)
    for build_id in session.scalars(running.where((Build.lease_until < clock.now()) | (Build.lease_until.is_(None)))):
        _close_lost(session, build_id)


def adopt(session: Session, earlier: Collection[str]) -> None:
    """End the builds that earlier runs of this worker were at: they are known to be dead."""
    running = select(Build.id).where(Build.status == BuildStatus.RUNNING, Build.worker.in_(earlier))
    for build_id in session.scalars(running):
        _close_lost(session, build_id)


def close(session: Session, build: Build, reason: str) -> None:
    """End a build that nobody will ever finish, whether it waits or runs."""
    to = BuildStatus.CANCELLED if build.status == BuildStatus.QUEUED else BuildStatus.FAILED
    _end(session, build.id, to, worker=build.worker, reason=reason)


def ring(session: Session, waiting_for: timedelta = _RING_AGAIN) -> None:
    """Ring for the build that has waited longest, if it has waited for this long: its doorbell may have been lost."""
    waiting = select(Build.id).where(Build.status == BuildStatus.QUEUED, Build.created_at <= clock.now() - waiting_for)
    oldest = session.scalar(waiting.order_by(Build.id).limit(1))
    if oldest is not None:
        context.wake(session, "images.build", oldest)


def _close_lost(session: Session, build_id: int) -> None:
    build = session.get_one(Build, build_id)
    stopped = build.cancelled_by is not None
    reason = f"Cancelled by {build.cancelled_by}." if stopped else _STOPPED
    to = BuildStatus.CANCELLED if stopped else BuildStatus.FAILED
    _end(session, build_id, to, worker=build.worker, reason=reason)


def _end(session: Session, build_id: int, to: BuildStatus, *, worker: str | None, **values: object) -> bool:
    """Move the build and its image to their ends. False, and nothing done, if it is not `worker`'s (None: waiting)."""
    was = BuildStatus.QUEUED if worker is None else BuildStatus.RUNNING
    assert to in BUILD_MOVES[was]
    mine = update(Build).where(Build.id == build_id, Build.status == was)
    mine = mine.where(Build.worker.is_(None) if worker is None else Build.worker == worker)
    if changed_rows(session, mine.values(status=to, finished_at=clock.now(), lease_until=None, **values)) != 1:
        return False
    image_id = session.scalar(select(Build.image_id).where(Build.id == build_id))
    assert image_id is not None
    _move_image(session, image_id, ImageStatus.READY if to == BuildStatus.SUCCEEDED else ImageStatus.FAILED)
    return True


def _move_image(session: Session, image_id: int, to: ImageStatus) -> bool:
    allowed = [was for was, now in IMAGE_MOVES.items() if to in now]
    move = update(Image).where(Image.id == image_id, Image.status.in_(allowed))
    return changed_rows(session, move.values(status=to, updated_at=clock.now())) == 1


def _leave(session: Session, build_id: int, reference: str | None) -> None:
    if reference is not None:
        session.add(Leftover(build_id=build_id, reference=reference))
        context.wake(session, "images.tidy")
