"""The shape of the database, step by step (Alembic). Every process that starts brings it up to date, one at a time.

`scripter migrate` does so alone, and goes back; `backup` dumps and loads under the same lock."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from scripter import __version__
from scripter.lib.db import Database
from scripter.lib.errors import BadInput, Conflict, ScripterError
from scripter.migrations.lock import locked

__all__ = [
    "Downgrade", "MigrationFailed", "Newer", "Shape", "Tell", "configuration", "forget", "go_back", "head",
    "is_current", "knows", "locked", "look", "refuse_newer", "steps_back", "upgrade",
]  # fmt: skip

# Alembic is read when there is something to change, and not by every process that only looks whether there is: it
# would take 9 MB of each, for as long as it lives.
if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

log = structlog.get_logger(__name__)

Tell = Callable[[str], None]

# What the last migration left: the shape, whose it is, and while one is under way, where to. Beside the database, not
# in it: so it can be read whatever shape that has.
_RECORD = "database.json"
_HERE = Path(__file__).parent


class Newer(Conflict):
    """The database was changed by a newer version of Scripter."""

    code = "database_newer"


class MigrationFailed(ScripterError):
    """The database could not be changed."""

    code = "migration_failed"


class Shape(NamedTuple):
    """Where the database stands. `revision` None: it is empty. `interrupted`: where an unfinished change was going."""

    revision: str | None
    head: str
    interrupted: str | None


class Downgrade(NamedTuple):
    """One step back: the shape that it leaves, and what is lost with it."""

    revision: str
    lost: str


def upgrade(db: Database, lock_directory: Path, tell: Tell | None = None, *, to: str = "head") -> None:
    """Bring the database to the newest shape (or an older one than that). Several processes may ask for it at once: one
    works, the others wait. An interrupted change is gone on with.

    Raises:
        Newer: it was changed by a version of Scripter that this one does not know.
        MigrationFailed: the database refused a step.
        Unavailable: another process has held the lock for too long.
    """
    if to == "head" and _is_finished(look(db, lock_directory)):
        _remember(lock_directory, head())
        return
    with locked(db, lock_directory):
        shape = _finished(db, lock_directory, tell or _log)
        _change(db, lock_directory, shape.revision, shape.head if to == "head" else to, tell or _log)


def go_back(db: Database, lock_directory: Path, revision: str, tell: Tell) -> None:
    """Take the database back to an earlier shape, for an earlier version of Scripter. Nothing else may use it now.

    Raises:
        BadInput, Newer, MigrationFailed, Unavailable: as for `steps_back` and `upgrade`.
    """
    with locked(db, lock_directory):
        shape = _finished(db, lock_directory, tell)
        if shape.revision != revision:
            steps_back(shape, lock_directory, revision)
            _change(db, lock_directory, shape.revision, revision, tell)


def steps_back(shape: Shape, lock_directory: Path, revision: str) -> list[Downgrade]:
    """The steps from `shape` back to `revision`, in order, with what each loses.

    Raises:
        BadInput: there is no such revision, or it does not lie behind.
        Newer: the database is of a newer version than this one.
    """
    refuse_newer(shape, lock_directory)
    known = _known()
    if revision not in known:
        raise BadInput.at("--to", f"There is no revision {revision}; this version knows {', '.join(known)}.")
    behind = known[known.index(shape.revision) :: -1] if shape.revision in known else []
    if revision not in behind[1:] and not (shape.interrupted and revision in behind):
        raise BadInput.at("--to", f"The database is at {shape.revision or 'no revision'}; {revision} is not behind it.")
    undone = behind[: behind.index(revision)]
    return [Downgrade(one, str(getattr(_scripts().get_revision(one).module, "LOST", ""))) for one in undone]


def look(db: Database, lock_directory: Path) -> Shape:
    """Where the database stands now."""
    return Shape(_revision(db), head(), _read(lock_directory).get("under_way"))


def is_current(db: Database) -> bool:
    """Whether the database has the shape that this code expects."""
    return _revision(db) == head()


def head() -> str:
    """The newest shape that this version knows. The files are named after their revisions, in order."""
    return max(path.name.partition("_")[0] for path in _HERE.glob("versions/[0-9]*_*.py"))


def _revision(db: Database) -> str | None:
    """The shape that the database has, as Alembic wrote it down; None: none yet."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def knows(revision: str | None) -> bool:
    """Whether this version can bring a database of this shape up to date."""
    return revision in _known()


