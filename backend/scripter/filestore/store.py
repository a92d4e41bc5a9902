"""Contents by their hash under `objects/`, and the folders that are made of them. Safe to be killed at any line."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripter.filestore.manifest import Entry, Manifest
from scripter.filestore.rules import SourceFile
from scripter.lib.errors import ScripterError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class StoreDamaged(ScripterError):
    """A stored file is missing or is not what it was. Restore the data directory from a backup, or save it again."""

    code = "store_damaged"


class FileStore:
    """The store of one data directory. Holds nothing open: making one is cheap."""

    def __init__(self, data: Path) -> None:
        self._objects = data / "objects"

    def put(self, files: Iterable[SourceFile]) -> Manifest:
        """Keep the contents of `files` for ever, durably: they are on disk before a row may speak of them."""
        return Manifest.of(self._put(file) for file in files)

    def read(self, entry: Entry) -> bytes:
        """The content, checked against its hash.

        Raises: StoreDamaged.
        """
        try:
            content = self._path(entry.sha256).read_bytes()
        except OSError as error:
            raise StoreDamaged(f"The stored content of {entry.path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise StoreDamaged(f"The stored content of {entry.path} has been changed on disk.")
        return content

    def files(self, manifest: Manifest) -> list[SourceFile]:
        """All files of a folder, with their contents."""
        return [SourceFile(entry.path, self.read(entry)) for entry in manifest]

    def write_tree(self, manifest: Manifest, directory: Path) -> None:
        """Make `directory` (new or empty) into the folder: plain copies, so that nobody can reach the store."""
        directory.mkdir(parents=True, exist_ok=True)
        for entry in manifest:
            target = directory / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.read(entry))
            target.chmod(0o755 if entry.executable else 0o644)

    def show(self, current: Callable[[], tuple[str, Manifest] | None], directory: Path) -> None:
        """Let `directory` show the folder that `current` gives with the name of its state, replacing it as a whole.

        `current` is asked under a lock: of two saves at one time, the later one stays, in whatever order they get
        here. None, when there is no such folder any more, or its state being shown already, changes nothing.
        """
        home = directory.parent
        home.mkdir(parents=True, exist_ok=True)
        with _lock(home / f".{directory.name}.lock"):
            now = current()
            if now is None or self.shows(now[0], directory):
                return
            state, manifest = now
            _sweep_drafts(directory)
            draft = directory.with_name(f".{directory.name}.{secrets.token_hex(8)}")
            try:
                self.write_tree(manifest, draft)
            except OSError:
                shutil.rmtree(draft, ignore_errors=True)
                raise
            _replace(draft, directory)
            _mark(directory, state)

    def shows(self, state: str, directory: Path) -> bool:
        """Whether `directory` was last made to show this state."""
        return directory.is_dir() and _shown(directory) == state

    def _put(self, file: SourceFile) -> Entry:
        digest = hashlib.sha256(file.content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            self._write(path, file.content)
        return Entry(file.path, digest, len(file.content), file.executable)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        except OSError:
            # A full disk does not get fuller by what could not be kept.
            draft.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
        _sync_directory(self._objects)

    def _path(self, digest: str) -> Path:
        return self._objects / digest[:2] / digest[2:]


def _sync_directory(directory: Path) -> None:
    # The name of a new file is only durable once its directory is.
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    # Held by the kernel for this process: a killed holder frees it.
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _marker(directory: Path) -> Path:
    return directory.with_name(f".{directory.name}.state")


def _mark(directory: Path, state: str) -> None:
    draft = directory.with_name(f".{directory.name}.state.draft")
    draft.write_text(state, encoding="utf-8")
    draft.replace(_marker(directory))


def _shown(directory: Path) -> str | None:
    with suppress(OSError):
        return _marker(directory).read_text(encoding="utf-8")
    return None


def _sweep_drafts(directory: Path) -> None:
    for left in directory.parent.glob(f".{directory.name}.*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


def _replace(draft: Path, directory: Path) -> None:
    """Put `draft` where `directory` is, in one step where the system can swap two names."""
    try:
        draft.rename(directory)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    else:
        return
    if not _swap(draft, directory):
        # Two steps: for a moment there is no folder at all, but never a half one.
        old = directory.with_name(f".{directory.name}.{secrets.token_hex(8)}")
        directory.rename(old)
        draft.rename(directory)
        draft = old
    shutil.rmtree(draft, ignore_errors=True)


def _swap(one: Path, other: Path) -> bool:
    """Exchange two directories in one step; False where the system or the file system knows no such thing."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
