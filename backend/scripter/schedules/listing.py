"""Schedules as lists: by filter, a page at a time, what runs next before others. Asked through `service`.

Order, filters and the place where a page begins are the database's work; only for what is sought in words all
schedules are looked at, and of each no more than these words are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.lib.errors import BadInput
from scripter.schedules.cron import Cron
from scripter.schedules.models import Calendar, Kind, Occurrence, Outcome, Schedule
from scripter.schedules.timing import Timing
from scripter.schedules.zones import zones
from scripter.scripts.models import Script


class ScheduleState(StrEnum):
    """How a schedule stands. `trouble`: its last due time did not run, its last job failed or is lost, or it cannot be
    planned at all, and then it is none of the others."""

    ON = "on"
    OFF = "off"
    ENDED = "ended"
    TROUBLE = "trouble"


class Filter(NamedTuple):
    """Which schedules to list; `None` means any. Each word of `text` stands in the name, the script's name, the crontab
    line or what its times are in English."""

    script_id: int | None = None
    owner_id: int | None = None
    state: ScheduleState | None = None
    text: str = ""


class Place(NamedTuple):
    """Where a schedule stands in the list: by its next due time, None (at the end) for one that will not run, and its
    id. It is the cursor of a page, so that nothing is left out when the schedule runs, changes or goes meanwhile."""

    at: datetime | None
    schedule_id: int


class Part(NamedTuple):
    """A page of a list, and the place of its last schedule; None: nothing comes after it."""

    items: list[Schedule]
    next: Place | None


def viewed() -> Select[Schedule]:
    """Schedules with all that a view of them shows."""
    people = (joinedload(Schedule.created_by), joinedload(Schedule.owner))
    return select(Schedule).options(joinedload(Schedule.script), *people, selectinload(Schedule.calendars))


def page(session: Session, which: Filter, *, after: Place | None = None, limit: int = 50) -> Part:
    """Schedules, what runs next first, then those that will not run, each group by id; those behind `after`."""
    soon = _soon()
    at = case((Schedule.enabled, _due(soon)))
    wanted = _query(session, which, at, soon).order_by(at.is_(None), at, Schedule.id)
    if after is not None:
        wanted = wanted.where(_behind(at, after))
    found = list(islice(_fitting(session, wanted, which.text, limit + 1), limit + 1))
    rows = session.scalars(viewed().where(Schedule.id.in_([one.schedule_id for one in found[:limit]])))
    by_id = {one.id: one for one in rows}
    items = [by_id[one.schedule_id] for one in found[:limit] if one.schedule_id in by_id]
    return Part(items, found[limit - 1] if len(found) > limit else None)


def next_of(session: Session, script_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these scripts is started next by a schedule, by script id; those that never are, are left out."""
    soon = _soon()
    due = _due(soon)
    query = select(Schedule.script_id, func.min(due)).outerjoin(soon, soon.c.schedule_id == Schedule.id)
    runs = (Schedule.script_id.in_(script_ids), Schedule.enabled, due.is_not(None), ~_broken(session))
    found = session.execute(query.where(*runs).group_by(Schedule.script_id))
    return {script_id: at for script_id, at in found if at is not None}


