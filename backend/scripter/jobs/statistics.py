"""How many jobs ended in which hour, how, and after how long; and whose logs take most room. Asked for the overview.

Both read one index (`ix_jobs_ended`) and no row of a job. What is over does not change any more, so a process counts it
once: a month of a million jobs is counted in about a second, and afterwards only what has come since."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Float, String, func, select, text, type_coerce
from sqlalchemy.orm import Session

from scripter.jobs.models import Job
from scripter.jobs.states import Status
from scripter.scripts.models import Script

HOUR = timedelta(hours=1)
# An end is written with the moment at which it was seen, and shows when its transaction is over. By then it is.
SETTLED = timedelta(minutes=15)
# Jobs are deleted with their scripts: after this long what was counted is counted anew.
BELIEVED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ended:
    """The jobs that ended in the hour from `at` on, in one way. `seconds` is how long those that had begun took, in
    all."""

    at: datetime
    status: Status
    jobs: int
    begun: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LogUse:
    """How many jobs of a script have ended, and how many bytes their logs take."""

    script_id: int
    script: str
    jobs: int
    bytes: int


class Book:
    """The hours that one process has counted. Safe to ask from several threads; one of them counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hours: list[Ended] = []
        # Counted from here on, up to there, at that moment.
        self._begin = self._end = self._counted_at = datetime.min.replace(tzinfo=UTC)

    def ended(self, session: Session, since: datetime, now: datetime) -> list[Ended]:
        """All that ended in the hour of `since` or later, oldest first."""
        begin, settled = _hour_of(since), _hour_of(now - SETTLED)
        with self._lock:
            if begin < self._begin or self._end < begin or now - self._counted_at > BELIEVED:
                self._hours, self._begin, self._end, self._counted_at = [], begin, begin, now
            fresh = _ended(session, self._end)
            self._hours += [one for one in fresh if one.at < settled]
            known = self._hours if settled > self._end else [one for one in self._hours if one.at < self._end]
            self._end = max(self._end, settled)
            open_hours = [one for one in fresh if one.at >= settled]
            return [one for one in (*known, *open_hours) if one.at >= begin]


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _ended(session: Session, since: datetime) -> list[Ended]:
    # Both databases write a moment as `2026-11-22 15:47:05`, of which this is the hour.
    hour = func.substr(Job.finished_at, 1, 13, type_=String).label("hour")
    counts = (func.count(), func.count(Job.started_at), func.sum(_seconds(session)))
    asked = select(hour, Job.status, *counts).where(Job.finished_at >= since).group_by(hour, Job.status)
    rows = session.execute(asked.order_by(hour))
    return [Ended(_parsed(at), Status(status), jobs, begun, float(s or 0)) for at, status, jobs, begun, s in rows]


def _parsed(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)


def _seconds(session: Session) -> ColumnElement[float]:
    """How long a job ran: the two databases subtract moments in ways of their own."""
    if session.get_bind().dialect.name == "sqlite":
        days = func.julianday(Job.finished_at, type_=Float) - func.julianday(Job.started_at, type_=Float)
        return type_coerce(days * 86_400, Float)
    us = func.timestampdiff(text("MICROSECOND"), Job.started_at, Job.finished_at, type_=Float)
    return type_coerce(us / 1_000_000, Float)


def log_use(session: Session, most: int) -> list[LogUse]:
    """The scripts whose ended jobs have the largest logs, the largest first."""
    size = func.coalesce(func.sum(Job.log_bytes), 0)
    # Grouped by a sum and not by the column: otherwise they walk by script, and fetch every row for its size.
    script_id = (Job.script_id + 0).label("script_id")
    sums = (
        select(script_id, func.count().label("jobs"), size.label("bytes"))
        .where(Job.finished_at.is_not(None))
        .group_by(script_id)
        .order_by(size.desc(), script_id)
        .limit(most)
        .with_hint(Job, "FORCE INDEX (ix_jobs_ended)", "mysql")
        .subquery()
    )
    rows = session.execute(select(sums, Script.name).join(Script, Script.id == sums.c.script_id))
    found = [LogUse(script_id, name, jobs, int(taken)) for script_id, jobs, taken, name in rows]
    return sorted(found, key=lambda one: (-one.bytes, one.script_id))


def log_bytes(session: Session) -> int:
    """What the logs of all ended jobs take."""
    return int(session.scalar(select(func.sum(Job.log_bytes)).where(Job.finished_at.is_not(None))) or 0)
