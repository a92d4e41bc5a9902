"""The plan of a campaign: always the same for a seed, and fair to all."""

from __future__ import annotations

import pytest

from chaos import plan
from chaos.plan import How

SEEDS = range(20)


def test_a_seed_gives_one_plan() -> None:
    assert plan.make(seed=1, jobs=50, kills=20) == plan.make(seed=1, jobs=50, kills=20)
    assert plan.make(seed=1, jobs=50, kills=20) != plan.make(seed=2, jobs=50, kills=20)


@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_as_many_jobs_and_kills_as_asked_for(seed: int) -> None:
    made = plan.make(seed=seed, jobs=40, kills=8)
    assert len(made.wishes) == 40
    assert sum(one.how is How.KILL for one in made.strikes) == 8
    assert {one.kind for one in made.wishes} == set(plan.KINDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_struck_before_it_is_back(seed: int) -> None:
    back: dict[str, float] = {}
    for strike in plan.make(seed=seed, jobs=1, kills=60).strikes:
        assert strike.at_s >= back.get(strike.victim, 0.0) or strike.victim == "clock"
        back[strike.victim] = strike.at_s + strike.down_s


@pytest.mark.parametrize("seed", SEEDS)
def test_even_a_short_campaign_spares_nobody(seed: int) -> None:
    struck = {one.victim for one in plan.make(seed=seed, jobs=1, kills=8).strikes}
    assert struck == set(plan.VICTIMS)


def test_services_are_only_killed() -> None:
    strikes = [one for seed in SEEDS for one in plan.make(seed=seed, jobs=1, kills=60).strikes]
    assert {one.how for one in strikes if one.victim in plan.SERVICES} == {How.KILL}
    assert {one.how for one in strikes} == set(How)
