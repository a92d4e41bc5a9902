"""Jobs as lists: by filter, a page at a time, as fast with a million of them as with ten. Asked through `service`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from scripter.access.models import User
from scripter.jobs.models import Job
from scripter.jobs.states import Status, Trigger
from scripter.scripts.models import Version


class Filter(NamedTuple):
    """Which jobs to list; `None` means any. Asked for at `since` or later, and before `until`.

    `version` is the number of one of the script's.
    """

    script_id: int | None = None
    image_id: int | None = None
    schedule_id: int | None = None
    status: Status | None = None
    trigger: Trigger | None = None
    started_by_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    version: int | None = None


def viewed() -> Select[Job]:
    """Jobs with all that a view of them shows."""
    return select(Job).options(
        joinedload(Job.script),
        joinedload(Job.version),
        joinedload(Job.started_by),
        joinedload(Job.cancelled_by),
        selectinload(Job.attempts),
    )


def listed(session: Session, which: Filter, *, before: int | None = None, limit: int = 50) -> list[Job]:
    """Jobs, newest first; `before` is the id of the last one seen (keyset paging)."""
    return list(session.scalars(query(which, before).limit(limit)))


def query(which: Filter, before: int | None) -> Select[Job]:
    """Each condition alone is read in the order of an index; of several the database takes the rarest."""
    wanted = viewed()
    for column, value in (
        (Job.script_id, which.script_id),
        (Job.image_id, which.image_id),
        (Job.schedule_id, which.schedule_id),
        (Job.status, which.status),
        (Job.trigger, which.trigger),
        (Job.started_by_id, which.started_by_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if which.version is not None:
        numbered = select(Version.id).where(Version.script_id == which.script_id, Version.number == which.version)
        wanted = wanted.where(Job.version_id == numbered.scalar_subquery())
    if which.since is None and which.until is None:
        wanted = wanted.order_by(Job.id.desc())
        return wanted if before is None else wanted.where(Job.id < before)
    return _by_time(wanted, which, before)


def _by_time(wanted: Select[Job], which: Filter, before: int | None) -> Select[Job]:
    """In the order of the moments themselves: by id, all jobs that are newer than a month long past would be read."""
    wanted = wanted.order_by(Job.created_at.desc(), Job.id.desc())
    if which.since is not None:
        wanted = wanted.where(Job.created_at >= which.since)
    if which.until is not None:
        wanted = wanted.where(Job.created_at < which.until)
    if before is None:
        return wanted
    last = select(Job.created_at).where(Job.id == before).scalar_subquery()
    # Apart, since MariaDB finds no range for a comparison of pairs.
    return wanted.where(Job.created_at <= last, or_(Job.created_at < last, Job.id < before))


def last_of(session: Session, script_ids: Collection[int]) -> dict[int, Job]:
    """The newest job of each of these scripts, by script id."""
    newest = select(func.max(Job.id)).where(Job.script_id.in_(script_ids)).group_by(Job.script_id)
    return {job.script_id: job for job in session.scalars(select(Job).where(Job.id.in_(newest)))}


def starters(session: Session) -> list[User]:
    """Who has started a job that there still is, by name."""
    some = exists(select(Job.id).where(Job.started_by_id == User.id))
    return list(session.scalars(select(User).where(some).order_by(User.name_key)))
