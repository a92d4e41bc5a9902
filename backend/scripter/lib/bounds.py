"""Numbers that people may choose within bounds. Used by every room whose things have limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scripter.lib.errors import BadInput, FieldError


class Bound(NamedTuple):
    """One field's value and what it may be, both ends included."""

    field: str
    value: float
    low: float
    high: float
    unit: str


def check(bounds: Iterable[Bound]) -> None:
    """Refuse values outside of their bounds.

    Raises:
        BadInput: with one error per field, saying the bounds.
    """
    mistakes = [
        FieldError(one.field, f"This must be between {one.low:g} and {one.high:g} {one.unit}".rstrip() + ".")
        for one in bounds
        if not one.low <= one.value <= one.high
    ]
    if mistakes:
        raise BadInput("; ".join(f"{one.field}: {one.message}" for one in mistakes), fields=mistakes)
