"""What becomes of a due time, pure: late runs, pauses, runs beside each other, jitter. `ledger` and `planner` ask here.

Everything is decided from what is known at the moment of deciding, and all of it is told in plain words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scripter.lib.clock import iso
from scripter.schedules.blackouts import Period, covering


class Outcome(StrEnum):
    """What became of a due time. `planned` is the only one that is not final."""

    PLANNED = "planned"
    RAN = "ran"
    SKIPPED = "skipped"
    MISSED = "missed"
    CAUGHT_UP = "caught_up"


class Code(StrEnum):
    """Why, for programs."""

    PAUSED = "paused"
    BLACKOUT = "blackout"
    OVERLAP = "overlap"
    RESTRICTION = "restriction"
    LIMIT = "limit"
    FAILED_TO_START = "failed_to_start"
    DOWN = "down"
    GRACE = "grace"
    REPLACED = "replaced"
    ENDED = "ended"
    RESTORED = "restored"
    BACKFILL = "backfill"


class Overlap(StrEnum):
    """What a due time does while jobs of the same schedule have not ended."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"
    REPLACE = "replace"
    FAIL = "fail"


class CatchUp(StrEnum):
    """Which runs that came too late still take place."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


class Verdict(NamedTuple):
    """What should become of a due time, and why."""

    outcome: Outcome
    code: Code | None = None
    reason: str | None = None


class Deed(StrEnum):
    """What to do about a run beside other jobs of its schedule."""

    START = "start"
    # Once those before it have ended.
    START_IN_TURN = "start_in_turn"
    REPLACE = "replace"
    SKIP = "skip"
    FAIL = "fail"


class Rest(NamedTuple):
    """A time in which nothing starts, from `since` up to `until` (None: it lasts), and what there is to say of it."""

    since: datetime
    until: datetime | None
    words: str


class Blackout(NamedTuple):
    """Periods in which nothing starts, and whose clocks they mean."""

    periods: Sequence[Period]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Which runs that come late are still wanted."""

    grace: timedelta = timedelta(seconds=60)
    catch_up: CatchUp = CatchUp.LATEST
    window: timedelta = timedelta(hours=24)
    cap: int = 10


def planned_at(schedule_id: int, due_at: datetime, jitter_s: int) -> datetime:
    """When this due time is to start: up to `jitter_s` later, and always by the same."""
    if not jitter_s:
        return due_at
    digest = hashlib.sha256(f"{schedule_id}:{iso(due_at)}".encode()).digest()
    return due_at + timedelta(seconds=int.from_bytes(digest[:8]) % (jitter_s + 1))


def blocked(start: datetime, now: datetime, rests: Sequence[Rest], blackouts: Sequence[Blackout]) -> Verdict | None:
    """Why a run that was planned for `start` does not take place at `now`, whatever its lateness; None: it may."""
    for rest in rests:
        is_on = rest.until is None  # it was due before, and found too late: off is off
        if is_on or (rest.since <= start and (rest.until is None or start < rest.until)):
            return Verdict(Outcome.SKIPPED, Code.PAUSED, rest.words)
    for blackout in blackouts:
        for moment in (start, now):
            if words := covering(blackout.periods, blackout.zone, moment):
                return Verdict(Outcome.SKIPPED, Code.BLACKOUT, words)
    return None


def verdict(start: datetime, now: datetime, wanted: Lateness, *, newer: int, ended: bool = False) -> Verdict:
    """What should become of a run that was planned for `start`, which has come, if it is dealt with at `now`.

    `newer`: how many later runs of the same schedule take place now. `ended`: its last day is over.
    """
    late = now - start
    if late <= wanted.grace:
        return Verdict(Outcome.RAN)
    if ended:
        return Verdict(Outcome.MISSED, Code.ENDED, "Scripter came to it only after the end of the schedule.")
    if wanted.catch_up is CatchUp.NONE:
        allowed = f"{duration(wanted.grace)} are allowed, and nothing is caught up"
        told = f"Scripter came to it {duration(late)} late; {allowed}."
        return Verdict(Outcome.MISSED, Code.GRACE, told)
    if wanted.catch_up is CatchUp.LATEST and newer:
        told = "Scripter was not running at this time; a later run takes its place."
        return Verdict(Outcome.MISSED, Code.REPLACED, told)
    if late > wanted.window:
        told = f"Scripter was not running at this time, and came back more than {duration(wanted.window)} later."
        return Verdict(Outcome.MISSED, Code.DOWN, told)
    if newer >= wanted.cap:
        told = f"Scripter was not running at this time; only the {wanted.cap} latest runs are caught up."
        return Verdict(Outcome.MISSED, Code.DOWN, told)
    return Verdict(Outcome.CAUGHT_UP, Code.DOWN, "Scripter was not running at the due time; this run was caught up.")


def judged(
    starts: Sequence[datetime],
    now: datetime,
    wanted: Lateness,
    rests: Sequence[Rest],
    blackouts: Sequence[Blackout],
    *,
    ended: bool,
) -> list[Verdict]:
    """What should become of these runs of one schedule (rising, all have come) if they are dealt with at `now`."""
    found: list[Verdict] = []
    newer = 0
    for start in reversed(starts):
        one = blocked(start, now, rests, blackouts)
        if one is None:
            one = verdict(start, now, wanted, newer=newer, ended=ended)
            newer += one.outcome in (Outcome.RAN, Outcome.CAUGHT_UP)  # what does not run stands in nobody's stead
        found.append(one)
    return found[::-1]


def beside(overlap: Overlap, limit: int, live: int, *, catching_up_all: bool = False, filling: bool = False) -> Deed:
    """What to do about a run while `live` jobs of its schedule have not ended. `filling`: besides these there are some
    of a backfill, which are in nobody's way: they let others go first, and only one that runs is waited for.

    Where all late runs are caught up they follow each other, as if they were queued: else most would be skipped for
    the sake of the first.
    """
    if overlap is Overlap.ALLOW:
        return Deed.START if live < limit else Deed.SKIP
    if catching_up_all:
        return Deed.START_IN_TURN
    if overlap is Overlap.QUEUE:
        return Deed.START_IN_TURN if live <= limit else Deed.SKIP
    if overlap is Overlap.REPLACE:
        return Deed.REPLACE
    if not live:
        return Deed.START_IN_TURN if filling else Deed.START
    return Deed.FAIL if overlap is Overlap.FAIL else Deed.SKIP


def duration(span: timedelta) -> str:
    """A length of time as people say it: `24 hours`, `90 seconds`."""
    seconds = round(span.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0 and seconds > size:
            return f"{seconds // size} {unit}s"
        if seconds == size and unit != "day":
            return f"1 {unit}"
    return "24 hours" if seconds == 86_400 else f"{seconds} second{'' if seconds == 1 else 's'}"
