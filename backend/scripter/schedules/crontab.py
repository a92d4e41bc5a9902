"""Crontab files, pure: reads what people have in `crontab -l` and /etc/crontab. Used by `importing`.

Nothing is dropped in silence: all that a schedule cannot be, or does in another way than cron, is a `Difference` with
the number of its line. What a command would run is in `commands`, the other way round in `crontab_text`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from scripter.lib.errors import BadInput
from scripter.schedules.commands import Command
from scripter.schedules.cron import Cron
from scripter.schedules.zones import zone_of

MOST_CHARACTERS = 200_000
MOST_ENTRIES = 500
# A comment that begins like this holds what a crontab line cannot say, as JSON; another may hold a line that is off.
SETTINGS, OFF = "#scripter ", "#off "
MAX_NAME = 100

_LINE_END = re.compile(r"\r\n|\r|\n")
_ASSIGNMENT = re.compile(r"""("[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)""")
# Whom the lines of Debian's own system crontabs name.
_USUAL_USERS = {"root", "www-data", "nobody", "postgres", "mysql", "backup", "list", "daemon", "git", "smmsp"}
# The line above the columns that many crontabs begin with.
_COLUMN_HEADS = ((r"\bm\b", r"\bh\b", r"\bdom\b"), ("minute", "hour", "month"))
_OWN_WORDS = {
    "SHELL": "Scripts run without a shell: SHELL has no effect.",
    "PATH": "PATH is set by the image that a script runs on, and not taken over.",
    "HOME": "HOME is set by the image that a script runs on, and not taken over.",
    "LOGNAME": "Which user a script runs as is not up to its crontab: LOGNAME has no effect.",
    "USER": "Which user a script runs as is not up to its crontab: USER has no effect.",
    "MAILTO": "What a script prints is kept in the log of its job; nothing is mailed.",
    "MAILFROM": "Nothing is mailed: MAILFROM has no effect.",
    "TZ": "TZ is handed to the scripts; when they run goes by the zone of the schedule, as it does with Debian's cron.",
    "RANDOM_DELAY": "A random delay becomes the schedule's jitter, which is the same each time.",
}
_DROPPED = set(_OWN_WORDS) - {"TZ"}


class Difference(NamedTuple):
    """What is not as it was: `code` for programs, `words` for people. `line` is None where it is said of the file."""

    line: int | None
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that starts something. `problem` says why it cannot become a schedule; None: it can."""

    line: int
    text: str
    name: str = ""
    cron: str = ""
    zone: str | None = None
    user: str | None = None
    command: Command = field(default_factory=Command)
    environment: dict[str, str] = field(default_factory=dict)
    enabled: bool = True
    jitter_s: int = 0
    # What Scripter has written into the file about this schedule.
    settings: dict[str, object] = field(default_factory=dict)
    problem: str | None = None


class Crontab(NamedTuple):
    """A crontab file that was read."""

    entries: list[Entry]
    differences: list[Difference]


def read(text: str, *, system: bool = False) -> Crontab:
    """All that the file says. `system`: its sixth column is the user, as in /etc/crontab and /etc/cron.d.

    Raises:
        BadInput: at `text`: too long, or no crontab at all.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadInput.at("text", f"at most {MOST_CHARACTERS} characters, this has {len(text)}")
    reader = _Reader(system)
    for number, line in enumerate(_LINE_END.split(text), 1):
        reader.read(number, line.strip())
    reader.end()
    if len(reader.entries) > MOST_ENTRIES:
        raise BadInput.at("text", f"at most {MOST_ENTRIES} lines that start something, this has {len(reader.entries)}")
    return Crontab(reader.entries, sorted(reader.differences, key=lambda one: (one.line or 0, one.code)))


def name_in(comment: str) -> str:
    """What a comment calls the line below it; empty if it says something else."""
    text = " ".join(comment.lstrip("# \t").split())
    if comment.startswith((SETTINGS, OFF)) or _names_columns(text) or _is_line(text):
        return ""
    return text[:MAX_NAME]


def _names_columns(text: str) -> bool:
    return any(_has_in_order(text, heads) for heads in _COLUMN_HEADS)


def _has_in_order(text: str, patterns: Iterable[str]) -> bool:
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.IGNORECASE).search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


