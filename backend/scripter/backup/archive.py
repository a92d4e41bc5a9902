"""The file of a backup: a tar archive, packed by gzip, of a fixed shape. Knows members and sums, not what is in them.

First comes `header.json`, then the members, and last `manifest.json`: the size and the SHA-256 of each. A reader
believes nothing before it has seen that. `tar -tzf` and `tar -xzf` read it as well."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from scripter.lib.errors import BadInput

FORMAT = 1
HEADER, MANIFEST = "header.json", "manifest.json"
# What is read into memory at one time at most; the parts of the database are far smaller.
_MOST_BYTES = 64 * 1024 * 1024
# The manifest has a line for each member.
_MOST_MANIFEST_BYTES = 1024 * 1024 * 1024
_BLOCK = 512
_CHUNK = 256 * 1024
# Text packs well enough at half of the time.
_LEVEL = 4


class BadArchive(BadInput):
    """This is not a whole backup of Scripter."""

    code = "bad_archive"


class Header(NamedTuple):
    """What a backup says of itself before all else."""

    made_at: str
    version: str
    revision: str
    instance: str
    has_logs: bool
    # Each table with its columns, in the order in which rows can be put in again.
    tables: dict[str, list[str]]
    # The highest id that each table has ever given out.
    last_ids: dict[str, int]


class Member(NamedTuple):
    """One member as it comes by; what of its content is not read before the next one is asked for is passed over."""

    name: str
    size: int
    content: Content


class Writer:
    """Writes an archive onto `target`, from its first byte to its last. `written` counts what was packed."""

    def __init__(self, target: IO[bytes], header: Header) -> None:
        self._gzip = gzip.GzipFile(fileobj=target, mode="wb", compresslevel=_LEVEL, filename="", mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|", format=tarfile.GNU_FORMAT)  # noqa: SIM115
        self._sums: dict[str, list[object]] = {}
        self.written = 0
        self.add_json(HEADER, {"format": FORMAT, **header._asdict()})

    def add_json(self, name: str, value: object) -> None:
        self.add_bytes(name, json.dumps(value, separators=(",", ":")).encode())

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Exactly `size` bytes of `content`. Raises: OSError if it has less."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        reader = _Summing(content)
        self._tar.addfile(info, reader)
        self._sums[name] = [size, reader.sum.hexdigest()]
        self.written += size

    def finish(self) -> None:
        """Write the manifest and the end."""
        manifest = json.dumps({"members": self._sums}, separators=(",", ":")).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(manifest), 0o600
        self._tar.addfile(info, io.BytesIO(manifest))
        self._tar.close()
        self._gzip.close()


class Reader:
    """Reads an archive once, from front to back; it may come through a pipe, and from anywhere.

    Only what `Writer` writes is accepted: plain files in plain headers. Links, devices, directories and the extensions
    of tar, with which archives play tricks, are nothing that it knows.

    Raises, from each of its verbs: BadArchive, saying what is wrong.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = _Plain(source)
        self._seen: dict[str, Content] = {}
        first = self._next()
        if first is None or first.name != HEADER:
            raise BadArchive("This is not a backup of Scripter: it does not begin with a header.")
        self.header = _header(self.read_json(first))

    def members(self) -> Iterator[Member]:
        """All members between header and manifest. Once they end, the archive is whole, and each what it should be."""
        while True:
            member = self._next()
            if member is None:
                raise BadArchive("The backup is not whole: its end is missing.")
            if member.name == MANIFEST:
                self._check(member)
                return
            yield member
            member.content.skip()

    def refuse_huge(self, member: Member) -> None:
        """What is read as a whole may not be larger than what we write."""
        most = _MOST_MANIFEST_BYTES if member.name == MANIFEST else _MOST_BYTES
        if member.size > most:
            raise BadArchive(f"{member.name} in the backup is larger than anything that Scripter writes.")

    def read_json(self, member: Member) -> Any:
        """What a JSON member holds."""
        self.refuse_huge(member)
        try:
            return json.loads(member.content.read())
        except (ValueError, RecursionError) as error:
            raise BadArchive(f"{member.name} in the backup cannot be read: {error}.") from error

    def _next(self) -> Member | None:
        block = self._source.exactly(_BLOCK)
        if not block.strip(b"\0"):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeError, ValueError) as error:
            raise BadArchive(f"The backup cannot be read: {error}.") from error
        if info.type != tarfile.REGTYPE or info.size < 0:
            raise BadArchive(f"The backup holds {info.name!r}, which is no plain file. Scripter writes no such thing.")
        if info.name in self._seen:
            raise BadArchive(f"The backup holds {info.name!r} twice.")
        content = Content(self._source, info.size)
        self._seen[info.name] = content
        return Member(info.name, info.size, content)

    def _check(self, member: Member) -> None:
        del self._seen[MANIFEST]
        found = {name: [content.size, content.digest] for name, content in self._seen.items()}
        manifest = self.read_json(member)
        promised = manifest.get("members") if isinstance(manifest, dict) else None
        if not isinstance(promised, dict):
            raise BadArchive("The backup's manifest cannot be read.")
        if wrong := next((name for name in promised if name in found and found[name] != promised[name]), None):
            raise BadArchive(f"{wrong} in the backup is not what was put into it: its SHA-256 is another one.")
        if promised != found:
            raise BadArchive("The backup is not whole: some of it is missing, or was added to it.")
        self._source.to_the_end()


