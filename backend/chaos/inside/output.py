"""What each kind of job prints: a pure function of kind and seed. Runs inside the jobs, and again in the oracle.

Standard library only, Python 3.8: these lines also run in the images that users bring."""

from __future__ import annotations

import random
from itertools import count
from typing import Iterator, NamedTuple


class Piece(NamedTuple):
    """Some bytes for one stream (1 or 2, as descriptors), and how long to rest after them, in seconds."""

    stream: int
    data: bytes
    rest_s: float


# Kinds that print until somebody ends them.
ENDLESS = frozenset({"polite", "stubborn", "overdue"})


def pieces(kind: str, seed: int) -> Iterator[Piece]:
    """All that a job of this kind prints, in order."""
    return _KINDS[kind](random.Random(seed))


def exit_code(kind: str, seed: int) -> int:
    """With which exit code a job of this kind ends when it is let."""
    return 1 + seed % 40 if kind == "failing" else 0


def _short(dice: random.Random) -> Iterator[Piece]:
    for number in range(3):
        yield _line(1, number, dice)


def _long(dice: random.Random) -> Iterator[Piece]:
    for number in range(dice.randint(30, 60)):
        yield _line(1, number, dice)._replace(rest_s=0.4)


def _loud(dice: random.Random) -> Iterator[Piece]:
    for number in range(150):
        yield Piece(1, b"".join(_line(1, 100 * number + part, dice).data for part in range(100)), 0.01)


def _streams(dice: random.Random) -> Iterator[Piece]:
    for number in range(40):
        yield _line(dice.choice((1, 2)), number, dice)._replace(rest_s=0.05)


def _garbage(dice: random.Random) -> Iterator[Piece]:
    """No text at all: every byte there is, lines of any length, no newline at the end."""
    for _ in range(30):
        yield Piece(1, dice.getrandbits(8 * 3000).to_bytes(3000, "big"), 0.03)
    yield Piece(1, b"\r50 %\r100 %" + b"x" * 40_000, 0)


def _endless(dice: random.Random) -> Iterator[Piece]:
    for number in count():
        yield _line(1, number, dice)._replace(rest_s=0.1)


def _line(stream: int, number: int, dice: random.Random) -> Piece:
    return Piece(stream, b"%06d %032x\n" % (number, dice.getrandbits(128)), 0)


_KINDS = {
    "short": _short,
    "long": _long,
    "loud": _loud,
    "failing": _short,
    "streams": _streams,
    "garbage": _garbage,
    "polite": _endless,
    "stubborn": _endless,
    "overdue": _endless,
}
