"""Who uses an image, for the page that says so and before somebody destroys it. The rooms above answer.

`wiring` tells them here, since this room may not know of scripts, schedules and jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

# Of each kind; nobody reads more, and a busy image has thousands of jobs.
MOST = 100


@dataclass(frozen=True, slots=True)
class UsingSchedule:
    """A schedule of a script on the image. `next_at`: when it starts the next job, if it does."""

    id: int
    name: str
    script_id: int
    script_name: str
    enabled: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class UsingJob:
    """A job that waits or runs on a build of the image."""

    id: int
    script_id: int
    script_name: str
    status: str
    build_id: int
    created_at: datetime


schedules_of: list[Callable[[Session, int], list[UsingSchedule]]] = []
jobs_of: list[Callable[[Session, int], list[UsingJob]]] = []


def schedules(session: Session, image_id: int) -> list[UsingSchedule]:
    """The schedules of scripts on this image, at most 100: those that are on first, the next to run before others."""
    return [one for ask in schedules_of for one in ask(session, image_id)]


def jobs(session: Session, image_id: int) -> list[UsingJob]:
    """The jobs that wait or run on a build of this image, newest first, at most 100."""
    return [one for ask in jobs_of for one in ask(session, image_id)]
