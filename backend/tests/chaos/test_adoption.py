"""How long a job was without a follower, from the events of the job and the account of the strikes."""

from __future__ import annotations

import pytest
from test_oracle import job

from chaos.adoption import adoptions, overlap, percentile
from chaos.cast import Account, Moment, Outage
from chaos.evidence import Event
from chaos.plan import How


def followed(*takers: tuple[float, str]) -> tuple[Event, ...]:
    first, *others = takers
    return (
        Event(first[0], "queued", "starting", f"taken by {first[1]}"),
        *(Event(at, "running", "running", f"followed by {who} from now on") for at, who in others),
    )


def test_the_next_run_of_the_same_worker_is_measured_from_its_start() -> None:
    account = Account(
        strikes=[Moment(10, "worker-a", How.KILL)], starts=[Moment(0, "worker-a"), Moment(15, "worker-a")]
    )
    [one] = adoptions([job(events=followed((5, "worker-a:11"), (18, "worker-a:22")))], account)
    assert (one.restarted, one.wall_s, one.own_s) == (True, 3, 3)


def test_another_worker_is_measured_from_the_strike() -> None:
    account = Account(strikes=[Moment(10, "worker-a", How.KILL)], starts=[Moment(0, "worker-a"), Moment(0, "worker-b")])
    [one] = adoptions([job(events=followed((5, "worker-a:11"), (31, "worker-b:22")))], account)
    assert (one.restarted, one.wall_s) == (False, 21)


def test_a_strike_before_the_job_was_taken_counts_for_nothing() -> None:
    account = Account(strikes=[Moment(4, "worker-a", How.KILL)])
    assert adoptions([job(events=followed((5, "worker-a:11"), (31, "worker-b:22")))], account) == []


def test_what_was_away_is_told_apart() -> None:
    account = Account(strikes=[Moment(10, "worker-a", How.KILL)], outages=[Outage("mariadb", 12, 20)])
    [one] = adoptions([job(events=followed((5, "worker-a:11"), (31, "worker-b:22")))], account)
    assert (one.wall_s, one.own_s) == (21, 13)


def test_outages_at_the_same_time_count_once() -> None:
    outages = [Outage("mariadb", 0, 10), Outage("dockerd", 5, 15), Outage("rabbitmq", 0, 100), Outage("dockerd", 6, 8)]
    assert overlap(outages, 2, 20, frozenset({"mariadb", "dockerd"})) == 13


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (1.0, 100)])
def test_percentiles(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


def test_of_nothing_every_percentile_is_none() -> None:
    assert percentile([], 0.99) == 0
