"""What a campaign does and when, all of it decided by the seed before anything runs: jobs and strikes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

# One strike in so many seconds, so that several things are down at one time but never all the time.
PACE_S = 8.0
# And one stop or freeze to so many kills.
KILLS_PER_OTHER = 6
# Nobody is struck again before it had time to come back and do something.
RECOVERY_S = 8.0
# A dead worker whose place another one must take: longer than a lease, whatever the load.
LONG_DEATH_S = 40.0
FREEZE_S = 30.0


class How(StrEnum):
    """The way of a strike."""

    KILL = "kill"
    STOP = "stop"
    """Asked to leave (SIGTERM), as an operator restarts a service."""
    FREEZE = "freeze"
    """Stopped by SIGSTOP for longer than a lease: it wakes up and believes that nothing has happened."""


# How often each is struck, relative to the others.
VICTIMS: Mapping[str, int] = {
    "worker-a": 6,
    "worker-b": 6,
    "web": 4,
    "clock": 2,
    "rabbitmq": 3,
    "mariadb": 3,
    "dockerd": 5,
}
WORKERS = ("worker-a", "worker-b")
SERVICES = ("rabbitmq", "mariadb", "dockerd")

# How many of each kind, relative to the others.
KINDS: Mapping[str, int] = {
    "short": 8,
    "long": 8,
    "loud": 3,
    "failing": 4,
    "streams": 4,
    "garbage": 2,
    "polite": 3,
    "stubborn": 3,
    "overdue": 3,
    "regretted": 2,
    "retried": 2,
}
CANCELLED = frozenset({"polite", "stubborn", "regretted"})
TIME_LIMIT_S = {"overdue": 3}
# What these print, where the kind is no kind of output itself.
PRINTS = {"regretted": "long", "retried": "failing"}
# How many attempts their script allows, where it is more than one. All of them fail.
ATTEMPTS = {"retried": 3}
_BRIDGE_SHARE = 0.2
_TWICE_SHARE = 0.2
_LONG_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Wish:
    """One job that a client asks for `at_s` seconds into the campaign.

    `cancel_after_s`: it changes its mind so long after the job has begun (`regretted`: as soon as it is accepted).
    `sent_twice`: it sends the same request again, as if the answer had been lost.
    """

    number: int
    at_s: float
    kind: str
    seed: int
    network: str
    cancel_after_s: float | None
    sent_twice: bool

    @property
    def prints(self) -> str:
        """The kind of output, as `chaos.inside.output` knows it."""
        return PRINTS.get(self.kind, self.kind)

    @property
    def script(self) -> str:
        """Which of the campaign's scripts: one for each network, and one with a policy to try again."""
        return "retried" if self.kind in ATTEMPTS else self.network


@dataclass(frozen=True, slots=True)
class Strike:
    """Something is struck `at_s` seconds into the campaign and is back (or being started) `down_s` later."""

    at_s: float
    victim: str
    how: How
    down_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will be done."""

    seed: int
    wishes: tuple[Wish, ...]
    strikes: tuple[Strike, ...]

    @property
    def length_s(self) -> float:
        return PACE_S * max(1, len(self.strikes))


def make(*, seed: int, jobs: int, kills: int) -> Plan:
    """The plan of this seed: always the same one. Beside the kills some processes are stopped or frozen."""
    dice = random.Random(f"{seed}/{jobs}/{kills}")
    strikes = tuple(_strikes(dice, kills))
    return Plan(seed, tuple(_wishes(dice, jobs, PACE_S * max(1, len(strikes)))), strikes)


def _wishes(dice: random.Random, jobs: int, length_s: float) -> Iterator[Wish]:
    """Spread over nine tenths of the time, so that the last ones also see some strikes."""
    moments = sorted(dice.uniform(0, 0.9 * length_s) for _ in range(jobs))
    # Every kind is there, however few jobs are asked for.
    kinds = [*KINDS, *dice.choices(list(KINDS), list(KINDS.values()), k=jobs)][:jobs]
    dice.shuffle(kinds)
    for number, (at_s, kind) in enumerate(zip(moments, kinds, strict=True)):
        yield Wish(
            number=number,
            at_s=round(at_s, 2),
            kind=kind,
            seed=dice.randrange(1_000_000),
            network="bridge" if dice.random() < _BRIDGE_SHARE else "none",
            cancel_after_s=round(dice.uniform(0, 4), 2) if kind in CANCELLED else None,
            sent_twice=dice.random() < _TWICE_SHARE,
        )


def _strikes(dice: random.Random, kills: int) -> Iterator[Strike]:
    ways = [How.KILL] * kills + dice.choices([How.STOP, How.FREEZE], k=kills // KILLS_PER_OTHER)
    dice.shuffle(ways)
    back_at: dict[str, float] = {}
    for number, how in enumerate(ways):
        at_s = round(number * PACE_S + dice.uniform(1, PACE_S), 2)
        victim = _victim(dice, how, at_s, back_at)
        other_worker_is_well = all(back_at.get(name, 0) <= at_s for name in WORKERS if name != victim)
        down_s = _down_s(dice, how, is_long=victim in WORKERS and other_worker_is_well)
        back_at[victim] = at_s + down_s
        yield Strike(at_s, victim, how, down_s)


def _victim(dice: random.Random, how: How, at_s: float, back_at: Mapping[str, float]) -> str:
    """Somebody who stands; whoever was not struck yet comes first, so that a short campaign spares nobody."""
    possible = [name for name in VICTIMS if how is How.KILL or name not in SERVICES]
    standing = [name for name in possible if name not in back_at or back_at[name] + RECOVERY_S <= at_s]
    choice = [name for name in standing if name not in back_at] or standing or ["clock"]
    return dice.choices(choice, [VICTIMS[name] for name in choice])[0]


def _down_s(dice: random.Random, how: How, *, is_long: bool) -> float:
    if how is How.FREEZE:
        return FREEZE_S
    if how is How.KILL and is_long and dice.random() < _LONG_SHARE:
        return LONG_DEATH_S
    return round(dice.uniform(0, 6), 2)
