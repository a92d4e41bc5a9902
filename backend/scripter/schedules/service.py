"""The door to schedules: make, change, preview and list them. Used by this room's API, by upkeep and by wiring."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, joinedload

from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.jobs.service import check_arguments
from scripter.lib import clock
from scripter.lib.errors import BadInput, NotFound
from scripter.schedules import due, ledger
from scripter.schedules.cron import Cron
from scripter.schedules.models import ClockTick, Occurrence, Schedule
from scripter.schedules.zones import zone_of
from scripter.scripts import service as scripts
from scripter.scripts.models import Script


class Due(NamedTuple):
    """One due time: in UTC, as the clocks of its zone show it, and what a change of the clocks does to it."""

    utc: datetime
    local: datetime
    note: str | None


class Preview(NamedTuple):
    """What a crontab line means in a zone: in words, and its next due times."""

    words: str
    next: list[Due]


def preview(cron: str, zone: str, *, after: datetime | None = None, count: int = 10) -> Preview:
    """The next `count` due times later than `after` (now, unless told).

    Raises:
        BadInput: at `cron` or `zone`, or at both.
    """
    line, place = _checked(cron, zone)
    times = due.due_times(line, place, after or clock.now(), count=count)
    return Preview(line.words, [Due(one, one.astimezone(place), due.note(line, place, one)) for one in times])


def add(
    session: Session,
    script_id: int,
    *,
    cron: str,
    zone: str = "UTC",
    enabled: bool = True,
    arguments: Sequence[str] = (),
    by: User | None,
) -> Schedule:
    """A new schedule, its first runs planned if it is on.

    Raises:
        BadInput: at `script_id`, `cron`, `zone` or `arguments`.
    """
    try:
        script = scripts.get(session, script_id)
    except NotFound as error:
        raise BadInput.at("script_id", error.message) from None
    line, _ = _checked(cron, zone)
    check_arguments(arguments)
    now = clock.now()
    schedule = Schedule(
        script=script,
        cron=line.text,
        zone=zone,
        enabled=enabled,
        arguments=list(arguments),
        cursor=now,
        created_by_id=by.id if by else None,
        created_at=now,
        updated_at=now,
    )
    session.add(schedule)
    session.flush()
    ledger.start_over(session, schedule, now)
    _note(session, by, Tag.SCHEDULE_CREATE, schedule)
    return schedule


def change(
    session: Session,
    schedule: Schedule,
    *,
    cron: str | None = None,
    zone: str | None = None,
    enabled: bool | None = None,
    arguments: Sequence[str] | None = None,
    by: User | None,
) -> Schedule:
    """Change what is given (None leaves a thing as it is); runs that were planned by the old words are withdrawn.

    Raises:
        BadInput: at `cron`, `zone` or `arguments`.
    """
    session.refresh(schedule, with_for_update=True)  # no planner may work by the old words from here on
    line, _ = _checked(schedule.cron if cron is None else cron, schedule.zone if zone is None else zone)
    wanted = (line.text, schedule.zone if zone is None else zone, schedule.enabled if enabled is None else enabled)
    now = clock.now()
    if arguments is not None:
        check_arguments(arguments)
        schedule.arguments = list(arguments)
    if wanted != (schedule.cron, schedule.zone, schedule.enabled):
        if schedule.enabled:
            ledger.plan_one(session, schedule, now)  # what was due by the old words is accounted for by them
        schedule.cron, schedule.zone, schedule.enabled = wanted
        ledger.start_over(session, schedule, now)
    schedule.updated_at = now
    _note(session, by, Tag.SCHEDULE_CHANGE, schedule)
    session.flush()
    return schedule


def remove(session: Session, schedule: Schedule, *, by: User | None) -> None:
    """Delete the schedule and its ledger; jobs that it has started stay."""
    session.execute(delete(Occurrence).where(Occurrence.schedule_id == schedule.id))
    _note(session, by, Tag.SCHEDULE_DELETE, schedule)
    session.delete(schedule)
    session.flush()


def get(session: Session, schedule_id: int) -> Schedule:
    """The schedule with its script and maker.

    Raises:
        NotFound: there is none.
    """
    schedule = session.scalar(_viewed().where(Schedule.id == schedule_id))
    if schedule is None:
        raise NotFound("There is no such schedule.")
    return schedule


def listed(session: Session, *, script_id: int | None = None) -> list[Schedule]:
    """All schedules, or those of one script, by the name of their script."""
    query = _viewed().join(Schedule.script).order_by(Script.name_key, Schedule.id)
    if script_id is not None:
        query = query.where(Schedule.script_id == script_id)
    return list(session.scalars(query))


def counts(session: Session, script_ids: Collection[int]) -> dict[int, int]:
    """How many schedules each of these scripts has, by script id."""
    query = select(Schedule.script_id, func.count()).where(Schedule.script_id.in_(script_ids))
    return dict(session.execute(query.group_by(Schedule.script_id)).all())


def occurrences(
    session: Session, schedule: Schedule, *, before: int | None = None, limit: int = 50
) -> list[Occurrence]:
    """The ledger of one schedule, newest first; `before` is the id of the last one seen."""
    query = select(Occurrence).where(Occurrence.schedule_id == schedule.id).order_by(Occurrence.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Occurrence.id < before)
    return list(session.scalars(query))


def forget_script(session: Session, script: Script) -> None:
    """Remove the schedules of a script that is being deleted."""
    for schedule in session.scalars(select(Schedule).where(Schedule.script_id == script.id)):
        remove(session, schedule, by=None)


def last_tick(session: Session) -> datetime | None:
    """When the clock last ticked; None if it never has."""
    return session.scalar(select(ClockTick.at).where(ClockTick.id == ClockTick.ONLY))


def _checked(cron: str, zone: str) -> tuple[Cron, ZoneInfo]:
    """Both parsed, or an error that names everything that is wrong with them."""
    mistakes: list[BadInput] = []
    try:
        line = Cron.parse(cron)
    except BadInput as error:
        mistakes.append(error)
    try:
        place = zone_of(zone)
    except BadInput as error:
        mistakes.append(error)
    if mistakes:
        raise BadInput("; ".join(one.message for one in mistakes), fields=[f for one in mistakes for f in one.fields])
    return line, place


def _note(session: Session, by: User | None, tag: Tag, schedule: Schedule) -> None:
    words = {"script": schedule.script_id, "cron": schedule.cron, "zone": schedule.zone, "enabled": schedule.enabled}
    note(session, by, tag, target=f"schedule:{schedule.id}", detail=words)


def _viewed() -> Select[Schedule]:
    return select(Schedule).options(joinedload(Schedule.script), joinedload(Schedule.created_by))
