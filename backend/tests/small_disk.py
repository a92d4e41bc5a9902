"""A disk small enough to be filled: a file system in memory, of a size and a number of files that the test chooses.

Mounting takes root, as the rest of the testbed does; where it cannot be done the tests fail and say so."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20


@dataclass(frozen=True)
class SmallDisk:
    """It is mounted at `path`."""

    path: Path

    @property
    def _ballast(self) -> Path:
        return self.path / ".ballast"

    def fill(self, *, but: int = 0) -> None:
        """Until nothing more goes in, or nothing but so many bytes."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(MEGABYTE))
        if but:
            with self._ballast.open("r+b") as file:
                file.truncate(self._ballast.stat().st_size - but)

    def use_up_files(self) -> None:
        """Until no more files can be made."""
        self._ballast.mkdir()
        with suppress(OSError):
            for number in range(1_000_000):
                (self._ballast / str(number)).touch()

    def make_room(self) -> None:
        """What it was filled with is removed."""
        if self._ballast.is_dir():
            for file in self._ballast.iterdir():
                file.unlink()
            self._ballast.rmdir()
        else:
            self._ballast.unlink()

    def remount(self, how: str) -> None:
        """`ro` or `rw`."""
        _run("mount", "-o", f"remount,{how}", str(self.path))


@contextmanager
def small_disk(path: Path, *, size_mb: int = 64, files: int = 10_000) -> Iterator[SmallDisk]:
    path.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m,nr_inodes={files}", "scripter-test", str(path))
    try:
        yield SmallDisk(path)
    finally:
        _run("umount", "--lazy", str(path))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
