"""Whether and when a job is tried again after an attempt of it has ended. Pure; asked by `moves.finish`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from scripter.jobs.outcome import Outcome
from scripter.jobs.states import Status
from scripter.scripts.models import Retries

# However often a job has failed: somebody who mended what it needs does not wait longer than this for the next try.
LONGEST_PAUSE_S = 3600


class Verdict(NamedTuple):
    """`at`: when the next attempt may begin, or None; `why`: what there is to say about it, perhaps nothing."""

    at: datetime | None
    why: str


def most_attempts(policy: Retries) -> int:
    """How many attempts a job may have in all."""
    return 1 + policy["count"]


def pause(policy: Retries, attempt: int) -> timedelta:
    """How long to wait after this attempt, counted from 1."""
    return timedelta(seconds=min(LONGEST_PAUSE_S, policy["delay_s"] * policy["factor"] ** (attempt - 1)))


def verdict(
    policy: Retries, attempt: int, outcome: Outcome, *, now: datetime, deadline: datetime | None, cancelled: bool
) -> Verdict:
    """What follows on this attempt (counted from 1) of a job. `cancelled`: somebody has asked to stop the job."""
    if outcome.status not in (Status.FAILED, Status.LOST) or policy["count"] == 0:
        return Verdict(None, "")
    most, next_at = most_attempts(policy), now + pause(policy, attempt)
    if cancelled:
        return Verdict(None, "not tried again: it was cancelled")
    if outcome.code not in policy["reasons"]:
        return Verdict(None, f"not tried again: {outcome.code} is not among the reasons to do so")
    if attempt >= most:
        return Verdict(None, f"no attempt left: this was {attempt} of {most}")
    if deadline is not None and next_at >= deadline:
        return Verdict(None, f"the deadline leaves no time for attempt {attempt + 1} of {most}")
    return Verdict(next_at, f"attempt {attempt + 1} of {most} begins in {pause(policy, attempt).total_seconds():g} s")
