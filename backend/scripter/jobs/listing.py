"""Jobs as lists: by filter, a page at a time, as fast with a million of them as with ten. Asked through `service`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from scripter.access.models import User
from scripter.jobs.models import Job
from scripter.jobs.states import Status, Trigger
from scripter.lib.errors import Conflict
from scripter.scripts.models import Version

# So many numbers back: enough for a page of what is common, and few enough to be read for nothing. Twice, since numbers
# have gaps where jobs were deleted.
_NEAR = (5_000, 100_000)
# No row has this id.
_NONE = 0


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
    """Jobs, newest first; `before` is the id of the last one seen (keyset paging).

    A later page is looked for near the one before it: for what most jobs have in common, MariaDB would read the index
    from its newest end down to `before`, half a million rows for a page in the middle.

    Raises:
        Conflict: the order is that of time, and the last job seen has been deleted: nobody knows where it stood.
    """
    if before is not None and _is_of_time(which) and session.scalar(select(Job.id).where(Job.id == before)) is None:
        raise Conflict("The last job of the page before has been deleted. Load the list from its beginning.")
    version_id = None
    if which.version is not None:
        numbered = select(Version.id).where(Version.script_id == which.script_id, Version.number == which.version)
        version_id = session.scalar(numbered) or _NONE
    wanted = query(which, before, version_id).limit(limit)
    for near in _NEAR if before is not None and not _is_of_time(which) else ():
        jobs = list(session.scalars(wanted.where(Job.id >= (before or 0) - near)))
        if len(jobs) == limit:
            return jobs
    return list(session.scalars(wanted))


def query(which: Filter, before: int | None, version_id: int | None = None) -> Select[Job]:
    """Each condition alone is read in the order of an index; of several the database takes the rarest.

    `version_id` is the version that a number of the script's means. It says which script as well, and where both are
    said MariaDB reads and sorts what two indexes have in common: all jobs of the script, at worst.
    """
    wanted = viewed()
    for column, value in (
        (Job.script_id, which.script_id if version_id is None else None),
        (Job.version_id, version_id),
        (Job.image_id, which.image_id),
        (Job.schedule_id, which.schedule_id),
        (Job.status, which.status),
        (Job.trigger, which.trigger),
        (Job.started_by_id, which.started_by_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if not _is_of_time(which):
        wanted = wanted.order_by(Job.id.desc())
        return wanted if before is None else wanted.where(Job.id < before)
    return _by_time(wanted, which, before)


def _is_of_time(which: Filter) -> bool:
    return which.since is not None or which.until is not None


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
    # One each, and not `EXISTS`: for that MariaDB first writes down who started each of all jobs.
    one = select(Job.id).where(Job.started_by_id == User.id).limit(1).scalar_subquery()
    return list(session.scalars(select(User).where(one.is_not(None)).order_by(User.name_key)))
