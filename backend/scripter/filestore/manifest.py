"""What a folder is made of: paths, hashes and sizes, in one order, with one digest. Kept as JSON in rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict


class StoredEntry(TypedDict):
    """One file of a manifest as a row keeps it."""

    path: str
    sha256: str
    size: int
    executable: bool


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file: where it lies in its folder, and the hash by which its contents are found."""

    path: str
    sha256: str
    size: int
    executable: bool = False

    def stored(self) -> StoredEntry:
        return StoredEntry(path=self.path, sha256=self.sha256, size=self.size, executable=self.executable)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a folder, sorted by path."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Manifest:
        return cls(tuple(sorted(entries)))

    @classmethod
    def load(cls, stored: Sequence[StoredEntry]) -> Manifest:
        """The manifest that a row keeps."""
        return cls.of(Entry(**one) for one in stored)

    def dump(self) -> list[StoredEntry]:
        """As a row keeps it."""
        return [entry.stored() for entry in self.entries]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(entry.path for entry in self.entries)

    @property
    def digest(self) -> str:
        """SHA-256, as 64 hex digits, over everything that makes this folder this folder."""
        canonical = json.dumps(self.dump(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
