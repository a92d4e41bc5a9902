from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_lines import random_line

from scripter.lib.errors import BadInput
from scripter.schedules.cron import MAX_LENGTH, SHORTCUTS, Cron
from scripter.schedules.zones import zone_of, zones


def refusal(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        Cron.parse(text)
    (field,) = caught.value.fields
    assert field.field == "cron"
    assert field.message == caught.value.message
    return field.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "required"),
        ("   ", "required"),
        ("* * * *", "needs 5 fields (minute, hour, day, month, weekday), got 4"),
        ("* * * * * *", "seconds are not supported"),
        ("60 * * * *", "minute must be 0-59"),
        ("0 24 * * *", "hour must be 0-23"),
        ("* * 0 * *", "day must be 1-31"),
        ("* * 32 * *", "day must be 1-31"),
        ("0 0 * 13 *", "month must be 1-12"),
        ("* * 31 2 *", "never happens"),
        ("0 0 30 2 *", "never happens"),
        ("0 0 31 2,4,6 *", "never happens"),
        ("*/0 * * * *", "step in minute must be a whole number from 1 to 999"),
        ("*/ * * * *", "step in minute"),
        ("5-1 * * * *", 'the range "5-1" in minute is backwards'),
        ("0 0 * * fri-mon", "backwards"),
        ("1,,2 * * * *", '"" is not a number'),
        ("1- * * * *", '"1-" is not a number'),
        ("-1 * * * *", "minute must be 0-59"),
        ("\u00b9 * * * *", 'the character "\u00b9" is not allowed; use the digits 0-9'),
        ("1_0 * * * *", 'the character "_" is not allowed'),
        ("\u0661 * * * *", "is not allowed"),
        ("0 0 * * 8", "weekday must be 0-7"),
        ("0 0 * * mon#6", "first to fifth Monday"),
        ("0 0 * * L", "5L (last Friday)"),
        ("0 0 15W * *", "day must be 1-31"),
        ("@reboot", "use one of @hourly"),
        ("@every 5m", "use one of @hourly"),
        ("@foo", "use one of @hourly"),
        ("* * * * *; rm -rf /", 'the character ";" is not allowed'),
        ("${jndi}", 'the character "$" is not allowed'),
        ("* * * * *\n* * * * *", "is not allowed"),
        ("x" * 10_000, "at most 200 characters, this has 10000"),
        ("0-59," * 500, "at most 200 characters"),
        ("9" * 190 + " * * * *", "minute must be 0-59"),
        ("* * */100 * 1L", "never happens"),
    ],
)
def test_what_is_refused_is_told_with_the_field_and_its_range(text: str, words: str) -> None:
    assert words in refusal(text)


def test_the_message_shows_little_of_what_was_sent_and_nothing_that_acts_on_a_terminal() -> None:
    assert "\x1b" not in refusal("\x1b[31m * * * *")
    assert len(refusal("7" * 190 + " * * * *")) < 200


@pytest.mark.parametrize("text", ["@weekly", "@WEEKLY", "0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * SUN"])
def test_all_spellings_of_sunday_mean_sunday(text: str) -> None:
    assert Cron.parse(text).words == "At 00:00 on Sunday"


@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_a_shortcut_keeps_its_name_and_has_five_fields(shortcut: str) -> None:
    cron = Cron.parse(shortcut)
    assert cron.text == shortcut
    assert len(cron.expression.split()) == 5


@pytest.mark.parametrize(
    "text",
    [
        "0 0 29 2 *",
        "0 0 L * *",
        "0 0 LW * *",
        "0 9 * * 5L",
        "0 9 * * MON#1",
        "0 0 1-31/2,L * sun,3#2",
        "0 0 * jan-MAR *",
    ],
)
def test_what_debian_and_cronsim_know_is_accepted(text: str) -> None:
    assert Cron.parse(text).expression == text


def test_blanks_around_and_between_do_not_matter() -> None:
    assert Cron.parse("  0   3\t* * *  ").text == "0 3 * * *"


@given(st.text(alphabet=st.sampled_from("0123456789*,-/#LWSUNMO@ _\x00\x1b\u00b9"), max_size=MAX_LENGTH + 5))
def test_no_text_whatever_ends_in_anything_but_a_line_or_a_refusal(text: str) -> None:
    try:
        assert Cron.parse(text).words
    except BadInput as error:
        assert error.fields[0].field == "cron"


def test_ten_thousand_spoilt_lines_end_in_a_line_or_a_refusal() -> None:
    dice = random.Random(20261122)
    outcomes = {True: 0, False: 0}
    for _ in range(10_000):
        letters = list(random_line(dice).text if dice.random() < 0.7 else "0 0 1 1 0")
        for _ in range(dice.randint(1, 3)):
            letters[dice.randrange(len(letters))] = dice.choice("0123456789*,-/#LWSUNMO@ _\x00\u00b9\ud7ff")
        try:
            outcomes[bool(Cron.parse("".join(letters)).words)] += 1
        except BadInput as error:
            assert error.fields[0].field == "cron"
            outcomes[False] += 1
    assert min(outcomes.values()) > 500  # both ends are seen


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "required"),
        ("Mars/Base", "not a known time zone"),
        ("../../etc/passwd", "not a known time zone"),
        ("/etc/localtime", "not a known time zone"),
        ("localtime", "not a known time zone"),
        ("CEST", "IANA name such as Europe/Paris"),
        ("+25:00", "IANA name such as Europe/Paris"),
        ("utc ", "Did you mean UTC?"),
        ("Berlin", "Did you mean Europe/Berlin?"),
        ("new york", "Did you mean America/New_York?"),
        ("europe/pariss", "Did you mean Europe/Paris"),
        ("a\x00b", "not a known time zone"),
    ],
)
def test_an_unknown_zone_is_refused_with_what_may_have_been_meant(name: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        zone_of(name)
    assert caught.value.fields[0].field == "zone"
    assert words in caught.value.message


def test_every_listed_zone_can_be_used() -> None:
    assert len(zones()) > 400
    assert {zone_of(name).key for name in zones()} == set(zones())
