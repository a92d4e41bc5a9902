"""The door to schedules: make, change, preview, pause and list them. Used by this room's API, by upkeep and by wiring.

What is wished for is put onto a schedule by `settings`; `planner` writes the rows of its due times."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple, Unpack

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.lib import clock
from scripter.lib.errors import BadInput, Conflict, NotFound
from scripter.schedules import listing, pauses, planner, policies, settings
from scripter.schedules.listing import Filter, Part, Place, ScheduleState, by_calendar, next_of, page
from scripter.schedules.models import ClockTick, Occurrence, Pause, Schedule
from scripter.schedules.settings import Wishes
from scripter.schedules.timing import Timing, Told
from scripter.scripts import service as scripts
from scripter.scripts.models import Script

__all__ = [
    "Due", "Filter", "Part", "Place", "Preview", "ScheduleState", "Wishes", "add", "by_calendar", "change",
    "counts", "dues", "forget_script", "get", "last_tick", "listed", "next_of", "occurrences", "page", "pause_all",
    "pauses_of", "preview", "preview_of", "remove", "resume_all",
]  # fmt: skip

log = structlog.get_logger(__name__)

_REASON = 300


class Due(NamedTuple):
    """One due time: in UTC, as the clocks of its zone show it, and what a change of the clocks does to it; and when it
    is to start, which jitter may put off."""

    utc: datetime
    local: datetime
    note: str | None
    planned: datetime


class Preview(NamedTuple):
    """What a schedule's times mean: in words, and its next due times. `trouble`: why it cannot be planned at all, in
    words; None: it can."""

    words: str
    next: list[Due]
    trouble: str | None = None


def preview(told: Told, *, after: datetime | None = None, count: int = 10, schedule_id: int = 0) -> Preview:
    """The next `count` due times later than `after` (now, unless told), by the function that plans them.

    Raises:
        BadInput: naming everything that is wrong with it.
    """
    timing = Timing.of(told)
    times = timing.due_times(after or clock.now(), count=count)
    return Preview(timing.words, dues(timing, times, getattr(told, "jitter_s", 0), schedule_id))


def dues(timing: Timing, times: Iterable[datetime], jitter_s: int, schedule_id: int) -> list[Due]:
    """These due times as people want to see them."""
    return [
        Due(one, one.astimezone(timing.zone), timing.note(one), policies.planned_at(schedule_id, one, jitter_s))
        for one in times
    ]


def preview_of(schedule: Schedule, *, count: int = 10) -> Preview:
    """The same of a schedule that there is, with the jitter that its runs will have.

    What newer rules of time zones, or a broken row, make of it is told and not raised: one that cannot be planned
    must not hide the others.
    """
    try:
        planner.blackouts(schedule)
        return preview(schedule, count=count, schedule_id=schedule.id)
    except BadInput as error:
        why = error.message.rstrip(".")
    except Exception:
        log.exception("schedule.cannot_be_shown", schedule=schedule.id)
        why = "Scripter fails to work out its times, and its log has the details"
    return Preview(schedule.cron or schedule.kind, [], f"This schedule cannot be planned: {why}. Nothing of it runs.")


def add(session: Session, script_id: int, *, by: User | None, **wishes: Unpack[Wishes]) -> Schedule:
    """A new schedule, its first runs planned. Its owner is who makes it, unless told.

    Raises:
        BadInput: at `script_id`, or naming the field.
    """
    try:
        script = scripts.get(session, script_id)
    except NotFound as error:
        raise BadInput.at("script_id", error.message) from None
    now = clock.now()
    schedule = settings.new(script, now, by)
    settings.put(session, schedule, wishes, now)
    session.add(schedule)
    session.flush()
    if not schedule.enabled:
        pauses.begin(session, schedule.id, now, by=by)
    planner.start_over(session, schedule, now)
    _note(session, by, Tag.SCHEDULE_CREATE, schedule)
    return schedule


def change(session: Session, schedule: Schedule, *, by: User | None, **wishes: Unpack[Wishes]) -> Schedule:
    """Change what is given; runs that were planned by the old words and lie ahead are withdrawn, up to the second.

    Raises:
        BadInput: naming the field.
    """
    session.refresh(schedule, with_for_update=True)  # no planner may work by the old words from here on
    now = clock.now()
    was_enabled, was = schedule.enabled, settings.times(schedule)
    planner.finish(session, schedule, now)  # what was due by the old words is accounted for by them
    settings.put(session, schedule, wishes, now)
    if schedule.enabled and not was_enabled:
        pauses.end(session, schedule.id, now, by=by)
    if was_enabled and not schedule.enabled:
        pauses.begin(session, schedule.id, now, by=by)
    if settings.times(schedule) != was:
        planner.start_over(session, schedule, now)
    schedule.updated_at = now
    _note(session, by, Tag.SCHEDULE_CHANGE, schedule)
    session.flush()
    return schedule


def remove(session: Session, schedule: Schedule, *, by: User | None) -> None:
    """Delete the schedule and its ledger; jobs that it has started stay."""
    session.refresh(schedule, with_for_update=True)  # who fires it at this moment comes to his end first
    session.execute(delete(Occurrence).where(Occurrence.schedule_id == schedule.id))
    session.execute(delete(Pause).where(Pause.schedule_id == schedule.id))
    _note(session, by, Tag.SCHEDULE_DELETE, schedule)
    session.delete(schedule)
    session.flush()


def pause_all(session: Session, *, reason: str, by: User | None) -> Pause:
    """From this second on nothing is started by any schedule; what is due is skipped, with this reason.

    Raises:
        BadInput: at `reason`.
        Conflict: they are paused already.
    """
    if len(reason) > _REASON:
        raise BadInput.at("reason", f"at most {_REASON} characters")
    if None in pauses.lasting(session, ()):
        raise Conflict("All schedules are paused already.")
    pauses.begin(session, None, clock.now(), by=by, reason=reason.strip())
    note(session, by, Tag.SCHEDULE_PAUSE_ALL, target="schedules", detail={"reason": reason.strip()})
    return pauses.lasting(session, ())[None]


def resume_all(session: Session, *, by: User | None) -> None:
    """Schedules that are not switched off by themselves start jobs again; what was due meanwhile stays skipped.

    Raises:
        Conflict: they are not paused.
    """
    if None not in pauses.lasting(session, ()):
        raise Conflict("The schedules are not paused.")
    pauses.end(session, None, clock.now(), by=by)
    note(session, by, Tag.SCHEDULE_RESUME_ALL, target="schedules")


def pauses_of(session: Session, schedule_ids: Collection[int]) -> dict[int | None, Pause]:
    """Which of these schedules are off, and since when; under None the pause of all."""
    return pauses.lasting(session, schedule_ids)


def get(session: Session, schedule_id: int) -> Schedule:
    """The schedule with its script and maker.

    Raises:
        NotFound: there is none.
    """
    schedule = session.scalar(listing.viewed().where(Schedule.id == schedule_id))
    if schedule is None:
        raise NotFound("There is no such schedule.")
    return schedule


def listed(session: Session, *, script_id: int | None = None) -> list[Schedule]:
    """All schedules, or those of one script, by the name of their script. What is shown a page at a time is `page`."""
    query = listing.viewed().join(Schedule.script).order_by(Script.name_key, Schedule.id)
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
    """The ledger of one schedule, the latest due time first; `before` is the id of the last one seen.

    Raises:
        Conflict: that one has been withdrawn.
    """
    of_it = Occurrence.schedule_id == schedule.id
    query = select(Occurrence).where(of_it).order_by(Occurrence.due_at.desc()).limit(limit)
    if before is not None:
        last = session.scalar(select(Occurrence.due_at).where(of_it, Occurrence.id == before))
        if last is None:
            raise Conflict("The last due time of the page before was withdrawn. Load the ledger from its beginning.")
        query = query.where(Occurrence.due_at < last)
    return list(session.scalars(query))


def forget_script(session: Session, script: Script) -> None:
    """Remove the schedules of a script that is being deleted."""
    for schedule in session.scalars(select(Schedule).where(Schedule.script_id == script.id)):
        remove(session, schedule, by=None)


def last_tick(session: Session) -> datetime | None:
    """When the clock last ticked; None if it never has."""
    return session.scalar(select(ClockTick.at).where(ClockTick.id == ClockTick.ONLY))


def _note(session: Session, by: User | None, tag: Tag, schedule: Schedule) -> None:
    words = {
        "script": schedule.script_id,
        "kind": schedule.kind,
        "cron": schedule.cron,
        "zone": schedule.zone,
        "enabled": schedule.enabled,
        "owner": schedule.owner_id,
    }
    note(session, by, tag, target=f"schedule:{schedule.id}", detail=words)
