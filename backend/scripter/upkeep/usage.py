"""What takes the room on the disk of the data directory. Asked for the overview."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from scripter import context
from scripter.context import Context
from scripter.jobs import statistics
from scripter.jobs.statistics import LogUse

LARGEST = 5
# Adding up the logs of a million jobs takes a second; nobody needs it to the minute.
BELIEVED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes. The database is on this disk only where it is a file (`database_here`)."""

    total: int
    free: int
    logs: int
    database: int
    database_here: bool
    largest: list[LogUse]


@dataclass(frozen=True, slots=True)
class _Counted:
    at: datetime
    logs: int
    database: int
    largest: list[LogUse]


class Meter:
    """What one process has added up; the disk itself is asked each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted = _Counted(datetime.min.replace(tzinfo=UTC), 0, 0, [])

    def usage(self, session: Session, now: datetime) -> Usage:
        shared = context.of(session)
        with self._lock:
            if now - self._counted.at > BELIEVED:
                self._counted = _count(session, now)
            counted = self._counted
        disk = shutil.disk_usage(shared.data)
        return Usage(disk.total, disk.free, counted.logs, counted.database, shared.db.is_sqlite, counted.largest)


def _count(session: Session, now: datetime) -> _Counted:
    largest = statistics.log_use(session, LARGEST)
    return _Counted(now, statistics.log_bytes(session), _database(session, context.of(session)), largest)


def _database(session: Session, shared: Context) -> int:
    if shared.db.is_sqlite:
        file = Path(shared.db.engine.url.database or "")
        return sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
    asked = "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()"
    return int(session.scalar(text(asked)) or 0)
