"""Looks at the disk of the data directory: room, files, whether it can be written, and what kind of disk it is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from scripter.doctor.finding import Finding, ok, problem, warning
from scripter.doctor.subject import Subject
from scripter.lib import disk

_ABOUT = "data directory"
_FAR = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "fuse.glusterfs"}
_IN_MEMORY = {"tmpfs", "ramfs"}
# Twice what the settings hold back: from there on it is a matter of days.
_SOON = 2
_FEW_FILES = 100_000


def writable(subject: Subject) -> Iterator[Finding]:
    """Whether files can be made there, and how much room there is for more."""
    if not subject.data.is_dir():
        yield problem(
            _ABOUT,
            f"there is no {subject.data}",
            "Everything that is not in the database lies there. It is made at the first start.",
            "Start Scripter once, or set data.directory to where its files are.",
        )
        return
    yield from _can_write(subject.data)
    yield from _room(subject)
    yield from _kind(subject)


def _can_write(data: Path) -> Iterator[Finding]:
    file = data / f".doctor-{secrets.token_hex(8)}"
    try:
        file.write_bytes(b"x")
        file.unlink()
    except OSError as error:
        told = disk.full(error) or error.strerror
        yield problem(
            _ABOUT,
            f"nothing can be written to {data}: {told}",
            "No log, no source and no job's result can be kept.",
            "Make room, or give the directory to the user that Scripter runs as.",
        )


def _room(subject: Subject) -> Iterator[Finding]:
    least, room = subject.settings.data.min_free_mb, disk.room(subject.data)
    files = "" if room.free_files is None else f", {room.free_files} more files can be made"
    told = f"{room.free_mb} MB are free{files} on the disk of {subject.data}"
    why = "No job and no build begins while there is less than data.min_free_mb, or no file can be made."
    remedy = "Make room: old logs and artifacts lie below scripts/, or give it a larger disk."
    if shortage := disk.shortage(room, least):
        yield problem(_ABOUT, shortage, why, remedy)
    elif room.free_mb < _SOON * least or (room.free_files is not None and room.free_files < _FEW_FILES):
        yield warning(_ABOUT, told, why, remedy)
    else:
        yield ok(_ABOUT, told)
    if not least:
        yield warning(
            _ABOUT,
            "data.min_free_mb is 0: nobody looks whether there is room",
            "On a full disk jobs break off in the middle, and the database with them if it lies there.",
            "Set data.min_free_mb to what a few jobs write.",
        )


def _kind(subject: Subject) -> Iterator[Finding]:
    kind = file_system(subject.data)
    if kind in _FAR and not subject.settings.database.url:
        yield problem(
            _ABOUT,
            f"it lies on another machine ({kind}), and with it the SQLite database",
            "SQLite's locks do not hold there: the database can be damaged.",
            "Set database.url to a MariaDB, or data.directory to a disk of this machine.",
        )
    elif kind in _IN_MEMORY:
        yield warning(
            _ABOUT,
            f"it lies in memory ({kind})",
            "All logs and sources are gone when this machine or container is started anew.",
            "Set data.directory to a disk, or mount one there.",
        )


def file_system(directory: Path) -> str:
    """The kind of file system that a directory is on, as the kernel calls it; empty if it cannot be told."""
    device = directory.stat().st_dev
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    for line in reversed(lines):
        before, _, after = line.partition(" - ")
        major, _, minor = before.split()[2].partition(":")
        if (int(major), int(minor)) == (os.major(device), os.minor(device)):
            return after.split()[0]
    return ""
