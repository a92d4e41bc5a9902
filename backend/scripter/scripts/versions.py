"""Versions of a script: frozen when files are saved, read back, and shown in `scripts/<SCRIPT_ID>/src`.

Other rooms come here through `service`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, aliased, joinedload

from scripter import context, filestore
from scripter.access.models import User
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.context import Context
from scripter.filestore import FileStore, Manifest, SourceFile
from scripter.lib import clock
from scripter.lib.db import after_commit
from scripter.lib.errors import Conflict, NotFound
from scripter.scripts import checks
from scripter.scripts.models import Script, Version

log = structlog.get_logger(__name__)

# How long what was only tried can be looked at when no job has run it.
DRAFTS_KEPT = timedelta(days=14)
# Few, since SQLite looks through all jobs for each of them.
_DROPPED_AT_ONCE = 50

# Rooms above say, as a condition on a version, that something of theirs refers to it.
kept_by: list[Callable[[], ColumnElement[bool]]] = []


class Saved(NamedTuple):
    """A version, and whether this save has made it."""

    version: Version
    is_new: bool


def first(
    session: Session, script: Script, files: Sequence[SourceFile], entry: str, *, message: str, by: User | None
) -> Version:
    """The first version of a script that has just been made.

    Raises:
        BadInput, TooLarge: naming the field.
    """
    good, good_entry = checks.files(files, entry)
    made = _freeze(session, script, good, good_entry, 1, message=message, by=by)
    _make_latest(session, script, made, message)
    return made


def save_version(
    session: Session,
    script: Script,
    files: Sequence[SourceFile],
    *,
    by: User | None,
    entry: str | None = None,
    message: str = "",
    base: int | None = None,
    draft: bool = False,
) -> Saved:
    """Freeze the files as a version. If they are those of the latest one, that is given back and none is made.

    `base` is the number of the version that the editor started from, if it knows. A `draft` becomes a version that can
    be run, but not the latest one: it stands in nobody's way, and nothing newer in its. Saving the files of one's own
    newest draft makes that version the latest: what was tried is what is saved.

    Raises:
        BadInput, TooLarge: naming the field.
        Conflict: there is a newer version than `base`.
    """
    good, good_entry = checks.files(files, script.entry if entry is None else entry)
    # Saves of one script take turns: each has to see what the one before has made.
    session.refresh(script, ["latest_version_id", "entry"], with_for_update=True)
    latest = version(session, script)
    manifest = _store(context.of(session)).put(good)
    digest = _digest(manifest, good_entry)
    if digest == latest.digest:
        return Saved(latest, is_new=False)
    if not draft and base not in (None, latest.number):
        raise Conflict(f"{script.name} has been saved meanwhile, as version {latest.number}. Reload it first.")
    newest = history(session, script, limit=1)[0]
    tried = newest if newest.draft and newest.digest == digest and by and newest.author_id == by.id else None
    if draft and tried is not None:
        return Saved(tried, is_new=False)
    made = tried or _freeze(session, script, good, good_entry, newest.number + 1, message=message, by=by, draft=draft)
    if not draft:
        _make_latest(session, script, made, message)
    note(session, by, Tag.SCRIPT_SAVE, target=f"script:{script.id}", detail={"version": made.number, "draft": draft})
    return Saved(made, is_new=True)


def add_files(session: Session, script: Script, added: Sequence[SourceFile], *, by: User | None) -> Saved:
    """Put `added` among the latest version's files as a new version; files of the same path are replaced.

    Raises: as `save_version`.
    """
    latest = version(session, script)
    merged = filestore.merge(files(session, latest), added)
    return save_version(session, script, merged, by=by, base=latest.number)


def version(session: Session, script: Script, number: int | None = None) -> Version:
    """One version of the script with its author; the latest unless told.

    Raises:
        NotFound: there is none of this number.
    """
    query = select(Version).where(Version.script_id == script.id).options(joinedload(Version.author))
    wanted = Version.id == script.latest_version_id if number is None else Version.number == number
    found = session.scalar(query.where(wanted))
    if found is None:
        raise NotFound(f"{script.name} has no version {number}.")
    return found


def history(
    session: Session, script: Script, *, before: int | None = None, limit: int = 50, drafts: bool = True
) -> list[Version]:
    """The versions with their authors, newest first; `before` is the id of the last one seen."""
    query = select(Version).where(Version.script_id == script.id).options(joinedload(Version.author))
    if not drafts:
        query = query.where(Version.draft.is_(False))
    if before is not None:
        query = query.where(Version.id < before)
    return list(session.scalars(query.order_by(Version.id.desc()).limit(limit)))


def files(session: Session, version: Version, ending: str = "") -> list[SourceFile]:
    """The files of a version with their contents, by path; with an `ending`, those whose paths end so."""
    entries = Manifest.load(version.manifest)
    return _store(context.of(session)).files(Manifest.of(one for one in entries if one.path.endswith(ending)))


def latest_of(session: Session, scripts: Collection[Script]) -> Mapping[int, tuple[int, int]]:
    """Id and number of the latest version of each script, by script id."""
    ids = [script.latest_version_id for script in scripts]
    query = select(Version.script_id, Version.id, Version.number).where(Version.id.in_(ids))
    return {script_id: (id, number) for script_id, id, number in session.execute(query)}


def directory(shared: Context, script_id: int) -> Path:
    """Where everything of a script lies that is no row."""
    return shared.data / "scripts" / str(script_id)


def sweep(session: Session) -> None:
    """Drop old drafts, and show in `src/` what a killed process has committed and not shown."""
    drop_drafts(session, before=clock.now() - DRAFTS_KEPT)
    shared = context.of(session)
    query = select(Script.id, Version.digest).join(Version, Version.id == Script.latest_version_id)
    for script_id, digest in session.execute(query):
        if not _store(shared).shows(digest, directory(shared, script_id) / "src"):
            _show_files(session, script_id)


def drop_drafts(session: Session, *, before: datetime) -> int:
    """Remove drafts that were made before then and that no job knows; how many. The next sweep takes what is too many.

    A script's newest version stays, for the next number follows it. So do the contents in the store: another save may
    be about to use them.
    """
    newer = aliased(Version)
    follows = select(newer.id).where(newer.script_id == Version.script_id, newer.id > Version.id).exists()
    query = select(Version.id).where(Version.draft.is_(True), Version.created_at < before, follows)
    for known in kept_by:
        query = query.where(~known())
    old = session.scalars(query.order_by(Version.id).limit(_DROPPED_AT_ONCE)).all()
    session.execute(delete(Version).where(Version.id.in_(old)))
    return len(old)


def _freeze(
    session: Session,
    script: Script,
    good: Sequence[SourceFile],
    entry: str,
    number: int,
    *,
    message: str,
    by: User | None,
    draft: bool = False,
) -> Version:
    manifest = _store(context.of(session)).put(good)
    made = Version(
        script_id=script.id,
        number=number,
        digest=_digest(manifest, entry),
        manifest=manifest.dump(),
        entry=entry,
        message=message,
        draft=draft,
        warnings=checks.warnings(good),
        author_id=by.id if by else None,
    )
    session.add(made)
    session.flush()
    return made


def _make_latest(session: Session, script: Script, made: Version, message: str) -> None:
    if made.draft:
        made.draft, made.message, made.created_at = False, message, clock.now()
    script.latest_version_id, script.entry, script.updated_at = made.id, made.entry, clock.now()
    session.flush()
    _show_files(session, script.id)


def _digest(manifest: Manifest, entry: str) -> str:
    return hashlib.sha256(f"{manifest.digest}\n{entry}".encode()).hexdigest()


def _show_files(session: Session, script_id: int) -> None:
    """Let `scripts/<SCRIPT_ID>/src` show the latest version once it is committed; the sweep mends what fails here."""
    shared = context.of(session)

    def current() -> tuple[str, Manifest] | None:
        with shared.db.reading() as reading:
            query = select(Version).join(Script, Script.latest_version_id == Version.id).where(Script.id == script_id)
            latest = reading.scalar(query)
            return None if latest is None else (latest.digest, Manifest.load(latest.manifest))

    def show() -> None:
        try:
            _store(shared).show(current, directory(shared, script_id) / "src")
        except OSError as error:
            log.warning("scripts.show_failed", script=script_id, error=str(error))

    after_commit(session, show)


def _store(shared: Context) -> FileStore:
    return FileStore(shared.data)
