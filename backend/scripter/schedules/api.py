"""Schedules over HTTP: make, change, preview, list, and read their ledgers."""

from __future__ import annotations

from flask_openapi import APIBlueprint
from sqlalchemy.orm import Session

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.lib import http
from scripter.lib.http import Answer, Page, Problem
from scripter.schedules import ledger, service, zones
from scripter.schedules.models import Schedule
from scripter.schedules.views import (
    NewSchedule,
    OccurrenceList,
    OccurrenceView,
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
    """All schedules, or those of one script, each with its next due time."""
    with guard.reading() as session:
        rows = service.listed(session, script_id=query.script_id)
        last = ledger.last_of(session, [row.id for row in rows])
        views = [ScheduleView.of(row, service.preview(row.cron, row.zone, count=1), last.get(row.id)) for row in rows]
        return http.show(ScheduleList(items=views))


@bp.post("/schedules", responses={201: ScheduleView})
@needs(Scope.SCHEDULE_WRITE)
def add_schedule(body: NewSchedule) -> Answer:
    """Give a script a crontab line."""
    with guard.transaction() as session:
        schedule = service.add(
            session,
            body.script_id,
            cron=body.cron,
            zone=body.zone,
            enabled=body.enabled,
            arguments=body.arguments,
            by=guard.current_user(),
        )
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
        service.change(
            session,
            service.get(session, path.schedule_id),
            cron=body.cron,
            zone=body.zone,
            enabled=body.enabled,
            arguments=body.arguments,
            by=guard.current_user(),
        )
        return http.show(_view(session, path.schedule_id))


@bp.delete("/schedules/<int:schedule_id>", responses={204: None, 404: Problem})
@needs(Scope.SCHEDULE_WRITE)
def delete_schedule(path: SchedulePath) -> Answer:
    """Delete a schedule and its ledger. Its jobs stay."""
    with guard.transaction() as session:
        service.remove(session, service.get(session, path.schedule_id), by=guard.current_user())
        return http.no_content()


@bp.get("/schedules/<int:schedule_id>/occurrences", responses={200: OccurrenceList, 404: Problem})
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
    """What a crontab line means in a zone: in words, and its next ten due times. Stores nothing."""
    return http.show(PreviewView.of(service.preview(body.cron, body.zone)))


@bp.get("/zones", responses={200: ZoneList})
@needs(Scope.SCHEDULE_READ)
def list_zones() -> Answer:
    """The names of all time zones."""
    return http.show(ZoneList(items=list(zones.zones())))


def _view(session: Session, schedule_id: int) -> ScheduleView:
    schedule: Schedule = service.get(session, schedule_id)
    last = ledger.last_of(session, [schedule.id]).get(schedule.id)
    return ScheduleView.of(schedule, service.preview(schedule.cron, schedule.zone, count=_TIMES_OF_ONE), last)
