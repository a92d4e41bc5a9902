"""What may be in a script's settings and files, and what is odd in its files but kept. Pure; asked by the service."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from scripter import filestore
from scripter.filestore import SourceFile
from scripter.lib.errors import BadInput, FieldError

MAX_VARIABLES = 100
MAX_VALUE = 32_768
# Reading this much Python takes a fraction of a second; what comes after is kept without being looked at.
_MAX_PARSED_BYTES = 256 * 1024
_MAX_WARNINGS = 50

_KEY = re.compile(r"(?:[\w .:/-]|\{[A-Za-z_][A-Za-z0-9_]*\})+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
# They decide which programs and libraries are loaded, or belong to the agent: a script that was reviewed would not be
# what runs.
_FORBIDDEN = re.compile(
    r"(LD|DYLD|DOCKER|SCRIPTER)_.*|PATH|HOME|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|GCONV_PATH|LOCPATH|HOSTALIASES"
    r"|PYTHON(PATH|HOME|STARTUP|INSPECT|USERBASE|EXECUTABLE|PLATLIBDIR|BREAKPOINT|PYCACHEPREFIX|WARNINGS)"
)
_RESERVED = {
    name.casefold(): f"{name} belongs to the image: put it among the image's files and build it."
    for name in ("Dockerfile", ".dockerignore", "requirements.txt")
}


def files(given: Sequence[SourceFile], entry: str) -> tuple[list[SourceFile], str]:
    """The files and the path of the entry among them, both in normal spelling.

    Raises:
        BadInput, TooLarge: naming `files.2.path`, `files.2.content`, `files` or `entry`.
    """
    good = filestore.check(given, reserved=_RESERVED)
    if not good:
        raise BadInput.at("files", "A script needs at least one file.")
    try:
        wanted = filestore.normal_path(entry)
    except ValueError as error:
        raise BadInput.at("entry", str(error)) from None
    if all(file.path != wanted for file in good):
        raise BadInput.at("entry", f"There is no file {wanted} among the script's files.")
    return good, wanted


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment, once its names and values can be handed to a program.

    Raises:
        BadInput: naming `environment.NAME`.
    """
    if len(given) > MAX_VARIABLES:
        raise BadInput.at("environment", f"At most {MAX_VARIABLES} variables.")
    mistakes = []
    for name, value in given.items():
        message = _bad_variable(name, value)
        if message:
            mistakes.append(FieldError(f"environment.{name[:100]}", message))
    if mistakes:
        raise BadInput("; ".join(f"{one.field}: {one.message}" for one in mistakes[:3]), fields=mistakes)
    return dict(given)


def restriction_key(key: str) -> None:
    """Refuse a key that is none, or whose places for values of variables cannot be read.

    Raises:
        BadInput: at `restriction_key`.
    """
    if not key:
        raise BadInput.at("restriction_key", "A name is needed that scripts share, such as database or db-{REGION}.")
    if len(key) > 100:
        raise BadInput.at("restriction_key", "At most 100 characters.")
    if not _KEY.fullmatch(key):
        raise BadInput.at(
            "restriction_key",
            "Letters, digits, spaces and . _ : / - only, and names of variables in braces, such as db-{REGION}.",
        )


def warnings(given: Sequence[SourceFile]) -> list[str]:
    """Syntax errors, as `main.py line 3: invalid syntax`. The files are read, never run."""
    found: list[str] = []
    left = _MAX_PARSED_BYTES
    for file in given:
        left -= len(file.content) if file.path.endswith(".py") else 0
        if file.path.endswith(".py") and left >= 0:
            found += _syntax_error(file)
    return found[:_MAX_WARNINGS]


def _bad_variable(name: str, value: str) -> str | None:
    if not _NAME.fullmatch(name):
        return "A name has letters, digits and _ only, begins with no digit, and has at most 100 characters."
    if _FORBIDDEN.fullmatch(name.upper()):
        return "This name is not allowed: it would change how programs are found or loaded."
    if len(value) > MAX_VALUE:
        return f"A value may have at most {MAX_VALUE} characters."
    if "\0" in value:
        return "NUL characters are not allowed."
    return None


def _syntax_error(file: SourceFile) -> list[str]:
    try:
        compile(file.content, file.path, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        where = f" line {error.lineno}" if error.lineno else ""
        return [f"{file.path}{where}: {error.msg}"]
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return [f"{file.path}: nested too deeply to be checked"]
    return []
