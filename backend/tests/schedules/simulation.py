"""A month of schedules on a clock that is only imagined: what happens to them, and what then has to stand in the ledger.

`World` makes it happen to the real planner, ledger and database. `expected` says by itself what each due time comes to:
it knows the events and the words of the policies, and uses nothing of the rooms that it judges."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from minute_walker import MinuteWalker

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# With the last Sunday of October and the first one of November, on which clocks change.
START = datetime(2026, 10, 12, tzinfo=UTC)
ZONES = (
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe",
    "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca",
)  # fmt: skip
LINES = (
    "30 2 * * *", "0 0 * * *", "15 1 * * 1-5", "0 */6 * * *", "0 */3 * * *", "45 9-17 * * MON-FRI", "*/30 1-3 * * *",
    "0 12 * * SUN", "30 0,12 L * *", "5 4 1,15 * *", "0 2 * * *", "30 1 * * *", "0 * * * 6",
)  # fmt: skip
NIGHT = {"weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}, "reason": "Weekend."}


class Event(NamedTuple):
    """Something that happens: `tick`, `down`, `up`, `back` (the clock is set back), or a deed upon schedule `which`."""

    at: datetime
    what: str
    which: int = -1
    told: Any = None


@dataclass
class Plan:
    """One schedule: what it is told at first, its crontab lines from when on, its pauses, and how long its jobs take."""

    wishes: dict[str, Any]
    takes: timedelta
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass
class Story:
    """All that happens between START and `end`."""

    end: datetime
    plans: list[Plan]
    events: list[Event]
    downs: list[tuple[datetime, datetime]]
    all_off: list[tuple[datetime, datetime]]


def story(seed: int, *, days: int, schedules: int) -> Story:
    """A story by chance; the same seed always tells the same."""
    dice = random.Random(seed)
    end = START + days * DAY
    plans = [_plan(dice, number, end) for number in range(schedules)]
    downs = list(_downs(dice, end))
    all_off = [_span(dice, downs, end, 5 * HOUR)]
    events = [Event(at, "pause_all" if begins else "resume_all") for span in all_off for at, begins in _ends(span)]
    for number, plan in enumerate(plans):
        events += _deeds(dice, number, plan, downs, end)
    events += [Event(at, what) for down, up in downs for at, what in ((down, "down"), (up, "up"))]
    events += _ticks(dice, downs, end)
    # Set back by up to two hours, and by days.
    events += [Event(_moment(dice, downs, end), "back", told=dice.choice([MINUTE, HOUR, 3 * DAY])) for _ in range(days)]
    return Story(end, plans, sorted(events, key=lambda one: one.at), downs, all_off)


def expected(story: Story, ids: list[int]) -> dict[int, dict[datetime, tuple[str, str | None]]]:
    """Outcome and code of every due time whose start has come by the end, by the ids that the schedules have got."""
    walkers = {zone: MinuteWalker(zone, START - DAY, story.end + DAY) for zone in ZONES}
    return {
        schedule_id: _account(story, plan, schedule_id, walkers[plan.wishes["zone"]])
        for plan, schedule_id in zip(story.plans, ids, strict=True)
    }


def _account(
    story: Story, plan: Plan, schedule_id: int, walker: MinuteWalker
) -> dict[datetime, tuple[str, str | None]]:
    wishes = plan.wishes
    starts = sorted((_start(schedule_id, due, wishes["jitter_s"]), due) for due in _due(story, plan, walker))
    found: dict[datetime, tuple[str, str | None]] = {}
    ends: list[datetime] = []
    while starts and starts[0][0] <= story.end:
        at = _dealt_with(story, starts[0][0])
        group = [one for one in starts if one[0] <= at]
        if at > story.end:
            break  # nobody was there until the end
        starts = starts[len(group) :]
        for due, outcome, code in _judge(story, plan, group, at):
            found[due] = (
                (outcome, code) if outcome not in ("ran", "caught_up") else _run(wishes, plan, ends, at, outcome)
            )
    return found


def _judge(
    story: Story, plan: Plan, group: list[tuple[datetime, datetime]], at: datetime
) -> list[tuple[datetime, str, str | None]]:
    """What comes of those that are dealt with at one moment, before it is asked what else runs."""
    wishes, told, later = plan.wishes, [], 0
    grace, window = timedelta(seconds=wishes["grace_s"]), timedelta(seconds=wishes["catch_up_window_s"])
    most = {"none": 0, "latest": 1, "all": wishes["catch_up_cap"]}[wishes["catch_up"]]
    for start, due in reversed(group):
        off = any(since <= start < until or since <= at < until for since, until in [*story.all_off, *plan.pauses])
        if off:
            told.append((due, "skipped", "paused"))
        elif wishes["blackouts"] and (_is_night(wishes["zone"], start) or _is_night(wishes["zone"], at)):
            told.append((due, "skipped", "blackout"))
        else:
            told.append((due, *_late(at - start, grace, window, wishes, at, most, later)))
            later += told[-1][1] in ("ran", "caught_up")
    return told[::-1]


def _late(
    late: timedelta, grace: timedelta, window: timedelta, wishes: dict[str, Any], at: datetime, most: int, later: int
) -> tuple[str, str | None]:
    if late <= grace:
        return "ran", None
    if wishes.get("ends_at") and wishes["ends_at"] < at:
        return "missed", "ended"
    if most == 0:
        return "missed", "grace"
    if later and wishes["catch_up"] == "latest":
        return "missed", "replaced"
    return ("caught_up", "down") if late <= window and later < most else ("missed", "down")


def _run(
    wishes: dict[str, Any], plan: Plan, ends: list[datetime], at: datetime, outcome: str
) -> tuple[str, str | None]:
    """Whether there is room beside the jobs that have not ended; `ends`: when they will have."""
    ends[:] = [one for one in ends if one > at]
    overlap, limit = wishes["overlap"], wishes["overlap_limit"]
    follows = outcome == "caught_up" and wishes["catch_up"] == "all" and overlap != "allow"
    most = {"skip": 0, "fail": 0, "allow": limit - 1, "queue": limit, "replace": 10**6}[overlap]
    if not follows and len(ends) > most:
        return "skipped", "overlap"
    if overlap == "replace" and not follows:
        ends.clear()
    waits = follows or overlap == "queue"
    ends.append((max([at, *ends]) if waits else at) + plan.takes)
    return outcome, "down" if outcome == "caught_up" else None


def _due(story: Story, plan: Plan, walker: MinuteWalker) -> list[datetime]:
    wishes, horizon = plan.wishes, story.end + HOUR
    first = max(START, wishes.get("starts_at") or START)
    last = min(horizon, wishes.get("ends_at") or horizon)
    if wishes["kind"] == "once":
        return [wishes["at"]]
    if wishes["kind"] == "every":
        pace, epoch = wishes["every_s"], int(wishes["epoch"].timestamp())
        beats = range(epoch, int(last.timestamp()) + 1, pace)
        moments = (datetime.fromtimestamp(beat, UTC) for beat in beats)
        return [one for one in moments if one > START and first <= one <= last]
    found: list[datetime] = []
    for (since, line), (until, _) in zip(plan.lines, [*plan.lines[1:], (horizon, "")], strict=True):
        found += walker.times(line, since, until)
    return [one for one in found if first <= one <= last and one > START]


def _start(schedule_id: int, due: datetime, jitter_s: int) -> datetime:
    text = f"{schedule_id}:{due:%Y-%m-%dT%H:%M:%S}.000000Z"
    return due + timedelta(seconds=int(hashlib.sha256(text.encode()).hexdigest()[:16], 16) % (jitter_s + 1))


def _dealt_with(story: Story, start: datetime) -> datetime:
    return next((up for down, up in story.downs if down < start <= up), start)


def _is_night(zone: str, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    evening = local.weekday() in (5, 6) and local.hour >= 22
    return evening or (local.weekday() in (6, 0) and local.hour < 6)


def _plan(dice: random.Random, number: int, end: datetime) -> Plan:
    kind = "cron" if number % 8 else dice.choice(["every", "once"])
    wishes: dict[str, Any] = {
        "kind": kind,
        "zone": ZONES[number % len(ZONES)],
        "overlap": dice.choice(["skip", "skip", "queue", "allow", "replace", "fail"]),
        "overlap_limit": dice.choice([1, 2, 5]),
        "catch_up": dice.choice(["none", "latest", "latest", "all"]),
        "catch_up_window_s": dice.choice([7200, 86_400]),
        "catch_up_cap": dice.choice([2, 10]),
        "grace_s": dice.choice([0, 60, 60, 3600]),
        "jitter_s": dice.choice([*[0] * 10, 90, 900]),
        "blackouts": [NIGHT] if dice.random() < 0.2 else [],
    }
    if kind == "once":
        wishes["at"] = START + timedelta(seconds=dice.randrange(3600, 20 * 86_400))
    if kind == "every":
        wishes |= {"every_s": dice.choice([5400, 7 * 3600, 86_400]), "epoch": START - timedelta(seconds=1234)}
    if dice.random() < 0.1:
        wishes["starts_at"] = START + dice.randrange(20) * DAY
    if dice.random() < 0.2 and kind != "once":
        wishes["ends_at"] = end - dice.randrange(15 * 24) * HOUR
        wishes.pop("starts_at", None)
    if kind == "once":
        wishes.pop("starts_at", None)
    plan = Plan(wishes, takes=dice.choice([MINUTE, 20 * MINUTE, 2 * HOUR, 9 * HOUR]))
    if kind == "cron":
        wishes["cron"] = dice.choice(LINES)
        plan.lines = [(START, wishes["cron"])]
    return plan


def _deeds(
    dice: random.Random, number: int, plan: Plan, downs: list[tuple[datetime, datetime]], end: datetime
) -> Iterator[Event]:
    """Somebody switches the schedule off and on, or gives it another line. Only while it runs: who acts while Scripter is
    down has what was due until then judged at that moment."""
    if dice.random() < 0.3:
        plan.pauses = [_span(dice, downs, end, 2 * DAY)]
        yield from (Event(at, "pause" if begins else "resume", number) for at, begins in _ends(plan.pauses[0]))
    if plan.lines and dice.random() < 0.3:
        at, line = _moment(dice, downs, end), dice.choice(LINES)
        plan.lines.append((at, line))
        yield Event(at, "edit", number, line)


def _downs(dice: random.Random, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Downtimes of seconds to days, and clocks that were set forward, which look the same from here."""
    at = START + DAY
    while True:
        at += timedelta(seconds=dice.randrange(6 * 3600, 40 * 3600), microseconds=500_000 - at.microsecond)
        until = at + timedelta(seconds=dice.choice([3, 59, 61, 600, 3 * 3600, 9 * 3600, 30 * 3600]))
        if until > end - DAY:
            return
        yield at, until
        at = until


