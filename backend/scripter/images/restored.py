"""Images of a system that was restored from a backup, which holds recipes and nothing built. Called by `backup`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scripter import context, logstore
from scripter.images import builds
from scripter.images.models import Build, BuildStatus, Image, ImageStatus, Leftover


def close_builds(session: Session, made_at: str) -> int:
    """End every build that waits or runs; `made_at`: when the backup was made. Gives how many there were."""
    open_ones = session.scalars(
        select(Build).where(Build.status.in_([BuildStatus.QUEUED, BuildStatus.RUNNING])).order_by(Build.id)
    ).all()
    for build in open_ones:
        reason = f"It was not done when the backup of {made_at} was made. Start the build again."
        builds.close(session, build, reason)
    return len(open_ones)


def forget_built(session: Session) -> int:
    """Make all images dormant, to be built anew: on another machine what was built is not there, and on the same one it
    belongs to the system that the backup was made of, whose images nobody else may use or remove. Gives how many."""
    built = select(Image.id).where(Image.good_build_id.is_not(None))
    count = len(session.scalars(built).all())
    session.execute(update(Image).where(Image.status == ImageStatus.READY).values(status=ImageStatus.DORMANT))
    session.execute(update(Image).values(good_build_id=None))
    session.execute(delete(Leftover))
    return count


def say_logs_are_missing(session: Session, made_at: str) -> int:
    """Where a build has begun, but its log is not there, let its log say so. Gives how many there are."""
    logs = context.of(session).logs
    words = f"this log was not in the backup of {made_at}, from which Scripter was restored"
    notice: Path | None = None
    count = 0
    for row in session.execute(select(Build.image_id, Build.id).where(Build.started_at.is_not(None))):
        path = logs.build_path(row.image_id, row.id)
        if not path.exists():
            notice = logstore.notice(path, words, like=notice)
            count += 1
    return count
