"""The way back: a backup read and checked as a whole, then put in the place of what is there, all of it or nothing.

First everything is unpacked beside the data (`restoring/`) and checked; until then nothing is touched. Then comes the
mark, from which on servers refuse to start, and the replacing. Killed before the mark: nothing has happened. Killed
after it: the same restore is run again, from its beginning."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import func, inspect, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from scripter import migrations
from scripter.access.models import Token
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.backup import files, load, marks
from scripter.backup.archive import BadArchive, Header, Member, Reader
from scripter.backup.service import Tell
from scripter.context import Context
from scripter.images import restored as images
from scripter.images import service as image_service
from scripter.jobs import restored as jobs
from scripter.lib import clock, crash, disk
from scripter.lib.db import Database
from scripter.lib.errors import Conflict, DiskFull
from scripter.schedules import restored as schedules
from scripter.scripts import service as scripts

_PART = re.compile(r"database/([a-z_]{1,64})/[0-9]{6}\.jsonl")
# What of the data directory is replaced. The rest (locks, built environments, the agents) belongs to this machine.
_REPLACED = ("objects", "scripts", "images", "slots")
# So much stays free on the disk while a backup is unpacked, whatever it holds.
_RESERVE_MB = 64


@dataclass(slots=True)
class Restored:
    """What was restored, and what became of things that cannot go on as they were."""

    made_at: str
    version: str
    rows: int = 0
    jobs_closed: int = 0
    builds_closed: int = 0
    due_times_missed: int = 0
    images_to_build: int = 0
    logs_missing: int = 0
    tokens: int = 0
    in_place: bool = False


class Restore:
    """One restore into the data directory and the database of `context`, which nobody else uses."""

    def __init__(self, context: Context, source: IO[bytes]) -> None:
        self._context = context
        self._run = context.data / "run"
        self._staging = context.data / marks.STAGING
        self._reader = Reader(source)
        self.header: Header = self._reader.header
        self._refuse_foreign()

    def losses(self) -> list[str]:
        """What there is now and will be gone, in words; none for a system in which nothing was ever done."""
        if marks.unfinished(self._context.data) is not None:
            return []
        found = _found_in(self._context.db)
        logs = sum(1 for _ in self._context.data.glob("scripts/*/logs/*.log"))
        return [*found, f"{logs} logs of jobs"] if logs else found

    def run(self, tell: Tell) -> Restored:
        """Unpack, check, replace; `tell` hears where it stands.

        Raises:
            BadArchive, DiskFull: nothing has been touched.
        """
        done = Restored(self.header.made_at, self.header.version, in_place=self._is_in_place())
        try:
            tell("unpacking and checking")
            self._stage(done)
        except BaseException:
            shutil.rmtree(self._staging, ignore_errors=True)
            raise
        crash.at("restore-staged")
        marks.begin(self._context.data, f"the backup of {said(self.header.made_at)}")
        crash.at("restore-marked")
        self._replace(done, tell)
        marks.end(self._context.data)
        shutil.rmtree(self._staging, ignore_errors=True)
        return done

    def _refuse_foreign(self) -> None:
        if not migrations.knows(self.header.revision):
            raise BadArchive(
                f"The backup was made by Scripter {self.header.version} with a database of revision"
                f" {self.header.revision}; this version knows revisions up to {migrations.head()}. Restore it with that"
                " version or a newer one."
            )

    def _is_in_place(self) -> bool:
        """Whether this is the installation that the backup was made of, with what it has built."""
        names = self._context.former_instances
        if (self._context.data / "keys" / "instance").exists():
            names.append(self._context.instance)
        return self.header.instance in names

    def _stage(self, done: Restored) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        (self._staging / "new").mkdir(parents=True, mode=0o700)
        load.check_shape(self.header, self._staging)
        for member in self._reader.members():
            self._refuse_without_room(member)
            try:
                done.rows += self._unpack(member)
            except OSError as error:
                if words := disk.full(error):
                    raise DiskFull(f"The backup cannot be unpacked: {words}. Nothing has been changed.") from error
                raise
        # From here on a power cut must not take back what is believed to be there.
        os.sync()

    def _refuse_without_room(self, member: Member) -> None:
        free = disk.room(self._context.data).free_mb
        if free < member.size // (1024 * 1024) + _RESERVE_MB:
            raise DiskFull(
                f"The backup needs more room than the {free} MB that are free on the disk of the data directory."
                " Nothing has been changed."
            )

    def _unpack(self, member: Member) -> int:
        found = _PART.fullmatch(member.name)
        if found is None:
            files.put(member, self._staging / "new")
            return 0
        if found[1] not in self.header.tables:
            raise BadArchive(f"The backup holds {member.name!r}, a table that its header does not name.")
        self._reader.refuse_huge(member)
        lines = member.content.read()
        place = self._staging / member.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(lines)
        return load.check_rows(lines, self.header.tables[found[1]])

    def _replace(self, done: Restored, tell: Tell) -> None:
        context, made_at = self._context, said(self.header.made_at)
        tell("emptying the database")
        _clear(context.db)
        migrations.forget(self._run)
        crash.at("restore-emptied")
        load.fill(context.db, self.header, self._parts(), self._run, tell)
        crash.at("restore-filled")
        tell("settling what was under way")
        self._swap()
        done.builds_closed = context.db.run(lambda session: images.close_builds(session, made_at))
        if not done.in_place:
            done.images_to_build = context.db.run(images.forget_built)
        done.jobs_closed = context.db.run(lambda session: jobs.close_all(session, made_at))
        done.due_times_missed = schedules.settle(context.db, made_at, clock.now())
        done.logs_missing = self._say_logs_are_missing(made_at)
        files.newest_build_logs(context.data)
        done.tokens = context.db.run(lambda session: self._write_down(session, made_at))
        self._show()
        os.sync()
        crash.at("restore-settled")

    def _parts(self) -> Iterator[tuple[str, bytes]]:
        for name in self.header.tables:
            for part in sorted((self._staging / "database" / name).glob("*.jsonl")):
                yield name, part.read_bytes()

    def _swap(self) -> None:
        """Put the unpacked files in the place of those that are there, and take another name among installations.

        Another one even in place: containers that still run by the old one have the numbers of jobs that will be given
        again, and may be those of a system that lives on elsewhere.
        """
        context, old = self._context, self._staging / "old"
        old.mkdir(exist_ok=True)
        for name in _REPLACED:
            with suppress(FileNotFoundError):
                (context.data / name).rename(old / name)
            with suppress(FileNotFoundError):
                (self._staging / "new" / name).rename(context.data / name)
        keys = context.data / "keys"
        if (keys / "instance").exists():
            former = [*context.former_instances, context.instance]
            (keys / "former-instances").write_text("\n".join(dict.fromkeys(former)) + "\n", encoding="ascii")
            (keys / "instance").unlink()

    def _say_logs_are_missing(self, made_at: str) -> int:
        run = self._context.db.run
        missing = run(lambda session: jobs.say_logs_are_missing(session, made_at))
        return missing + run(lambda session: images.say_logs_are_missing(session, made_at))

    def _write_down(self, session: Session, made_at: str) -> int:
        detail = {"made_at": self.header.made_at, "version": self.header.version, "instance": self.header.instance}
        note(session, None, Tag.SYSTEM_RESTORE, "system", detail)
        return session.scalar(select(func.count()).select_from(Token)) or 0

    def _show(self) -> None:
        """Let `src/` of images and scripts show their files; what fails here, the sweep mends."""
        self._context.db.run(scripts.sweep)
        self._context.db.run(image_service.show_all)


def said(moment: str) -> str:
    """A moment of a header as people read it."""
    return f"{moment[:10]} {moment[11:16]} UTC"


def _found_in(db: Database) -> list[str]:
    """How many people, scripts, images, schedules and jobs there are, in words.

    Raises:
        Conflict: the database holds tables, and none of them is Scripter's.
    """
    try:
        with db.engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            if tables and "alembic_version" not in tables:
                some = ", ".join(sorted(tables)[:3])
                raise Conflict(f"The database holds tables of something else ({some}). Give Scripter one of its own.")
            names = [name for name in ("users", "images", "scripts", "schedules", "jobs") if name in tables]
            counts = {name: connection.scalar(select(func.count()).select_from(table(name))) for name in names}
    except DBAPIError as error:
        return [f"a database that cannot be read ({error.orig})"]
    return [f"{count} {name if count > 1 else name.removesuffix('s')}" for name, count in counts.items() if count]


def _clear(db: Database) -> None:
    """Leave no table; a SQLite file that cannot even be read is removed."""
    if not db.is_sqlite:
        load.empty(db)
        return
    db.close()
    file = Path(db.engine.url.database or "")
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
