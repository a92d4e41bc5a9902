from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripter.cli.terminal import clean, line


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2Jwiped", "wiped"),
        ("\x1b]0;new title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;ZXZpbA==\x07clipboard", "clipboard"),
        ("\x1bPdevice\x1b\\control", "control"),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("half\x1b[", "half"),
        ("never ends \x1b]0;title", "never ends "),
        ("bell\x07 back\x08space nul\x00", "bell backspace nul"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("10 %\r20 %\r\nend", "10 %\n20 %\nend"),
        ("tab\tand ünïcödé \N{SNOWMAN}", "tab\tand ünïcödé \N{SNOWMAN}"),
    ],
)
def test_nothing_that_acts_on_a_terminal_is_left(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_colours_may_stay_and_then_end_with_the_text() -> None:
    assert clean("\x1b[1;31mred\x1b[2J text", colours=True) == "\x1b[1;31mred text\x1b[0m"
    assert clean("plain \x1b]0;t\x07text", colours=True) == "plain text"


@given(st.text(alphabet=st.sampled_from("ab;[]m0\x1b\x07\x9b\x9d\\?\n\r\x00"), max_size=30))
def test_whatever_comes_no_escape_is_left(text: str) -> None:
    assert not set(clean(text)) & set("\x1b\x9b\x9d\x07\x00\r")


def test_one_line_stays_one_line() -> None:
    assert line("a\nb\tc") == "a b c"
