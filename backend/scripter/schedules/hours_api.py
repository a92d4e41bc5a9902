"""The calendar of a week over HTTP: due times of all schedules, counted by the hour."""

from __future__ import annotations

from datetime import datetime

from flask_openapi import APIBlueprint

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.lib import http
from scripter.lib.http import Answer
from scripter.schedules import hours, service
from scripter.schedules.hours import Cell, Hours, Tally
from scripter.schedules.models import Schedule
from scripter.schedules.overview import Span
from scripter.schedules.views import Named

bp = APIBlueprint("hours", __name__, url_prefix="/api")


class HoursQuery(Span):
    """Of all schedules, of those of one script, or of one."""

    script_id: http.RowId | None = None
    schedule_id: http.RowId | None = None


class HourView(http.View):
    """What is due in the hour that begins at `at`. `failed`: how many of those that ran have failed or are lost."""

    at: datetime
    planned: int
    ran: int
    caught_up: int
    skipped: int
    missed: int
    failed: int

    @classmethod
    def of(cls, at: datetime, tally: Tally) -> HourView:
        return cls(at=at, **tally.by_name())


class CellView(HourView):
    """One schedule in that hour. `first_at` is the earliest due time in it."""

    schedule_id: int
    first_at: datetime

    @classmethod
    def of_cell(cls, one: Cell) -> CellView:
        return cls(at=one.at, schedule_id=one.schedule_id, first_at=one.first_at, **one.tally.by_name())


class ShownView(http.View):
    """A schedule of the calendar, and what it says in words."""

    id: int
    name: str
    script: Named
    words: str

    @classmethod
    def of(cls, schedule: Schedule) -> ShownView:
        words = service.preview_of(schedule, count=0).words
        return cls(
            id=schedule.id, name=schedule.name or words, script=Named.model_validate(schedule.script), words=words
        )


class HoursView(http.View):
    """Due times counted by the hour, earliest first; hours begin as far from each full hour as `from` does. `cells` are
    at most 5,000, and `hours` count all schedules whatever became of the cells. What lies ahead of the schedules in
    `too_often` is not counted, there is so much of it; where something else is missing, `complete` is false."""

    schedules: list[ShownView]
    cells: list[CellView]
    hours: list[HourView]
    too_often: list[int]
    complete: bool

    @classmethod
    def of(cls, found: Hours) -> HoursView:
        return cls(
            schedules=[ShownView.of(one) for one in found.schedules],
            cells=[CellView.of_cell(one) for one in found.cells],
            hours=[HourView.of(at, tally) for at, tally in found.totals.items()],
            too_often=found.too_often,
            complete=found.complete,
        )


@bp.get("/schedules/hours", responses={200: HoursView})
@needs(Scope.SCHEDULE_READ)
def list_hours(query: HoursQuery) -> Answer:
    """What ran and what will run, counted by hour and schedule: the calendar of a week, of 31 days at most."""
    which = hours.Which(query.script_id, query.schedule_id)
    with guard.reading() as session:
        return http.show(HoursView.of(hours.between(session, query.begin, query.end, which)))