def _ticks(dice: random.Random, downs: list[tuple[datetime, datetime]], end: datetime) -> Iterator[Event]:
    """Three clocks; ticks are lost, late and doubled, but for never as long as rows are planned ahead."""
    at, silent = START, 0
    while at < end:
        rings = [
            at + timedelta(seconds=dice.uniform(0, 599)) for _ in range(3) for _ in range(dice.choice([0, 0, 1, 2]))
        ]
        silent = 0 if rings else silent + 1
        if silent == 2:
            rings, silent = [at], 0
        yield from (Event(one, "tick") for one in rings if not any(down <= one < up for down, up in downs))
        at += 16 * MINUTE


def _moment(dice: random.Random, downs: list[tuple[datetime, datetime]], end: datetime) -> datetime:
    while True:
        seconds = dice.randrange(86_400, int((end - START).total_seconds()) - 86_400)
        at = START + timedelta(seconds=seconds, microseconds=250_000)
        if not any(down - MINUTE <= at <= up + MINUTE for down, up in downs):
            return at


def _span(
    dice: random.Random, downs: list[tuple[datetime, datetime]], end: datetime, most: timedelta
) -> tuple[datetime, datetime]:
    while True:
        first, last = sorted((_moment(dice, downs, end), _moment(dice, downs, end)))
        if timedelta(0) < last - first <= most:
            return first, last


def _ends(span: tuple[datetime, datetime]) -> tuple[tuple[datetime, bool], tuple[datetime, bool]]:
    return (span[0], True), (span[1], False)
