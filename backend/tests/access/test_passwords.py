"""Passwords: which are accepted, how they are kept, and that a missing user costs the same work."""

from __future__ import annotations

import threading

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from scripter.access import passwords
from scripter.lib.errors import BadInput, Unavailable


@pytest.mark.parametrize("password", ["correct horse", "пароль длинный", "x1" * 512, "       ab"])
def test_a_long_enough_password_is_accepted(password):
    passwords.check("password", password, "anna")


@pytest.mark.parametrize(
    "password",
    ["", "short12", "x" * 1025, "password", "PassWord1", "12345678", "qwertyuiop", "aaaaaaaaaa", "with\x00nul-inside"],
)
def test_a_password_that_would_be_guessed_is_refused_at_its_field(password):
    with pytest.raises(BadInput) as refused:
        passwords.check("new", password, "anna")
    assert [one.field for one in refused.value.fields] == ["new"]


def test_ones_own_name_is_no_password():
    with pytest.raises(BadInput):
        passwords.check("password", "Anna-Maria", "anna-maria")


def test_it_is_kept_as_argon2id_with_a_salt_of_its_own():
    one, other = passwords.hashed("correct horse"), passwords.hashed("correct horse")
    assert one != other
    parameters = extract_parameters(one)
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert "correct horse" not in one


def test_only_the_right_password_matches():
    stored = passwords.hashed("correct horse")
    assert passwords.matches(stored, "correct horse")
    assert not passwords.matches(stored, "correct hors")
    assert not passwords.matches(stored, "")


def test_composed_and_decomposed_letters_are_the_same_password():
    assert passwords.matches(passwords.hashed("caf\u00e9 au lait"), "cafe\u0301 au lait")


class _Counting:
    """The real hasher, counting its work."""

    def __init__(self, hasher):
        self.hasher, self.verified = hasher, []

    def hash(self, password):
        return self.hasher.hash(password)

    def verify(self, stored, password):
        self.verified.append(extract_parameters(stored))
        return self.hasher.verify(stored, password)


def test_a_user_who_does_not_exist_costs_the_same_work(monkeypatch):
    counting = _Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    assert not passwords.matches(passwords.hashed("correct horse"), "wrong horse")
    assert not passwords.matches(None, "wrong horse")
    assert not passwords.matches(None, "nobody has this password")
    known, unknown, lucky = counting.verified
    assert known == unknown == lucky


def test_a_password_beyond_the_limit_is_not_hashed_at_all(monkeypatch):
    counting = _Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    assert not passwords.matches(passwords.hashed("correct horse"), "x" * 1025)
    assert counting.verified == []


def test_no_more_than_two_are_hashed_at_one_time(monkeypatch):
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(2))
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    with passwords._place(), passwords._place(), pytest.raises(Unavailable):
        passwords.hashed("correct horse")
    assert passwords.hashed("correct horse")
