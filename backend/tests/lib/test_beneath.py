"""Directories in which somebody else has written: looked into, read and removed, whatever they have put there."""

from __future__ import annotations

import os
import resource
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scripter.lib import beneath


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The directory; beside it lies what must not be touched."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("precious")
    place = tmp_path / "place"
    place.mkdir()
    return place


def precious(place: Path) -> Path:
    return place.parent / "precious" / "file"


def bind(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


# Each puts something else than a regular file of its own at `path`.
NOT_FILES: dict[str, Callable[[Path, Path], None]] = {
    "a link to a file": lambda path, other: path.symlink_to(other),
    "a link to itself": lambda path, other: path.symlink_to(path),
    "a link to a device": lambda path, other: path.symlink_to("/dev/zero"),
    "a directory": lambda path, other: path.mkdir(),
    "a named pipe": lambda path, other: os.mkfifo(path),
    "a socket": lambda path, other: bind(path),
    "a device": lambda path, other: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5)),
    "nothing": lambda path, other: None,
}


@pytest.mark.parametrize("what", NOT_FILES)
def test_what_is_no_file_is_not_read_and_nobody_waits_for_it(place: Path, what: str) -> None:
    NOT_FILES[what](place / "record", precious(place))
    assert beneath.read(place, "record", 100) is None
    assert not beneath.has_file(place, "record")


def test_a_file_is_read_unless_it_is_too_large(place: Path) -> None:
    (place / "record").write_bytes(b"x" * 100)
    assert beneath.has_file(place, "record")
    assert beneath.read(place, "record", 100) == b"x" * 100
    assert beneath.read(place, "record", 99) is None


def test_a_directory_that_has_become_a_link_is_not_looked_into(place: Path) -> None:
    place.rmdir()
    place.symlink_to("precious")
    assert beneath.read(place, "file", 100) is None
    assert not beneath.has_file(place, "file")
    with pytest.raises(OSError), beneath.opened(place):
        pass


@pytest.mark.parametrize("what", NOT_FILES)
def test_a_directory_goes_with_all_that_is_in_it(place: Path, what: str) -> None:
    (place / "d" / "e").mkdir(parents=True)
    for directory in (place, place / "d", place / "d" / "e"):
        NOT_FILES[what](directory / "thing", precious(place))
        (directory / "hard").hardlink_to(precious(place))
        (directory / "file").write_text("x")
    beneath.remove(place)
    assert not place.exists()
    assert precious(place).read_text() == "precious"


@pytest.mark.parametrize("what", NOT_FILES)
def test_what_has_taken_the_directorys_place_goes_alone(place: Path, what: str) -> None:
    place.rmdir()
    NOT_FILES[what](place, precious(place).parent)
    beneath.remove(place)
    assert not os.path.lexists(place)
    assert precious(place).read_text() == "precious"


def test_directories_nested_without_end_go_as_well(place: Path) -> None:
    here = os.open(place, os.O_RDONLY)
    for _ in range(5000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        beneath.remove(place)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not place.exists()


def test_directories_that_their_owner_has_closed_go_as_well(place: Path) -> None:
    os.chown(place.parent, 10001, 10001)
    os.chown(place, 10001, 10001)
    source = Path(beneath.__file__).read_text() + (
        "\nimport sys\nos.setgid(10001); os.setuid(10001)\n"
        "place = Path(sys.argv[1])\n"
        "for mode in (0o000, 0o200, 0o400, 0o100):\n"
        "    (place / str(mode) / 'd').mkdir(parents=True); (place / str(mode) / 'd' / 'file').touch()\n"
        "    (place / str(mode) / 'd').chmod(mode); (place / str(mode)).chmod(mode)\n"
        "remove(place)\n"
    )
    for parent in place.parents:
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    subprocess.run(["/usr/bin/python3", "-c", source, str(place)], check=True)
    assert not place.exists()


def test_nothing_outside_is_removed_while_somebody_swaps_directories_for_links(place: Path) -> None:
    code = """
import os, sys
os.chdir(sys.argv[1])
print("ready", flush=True)
while True:
    for deed in (lambda: os.mkdir("d"), lambda: open("d/f", "w"), lambda: os.rename("d", "x"),
                 lambda: os.symlink("../precious", "d"), lambda: os.unlink("d"), lambda: os.rename("x", "d")):
        try:
            deed()
        except OSError:
            pass
"""
    with subprocess.Popen([sys.executable, "-c", code, str(place)], stdout=subprocess.PIPE, text=True) as swapper:
        assert swapper.stdout is not None
        assert swapper.stdout.readline() == "ready\n"
        ender = threading.Timer(1.0, swapper.kill)
        ender.start()
        for _ in range(200):
            beneath.remove(place)
        ender.join()
    assert precious(place).read_text() == "precious"
