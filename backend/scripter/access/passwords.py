"""Passwords: which are accepted, how they are stored (argon2id), and checking them at an even pace.

Called by `entry` and `service`. No database here."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scripter.lib.errors import BadInput, Unavailable
from scripter.lib.names import name_key

SHORTEST, LONGEST = 8, 1024

_hasher = PasswordHasher()
# Each hash takes 64 MiB and a processor for some 50 ms; a crowd at the door must not take the machine.
_places = threading.BoundedSemaphore(2)
_PATIENCE_S = 10.0

# What everybody tries first. Shorter ones are refused for their length already.
_COMMON = frozenset(
    """
    12345678 123456789 1234567890 0123456789 987654321 9876543210 87654321 11223344 1122334455 12341234 123123123
    123321123 147258369 159753456 password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd
    pa$$word passwort passwort1 motdepasse contraseña qwertyui qwertyuiop qwerty12 qwerty123 qwertz123 qwertzui
    qwertzuiop azertyuiop asdfghjk asdfghjkl asdf1234 zxcvbnm1 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx
    q1w2e3r4 abcd1234 abcdefgh abcdefghi abc12345 abc123456 a1b2c3d4 aa123456 admin123 admin1234 administrator
    adminadmin rootroot toor1234 root1234 superuser letmein1 letmein123 welcome1 welcome123 changeme changeme1
    changeme123 changeit default1 iloveyou iloveyou1 sunshine sunshine1 princess princess1 football football1
    baseball baseball1 basketball superman superman1 batman123 starwars starwars1 pokemon1 computer computer1
    internet internet1 trustno1 whatever whatever1 michelle jennifer jonathan alexander elizabeth charlotte samantha
    victoria christopher michael1 jordan23 maverick mercedes corvette liverpool chelsea1 arsenal1 steelers
    secret123 topsecret test1234 testtest testing123 guest123 monkey123 dragon123 master123 shadow123 hello123
    helloworld freedom1 scripter scripter1 scripter123
    """.split()  # noqa: SIM905 - words read better than a column of strings
)


def check(field: str, password: str, name: str) -> None:
    """Refuse what would be guessed. There are no rules about capitals and digits: length is what counts.

    Raises:
        BadInput: at `field`.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput.at(field, f"A password has {SHORTEST} to {LONGEST} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
        raise BadInput.at(field, "A password may not hold control characters.")
    key = name_key(password)
    if key in _COMMON or len(set(key)) == 1 or key == name_key(name):
        raise BadInput.at(field, "This password is among the first that anybody would try. Choose another one.")


def hashed(password: str) -> str:
    """What is stored of `password`."""
    with _place():
        return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one; without a stored hash (no such user) the same work is done, for nothing."""
    if len(password) > LONGEST:
        return False
    with _place():
        try:
            return _hasher.verify(stored or _nobodys(), _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    # The same keys give composed letters on one machine and decomposed ones on another.
    return unicodedata.normalize("NFC", password)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=_PATIENCE_S):
        raise Unavailable("Too many people are logging in at this moment. Try again shortly.")
    try:
        yield
    finally:
        _places.release()
