"""Schedules over HTTP: make, change, preview, list, and read their ledgers."""

from __future__ import annotations

from collections.abc import Sequence

from flask_openapi import APIBlueprint
from sqlalchemy.orm import Session

from scripter.access import guard
from scripter.access import service as access
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.lib import http
from scripter.lib.http import Answer, Page, Problem
from scripter.schedules import explaining, recent, service, zones
from scripter.schedules.models import Schedule
from scripter.schedules.service import Filter
from scripter.schedules.views import (
    Named,
    NewSchedule,
    OccurrenceList,
    OccurrenceView,
    OwnerList,
    PauseAllWish,
    PausedView,
    PauseView,
    PreviewView,
    PreviewWish,
    ScheduleChange,
    ScheduleList,
    SchedulePath,
    ScheduleQuery,
    ScheduleView,
    ZoneList,
)

bp = APIBlueprint("schedules", __name__, url_prefix="/api")

_TIMES_OF_ONE = 10


@bp.get("/schedules", responses={200: ScheduleList})
@needs(Scope.SCHEDULE_READ)
def list_schedules(query: ScheduleQuery) -> Answer:
    """Schedules a page at a time, what runs next first, each with its next due time."""
    which = Filter(query.script_id, query.owner_id, query.state, query.q)
    with guard.reading() as session:
        part = service.page(session, which, after=query.place(), limit=query.limit)
        items = _views(session, part.items, 1)
        return http.show(ScheduleList(items=items, next=ScheduleList.cursor(part.next)))


@bp.post("/schedules", responses={201: ScheduleView})
@needs(Scope.SCHEDULE_WRITE)
def add_schedule(body: NewSchedule) -> Answer:
    """Let a script start by itself: by a crontab line, at a steady pace, or once."""
    with guard.transaction() as session:
        schedule = service.add(session, body.script_id, by=guard.current_user(), **body.wishes())
        return http.show(_view(session, schedule.id), 201)


@bp.get("/schedules/<int:schedule_id>", responses={200: ScheduleView, 404: Problem})
@needs(Scope.SCHEDULE_READ)
def show_schedule(path: SchedulePath) -> Answer:
    """One schedule with its next ten due times."""
    with guard.reading() as session:
        return http.show(_view(session, path.schedule_id))


@bp.patch("/schedules/<int:schedule_id>", responses={200: ScheduleView, 404: Problem})
@needs(Scope.SCHEDULE_WRITE)
def change_schedule(path: SchedulePath, body: ScheduleChange) -> Answer:
    """Change what is given. Takes effect up to the second: what was planned and lies ahead is planned anew."""
    with guard.transaction() as session:
        service.change(session, service.get(session, path.schedule_id), by=guard.current_user(), **body.wishes())
        return http.show(_view(session, path.schedule_id))


@bp.delete("/schedules/<int:schedule_id>", responses={204: None, 404: Problem})
@needs(Scope.SCHEDULE_WRITE)
def delete_schedule(path: SchedulePath) -> Answer:
    """Delete a schedule and its ledger. Its jobs stay."""
    with guard.transaction() as session:
        service.remove(session, service.get(session, path.schedule_id), by=guard.current_user())
        return http.no_content()


@bp.get("/schedules/<int:schedule_id>/occurrences", responses={200: OccurrenceList, 404: Problem, 409: Problem})
@needs(Scope.SCHEDULE_READ)
def list_occurrences(path: SchedulePath, query: Page) -> Answer:
    """The due times of a schedule and what became of each, newest first."""
    with guard.reading() as session:
        schedule = service.get(session, path.schedule_id)
        rows = service.occurrences(session, schedule, before=query.before, limit=query.limit)
        views = [OccurrenceView.model_validate(row) for row in rows]
        return http.show(OccurrenceList(items=views, next=rows[-1].id if len(rows) == query.limit else None))


@bp.post("/schedules/preview", responses={200: PreviewView})
@needs(Scope.SCHEDULE_READ)
def preview_schedule(body: PreviewWish) -> Answer:
    """What times mean: in words, the next ten and the last five of them, and what the clock changes of the coming year
    do to them. Stores nothing."""
    viewer = zones.zone_of(body.viewer_zone, field="viewer_zone") if body.viewer_zone is not None else None
    return http.show(PreviewView.of(explaining.explain(body, schedule_id=body.schedule_id or 0), viewer))


@bp.get("/schedules/owners", responses={200: OwnerList})
@needs(Scope.SCHEDULE_WRITE)
def list_owners() -> Answer:
    """Whom a schedule can be given to: everybody, the first user first."""
    with guard.reading() as session:
        return http.show(OwnerList(items=[Named.model_validate(one) for one in access.users(session)]))


@bp.get("/schedules/pause-all", responses={200: PausedView})
@needs(Scope.SCHEDULE_READ)
def show_pause_all() -> Answer:
    """Whether all schedules are paused, since when, by whom and why."""
    with guard.reading() as session:
        pause = service.pauses_of(session, ()).get(None)
        return http.show(PausedView(pause=PauseView.model_validate(pause) if pause else None))


@bp.post("/schedules/pause-all", responses={200: PausedView, 409: Problem})
@needs(Scope.SCHEDULE_WRITE)
def pause_all(body: PauseAllWish) -> Answer:
    """From this second on no schedule starts anything. What is due is skipped, with this reason."""
    with guard.transaction() as session:
        pause = service.pause_all(session, reason=body.reason, by=guard.current_user())
        return http.show(PausedView(pause=PauseView.model_validate(pause)))


@bp.post("/schedules/resume-all", responses={200: PausedView, 409: Problem})
@needs(Scope.SCHEDULE_WRITE)
def resume_all() -> Answer:
    """Schedules start jobs again, but for those that are switched off by themselves."""
    with guard.transaction() as session:
        service.resume_all(session, by=guard.current_user())
    return http.show(PausedView(pause=None))


@bp.get("/zones", responses={200: ZoneList})
@needs(Scope.SCHEDULE_READ)
def list_zones() -> Answer:
    """The names of all time zones."""
    return http.show(ZoneList(items=list(zones.zones())))


def _view(session: Session, schedule_id: int) -> ScheduleView:
    return _views(session, [service.get(session, schedule_id)], _TIMES_OF_ONE)[0]


def _views(session: Session, schedules: Sequence[Schedule], count: int) -> list[ScheduleView]:
    ids = [one.id for one in schedules]
    last, jobs, off = recent.last_of(session, ids), recent.jobs_of(session, ids), service.pauses_of(session, ids)
    return [
        ScheduleView.of(one, service.preview_of(one, count=count), last.get(one.id), jobs[one.id], off.get(one.id))
        for one in schedules
    ]
