"""What the API shows of schedules: the shapes of its bodies and answers. Used by this room's `api`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter, ValidationError

from scripter.jobs.states import Status
from scripter.lib import http
from scripter.lib.clock import iso
from scripter.lib.errors import BadInput
from scripter.lib.http import Moment
from scripter.schedules.explaining import Explanation
from scripter.schedules.models import CatchUp, Code, Kind, Occurrence, Outcome, Overlap, Pause, Schedule
from scripter.schedules.recent import Recent
from scripter.schedules.service import Due, Place, Preview, ScheduleState, Wishes
from scripter.schedules.settings import JITTERS_S

# Longer ones are refused with the same words as wrong ones, by the crontab's own check.
Text = Annotated[str, Field(max_length=100_000)]
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Reason = Annotated[str, Field(max_length=10_000)]


class WeeklyBody(http.Body):
    """From one time of the day to another on these days; one that ends before it begins goes on into the next day."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    begin: Text = Field(alias="from")
    end: Text = Field(alias="to")


class PeriodBody(http.Body):
    """A time in which nothing starts: either `from` and `to` (moments), or `weekly`, or `date` (2026-12-25)."""

    begin: Moment | None = Field(default=None, alias="from")
    end: Moment | None = Field(default=None, alias="to")
    weekly: WeeklyBody | None = None
    date: Text | None = None
    reason: Text = ""


class Times(http.Body):
    """When a schedule is due. `kind` says which fields count: `cron`, or `every_s` and `epoch`, or `at`."""

    kind: Kind = Kind.CRON
    cron: Text = ""
    zone: Text = "UTC"
    every_s: Whole | None = None
    epoch: Moment | None = None
    at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class NewSchedule(Times):
    """A schedule to be made. Its owner is who makes it, unless told."""

    script_id: http.RowId
    name: Text = ""
    enabled: bool = True
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)
    priority: Whole | None = None
    owner_id: http.RowId | None = None
    overlap: Overlap = Overlap.SKIP
    overlap_limit: Whole = 1
    catch_up: CatchUp = CatchUp.LATEST
    catch_up_window_s: Whole = 86_400
    catch_up_cap: Whole = 10
    grace_s: Whole = 60
    jitter_s: Whole = 0
    blackouts: tuple[PeriodBody, ...] = ()
    calendars: tuple[http.RowId, ...] = ()

    def wishes(self) -> Wishes:
        """Those that are given."""
        return chosen(self)


class ScheduleChange(http.Body):
    """What is to change; what is left out stays. Null takes away what need not be there."""

    name: Text | None = None
    kind: Kind | None = None
    cron: Text | None = None
    zone: Text | None = None
    every_s: Whole | None = None
    epoch: Moment | None = None
    at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    enabled: bool | None = None
    arguments: tuple[str, ...] | None = None
    environment: dict[str, str] | None = None
    priority: Whole | None = None
    owner_id: http.RowId | None = None
    overlap: Overlap | None = None
    overlap_limit: Whole | None = None
    catch_up: CatchUp | None = None
    catch_up_window_s: Whole | None = None
    catch_up_cap: Whole | None = None
    grace_s: Whole | None = None
    jitter_s: Whole | None = None
    blackouts: tuple[PeriodBody, ...] | None = None
    calendars: tuple[http.RowId, ...] | None = None

    def wishes(self) -> Wishes:
        """Those that are given."""
        return chosen(self)


# What may be taken away with null; elsewhere null is the same as nothing.
_MAY_BE_NONE = {"every_s", "epoch", "at", "starts_at", "ends_at", "priority"}


def chosen(body: NewSchedule | ScheduleChange) -> Wishes:
    """What a body asks for, with the names that JSON has for them."""
    given = body.model_dump(exclude_unset=True, exclude={"script_id"}, by_alias=True)
    return cast("Wishes", {name: value for name, value in given.items() if value is not None or name in _MAY_BE_NONE})


class PreviewWish(Times):
    """Times to be explained. With `schedule_id` the jitter is the one that runs of this schedule have."""

    jitter_s: Annotated[int, Field(ge=0, le=JITTERS_S[1])] = 0
    schedule_id: http.RowId | None = None
    viewer_zone: Text | None = None


class PauseAllWish(http.Body):
    """Why nothing is to start."""

    reason: Reason = ""


class SchedulePath(http.Path):
    """Which schedule."""

    schedule_id: http.RowId


