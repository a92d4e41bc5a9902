"""Which paths a file may have inside its folder. Pure; used for every file, however it reaches us."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_PATH = 500
MAX_NAME_BYTES = 255
MAX_DEPTH = 16

_SIGNS = frozenset(" -_.+@,=()[]~")
# Letters by their category, but drawn as nothing.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
# What Windows cannot have as a name, whatever the ending: a folder must be copyable to any author's machine.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def normal(path: str) -> str:
    """The composed spelling of `path`, so that one name typed on two machines is one name.

    Raises:
        ValueError: in words that say what is allowed, if this cannot be a file's path.
    """
    if not path.strip():
        raise ValueError("A path is required, such as main.py.")
    if len(path) > MAX_PATH:
        raise ValueError(f"The path is too long: at most {MAX_PATH} characters.")
    path = unicodedata.normalize("NFC", path)
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        raise ValueError(f"The path is too deep: at most {MAX_DEPTH} levels.")
    if path.startswith("/"):
        raise ValueError("The path must be relative, without a slash at the start.")
    if path.endswith("/"):
        raise ValueError("The path names a directory; give the files in it.")
    for part in parts:
        _check_part(part)
    return path


def _check_part(part: str) -> None:
    if part in ("", ".", ".."):
        raise ValueError("The path must be relative, without empty parts, . or .. in it.")
    if len(part.encode("utf-8", "replace")) > MAX_NAME_BYTES:
        raise ValueError(f"A part of the path is too long: at most {MAX_NAME_BYTES} bytes.")
    for sign in part:
        if not _allowed(sign):
            raise ValueError(f"The path may not hold {_spelled(sign)}: letters, digits, space and -_.+@,=()[]~ only.")
    if part != part.strip() or part.endswith("."):
        raise ValueError("No part of the path may start or end with a space, or end with a dot.")
    if _RESERVED.match(part):
        raise ValueError(f"{part} is a name that Windows reserves; take another.")


def _allowed(sign: str) -> bool:
    # L, M, N: letters, their marks, digits of all scripts; never invisible or direction-changing signs.
    return sign in _SIGNS or (unicodedata.category(sign)[0] in "LMN" and sign not in _BLANK_LETTERS)


def _spelled(sign: str) -> str:
    visible = sign.isprintable() and sign not in _BLANK_LETTERS
    return sign if visible else f"the invisible sign U+{ord(sign):04X}"


def shown(path: str) -> str:
    """`path` as it can stand in a message: short, and without signs that would act on a terminal."""
    safe = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in path[:80])
    return safe + ("..." if len(path) > 80 else "")


def clashes(paths: Iterable[str]) -> Mapping[int, str]:
    """Which of `paths`, by position, cannot stand beside an earlier one, and why in words."""
    found: dict[int, str] = {}
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for position, path in enumerate(paths):
        above = _folders_of(path)
        message = _clash(path, above, files, folders)
        if message:
            found[position] = message
            continue
        files[path.casefold()] = path
        folders.update((folder.casefold(), folder) for folder in above)
    return found


def _folders_of(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _clash(path: str, above: list[str], files: Mapping[str, str], folders: Mapping[str, str]) -> str | None:
    key = path.casefold()
    if files.get(key) == path:
        return f"{path} is given twice."
    if key in files:
        return f"{path} and {files[key]} differ only in upper and lower case."
    if key in folders:
        return f"{path} is a directory already: it has files in it."
    for folder in above:
        other = files.get(folder.casefold())
        if other is not None:
            return f"{other} is a file; there can be no files below it."
        other = folders.get(folder.casefold(), folder)
        if other != folder:
            return f"{folder} and {other} differ only in upper and lower case."
    return None