def by_calendar(session: Session, calendar_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The id and the name of each schedule that goes by one of these calendars, by calendar id."""
    query = select(Calendar.id, *_SAID).select_from(Schedule).join(Schedule.calendars).order_by(Schedule.id)
    found: dict[int, list[tuple[int, str]]] = {one: [] for one in calendar_ids}
    for row in session.execute(query.where(Calendar.id.in_(calendar_ids))):
        said = _said(row[1:])
        found[row[0]].append((said.id, said.name or _words(said)))
    return found


class _Said(NamedTuple):
    """What the words of a schedule are made of; a `timing.Told` of some zone, which they do not tell."""

    id: int
    name: str
    kind: Kind
    cron: str
    every_s: int | None
    at: datetime | None
    zone: str = "UTC"
    epoch: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


_SAID = (Schedule.id, Schedule.name, Schedule.kind, Schedule.cron, Schedule.every_s, Schedule.at)


def _said(columns: Sequence[Any]) -> _Said:
    return _Said(*columns)


def _soon() -> Subquery:
    """The first due time to come of those of which rows are written already: it lies before the planner's `next_at`."""
    now = clock.now()
    # By the start too, since there is an index for it; nothing starts before it is due.
    ahead = (Occurrence.outcome == Outcome.PLANNED, Occurrence.planned_at > now, Occurrence.due_at > now)
    query = select(Occurrence.schedule_id, func.min(Occurrence.due_at).label("due_at")).where(*ahead)
    return query.group_by(Occurrence.schedule_id).subquery()


def _due(soon: Subquery) -> ColumnElement[datetime | None]:
    return func.coalesce(soon.c.due_at, Schedule.next_at)


def _behind(at: ColumnElement[datetime | None], place: Place) -> ColumnElement[bool]:
    later = Schedule.id > place.schedule_id
    if place.at is None:
        return and_(at.is_(None), later)
    return or_(at > place.at, and_(at == place.at, later), at.is_(None))


def _query(
    session: Session, which: Filter, at: ColumnElement[datetime | None], soon: Subquery
) -> Select[*tuple[Any, ...]]:
    query = select(at, Script.name, *_SAID).select_from(Schedule).join(Schedule.script)
    query = query.outerjoin(soon, soon.c.schedule_id == Schedule.id)
    if which.script_id is not None:
        query = query.where(Schedule.script_id == which.script_id)
    if which.owner_id is not None:
        query = query.where(Schedule.owner_id == which.owner_id)
    if which.state is not None:
        query = query.where(_stands(session, which.state, _due(soon)))
    return query


def _fitting(session: Session, wanted: Select[*tuple[Any, ...]], text: str, limit: int) -> Iterator[Place]:
    sought = text.casefold().split()
    for row in session.execute(wanted if sought else wanted.limit(limit)):
        if not sought or _fits(row[1], _said(row[2:]), sought):
            yield Place(row[0], row[2])


def _fits(script: str, said: _Said, sought: Collection[str]) -> bool:
    there = "\n".join((said.name, script, said.cron, _words(said))).casefold()
    return all(word in there for word in sought)


@lru_cache(maxsize=10_000)
def _words(said: _Said) -> str:
    try:
        return Timing.of(said).words
    except BadInput:
        return said.cron or said.kind


def _stands(session: Session, state: ScheduleState, due: ColumnElement[datetime | None]) -> ColumnElement[bool]:
    broken = _broken(session)
    return {
        ScheduleState.ON: and_(Schedule.enabled, due.is_not(None), ~broken),
        ScheduleState.OFF: and_(~Schedule.enabled, due.is_not(None), ~broken),
        ScheduleState.ENDED: and_(due.is_(None), ~broken),
        ScheduleState.TROUBLE: or_(broken, _last_outcome().in_(_NOT_RUN), _last_status().in_(_NOT_DONE)),
    }[state]


_NOT_RUN = (Outcome.MISSED, Outcome.SKIPPED)
_NOT_DONE = (Status.FAILED, Status.LOST)


def _broken(session: Session) -> ColumnElement[bool]:
    """Those that cannot be planned: newer rules or a newer version do not know their zone or their crontab line."""
    unknown = [one for one in session.scalars(select(Schedule.zone).distinct()) if one not in zones()]
    refused = [one for one in session.scalars(select(Schedule.cron).distinct()) if one and not _is_good(one)]
    elsewhere = [one for one in session.scalars(select(Calendar.zone).distinct()) if one not in zones()]
    known = Schedule.calendars.any(Calendar.zone.in_(elsewhere)) if elsewhere else Schedule.zone.in_(())
    return or_(Schedule.zone.in_(unknown), Schedule.cron.in_(refused), known)


def _is_good(cron: str) -> bool:
    try:
        Cron.parse(cron)
    except BadInput:
        return False
    return True


def _last_outcome() -> ColumnElement[Outcome]:
    """What became of the newest due time that something has become of: a few steps at the end of an index."""
    of_it = (Occurrence.schedule_id == Schedule.id, Occurrence.outcome != Outcome.PLANNED)
    return select(Occurrence.outcome).where(*of_it).order_by(Occurrence.due_at.desc()).limit(1).scalar_subquery()


def _last_status() -> ColumnElement[Status]:
    newest = select(Job.status).where(Job.schedule_id == Schedule.id).order_by(Job.id.desc()).limit(1)
    # By itself MariaDB takes the index with the status, and sorts all jobs of each schedule.
    for dialect in ("mysql", "mariadb"):
        newest = newest.with_hint(Job, "FORCE INDEX (ix_jobs_schedule_id_id)", dialect)
    return newest.scalar_subquery()
