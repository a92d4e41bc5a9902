"""Names: what is refused and in which words, and when two names are one."""

from __future__ import annotations

import pytest

from scripter.lib.errors import BadInput
from scripter.lib.names import check_name, name_key


@pytest.mark.parametrize("name", ["Job", "café", "日本語", "हिन्दी", "a", "A-b_c.d 9", "x" * 100, "naïve Straße"])
def test_a_plain_name_is_kept_as_it_is(name):
    assert check_name("name", name) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "required"),
        ("   ", "required"),
        ("a" * 101, "at most 100"),
        ("a" * 256, "at most 100"),
        ("ß" * 60, "at most 100"),  # its key has 120 letters
        ("../etc/passwd", "letters, digits"),
        ("a/b", "letters, digits"),
        ("a\\b", "letters, digits"),
        (".", "dot or a hyphen"),
        ("..", "dot or a hyphen"),
        ("-rf", "dot or a hyphen"),
        (".git", "dot or a hyphen"),
        ("a\x00b", "Control"),
        ("a\nb", "Control"),
        ("\x1b[31m", "Control"),
        ("a\x7fb", "Control"),
        ("a\u2028b", "Control"),
        ("<img src=x onerror=alert(1)>", "letters, digits"),
        ("admin\u202egnp", "Invisible"),
        ("a\u200bb", "Invisible"),
        ("a\u2060b", "Invisible"),
        ("a\u3164b", "Invisible"),
        ("a\ufe0fb", "Invisible"),
        ("a\u00a0b", "letters, digits"),
        ("\U0001f600", "letters, digits"),
        ("CON", "reserved"),
        ("nul.txt", "reserved"),
        ("Com1", "reserved"),
        (123, "text"),
        (None, "text"),
        ([], "text"),
        ({}, "text"),
    ],
)
def test_a_bad_name_is_refused_at_its_field_in_words(name, words):
    with pytest.raises(BadInput) as refused:
        check_name("title", name)
    assert [one.field for one in refused.value.fields] == ["title"]
    assert words in refused.value.fields[0].message


def test_a_name_is_stored_composed_and_without_spaces_around_it():
    assert check_name("name", "  cafe\u0301 ") == "caf\u00e9"


def test_the_limit_is_the_callers():
    assert check_name("name", "abc", 3) == "abc"
    with pytest.raises(BadInput):
        check_name("name", "abcd", 3)


@pytest.mark.parametrize(
    ("one", "other"), [("Job", "job"), ("cafe\u0301", "CAF\u00c9"), ("Straße", "STRASSE"), ("a ", "a")]
)
def test_names_that_read_the_same_share_a_key(one, other):
    assert name_key(one) == name_key(other)


def test_different_names_have_different_keys():
    assert name_key("job") != name_key("job2")
