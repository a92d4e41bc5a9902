"""Backfill over HTTP: which runs of a past window would be made up for, and the deed."""

from __future__ import annotations

from flask_openapi import APIBlueprint
from pydantic import Field

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.lib import http
from scripter.lib.http import Answer, Moment, Problem
from scripter.schedules import backfill, service
from scripter.schedules.models import Outcome
from scripter.schedules.views import OccurrenceView, SchedulePath

bp = APIBlueprint("backfill", __name__, url_prefix="/api")

# As many due times as a page or a terminal can show.
_SHOWN = 500


class BackfillWish(http.Body):
    """A past time, both ends included."""

    since: Moment = Field(alias="from")
    until: Moment = Field(alias="to")


class BackfillDue(http.View):
    """One due time. `was`: its outcome in the ledger, null where it has none; `fill`: it is to be made up for."""

    due_at: Moment
    was: Outcome | None
    reason: str | None
    fill: bool


class BackfillPreview(http.View):
    """What a backfill would do: `runs` jobs, of which `most` are allowed at once; of `due` due times the first 500 are
    shown, oldest first."""

    runs: int
    most: int
    due: int
    items: list[BackfillDue]


class BackfillView(http.View):
    """The runs that were started, oldest first."""

    items: list[OccurrenceView]


@bp.post("/schedules/<int:schedule_id>/backfill/preview", responses={200: BackfillPreview, 404: Problem})
@needs(Scope.SCHEDULE_READ)
def preview_backfill(path: SchedulePath, body: BackfillWish) -> Answer:
    """Which runs of a past window never took place. Starts nothing."""
    with guard.reading() as session:
        found = backfill.look(session, service.get(session, path.schedule_id), body.since, body.until)
        items = [BackfillDue.model_validate(one) for one in found.gaps[:_SHOWN]]
        return http.show(BackfillPreview(runs=found.runs, most=backfill.MOST, due=len(found.gaps), items=items))


@bp.post("/schedules/<int:schedule_id>/backfill", responses={200: BackfillView, 404: Problem, 409: Problem})
@needs(Scope.SCHEDULE_WRITE)
def fill_window(path: SchedulePath, body: BackfillWish) -> Answer:
    """Start a job for each run of a past window that never took place: one after the other, oldest first."""
    with guard.transaction() as session:
        schedule = service.get(session, path.schedule_id)
        rows = backfill.fill(session, schedule, body.since, body.until, by=guard.current_user())
        return http.show(BackfillView(items=[OccurrenceView.model_validate(one) for one in rows]))
