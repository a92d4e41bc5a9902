"""The door: make a backup of a running system, and say what a data directory and its database hold.

`restore` is the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from scripter import __version__, migrations
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.backup import dump, files
from scripter.backup.archive import Header, Writer
from scripter.context import Context
from scripter.filestore import Entry, FileStore
from scripter.filestore.store import StoreDamaged
from scripter.lib import clock
from scripter.lib.errors import Conflict

Tell = Callable[[str], None]


@dataclass(slots=True)
class Made:
    """What a backup holds. `damaged`: contents that rows speak of and that are not, or not whole, in the store."""

    made_at: str
    revision: str
    rows: int = 0
    contents: int = 0
    logs: int | None = None
    unpacked_bytes: int = 0
    damaged: list[str] | None = None


def write(context: Context, target: IO[bytes], *, with_logs: bool, tell: Tell) -> Made:
    """Write a backup of everything onto `target`, while the system runs.

    The rows are those of one moment. Contents are stored before a row speaks of them and are never changed, so that
    those that these rows speak of are all there. Logs come last and may be longer than at that moment.

    Raises:
        Conflict: there is nothing to back up yet, or a change of the database was interrupted.
        Newer: the database is of a newer version.
        OSError: `target` takes no more.
    """
    directory = context.data / "run"
    with migrations.locked(context.db, directory):
        revision = _revision(context)
        with dump.snapshot(context.db) as snapshot:
            made = Made(clock.iso(clock.now()), revision)
            header = Header(
                made.made_at, __version__, revision, context.instance, with_logs, snapshot.tables, snapshot.last_ids
            )
            writer = Writer(target, header)
            _write_rows(writer, snapshot, made, tell)
    _write_contents(context, writer, snapshot.contents, made, tell)
    if with_logs:
        _write_logs(context, writer, made, tell)
    writer.finish()
    made.unpacked_bytes = writer.written
    return made


def record(context: Context, made: Made) -> None:
    """Note in the audit trail that everything was copied."""
    detail = {"made_at": made.made_at, "logs": made.logs is not None}
    context.db.run(lambda session: note(session, None, Tag.SYSTEM_BACKUP, "system", detail))


def _revision(context: Context) -> str:
    shape = migrations.look(context.db, context.data / "run")
    if shape.revision is None:
        raise Conflict("There is nothing to back up: the database is empty.")
    if shape.interrupted:
        raise Conflict("A change of the database was interrupted. Finish it with `scripter migrate` first.")
    migrations.refuse_newer(shape, context.data / "run")
    return shape.revision


def _write_rows(writer: Writer, snapshot: dump.Snapshot, made: Made, tell: Tell) -> None:
    numbers: dict[str, int] = {}
    for part in snapshot.parts():
        number = numbers[part.table] = numbers.get(part.table, 0) + 1
        if number == 1:
            tell(f"rows of {part.table}")
        writer.add_bytes(f"database/{part.table}/{number:06}.jsonl", part.lines)
        made.rows += part.rows


def _write_contents(context: Context, writer: Writer, digests: set[str], made: Made, tell: Tell) -> None:
    tell(f"{len(digests)} contents of files")
    store = FileStore(context.data)
    damaged = []
    for digest in sorted(digests):
        try:
            content = store.read(Entry(digest, digest, 0))
        except StoreDamaged:
            damaged.append(digest)
            continue
        writer.add_bytes(files.content_name(digest), content)
        made.contents += 1
    made.damaged = damaged


def _write_logs(context: Context, writer: Writer, made: Made, tell: Tell) -> None:
    tell("logs")
    made.logs = 0
    for log in files.logs(context.data):
        writer.add(log.name, log.file, log.size)
        made.logs += 1
        if made.logs % 1000 == 0:
            tell(f"{made.logs} logs")
