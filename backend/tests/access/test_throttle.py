"""Slowing down guesses: how long, for whom, and that a crowd of attempts is counted one by one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from scripter.access import throttle
from scripter.access.models import FailedLogin
from scripter.lib.errors import TooMany

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEYS = (throttle.account("anna"), throttle.address("192.0.2.1"))


def _attempt(context, keys=KEYS):
    context.db.run(lambda session: throttle.admit(session, keys))


def test_the_delay_doubles_to_a_quarter_of_an_hour_and_no_further():
    seconds = [throttle.delay_after(fails).total_seconds() for fails in range(20)]
    assert seconds[:5] == [0, 0, 0, 0, 0]
    assert seconds[5:16] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    assert throttle.delay_after(10**9) == timedelta(minutes=15)


def test_five_attempts_are_free_and_the_next_has_to_wait(context):
    with time_machine.travel(START, tick=False):
        for _ in range(5):
            _attempt(context)
        with pytest.raises(TooMany) as refused:
            _attempt(context)
    assert refused.value.retry_after_s == 2


def test_after_the_wait_there_is_one_more_attempt_and_then_a_longer_wait(context):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            _attempt(context)
        clock.shift(2)
        _attempt(context)
        with pytest.raises(TooMany) as refused:
            _attempt(context)
    assert refused.value.retry_after_s == 3


def test_an_attempt_that_was_turned_away_makes_the_wait_no_longer(context):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            _attempt(context)
        for _ in range(50):
            with pytest.raises(TooMany):
                _attempt(context)
        clock.shift(2)
        _attempt(context)


def test_nobody_is_locked_out_for_good(context):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(40):
            _attempt(context)
            clock.shift(timedelta(minutes=15, seconds=1))
        _attempt(context)


def test_somebody_who_tries_every_two_seconds_for_an_hour_gets_less_than_a_hundred_answers(context):
    evaluated = 0
    with time_machine.travel(START, tick=False) as clock, context.db.transaction() as session:
        for _ in range(1_800):
            try:
                throttle.admit(session, KEYS)
                evaluated += 1
            except TooMany:
                pass
            clock.shift(2)
    assert evaluated <= 100


def test_one_account_is_slowed_down_whatever_addresses_are_used(context):
    with time_machine.travel(START, tick=False):
        for n in range(5):
            _attempt(context, (throttle.account("anna"), throttle.address(f"192.0.2.{n}")))
        with pytest.raises(TooMany):
            _attempt(context, (throttle.account("ANNA"), throttle.address("192.0.2.99")))


def test_one_address_is_slowed_down_whatever_accounts_are_tried(context):
    with time_machine.travel(START, tick=False):
        for n in range(5):
            _attempt(context, (throttle.account(f"user {n}"), throttle.address("192.0.2.1")))
        with pytest.raises(TooMany):
            _attempt(context, (throttle.account("other"), throttle.address("192.0.2.1")))
        _attempt(context, (throttle.account("other"), throttle.address("192.0.2.2")))


def test_a_right_password_clears_the_account_but_not_the_address(context):
    with time_machine.travel(START, tick=False):
        for _ in range(4):
            _attempt(context)
        with context.db.transaction() as session:
            throttle.forgive(session, *KEYS)
        with context.db.reading() as session:
            assert session.get(FailedLogin, KEYS[0]) is None
            assert session.get_one(FailedLogin, KEYS[1]).fails == 3


def test_all_is_forgotten_after_a_quiet_hour(context):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            _attempt(context)
        clock.shift(timedelta(hours=1, seconds=1))
        for _ in range(5):
            _attempt(context)
        with context.db.reading() as session:
            assert {row.fails for row in session.scalars(select(FailedLogin))} == {5}


def test_twenty_attempts_at_the_same_moment_count_as_twenty(context):
    """Counting comes before the password is looked at, so there is no moment in which many pass at once."""
    admitted: list[int] = []
    ready = threading.Barrier(20)

    def attempt(n: int) -> None:
        ready.wait()
        try:
            _attempt(context)
            admitted.append(n)
        except TooMany:
            pass

    with time_machine.travel(START, tick=False):
        crowd = [threading.Thread(target=attempt, args=(n,)) for n in range(20)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert len(admitted) == 5


def test_what_was_typed_as_a_name_is_not_kept(context):
    _attempt(context, (throttle.account("hunter2 typed in the wrong field"), throttle.address("192.0.2.1")))
    with context.db.reading() as session:
        assert all("hunter2" not in row.key for row in session.scalars(select(FailedLogin)))