class _Reader:
    """Goes through the lines. What an assignment or a comment says holds for lines below it."""

    def __init__(self, system: bool) -> None:
        self.entries: list[Entry] = []
        self.differences: list[Difference] = []
        self._system = system
        self._zone: str | None = None
        self._jitter_s = 0
        self._environment: dict[str, str] = {}
        self._name = ""
        self._settings: dict[str, object] = {}
        self._settings_line = 0

    def read(self, number: int, line: str) -> None:
        if line.startswith(SETTINGS):
            self._keep_settings(number, line.removeprefix(SETTINGS))
        elif line.startswith(OFF) and self._settings:
            self._entry(number, line.removeprefix(OFF), enabled=False)
        elif line.startswith("#"):
            self._comment(number, line)
        elif assignment := _ASSIGNMENT.fullmatch(line):
            self._assign(number, _unquoted(assignment[1]), _unquoted(assignment[2]))
            self._name = ""
        elif line:
            self._entry(number, line)
        else:
            self._name = ""

    def end(self) -> None:
        """Say what is to be said of the file as a whole."""
        self._forget_settings()
        lines = [one for one in self.entries if one.cron]
        if not self._system and lines and all(_looks_like_a_user(one) for one in lines):
            words = "The sixth word of every line looks like a user: read it as a system crontab if it is one."
            self.differences.append(Difference(None, "user_column", words))

    def _differs(self, line: int, code: str, words: str) -> None:
        self.differences.append(Difference(line, code, words))

    def _keep_settings(self, number: int, text: str) -> None:
        """What Scripter says of the line below, or of a schedule for which there is no crontab line at all."""
        self._forget_settings()
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            self._differs(number, "settings", "This comment looks like Scripter's own, and cannot be read.")
        elif told.get("kind", "cron") == "cron":
            self._settings, self._settings_line = told, number
        else:
            self._add(Entry(line=number, text=SETTINGS + text, name=self._name, settings=told))

    def _forget_settings(self) -> None:
        if self._settings:
            self._differs(self._settings_line, "settings", "There is no crontab line below these settings.")
        self._settings = {}

    def _comment(self, number: int, line: str) -> None:
        if name := name_in(line):
            self._name = name
        elif _is_line(line.lstrip("# \t")):
            self._name = ""
            self._differs(number, "commented_out", "This line is commented out, and not taken over.")

    def _assign(self, number: int, name: str, value: str) -> None:
        if name == "CRON_TZ":
            self._assign_zone(number, value)
            return
        if name == "RANDOM_DELAY" and value.isdecimal():
            self._jitter_s = min(int(value) * 60, 3600)
        if name not in _DROPPED:
            self._environment[name] = value
        words = _OWN_WORDS.get(name, f"{name} becomes part of the environment of the schedules below it.")
        self._differs(number, name.lower() if name in _OWN_WORDS else "environment", words)

    def _assign_zone(self, number: int, value: str) -> None:
        try:
            self._zone = zone_of(value).key
            words = f"The lines below run by the clocks of {value}. Debian's cron does not know CRON_TZ, others do."
        except BadInput as error:
            words = f"{error.message}. The lines below take the zone that the import names."
            self._zone = None
        self._differs(number, "cron_tz", words)

    def _entry(self, number: int, line: str, *, enabled: bool = True) -> None:
        cron, rest = _parted(line)
        user = None
        if self._system:
            user, rest = [*rest.split(None, 1), "", ""][:2]
        command = Command.read(rest)
        entry = Entry(
            line=number,
            text=line,
            name=self._name,
            cron=cron,
            zone=self._zone,
            user=user,
            command=command,
            environment={**self._environment, **command.environment},
            enabled=enabled,
            jitter_s=self._jitter_s,
            settings=self._settings,
            problem=_problem(cron, rest),
        )
        self._tell(entry)
        self._add(entry)

    def _tell(self, entry: Entry) -> None:
        if entry.problem is not None:
            self._differs(entry.line, "reboot" if entry.cron.lower() == "@reboot" else "invalid", entry.problem)
            return
        if entry.user is not None:
            words = f"Which user a script runs as is not up to its crontab: {entry.user} is left out."
            self._differs(entry.line, "user", words)
        for code, words in entry.command.differences:
            self._differs(entry.line, code, words)

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._name, self._settings = "", {}


def _parted(line: str) -> tuple[str, str]:
    """When, and what."""
    columns = 1 if line.startswith("@") else 5
    *when, what = [*line.split(None, columns), ""][: columns + 1]
    return " ".join(when), what


def _problem(cron: str, what: str) -> str | None:
    if cron.lower() == "@reboot":
        return "@reboot has no due time: Scripter's workers do not start things when a machine does."
    if cron.startswith("-"):
        return "The hyphen before the minute is not known here: take it off."
    try:
        Cron.parse(cron)
    except BadInput as error:
        return f"{error.message}."
    return None if what else "There is no command."


def _is_line(text: str) -> bool:
    """Whether a comment is a crontab line that somebody has switched off, rather than words."""
    cron, what = _parted(text)
    return bool(what) and cron[0] in "@*0123456789" and _problem(cron, what) is None


def _looks_like_a_user(entry: Entry) -> bool:
    if not entry.command.text:
        return False
    user, *rest = entry.command.text.split(None, 1)
    return bool(rest) and user in _USUAL_USERS


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
