"""Which schedules start jobs on an image; asked by the room of images through `wiring`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scripter.images.uses import MOST, UsingSchedule
from scripter.schedules.models import Schedule
from scripter.scripts.models import Script


def of_image(session: Session, image_id: int) -> list[UsingSchedule]:
    """Those of scripts on this image: those that are on first, the next to run before others."""
    query = select(Schedule).join(Schedule.script).where(Script.image_id == image_id)
    query = query.options(contains_eager(Schedule.script)).limit(MOST)
    order = (Schedule.enabled.desc(), Schedule.next_at.is_(None), Schedule.next_at, Schedule.id)
    return [
        UsingSchedule(
            id=one.id,
            name=one.name or one.cron or f"Schedule {one.id}",
            script_id=one.script_id,
            script_name=one.script.name,
            enabled=one.enabled,
            next_at=one.next_at if one.enabled else None,
        )
        for one in session.scalars(query.order_by(*order))
    ]
