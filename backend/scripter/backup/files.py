"""The files of a backup: contents by their hash, and logs; out of a data directory in use, and into a new one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from scripter import logstore
from scripter.backup.archive import BadArchive, Member
from scripter.filestore.rules import MAX_BINARY_BYTES

_CONTENT = re.compile(r"objects/([0-9a-f]{2})/([0-9a-f]{62})")
# As `logstore` lays them out, below the data directory.
_LOG = re.compile(r"(?:scripts/[0-9]{1,18}/logs|images/[0-9]{1,18}/builds)/[0-9A-Za-z_-]{1,80}\.log")
_CHUNK = 256 * 1024
_LAST_LINE_BYTES = 64 * 1024


class Log(NamedTuple):
    """A log as far as it is to be backed up: `size` bytes of the open file, which end with a line."""

    name: str
    file: IO[bytes]
    size: int


def content_name(digest: str) -> str:
    """What the content of this SHA-256 is called in a backup, and below the data directory."""
    return f"objects/{digest[:2]}/{digest[2:]}"


def logs(data: Path) -> Iterator[Log]:
    """The logs that there are now. Ones that are removed meanwhile are left out, ones that grow are cut."""
    for path in (*data.glob("scripts/*/logs/*.log"), *data.glob("images/*/builds/*.log")):
        name = path.relative_to(data).as_posix()
        if not _LOG.fullmatch(name):
            continue  # nothing of ours
        with (
            suppress(FileNotFoundError, logstore.NotALog),
            os.fdopen(logstore.open_log(path, os.O_RDONLY), "rb") as log,
        ):
            yield Log(name, log, _whole_lines(log))


def newest_build_logs(data: Path) -> None:
    """Give each image's newest build log its second name, `images/<IMAGE_ID>/build.log`."""
    for builds in data.glob("images/*/builds"):
        numbered = [path for path in builds.glob("*.log") if path.stem.isdecimal()]
        if numbered:
            newest = max(numbered, key=lambda path: int(path.stem))
            (builds.parent / "build.log").hardlink_to(newest)


def put(member: Member, directory: Path) -> None:
    """Write a member of the backup to its place below `directory`.

    Raises:
        BadArchive: it is none that Scripter writes.
    """
    if found := _CONTENT.fullmatch(member.name):
        if member.size > MAX_BINARY_BYTES:
            raise BadArchive(f"{member.name} in the backup is larger than any file may be.")
        digest = _write(member, directory / member.name, 0o400)
        if digest != "".join(found.groups()):
            raise BadArchive(f"{member.name} in the backup is not what its name says.")
    elif _LOG.fullmatch(member.name):
        _write(member, directory / member.name, 0o640)
    else:
        raise BadArchive(f"The backup holds {member.name!r}, which is nothing that Scripter writes.")


def _whole_lines(log: IO[bytes]) -> int:
    """The size up to the end of its last line. What comes behind may be taken back when the disk is full."""
    size = log.seek(0, os.SEEK_END)
    start = log.seek(max(0, size - _LAST_LINE_BYTES))
    whole = log.read(size - start).rfind(b"\n") + 1
    log.seek(0)
    return start + whole if whole else (size if start else 0)


def _write(member: Member, path: Path, mode: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        while chunk := member.content.read(_CHUNK):
            file.write(chunk)
    return member.content.digest