class ScheduleQuery(http.Query):
    """Which schedules, and which part of the list: those behind `after`, the `next` of the page before."""

    script_id: http.RowId | None = None
    owner_id: http.RowId | None = None
    state: ScheduleState | None = None
    # Each word of it stands in the name, the script's name, the crontab line or what the times are in English.
    q: Annotated[str, Field(max_length=200)] = ""
    after: Annotated[str, Field(max_length=60)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def place(self) -> Place | None:
        """Behind which place of the list.

        Raises:
            BadInput: at `after`.
        """
        if self.after is None:
            return None
        at, _, schedule_id = self.after.rpartition("_")
        try:
            return Place(*_PLACE.validate_python((None if at == _NEVER else at, schedule_id)))
        except ValidationError:
            raise BadInput.at("after", "This must be the `next` of the page before.") from None


class Named(http.View):
    """Something that has a page of its own."""

    id: int
    name: str


class DueView(http.View):
    """One due time. `local` carries the offset that the clocks of the zone have at that moment; `planned_at` is when it
    is to start, with the jitter."""

    utc: datetime
    local: str
    note: str | None
    planned_at: datetime
    viewer: str | None = None

    @classmethod
    def of(cls, due: Due, viewer: ZoneInfo | None = None) -> DueView:
        return cls(
            utc=due.utc,
            local=due.local.isoformat(),
            note=due.note,
            planned_at=due.planned,
            viewer=due.utc.astimezone(viewer).isoformat() if viewer else None,
        )


class ClockChangeView(http.View):
    """A change of the clocks in the coming year, and what it does to the schedule."""

    utc: datetime
    words: str


class PreviewView(http.View):
    """What the times of a schedule mean."""

    words: str
    next: list[DueView]
    last: list[DueView]
    changes: list[ClockChangeView]

    @classmethod
    def of(cls, told: Explanation, viewer: ZoneInfo | None) -> PreviewView:
        return cls(
            words=told.words,
            next=[DueView.of(one, viewer) for one in told.next],
            last=[DueView.of(one, viewer) for one in told.last],
            changes=[ClockChangeView(utc=change.at, words=words) for change, words in told.changes],
        )


class OccurrenceView(http.View):
    """One due time and what became of it; `late_ms` counts from `planned_at`, its due time with the jitter."""

    id: int
    due_at: datetime
    planned_at: datetime
    outcome: Outcome
    reason_code: Code | None
    reason: str | None
    job_id: int | None
    fired_at: datetime | None
    late_ms: int | None


class OccurrenceList(http.Items[OccurrenceView]):
    """The ledger of a schedule, newest first."""


class WeeklyView(http.View):
    """From one time of the day to another on these days."""

    days: list[str]
    begin: str = Field(alias="from")
    end: str = Field(alias="to")


class PeriodView(http.View):
    """A time in which nothing starts: either `from` and `to`, or `weekly`, or `date`; the others are null."""

    begin: datetime | None = Field(default=None, alias="from")
    end: datetime | None = Field(default=None, alias="to")
    weekly: WeeklyView | None = None
    date: str | None = None
    reason: str = ""


class PauseView(http.View):
    """Since when a schedule is off, or all are; who said so, and why."""

    since: datetime
    reason: str
    paused_by: Named | None


class PausedView(http.View):
    """The pause of all schedules; null: there is none."""

    pause: PauseView | None


class RecentView(http.View):
    """A job of a schedule. `duration_ms` is that of its last attempt, null until that has ended."""

    job_id: int
    status: Status
    duration_ms: int | None
    due_at: datetime | None


class ScheduleView(http.View):
    """A schedule, its next due times, its last settled one, and its last twenty jobs with the newest at the end.
    `next_at` is null while it is off."""

    id: int
    script: Named
    name: str
    kind: Kind
    cron: str
    zone: str
    every_s: int | None
    epoch: datetime | None
    at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    enabled: bool
    pause: PauseView | None
    words: str
    # Why it cannot be planned at all: then nothing of it runs.
    trouble: str | None
    arguments: list[str]
    environment: dict[str, str]
    priority: int | None
    owner: Named | None
    overlap: Overlap
    overlap_limit: int
    catch_up: CatchUp
    catch_up_window_s: int
    catch_up_cap: int
    grace_s: int
    jitter_s: int
    blackouts: list[PeriodView]
    calendars: list[Named]
    next_at: datetime | None
    next: list[DueView]
    last: OccurrenceView | None
    recent: list[RecentView]
    created_by: Named | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(
        cls,
        schedule: Schedule,
        preview: Preview,
        last: Occurrence | None,
        recent: Sequence[Recent],
        pause: Pause | None,
    ) -> ScheduleView:
        plain = {name: getattr(schedule, name) for name in _PLAIN}
        return cls(
            **plain,
            script=Named.model_validate(schedule.script),
            pause=PauseView.model_validate(pause) if pause else None,
            words=preview.words,
            trouble=preview.trouble,
            owner=Named.model_validate(schedule.owner) if schedule.owner else None,
            blackouts=[PeriodView.model_validate(one) for one in schedule.blackouts],
            calendars=[Named.model_validate(one) for one in schedule.calendars],
            next_at=preview.next[0].utc if preview.next and schedule.enabled else None,
            next=[DueView.of(one) for one in preview.next],
            last=OccurrenceView.model_validate(last) if last else None,
            recent=[RecentView.model_validate(one) for one in recent],
            created_by=Named.model_validate(schedule.created_by) if schedule.created_by else None,
        )


# What a view shows as the row has it.
_PLAIN = (
    "id", "name", "kind", "cron", "zone", "every_s", "epoch", "at", "starts_at", "ends_at", "enabled", "arguments",
    "environment", "priority", "overlap", "overlap_limit", "catch_up", "catch_up_window_s", "catch_up_cap", "grace_s",
    "jitter_s", "created_at", "updated_at",
)  # fmt: skip


_NEVER = "never"
_PLACE: TypeAdapter[tuple[datetime | None, int]] = TypeAdapter(tuple[http.Moment | None, http.RowId])


class ScheduleList(http.View):
    """Schedules, what runs next first; `next` is the cursor for `after`, None at the end."""

    items: list[ScheduleView]
    next: str | None

    @staticmethod
    def cursor(place: Place | None) -> str | None:
        """A place of the list, as it is asked for."""
        return place and f"{iso(place.at) if place.at else _NEVER}_{place.schedule_id}"


class OwnerList(http.Items[Named]):
    """People whom a schedule can be given to."""


class ZoneList(http.View):
    """The names of all time zones."""

    items: list[str]
