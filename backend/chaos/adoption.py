"""How long a job was without a follower after its worker was struck. Pure; read by oracle and report.

Counted from the moment from which somebody could have followed it: the strike, or the (re)start of who took it over,
whichever was later. Database and engine, without which nobody can follow anything, may be away meanwhile; that time is
told apart (`own_s`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chaos.cast import Account, Moment, Outage
from chaos.evidence import Event, JobFacts

_HOLDER = re.compile(r"(?:taken|followed) by (\S+):[0-9a-f]+")
NEEDED = frozenset({"mariadb", "dockerd"})


@dataclass(frozen=True, slots=True)
class Adoption:
    """A job went from a struck worker to a follower; `restarted`: the same worker, in its next run."""

    job_id: int
    at: float
    restarted: bool
    wall_s: float
    own_s: float


def adoptions(jobs: Iterable[JobFacts], account: Account) -> list[Adoption]:
    """Every adoption that followed a strike on the worker that held the job, in no particular order."""
    return [one for job in jobs for one in _of_job(job, account)]


def _of_job(job: JobFacts, account: Account) -> Iterator[Adoption]:
    holder: Event | None = None
    for event in job.events:
        if event.now == "queued":
            holder = None
        elif found := _HOLDER.search(event.why):
            if holder is not None and (struck := _strike_after(holder, account.strikes)) and struck.at <= event.at:
                yield _adoption(job.id, struck, event, found.group(1), account)
            holder = event


def _adoption(job_id: int, struck: Moment, event: Event, follower: str, account: Account) -> Adoption:
    starts = [one.at for one in account.starts if one.name == follower and one.at <= event.at]
    possible = max([struck.at, *starts])
    away = overlap(account.outages, possible, event.at, NEEDED)
    return Adoption(job_id, event.at, follower == struck.name, event.at - possible, event.at - possible - away)


def _strike_after(held: Event, strikes: Iterable[Moment]) -> Moment | None:
    """The strike that ended the run which took the job at `held`: the first one after it."""
    found = _HOLDER.search(held.why)
    worker = found.group(1) if found else ""
    return min(
        (one for one in strikes if one.name == worker and one.at >= held.at), key=lambda one: one.at, default=None
    )


def overlap(outages: Iterable[Outage], began: float, ended: float, names: frozenset[str]) -> float:
    """Seconds between `began` and `ended` in which at least one of `names` was away."""
    away = 0.0
    done = began
    for outage in sorted((one for one in outages if one.name in names), key=lambda one: one.began):
        start, end = max(done, outage.began), min(ended, outage.ended)
        if end > start:
            away += end - start
            done = end
    return away


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0
