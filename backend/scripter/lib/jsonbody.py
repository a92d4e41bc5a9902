"""Reads the JSON object in a request's body, refusing whatever two readers could understand differently.

Called by the request class in `lib.http`; the text that it approves is then read by the body's own model."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from scripter.lib.errors import BadInput, Malformed

DEEPEST = 20
_INT_BITS = 63


def approved(raw: bytes) -> str:
    """`raw` as text, once it is known to be one plain JSON object.

    Raises:
        Malformed: not UTF-8, not JSON, not an object, too deep, or a number that no column can hold.
        BadInput: a key is given twice.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_fitting,
        )
    except UnicodeDecodeError:
        raise Malformed("The body must be UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"The body is not valid JSON: {error.msg} at {where}.") from None
    except RecursionError:
        _refuse_depth()
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    _check(value, 1)
    return text


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise BadInput.at(key[:80].encode(errors="replace").decode(), "This field is given more than once.")
            seen.add(key)
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise Malformed("The body is not valid JSON: NaN and Infinity are not numbers.")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Malformed("The body holds a number that is too large.")
    return number


def _fitting(digits: str) -> int:
    # Long first: reading thousands of digits takes time that grows with their square.
    if len(digits) > 20 or not -(2**_INT_BITS) <= (number := int(digits)) < 2**_INT_BITS:
        raise Malformed("The body holds a whole number that is too large.")
    return number


def _check(value: object, depth: int) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Malformed("The body holds half a character (an unpaired surrogate).") from None
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            _refuse_depth()
        for one in value:
            _check(one, depth + 1)
        if isinstance(value, dict):
            for one in value.values():
                _check(one, depth + 1)


def _refuse_depth() -> NoReturn:
    raise Malformed(f"The body is nested too deeply; at most {DEEPEST} levels are allowed.")
