"""Schedules as a whole over HTTP: what ran and will run, day by day, the shared calendars, and how punctual it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_openapi import APIBlueprint
from pydantic import Field
from sqlalchemy.orm import Session

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.jobs.states import Status
from scripter.lib import clock, http
from scripter.lib.http import Answer, Problem
from scripter.schedules import calendars, health, service, weeks
from scripter.schedules.models import Calendar, Code, Outcome, Schedule
from scripter.schedules.views import Named, PeriodBody, PeriodView, SchedulePath, Text
from scripter.schedules.weeks import Entry
from scripter.schedules.zones import zone_of

# So many schedules are told of with a calendar, however many go by it.
_USERS = 20

bp = APIBlueprint("overview", __name__, url_prefix="/api")


class Span(http.Query):
    """From one moment on, before another."""

    begin: http.Moment = Field(alias="from")
    end: http.Moment = Field(alias="to")


class SpanOfSchedule(Span):
    """The same, perhaps of one schedule only."""

    schedule_id: http.RowId | None = None


class SpanOfOutcome(SpanOfSchedule):
    """The same, perhaps of one outcome only."""

    outcome: Outcome | None = None


class EntryView(http.View):
    """One due time of one schedule. `id` is null where the planner has not come to it yet."""

    id: int | None
    schedule: Named
    script: Named
    due_at: datetime
    planned_at: datetime
    outcome: Outcome
    reason_code: Code | None
    reason: str | None
    job_id: int | None
    job_status: Status | None
    late_ms: int | None

    @classmethod
    def of(cls, one: Entry) -> EntryView:
        row, schedule = one.row, one.schedule
        return cls(
            id=row and row.id,
            schedule=Named(id=schedule.id, name=name_of(schedule)),
            script=Named.model_validate(schedule.script),
            due_at=one.due_at,
            planned_at=one.planned_at,
            outcome=one.outcome,
            reason_code=row and row.reason_code,
            reason=row and row.reason,
            job_id=row and row.job_id,
            job_status=one.job_status,
            late_ms=row and row.late_ms,
        )


class StretchView(http.View):
    """Due times, earliest first; not all of them where `complete` is false."""

    items: list[EntryView]
    complete: bool


class DayView(http.View):
    """How often what became of the due times of one day, in the zone of the schedule. `failed`: how many of those that
    ran or were caught up have failed or are lost."""

    day: str
    planned: int
    ran: int
    caught_up: int
    skipped: int
    missed: int
    failed: int


class DayList(http.View):
    """The days on which something is due, in their order."""

    zone: str
    items: list[DayView]


class ClockHealthView(http.View):
    """How punctual schedules are; milliseconds, over the runs of the last hour. `trouble` says what is wrong."""

    last_tick_at: datetime | None
    late_since: datetime | None
    lateness_p50_ms: int | None
    lateness_p99_ms: int | None
    fired: int
    overdue: int
    trouble: str | None


class NewCalendar(http.Body):
    """A calendar to be made."""

    name: Text
    zone: Text = "UTC"
    periods: tuple[PeriodBody, ...] = ()


class CalendarChange(http.Body):
    """What is to change; what is left out stays."""

    name: Text | None = None
    zone: Text | None = None
    periods: tuple[PeriodBody, ...] | None = None


class CalendarPath(http.Path):
    """Which calendar."""

    calendar_id: http.RowId


class CalendarView(http.View):
    """Periods in which nothing starts, shared by schedules."""

    id: int
    name: str
    zone: str
    periods: list[PeriodView]
    # How many go by it, and the first twenty of them.
    schedule_count: int
    schedules: list[Named]
    created_at: datetime
    updated_at: datetime


class CalendarList(http.Items[CalendarView]):
    """Calendars by name."""


@bp.get("/occurrences", responses={200: StretchView})
@needs(Scope.SCHEDULE_READ)
def list_all_occurrences(query: SpanOfOutcome) -> Answer:
    """What was due, and what will be, of all schedules or of one: at most 2,000 due times."""
    with guard.reading() as session:
        found = weeks.between(session, query.begin, query.end, outcome=query.outcome, schedule_id=query.schedule_id)
        return http.show(StretchView(items=[EntryView.of(one) for one in found.entries], complete=found.complete))


@bp.get("/schedules/<int:schedule_id>/calendar", responses={200: DayList, 404: Problem})
@needs(Scope.SCHEDULE_READ)
def show_days(path: SchedulePath, query: Span) -> Answer:
    """What became of the due times of a schedule, day by day; those to come count as planned."""
    with guard.reading() as session:
        schedule = service.get(session, path.schedule_id)
        found = weeks.days(session, schedule, query.begin, query.end, zone_of(schedule.zone))
        days = [DayView(day=day.isoformat(), **tally.by_name()) for day, tally in found.items()]
        return http.show(DayList(zone=schedule.zone, items=days))


@bp.get("/schedules/health", responses={200: ClockHealthView})
@needs(Scope.SCHEDULE_READ)
def show_clock_health() -> Answer:
    """Whether the clock ticks, and how late runs were fired during the last hour."""
    with guard.reading() as session:
        return http.show(ClockHealthView.model_validate(health.ask(session, clock.now())))


@bp.get("/calendars", responses={200: CalendarList})
@needs(Scope.SCHEDULE_READ)
def list_calendars() -> Answer:
    """All calendars, by name."""
    with guard.reading() as session:
        return http.show(CalendarList(items=_shown(session, calendars.listed(session))))


@bp.post("/calendars", responses={201: CalendarView})
@needs(Scope.SCHEDULE_WRITE)
def add_calendar(body: NewCalendar) -> Answer:
    """Make a calendar."""
    with guard.transaction() as session:
        made = calendars.add(session, by=guard.current_user(), **_wishes(body))
        return http.show(_shown(session, [made])[0], 201)


@bp.get("/calendars/<int:calendar_id>", responses={200: CalendarView, 404: Problem})
@needs(Scope.SCHEDULE_READ)
def show_calendar(path: CalendarPath) -> Answer:
    """One calendar."""
    with guard.reading() as session:
        return http.show(_shown(session, [calendars.get(session, path.calendar_id)])[0])


@bp.patch("/calendars/<int:calendar_id>", responses={200: CalendarView, 404: Problem})
@needs(Scope.SCHEDULE_WRITE)
def change_calendar(path: CalendarPath, body: CalendarChange) -> Answer:
    """Change what is given. Holds from this second on for every schedule that goes by the calendar."""
    with guard.transaction() as session:
        calendar: Calendar = calendars.get(session, path.calendar_id)
        calendars.change(session, calendar, by=guard.current_user(), **_wishes(body))
        return http.show(_shown(session, [calendar])[0])


@bp.delete("/calendars/<int:calendar_id>", responses={204: None, 404: Problem, 409: Problem})
@needs(Scope.SCHEDULE_WRITE)
def delete_calendar(path: CalendarPath) -> Answer:
    """Delete a calendar that no schedule goes by."""
    with guard.transaction() as session:
        calendars.remove(session, calendars.get(session, path.calendar_id), by=guard.current_user())
    return http.no_content()


def name_of(schedule: Schedule) -> str:
    """What lists call it."""
    return schedule.name or schedule.cron or schedule.kind


def _shown(session: Session, rows: Sequence[Calendar]) -> list[CalendarView]:
    users = service.by_calendar(session, [one.id for one in rows])
    return [
        CalendarView(
            id=one.id,
            name=one.name,
            zone=one.zone,
            periods=[PeriodView.model_validate(period) for period in one.periods],
            schedule_count=len(users[one.id]),
            schedules=[Named(id=user_id, name=name) for user_id, name in users[one.id][:_USERS]],
            created_at=one.created_at,
            updated_at=one.updated_at,
        )
        for one in rows
    ]


def _wishes(body: NewCalendar | CalendarChange) -> calendars.Wishes:
    wishes = calendars.Wishes()
    if body.name is not None:
        wishes["name"] = body.name
    if body.zone is not None:
        wishes["zone"] = body.zone
    if body.periods is not None:
        wishes["periods"] = [one.model_dump(by_alias=True) for one in body.periods]
    return wishes
