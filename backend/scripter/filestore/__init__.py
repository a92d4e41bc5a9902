"""Files that people give us: what may be given, where the contents are kept, and how they become a folder again.

Contents live once, by their hash, under `objects/`; a folder is a manifest: a list of paths, hashes and sizes. The
rooms of images and scripts keep manifests in their rows; jobs make folders of them. No database, no Flask here."""

from scripter.filestore.manifest import Entry, Manifest, StoredEntry
from scripter.filestore.paths import normal as normal_path
from scripter.filestore.rules import MAX_FILES, MAX_TEXT_BYTES, SourceFile, check
from scripter.filestore.store import FileStore
from scripter.filestore.uploads import merge, unpack

__all__ = [
    "MAX_FILES", "MAX_TEXT_BYTES", "Entry", "FileStore", "Manifest", "SourceFile", "StoredEntry", "check", "merge",
    "normal_path", "unpack",
]  # fmt: skip
