from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from minute_walker import Timeline, labels
from random_lines import random_line

from scripter.lib.errors import BadInput
from scripter.schedules.cron import Cron


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * * *", "Every minute"),
        ("*/5 * * * *", "Every 5 minutes"),
        # Not every 45 minutes: cron begins anew with each hour.
        ("*/45 * * * *", "At minutes 0 and 45 of every hour"),
        ("*/7 * * * *", "Every 7 minutes from minute 0 to minute 56 of every hour"),
        ("5/15 * * * *", "Every 15 minutes from minute 5 to minute 50 of every hour"),
        ("0 * * * *", "At the start of every hour"),
        ("15 * * * *", "At minute 15 of every hour"),
        ("10-20,40 * * * *", "At minutes 10 to 20 and 40 of every hour"),
        ("0 3 * * *", "At 03:00 every day"),
        ("0 3,9 * * *", "At 03:00 and 09:00 every day"),
        ("*/10 9-17 * * MON-FRI", "Every 10 minutes from 09:00 to 17:50 on Monday to Friday"),
        ("* 9-11,14 * * *", "Every minute from 09:00 to 11:59 and from 14:00 to 14:59 every day"),
        ("30 9-17 * * *", "Every hour from 09:30 to 17:30 every day"),
        ("0 */5 * * *", "Every 5 hours from 00:00 to 20:00 every day"),
        ("0-30 0 * * *", "Every minute from 00:00 to 00:30 every day"),
        ("0,15 8-18 * * 1-5", "At minutes 0 and 15 of the hours 8 to 18 on Monday to Friday"),
        ("0 0 1,15 * *", "At 00:00 on the 1st and 15th of the month"),
        ("0 0 L * *", "At 00:00 on the last day of the month"),
        ("0 0 LW * *", "At 00:00 on the last working day (Monday to Friday) of the month"),
        ("0 9 * * 5L", "At 09:00 on the last Friday of the month"),
        ("0 9 * * MON#1", "At 09:00 on the first Monday of the month"),
        ("0 9 * 1 MON#1,WED", "At 09:00 on Wednesday and the first Monday of the month in January"),
        # One of the two is enough, and only if one begins with an asterisk both have to be met.
        ("0 0 13 * FRI", "At 00:00 on the 13th of the month, and on Friday as well"),
        ("0 0 */2 * MON", "At 00:00 on every 2nd day from the 1st to the 31st of the month, if it is Monday"),
        ("0 0 1-31 * MON", "At 00:00 every day"),
        ("0 0 1 1 FRI", "At 00:00 on the 1st of the month, and on Friday as well, in January"),
        ("0 0 1 */3 *", "At 00:00 on the 1st of January, April, July and October"),
        ("0 0 * 6-8 SUN", "At 00:00 on Sunday in June to August"),
        ("0 0 * 1 *", "At 00:00 every day in January"),
        ("0 0 * * 5-7", "At 00:00 on Friday to Sunday"),
        ("@yearly", "At 00:00 on the 1st of January"),
    ],
)
def test_a_line_is_told_by_when_it_runs(text: str, words: str) -> None:
    assert Cron.parse(text).words == words


# Few and alike, so that the same words come up often.
MINUTES = ["0", "*", "*/30", "0,30", "0-59/30", "*/45", "0,45", "5", "0-59", "0-30", "*/7", "0/7", "1,2", "1-2"]
HOURS = ["*", "0", "0-23", "*/12", "0,12", "9-17", "9-16,17", "9,11,13,15,17", "9-17/2", "9,12-13", "0-22/2", "*/2"]
DAYS = ["*", "1", "1-31", "*/2", "1-31/2", "L", "1,L", "LW", "1-7", "*/31", "30", "2,4,6,8,10", "2-10/2"]
MONTHS = ["*", "1", "JAN", "1-12", "*/6", "1,7", "1,2,3", "1-3", "12"]
WEEKDAYS = ["*", "0", "7", "SUN", "0-6", "1-7", "MON", "MON#1", "1L", "MON#1,WED", "1-3,5", "*/2", "0,2,4,6", "1L,2"]


CALENDAR = Timeline()
for number in range(4 * 365 + 1):
    midnight = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number)
    CALENDAR.ask(midnight, midnight)


def test_lines_that_mean_different_things_never_have_the_same_words() -> None:
    dice = random.Random(20261122)
    meanings: dict[str, object] = {}
    repeated = 0
    for _ in range(4000):
        text = " ".join(dice.choice(some) for some in (MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS))
        try:
            cron = Cron.parse(text)
        except BadInput as error:
            assert "never happens" in error.message
            continue
        repeated += cron.words in meanings
        assert meanings.setdefault(cron.words, meaning(cron)) == meaning(cron), text
    assert repeated > 100


def meaning(cron: Cron) -> object:
    """When it runs, however it is written."""
    minute, hour, *_ = cron.expression.split()
    return labels("minute", minute), labels("hour", hour), CALENDAR.days(cron.expression)


def test_words_are_short_and_whole_whatever_the_line() -> None:
    dice = random.Random(20261122)
    for _ in range(1000):
        words = random_line(dice).words
        assert len(words) < 500
        assert words[0].isupper() and "  " not in words and not words.endswith(("and", "of", "in", " "))
