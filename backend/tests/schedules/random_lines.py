"""Random crontab lines, for tests that put many to a judge. Every notation that Scripter accepts comes up."""

from __future__ import annotations

import random

from scripter.lib.errors import BadInput
from scripter.schedules.cron import Cron

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def random_line(dice: random.Random) -> Cron:
    """A line that happens at all."""
    while True:
        text = " ".join((_minute(dice), _hour(dice), _day(dice), _month(dice), _weekday(dice)))
        try:
            return Cron.parse(text)
        except BadInput as error:
            # A 30 February: the only thing that can be wrong with these.
            assert "never happens" in error.message, (text, error.message)


def _minute(dice: random.Random) -> str:
    return _field(dice, 0, 59)


def _hour(dice: random.Random) -> str:
    # Clocks are changed at night: most lines shall have something to do there.
    return _field(dice, 0, 4) if dice.random() < 0.5 else _field(dice, 0, 23)


def _day(dice: random.Random) -> str:
    if dice.random() < 0.55:
        return "*"
    return _mixed(dice, _field(dice, 1, 31), dice.choice(("L", "LW")))


def _month(dice: random.Random) -> str:
    if dice.random() < 0.6:
        return "*"
    return dice.choice(_MONTHS) if dice.random() < 0.3 else _field(dice, 1, 12)


def _weekday(dice: random.Random) -> str:
    if dice.random() < 0.55:
        return "*"
    some = dice.choice(_DAYS)
    own = dice.choice((some, some.lower(), f"{dice.randint(0, 7)}L", f"{some}#{dice.randint(1, 5)}", "MON-FRI"))
    return _mixed(dice, _field(dice, 0, 7), own)


def _mixed(dice: random.Random, plain: str, own: str) -> str:
    return dice.choice((plain, plain, own, f"{plain},{own}"))


def _field(dice: random.Random, low: int, high: int) -> str:
    if dice.random() < 0.2:
        return "*"
    return ",".join(_term(dice, low, high) for _ in range(dice.choice((1, 1, 1, 2, 3))))


def _term(dice: random.Random, low: int, high: int) -> str:
    first, last = sorted((dice.randint(low, high), dice.randint(low, high)))
    step = dice.choice((1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 90))
    forms = (str(first), str(last), f"{first}-{last}", f"*/{step}", f"{first}-{last}/{step}", f"{first}/{step}")
    return dice.choice(forms)
