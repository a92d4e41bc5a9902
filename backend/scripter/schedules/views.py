"""What the API shows of schedules: the shapes of its bodies and answers. Used by this room's `api`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from scripter.lib import http
from scripter.schedules.models import Occurrence, Outcome, Schedule
from scripter.schedules.service import Due, Preview

# Longer ones are refused with the same words as wrong ones, by the crontab's own check.
Text = Annotated[str, Field(max_length=100_000)]


class NewSchedule(http.Body):
    """A schedule to be made."""

    script_id: http.RowId
    cron: Text
    zone: Text = "UTC"
    enabled: bool = True
    arguments: tuple[str, ...] = ()


class ScheduleChange(http.Body):
    """What is to change; what is left out stays."""

    cron: Text | None = None
    zone: Text | None = None
    enabled: bool | None = None
    arguments: tuple[str, ...] | None = None


class PreviewWish(http.Body):
    """A crontab line to be explained."""

    cron: Text
    zone: Text = "UTC"


class SchedulePath(http.Path):
    """Which schedule."""

    schedule_id: http.RowId


class ScheduleQuery(http.Query):
    """Which schedules."""

    script_id: http.RowId | None = None


class Named(http.View):
    """Something that has a page of its own."""

    id: int
    name: str


class DueView(http.View):
    """One due time. `local` carries the offset that the clocks of the zone have at that moment."""

    utc: datetime
    local: str
    note: str | None

    @classmethod
    def of(cls, due: Due) -> DueView:
        return cls(utc=due.utc, local=due.local.isoformat(), note=due.note)


class PreviewView(http.View):
    """What a crontab line means."""

    words: str
    next: list[DueView]

    @classmethod
    def of(cls, preview: Preview) -> PreviewView:
        return cls(words=preview.words, next=[DueView.of(one) for one in preview.next])


class OccurrenceView(http.View):
    """One due time and what became of it."""

    id: int
    due_at: datetime
    outcome: Outcome
    reason: str | None
    job_id: int | None
    fired_at: datetime | None
    late_ms: int | None


class OccurrenceList(http.Items[OccurrenceView]):
    """The ledger of a schedule, newest first."""


class ScheduleView(http.View):
    """A schedule, its next due times and its last settled one. `next_at` is null while it is off."""

    id: int
    script: Named
    cron: str
    zone: str
    enabled: bool
    words: str
    arguments: list[str]
    next_at: datetime | None
    next: list[DueView]
    last: OccurrenceView | None
    created_by: Named | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, schedule: Schedule, preview: Preview, last: Occurrence | None) -> ScheduleView:
        return cls(
            id=schedule.id,
            script=Named.model_validate(schedule.script),
            cron=schedule.cron,
            zone=schedule.zone,
            enabled=schedule.enabled,
            words=preview.words,
            arguments=schedule.arguments,
            next_at=preview.next[0].utc if preview.next and schedule.enabled else None,
            next=[DueView.of(one) for one in preview.next],
            last=OccurrenceView.model_validate(last) if last else None,
            created_by=Named.model_validate(schedule.created_by) if schedule.created_by else None,
            created_at=schedule.created_at,
            updated_at=schedule.updated_at,
        )


class ScheduleList(http.Items[ScheduleView]):
    """Schedules by the name of their script."""


class ZoneList(http.View):
    """The names of all time zones."""

    items: list[str]
