"""Looks at the clocks: ours against those of the engine, the database and the disk. Due times hang on them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from scripter.doctor.finding import Finding, ok, problem, warning
from scripter.doctor.subject import Subject, answers
from scripter.lib import clock

ABOUT = "clocks"
# Leases are held for 20 s and due times fired to the second.
_FELT = timedelta(seconds=2)
_HARMFUL = timedelta(seconds=10)


def agree(subject: Subject) -> Iterator[Finding]:
    """Each clock that can be asked."""
    asked = {"the database": _database(subject), "the engine": _engine(subject), "the disk": _disk(subject)}
    known = {name: ahead for name, ahead in asked.items() if ahead is not None}
    wrong = list(_wrong(known))
    yield from wrong
    if known and not wrong:
        most = max(abs(ahead) for ahead in known.values())
        yield ok(ABOUT, f"{', '.join(known)} and this machine agree within {most.total_seconds():.1f} s")


def _wrong(known: dict[str, timedelta]) -> Iterator[Finding]:
    for name, ahead in known.items():
        if abs(ahead) < _FELT:
            continue
        side = "ahead of" if ahead > timedelta(0) else "behind"
        told = f"{name}'s clock is {abs(ahead).total_seconds():.0f} s {side} ours"
        harmful = abs(ahead) >= _HARMFUL
        yield (problem if harmful else warning)(
            ABOUT,
            told,
            "Schedules fire early or late, live workers are taken for dead and their jobs for lost, and logs mislead.",
            "Let both machines keep time with NTP (timedatectl, chronyc tracking).",
        )


def _database(subject: Subject) -> timedelta | None:
    if subject.database.is_sqlite or not answers(subject):
        return None
    with subject.database.engine.connect() as connection:
        began = clock.now()
        told = connection.scalar(text("SELECT UTC_TIMESTAMP(6)"))
        asked = began + (clock.now() - began) / 2
    return told.replace(tzinfo=UTC) - asked if isinstance(told, datetime) else None


def _engine(subject: Subject) -> timedelta | None:
    return subject.facts.clock_ahead if subject.facts else None


def _disk(subject: Subject) -> timedelta | None:
    """On a disk of another machine, that machine's clock dates the files."""
    file = subject.data / f".doctor-{secrets.token_hex(8)}"
    try:
        file.write_bytes(b"x")
        dated = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        file.unlink()
    except OSError:
        return None  # told by the check of the disk
    return dated - clock.now()
