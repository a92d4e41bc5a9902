"""The names of time zones: which are known, and what somebody may have meant. Used by this room's service and API."""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import tzdata

from scripter.lib.errors import BadInput
from scripter.schedules.cron import quoted


def zone_of(name: str, *, field: str = "zone") -> ZoneInfo:
    """The time zone of that IANA name.

    Raises:
        BadInput: at `field`, with names that look alike.
    """
    # Only names from the list are ever opened: a zone name is a path below the zone files.
    if name not in zones():
        raise BadInput.at(field, _unknown_zone(name))
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """All IANA names, sorted. Names that mean `whatever this machine is set to` are not among them."""
    return tuple(sorted(available_timezones() - {"localtime", "Factory"}))


@lru_cache(maxsize=1)
def rules() -> str:
    """The version of the rules that this process goes by, such as `2026a`; later ones compare as greater."""
    for folder in TZPATH:
        file = Path(folder) / "tzdata.zi"
        if file.is_file():
            with file.open(encoding="utf-8") as lines:
                return lines.readline().rpartition(" ")[2].strip()[:40]
    return str(tzdata.IANA_VERSION)


def _unknown_zone(name: str) -> str:
    if not name.strip():
        return "a time zone is required; use an IANA name such as Europe/Paris"
    lower = {zone.lower(): zone for zone in zones()}
    wanted = name.strip().lower().replace(" ", "_")[:64]
    places = {zone.rpartition("/")[2]: zone for zone in lower}
    near = difflib.get_close_matches(wanted, lower, n=3, cutoff=0.75)
    near += [places[place] for place in difflib.get_close_matches(wanted.rpartition("/")[2], places, n=2, cutoff=0.8)]
    unknown = f"{quoted(name)} is not a known time zone; use an IANA name such as Europe/Paris"
    if not near:
        return unknown
    return f"{unknown}. Did you mean {' or '.join(lower[zone] for zone in dict.fromkeys(near))}?"
