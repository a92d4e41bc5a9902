"""Whether and when a job is tried again: values in, values out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripter.jobs import retries
from scripter.jobs.outcome import Outcome
from scripter.jobs.retries import LONGEST_PAUSE_S, Verdict
from scripter.jobs.states import Reason, Status
from scripter.scripts.models import ONCE, Retries, RetryReason

NOW = datetime(2026, 11, 22, 4, 45, tzinfo=UTC)
FAILED = Outcome(status=Status.FAILED, code=Reason.EXIT, reason="exit 3")
LOST = Outcome(status=Status.LOST, code=Reason.LOST, reason="gone")
THRICE: Retries = {**ONCE, "count": 3}


def after(
    outcome: Outcome,
    attempt: int = 1,
    policy: Retries = THRICE,
    deadline: datetime | None = None,
    cancelled: bool = False,
) -> Verdict:
    return retries.verdict(policy, attempt, outcome, now=NOW, deadline=deadline, cancelled=cancelled)


def test_unless_told_otherwise_a_job_is_tried_once_and_nothing_is_said_about_it() -> None:
    assert after(FAILED, policy=ONCE) == (None, "")


def test_the_pauses_grow_by_the_factor_until_no_attempt_is_left() -> None:
    verdicts = [after(FAILED, attempt) for attempt in (1, 2, 3, 4)]
    assert [one.at and one.at - NOW for one in verdicts] == [
        timedelta(seconds=10),
        timedelta(seconds=20),
        timedelta(seconds=40),
        None,
    ]
    assert [one.why for one in verdicts] == [
        "attempt 2 of 4 begins in 10 s",
        "attempt 3 of 4 begins in 20 s",
        "attempt 4 of 4 begins in 40 s",
        "no attempt left: this was 4 of 4",
    ]


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(status=Status.SUCCEEDED, code=Reason.EXIT, reason="exit 0"),
        Outcome(status=Status.CANCELLED, code=Reason.CANCELLED, reason="cancelled by anna"),
    ],
)
def test_what_succeeded_or_was_cancelled_is_not_tried_again(outcome: Outcome) -> None:
    assert after(outcome) == (None, "")


def test_what_failed_by_itself_while_somebody_cancelled_it_is_not_tried_again() -> None:
    assert after(FAILED, cancelled=True) == (None, "not tried again: it was cancelled")


def test_only_the_reasons_that_were_chosen_lead_to_another_attempt() -> None:
    assert after(LOST) == (None, "not tried again: lost is not among the reasons to do so")
    chosen: Retries = {**THRICE, "reasons": [RetryReason.LOST]}
    assert after(LOST, policy=chosen).at == NOW + timedelta(seconds=10)
    assert after(FAILED, policy=chosen).at is None


@pytest.mark.parametrize("seconds", [0, 10])
def test_no_attempt_begins_at_the_deadline_or_after_it(seconds: int) -> None:
    late = after(FAILED, deadline=NOW + timedelta(seconds=seconds))
    assert late == (None, "the deadline leaves no time for attempt 2 of 4")
    assert after(FAILED, deadline=NOW + timedelta(seconds=11)).at is not None


def test_a_job_stopped_at_its_deadline_is_not_tried_again_whatever_the_reasons() -> None:
    everything: Retries = {**THRICE, "reasons": list(RetryReason)}
    assert after(Outcome(status=Status.FAILED, code=Reason.DEADLINE, reason=""), policy=everything).at is None


def test_the_reasons_to_choose_from_are_ends_that_jobs_have() -> None:
    assert {str(reason) for reason in RetryReason} <= set(Reason)
    assert not {Reason.CANCELLED, Reason.DEADLINE} & {Reason(reason) for reason in RetryReason}
    assert set(RetryReason) - set(ONCE["reasons"]) == {RetryReason.LOST}


@given(
    attempt=st.integers(1, 11),
    delay_s=st.integers(0, 3600),
    factor=st.floats(1, 10),
    count=st.integers(0, 10),
)
def test_pauses_never_shrink_nor_last_longer_than_an_hour(
    attempt: int, delay_s: int, factor: float, count: int
) -> None:
    policy: Retries = {"count": count, "delay_s": delay_s, "factor": factor, "reasons": []}
    pause = retries.pause(policy, attempt)
    assert timedelta(0) <= pause <= retries.pause(policy, attempt + 1) <= timedelta(seconds=LONGEST_PAUSE_S)