def forget(lock_directory: Path) -> None:
    """The database is empty now: nothing that was remembered of it holds any more."""
    (lock_directory / _RECORD).unlink(missing_ok=True)


def configuration() -> Config:
    """Alembic's settings, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def _known() -> list[str]:
    """All revisions, the oldest first."""
    return [one.revision for one in reversed(list(_scripts().walk_revisions()))]


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(configuration())


def _is_finished(shape: Shape) -> bool:
    return shape.revision == shape.head and not shape.interrupted


def refuse_newer(shape: Shape, directory: Path) -> None:
    """Raises: Newer, if the database has a shape that this version does not know, or was on the way to one."""
    newer = next((one for one in (shape.revision, shape.interrupted) if one and not knows(one)), None)
    if newer is None:
        return
    record = _read(directory)
    by = record.get("version") if newer == record.get("revision") else None
    half = "" if newer == shape.revision else "half way to "
    raise Newer(
        f"The database is {half or 'at '}revision {newer}{f', made by Scripter {by}' if by else ''}. This is Scripter"
        f" {__version__}, which knows revisions up to {shape.head} and cannot work with it. Start"
        f" {f'Scripter {by}' if by else 'the newer version'} again; or go back with that version's"
        f" `scripter migrate --to {shape.head}`, or restore a backup from before the upgrade (`scripter restore FILE`)."
    )


def _finished(db: Database, directory: Path, tell: Tell) -> Shape:
    """Where the database stands, once a change that was interrupted is done. Whatever is wanted now comes after that:
    half of a step is neither the shape before it nor the one behind it."""
    shape = look(db, directory)
    refuse_newer(shape, directory)
    if shape.interrupted is None:
        return shape
    tell(f"An earlier change of the database to {shape.interrupted} was interrupted. Going on from there.")
    _change(db, directory, shape.revision, shape.interrupted, tell, resuming=True)
    return look(db, directory)


def _change(db: Database, directory: Path, was: str | None, to: str, tell: Tell, *, resuming: bool = False) -> None:
    if was != to:
        from alembic import command

        _write(directory, {**_read(directory), "under_way": to})
        config = configuration()
        config.attributes |= {"tell": tell, "resuming": resuming}
        is_ahead = was is None or _known().index(was) < _known().index(to)
        try:
            with db.engine.connect() as connection, _constraints_off(db, connection):
                config.attributes["connection"] = connection
                (command.upgrade if is_ahead else command.downgrade)(config, to)
        except DBAPIError as error:
            raise MigrationFailed(
                f"Changing the database from {was or 'nothing'} to {to} failed: {error.orig}. See to that, then run"
                " `scripter migrate`, which goes on from there; or restore a backup (`scripter restore FILE`)."
            ) from error
    _remember(directory, to)


@contextmanager
def _constraints_off(db: Database, connection: Connection) -> Iterator[None]:
    """SQLite rebuilds tables: with constraints on, dropping the old one would empty its children."""
    if not db.is_sqlite:
        yield
        return
    # Means nothing inside a transaction, which a Connection always begins; and Alembic commits only its own ones.
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    driver_connection.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver_connection.execute("PRAGMA foreign_keys=ON")


def _log(words: str) -> None:
    log.info("database.changing", step=words)


def _remember(directory: Path, revision: str) -> None:
    if _read(directory) != (record := {"revision": revision, "version": __version__}):
        _write(directory, record)


def _read(directory: Path) -> dict[str, str]:
    try:
        found = json.loads((directory / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(directory: Path, record: dict[str, str]) -> None:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = directory / f".{_RECORD}.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(record, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / _RECORD)
