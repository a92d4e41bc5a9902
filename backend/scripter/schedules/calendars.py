"""Calendars: periods in which nothing starts, shared by schedules. Used by this room's `service` and API.

What they say is read when a run is to start, so a change holds for the next second."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict, Unpack

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.lib import clock
from scripter.lib.errors import BadInput, Conflict, NotFound
from scripter.lib.names import check_name, name_key
from scripter.schedules import blackouts
from scripter.schedules.models import Calendar, Schedule
from scripter.schedules.zones import zone_of


class Wishes(TypedDict, total=False):
    """What a calendar says; what is left out stays."""

    name: str
    zone: str
    periods: Sequence[Mapping[str, object]]


def add(session: Session, *, by: User | None, **wishes: Unpack[Wishes]) -> Calendar:
    """A new calendar.

    Raises:
        BadInput: at `name`, `zone` or `periods`.
    """
    calendar = Calendar(name="", zone="UTC", periods=[])
    _set(session, calendar, {"name": "", **wishes})
    session.add(calendar)
    session.flush()
    note(session, by, Tag.CALENDAR_CREATE, target=f"calendar:{calendar.id}", detail={"name": calendar.name})
    return calendar


def change(session: Session, calendar: Calendar, *, by: User | None, **wishes: Unpack[Wishes]) -> None:
    """Change what is given; holds for all its schedules from this second on.

    Raises:
        BadInput: at `name`, `zone` or `periods`.
    """
    _set(session, calendar, wishes)
    calendar.updated_at = clock.now()
    session.flush()
    note(session, by, Tag.CALENDAR_CHANGE, target=f"calendar:{calendar.id}", detail={"name": calendar.name})


def remove(session: Session, calendar: Calendar, *, by: User | None) -> None:
    """Delete the calendar.

    Raises:
        Conflict: schedules still go by it.
    """
    using = session.scalar(select(func.count(Schedule.id)).where(Schedule.calendars.any(Calendar.id == calendar.id)))
    if using:
        raise Conflict(f"{using} schedule(s) go by {calendar.name}. Take it off them first.")
    note(session, by, Tag.CALENDAR_DELETE, target=f"calendar:{calendar.id}", detail={"name": calendar.name})
    session.delete(calendar)
    session.flush()


def get(session: Session, calendar_id: int) -> Calendar:
    """The calendar of this id.

    Raises:
        NotFound: there is none.
    """
    calendar = session.get(Calendar, calendar_id)
    if calendar is None:
        raise NotFound("There is no such calendar.")
    return calendar


def listed(session: Session) -> list[Calendar]:
    """All calendars, by name."""
    return list(session.scalars(select(Calendar).order_by(Calendar.name_key)))


def chosen(session: Session, calendar_ids: Collection[int]) -> list[Calendar]:
    """These calendars, by name.

    Raises:
        BadInput: at `calendars`, naming those that there are not.
    """
    found = session.scalars(select(Calendar).where(Calendar.id.in_(calendar_ids)).order_by(Calendar.name_key)).all()
    if missing := sorted(set(calendar_ids) - {one.id for one in found}):
        raise BadInput.at("calendars", f"There is no calendar {', '.join(map(str, missing))}.")
    return list(found)


def _set(session: Session, calendar: Calendar, wishes: Wishes) -> None:
    if "zone" in wishes:
        zone_of(wishes["zone"])
        calendar.zone = wishes["zone"]
    if "periods" in wishes:
        calendar.periods = blackouts.checked("periods", wishes["periods"])
    if "name" in wishes:
        calendar.name = check_name("name", wishes["name"])
        with session.no_autoflush:
            same = session.scalar(select(Calendar.id).where(Calendar.name_key == name_key(calendar.name)))
        if same not in (None, calendar.id):
            raise BadInput.at("name", "There is a calendar of this name already.")
        calendar.name_key = name_key(calendar.name)
