"""What a schedule may be told, and within which bounds. Used by `service` when it makes or changes one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.jobs.service import check_arguments
from scripter.lib import bounds
from scripter.lib.bounds import Bound
from scripter.lib.clock import iso
from scripter.lib.errors import BadInput
from scripter.schedules import blackouts, calendars
from scripter.schedules.models import CatchUp, Kind, Overlap, Schedule
from scripter.schedules.timing import Timing
from scripter.scripts import service as scripts
from scripter.scripts.models import Script

LIMITS = (1, 100)
WINDOWS_S = (0, 31 * 86_400)
CAPS = (1, 100)
GRACES_S = (0, 7 * 86_400)
JITTERS_S = (0, 3_600)
LONGEST_NAME = 100


class Wishes(TypedDict, total=False):
    """What a schedule may be told; what is left out stays, or is as usual. Times are UTC."""

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
    arguments: Sequence[str]
    environment: Mapping[str, str]
    priority: int | None
    owner_id: int | None
    overlap: Overlap
    overlap_limit: int
    catch_up: CatchUp
    catch_up_window_s: int
    catch_up_cap: int
    grace_s: int
    jitter_s: int
    blackouts: Sequence[Mapping[str, object]]
    calendars: Collection[int]


# Put onto the row as they are; what they may be is checked afterwards, all together.
_PLAIN = (
    "kind", "cron", "zone", "every_s", "epoch", "at", "starts_at", "ends_at", "enabled", "priority",
    "overlap", "overlap_limit", "catch_up", "catch_up_window_s", "catch_up_cap", "grace_s", "jitter_s",
)  # fmt: skip


def new(script: Script, now: datetime, by: User | None) -> Schedule:
    """A schedule of this script that has been told nothing yet."""
    return Schedule(
        script=script,
        name="",
        kind=Kind.CRON,
        cron="",
        zone="UTC",
        enabled=True,
        arguments=[],
        environment={},
        overlap=Overlap.SKIP,
        overlap_limit=1,
        catch_up=CatchUp.LATEST,
        catch_up_window_s=86_400,
        catch_up_cap=10,
        grace_s=60,
        jitter_s=0,
        blackouts=[],
        cursor=now,
        owner_id=by.id if by else None,
        created_by_id=by.id if by else None,
        created_at=now,
        updated_at=now,
    )


def put(session: Session, schedule: Schedule, wishes: Wishes, now: datetime) -> None:
    """Put the wishes onto the schedule.

    Raises:
        BadInput: naming everything that is wrong with its times, or else the first other field.
    """
    with session.no_autoflush:
        _put_plain(schedule, wishes)
        _check_times(schedule, now, anew=bool({"kind", "at"} & set(wishes)))
        _check_numbers(schedule)
        if "name" in wishes:
            schedule.name = _name(wishes["name"])
        if "arguments" in wishes:
            check_arguments(wishes["arguments"])
            schedule.arguments = list(wishes["arguments"])
        if "environment" in wishes:
            schedule.environment = scripts.check_environment(wishes["environment"])
        if "owner_id" in wishes:
            schedule.owner_id = _person(session, wishes["owner_id"])
        if "blackouts" in wishes:
            schedule.blackouts = blackouts.checked("blackouts", wishes["blackouts"])
        if "calendars" in wishes:
            schedule.calendars = calendars.chosen(session, wishes["calendars"])


def times(schedule: Schedule) -> tuple[object, ...]:
    """All that decides when it is due, and when its runs are to start."""
    own = (schedule.kind, schedule.cron, schedule.zone, schedule.every_s, schedule.epoch, schedule.at)
    return (*own, schedule.starts_at, schedule.ends_at, schedule.jitter_s)


def _put_plain(schedule: Schedule, wishes: Wishes) -> None:
    given: Mapping[str, object] = dict(wishes)
    for name in _PLAIN:
        if name in given:
            setattr(schedule, name, given[name])
    if schedule.kind != Kind.CRON:
        schedule.cron = ""
    if schedule.kind != Kind.EVERY:
        schedule.every_s = schedule.epoch = None
    if schedule.kind != Kind.ONCE:
        schedule.at = None


def _check_times(schedule: Schedule, now: datetime, *, anew: bool) -> None:
    timing = Timing.of(schedule)
    if timing.cron is not None:
        schedule.cron = timing.cron.text
    if anew and schedule.at is not None and schedule.at <= now:
        raise BadInput.at("at", f"lies in the past: it is {iso(now)[:19]}Z")


def _check_numbers(schedule: Schedule) -> None:
    checked = [
        Bound("overlap_limit", schedule.overlap_limit, *LIMITS, "runs"),
        Bound("catch_up_window_s", schedule.catch_up_window_s, *WINDOWS_S, "seconds"),
        Bound("catch_up_cap", schedule.catch_up_cap, *CAPS, "runs"),
        Bound("grace_s", schedule.grace_s, *GRACES_S, "seconds"),
        Bound("jitter_s", schedule.jitter_s, *JITTERS_S, "seconds"),
    ]
    if schedule.priority is not None:
        checked.append(Bound("priority", schedule.priority, *scripts.PRIORITIES, ""))
    bounds.check(checked)


def _name(given: str) -> str:
    name = " ".join(given.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput.at("name", f"at most {LONGEST_NAME} characters, and none that cannot be seen")
    return name


def _person(session: Session, person_id: int | None) -> int | None:
    if person_id is not None and session.get(User, person_id) is None:
        raise BadInput.at("owner_id", "There is no such person.")
    return person_id
