"""What a check gives: one thing that was looked at, in words. Made by all checks, shown by the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. A notice is good to know, a warning will hurt some day, a problem hurts now."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """`found` says what is, `why` why that matters, `remedy` what to do; the last two are empty where all is well."""

    about: str
    level: Level
    found: str
    why: str = ""
    remedy: str = ""


def ok(about: str, found: str) -> Finding:
    return Finding(about, Level.OK, found)


def notice(about: str, found: str, why: str = "", remedy: str = "") -> Finding:
    return Finding(about, Level.NOTICE, found, why, remedy)


def warning(about: str, found: str, why: str, remedy: str) -> Finding:
    return Finding(about, Level.WARNING, found, why, remedy)


def problem(about: str, found: str, why: str, remedy: str) -> Finding:
    return Finding(about, Level.PROBLEM, found, why, remedy)
