"""Figures for those who watch over many machines, in the text format that Prometheus reads. Used by this room's API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from scripter.jobs import service as jobs
from scripter.schedules import health
from scripter.upkeep import service


class _Gauge(NamedTuple):
    name: str
    told: str
    value: float | None


def text(session: Session, now: datetime) -> str:
    """How things stand at `now`; a figure that there is not is left out."""
    lines = []
    for one in _gauges(session, now):
        if one.value is not None:
            lines += [f"# HELP {one.name} {one.told}", f"# TYPE {one.name} gauge", f"{one.name} {one.value:g}"]
    return "\n".join(lines) + "\n"


def _gauges(session: Session, now: datetime) -> Iterator[_Gauge]:
    found = health.ask(session, now)
    since = None if found.last_tick_at is None else (now - found.last_tick_at).total_seconds()
    yield _Gauge("scripter_clock_seconds_since_tick", "Since the clock last ticked.", since)
    yield _Gauge("scripter_clock_late", "1 while the clock has not ticked for 3 minutes, or never.", found.is_late)
    p50, p99 = found.lateness_p50_ms, found.lateness_p99_ms
    yield _Gauge("scripter_schedule_lateness_p50_ms", "Half of the runs of the last hour were later than this.", p50)
    yield _Gauge("scripter_schedule_lateness_p99_ms", "One in a hundred was later than this.", p99)
    yield _Gauge("scripter_schedule_fired", "Runs that were fired in time during the last hour.", found.fired)
    yield _Gauge("scripter_schedule_overdue", "Runs that wait to be fired and are late.", found.overdue)
    waiting, running = jobs.waiting_and_running(session)
    yield _Gauge("scripter_jobs_waiting", "Jobs that wait.", waiting)
    yield _Gauge("scripter_jobs_running", "Jobs that are starting or running.", running)
    alive = sum(service.is_alive(worker, now) for worker in service.workers(session))
    yield _Gauge("scripter_workers", "Workers that are alive.", alive)
