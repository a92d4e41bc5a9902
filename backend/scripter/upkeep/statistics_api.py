"""What the overview shows, over HTTP: jobs by hour, what takes the disk, and the stream of everything that changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import flask
from flask_openapi import APIBlueprint
from pydantic import Field

from scripter import logview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.jobs.states import Status
from scripter.jobs.statistics import Book, Ended
from scripter.lib import clock, http
from scripter.lib.http import Answer, Problem, Query, View
from scripter.upkeep import changes
from scripter.upkeep.changes import Watch
from scripter.upkeep.usage import Meter

bp = APIBlueprint("statistics", __name__, url_prefix="/api")

LONGEST_H = 31 * 24

T = TypeVar("T", Book, Meter, Watch)


class HoursQuery(Query):
    """How far back."""

    hours: Annotated[int, Field(ge=1, le=LONGEST_H)] = 24


class EndedView(View):
    """The jobs that ended in one hour, in one way; `mean_s` is how long those that had begun took on average."""

    at: datetime
    status: Status
    jobs: int
    mean_s: float | None

    @classmethod
    def of(cls, one: Ended) -> EndedView:
        return cls(at=one.at, status=one.status, jobs=one.jobs, mean_s=one.seconds / one.begun if one.begun else None)


class JobHoursView(View):
    """From the hour of `since` up to `until`; hours in which nothing ended are left out."""

    since: datetime
    until: datetime
    items: list[EndedView]


class LogUseView(View):
    """The logs of one script's ended jobs."""

    script_id: int
    script: str
    jobs: int
    bytes: int


class UsageView(View):
    """The disk of the data directory, in bytes; `database_here` is whether the database lies on it, too.

    Logs and database are added up every few minutes.
    """

    total: int
    free: int
    logs: int
    database: int
    database_here: bool
    largest: list[LogUseView]


@bp.get("/statistics/jobs", responses={200: JobHoursView, 401: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def show_job_hours(query: HoursQuery) -> Answer:
    """How many jobs ended in each hour, how, and after how long on average."""
    now = clock.now()
    since = (now - timedelta(hours=query.hours)).replace(minute=0, second=0, microsecond=0)
    with guard.reading() as session:
        ended = _kept(Book).ended(session, since, now)
    return http.show(JobHoursView(since=since, until=now, items=[EndedView.of(one) for one in ended]))


@bp.get("/statistics/disk", responses={200: UsageView, 401: Problem})
@needs(Scope.SYSTEM_READ)
def show_disk() -> Answer:
    """What takes the room on the disk."""
    with guard.reading() as session:
        return http.show(UsageView.model_validate(_kept(Meter).usage(session, clock.now())))


@bp.get("/changes/stream", responses={**logview.STREAM_RESPONSES, 401: Problem})
@needs(Scope.JOB_READ)
def stream_changes() -> Answer:
    """Everything that changes, as it happens: events `job` with the whole job, resumable by `Last-Event-ID`, and
    events `changed` that name kinds of things (`images`, `scripts`, `schedules`) to be asked for anew."""
    return http.sse(changes.changes(guard.context(), _kept(Watch), after=logview.last_event_id()))


def _kept(kind: type[T]) -> T:
    """The one of this kind that this web process has: made when it is first asked for."""
    kept = flask.current_app.extensions.setdefault(f"scripter.{kind.__name__}", kind())
    assert isinstance(kept, kind)
    return kept