def _header(found: Any) -> Header:
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise BadArchive("The backup's header cannot be read.")
    if found.pop("format") > FORMAT:
        raise BadArchive(
            f"The backup was made by a newer version of Scripter ({str(found.get('version'))[:40]}), in a form that"
            " this one does not know. Restore it with that version."
        )
    try:
        header = Header(**found)
    except TypeError as error:
        raise BadArchive("The backup's header cannot be read.") from error
    if not _is_header(header):
        raise BadArchive("The backup's header cannot be read.")
    return header


def _is_header(found: Header) -> bool:
    return (
        all(isinstance(word, str) for word in (found.made_at, found.version, found.revision, found.instance))
        and isinstance(found.tables, dict)
        and all(
            isinstance(columns, list) and all(isinstance(one, str) for one in columns)
            for columns in found.tables.values()
        )
        and isinstance(found.last_ids, dict)
        and all(isinstance(last, int) and name in found.tables for name, last in found.last_ids.items())
    )


class _Summing(io.RawIOBase):
    """Sums up what is read through it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._source.read(size)
        self.sum.update(content)
        return content


class _Plain:
    """What is packed in a gzip file, with its errors in words."""

    def __init__(self, source: IO[bytes]) -> None:
        self._gzip = gzip.GzipFile(fileobj=source, mode="rb")

    def some(self, size: int) -> bytes:
        try:
            found = self._gzip.read(min(size, _CHUNK))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadArchive(f"The backup is not whole, or no backup at all: {error}.") from error
        if not found:
            raise BadArchive("The backup is not whole: it ends in the middle.")
        return found

    def exactly(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            found += self.some(size - len(found))
        return bytes(found)

    def to_the_end(self) -> None:
        """Read on until gzip has compared its own sum; nothing but the end of the tar archive may follow."""
        try:
            # Two empty blocks, and zeros that fill up tar's last record.
            most = 2 * _BLOCK + tarfile.RECORDSIZE
            rest = self._gzip.read(most + 1)
            if rest.strip(b"\0") or len(rest) > most:
                raise BadArchive("Something follows the end of the backup that is not part of it.")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadArchive(f"The backup is not whole: {error}.") from error


class Content:
    """The bytes of one member, once. `digest` is their SHA-256 when the last one was read."""

    def __init__(self, source: _Plain, size: int) -> None:
        self.size = size
        self._source, self._left = source, size
        self._sum = hashlib.sha256()
        self._end_if_read()

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, all that are left unless told; none at the end."""
        found = self._source.exactly(self._left if size < 0 else min(size, self._left))
        if found:
            self._left -= len(found)
            self._sum.update(found)
            self._end_if_read()
        return found

    def skip(self) -> None:
        """Past what nobody has read."""
        while self.read(_CHUNK):
            pass

    def _end_if_read(self) -> None:
        if self._left == 0:
            self._source.exactly(-self.size % _BLOCK)
