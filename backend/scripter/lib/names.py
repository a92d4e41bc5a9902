"""What a thing may be called, and when two names are the same. Used by every room whose things have names."""

from __future__ import annotations

import re
import unicodedata

from scripter.lib.errors import BadInput

_ALLOWED_BESIDES_LETTERS = frozenset(" -_.")
# Letters and marks by category, yet nothing to see: two names could look alike.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Names that some file systems keep for themselves, with or without an ending.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def check_name(field: str, value: object, max: int = 100) -> str:
    """The name as it is stored: NFC, without spaces around it, at most `max` characters.

    Raises:
        BadInput: at `field`, saying what is allowed.
    """
    if not isinstance(value, str):
        raise BadInput.at(field, "The name must be text.")
    name = unicodedata.normalize("NFC", value).strip(" ")
    if not name:
        raise BadInput.at(field, "A name is required.")
    # The key can be longer than the name (one letter may fold into three) and has to fit a column too.
    if len(name) > max or len(name_key(name)) > max:
        raise BadInput.at(field, f"The name may have at most {max} characters.")
    for character in name:
        _check_character(field, character)
    if name[0] in ".-":
        raise BadInput.at(field, "The name may not start with a dot or a hyphen.")
    if _RESERVED.fullmatch(name):
        raise BadInput.at(field, "This name is reserved. Choose another one.")
    return name


def name_key(value: str) -> str:
    """What two names share exactly when they count as the same: `Job` and `job`, composed and decomposed letters."""
    folded = unicodedata.normalize("NFC", value).strip(" ").casefold()
    return unicodedata.normalize("NFC", folded)


def _check_character(field: str, character: str) -> None:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Zl", "Zp"):
        raise BadInput.at(field, "Control characters are not allowed in a name.")
    if category == "Cf" or _INVISIBLE.match(character):
        raise BadInput.at(field, "Invisible characters are not allowed in a name.")
    letter_or_digit = category[0] == "L" or category in ("Mn", "Mc", "Nd")
    if not letter_or_digit and character not in _ALLOWED_BESIDES_LETTERS:
        raise BadInput.at(field, "A name may hold letters, digits, spaces and the characters - _ . only.")
