"""Which jobs wait or run on an image; asked by the room of images through `wiring`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scripter.images.uses import MOST, UsingJob
from scripter.jobs.models import Job
from scripter.jobs.states import FINAL


def of_image(session: Session, image_id: int) -> list[UsingJob]:
    """Those on any build of this image, newest first."""
    # By the states that are not final, which an index knows; of the others there may be a million.
    query = select(Job).join(Job.script).where(Job.status.not_in(FINAL), Job.image_id == image_id)
    query = query.options(contains_eager(Job.script)).order_by(Job.id.desc()).limit(MOST)
    return [
        UsingJob(
            id=job.id,
            script_id=job.script_id,
            script_name=job.script.name,
            status=job.status,
            build_id=job.build_id,
            created_at=job.created_at,
        )
        for job in session.scalars(query)
    ]
