"""Who uses a data directory: servers share it, a restore wants it alone. And the mark of an unfinished restore.

Asked by `start_up` before anything is opened. The locks are the kernel's: a killed holder frees them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO

from scripter.lib.errors import Conflict

STAGING = "restoring"
_MARK = "restore-unfinished.json"
_LOCK = "in-use.lock"


class Unfinished(Conflict):
    """A restore into this data directory was interrupted."""

    code = "restore_unfinished"


def enter(data: Path) -> IO[str]:
    """Use the data directory beside other servers, until the file that is given is closed.

    Raises:
        Conflict: it is being restored.
        Unfinished: a restore was interrupted half way.
    """
    file = _locked(
        data, fcntl.LOCK_SH, f"{data} is being restored from a backup. Start Scripter again when that is done."
    )
    try:
        check(data)
    except Unfinished:
        file.close()
        raise
    # Nobody restores now, and none is to be finished: what lies there is of one that was killed before it had begun.
    shutil.rmtree(data / STAGING, ignore_errors=True)
    return file


def check(data: Path) -> None:
    """Refuse a data directory of which only a part has been restored.

    Raises:
        Unfinished: it says what to do.
    """
    if (source := unfinished(data)) is not None:
        raise Unfinished(
            f"The restore of {source} into {data} was interrupted, and only a part of it is there."
            " Run `scripter restore FILE` again, with this backup or another one; until then Scripter does not start."
        )


def alone(data: Path) -> IO[str]:
    """Have the data directory to oneself, until the file that is given is closed.

    Raises:
        Conflict: servers use it.
    """
    told = (
        f"Scripter is running on {data}. Stop all of it first (web, worker and clock, or `scripter up`), for example"
        " with `docker compose stop nginx api streams worker clock`."
    )
    return _locked(data, fcntl.LOCK_EX, told)


def unfinished(data: Path) -> str | None:
    """What a restore that was interrupted was restoring, in words; None if there is none."""
    try:
        return str(json.loads((data / "run" / _MARK).read_text(encoding="utf-8"))["source"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return "a backup"


def begin(data: Path, source: str) -> None:
    """From here on there is no way back: mark it, durably."""
    path = data / "run" / _MARK
    with path.open("w", encoding="utf-8") as file:
        json.dump({"source": source}, file)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def end(data: Path) -> None:
    """All of it is there."""
    (data / "run" / _MARK).unlink()
    _sync(data / "run")


def _locked(data: Path, how: int, refusal: str) -> IO[str]:
    (data / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (data / "run" / _LOCK).open("a")
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Conflict(refusal) from error
    return file


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
