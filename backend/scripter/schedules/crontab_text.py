"""Writes schedules as a crontab file, pure: one that cron can run, and that `crontab.read` reads back whole.

Used by `importing`. The command of a line is `scripter run`; what no crontab line can say is in a comment above it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scripter.schedules import crontab
from scripter.schedules.crontab import OFF, SETTINGS

_HEAD = """\
# The schedules of Scripter on {made_at:%Y-%m-%d at %H:%M} UTC.
# Lines that begin with #scripter hold what a crontab cannot say: cron leaves them alone, Scripter reads them again.
# CRON_TZ is known to cronie and others. Debian's cron leaves it alone, and runs all lines by the clocks of its machine.
"""
# What a line of a file cannot hold, quoted or not.
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A schedule to be written. `cron` is empty for one that no crontab line can say; `settings` fits into JSON."""

    script: str
    cron: str
    zone: str
    name: str = ""
    enabled: bool = True
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str]
    settings: Mapping[str, object]


def write(lines: Iterable[Line], made_at: datetime) -> str:
    """The file. Schedules keep their order; the zone is named wherever it changes."""
    parts, zone = [_HEAD.format(made_at=made_at)], None
    for line in lines:
        if line.cron and line.zone != zone:
            zone = line.zone
            parts.append(f"CRON_TZ={zone}\n")
        parts.append("".join(f"{text}\n" for text in _written(line)))
    return "\n".join(parts)


def _written(line: Line) -> list[str]:
    """Its name, its settings and itself, as far as there are any."""
    settings, comment = dict(line.settings), f"# {line.name}"
    if not line.cron:
        whole = {"script": line.script, "zone": line.zone, "arguments": list(line.arguments)}
        settings |= {"name": line.name, "enabled": line.enabled, "environment": dict(line.environment)} | whole
        return [SETTINGS + json.dumps(settings)]
    says_its_name = bool(line.name) and crontab.name_in(comment) == line.name
    if line.name and not says_its_name:
        settings["name"] = line.name
    if not line.enabled:
        settings["enabled"] = False
    command = _command(line, settings)
    told = [comment] if says_its_name else []
    if settings:
        told.append(SETTINGS + json.dumps(settings))
    return [*told, f"{'' if line.enabled else OFF}{line.cron} {command}"]


def _command(line: Line, settings: dict[str, object]) -> str:
    """What cron would run. Values that no line can hold go into the settings instead."""
    arguments, environment = list(line.arguments), dict(line.environment)
    if any(map(_BREAKS.search, arguments)):
        settings["arguments"], arguments = arguments, []
    if any(map(_BREAKS.search, environment.values())):
        settings["environment"], environment = environment, {}
    given = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
    what = [line.script, *(["--", *arguments] if arguments else [])]
    if line.script.startswith("-"):
        what = ["--", line.script, *arguments]
    words = ["scripter", "run", "--detach", *given, *what]
    return shlex.join(words).replace("%", "\\%")
