"""What the two runners share about a job's directory: its parts, who may write where, and the agent's source."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from scripter.lib import beneath

# The script's user inside a container. It exists in no image and on no host, and needs no name.
SCRIPT_USER = (10001, 10001)

# Where the script writes. Everything else in the directory is the agent's, or (src/) whoever prepared it.
WRITABLE = ("work", "artifacts")
AGENT = Path(__file__).with_name("agent") / "agent.py"


def lay_out(directory: Path, *, own_user: bool) -> None:
    """Make the script's directories beside `src/`; `own_user` means that it runs as SCRIPT_USER and not as us.

    A worker that may not give directories away lets all write to them, inside a directory that only its owner may
    list. What the script leaves there belongs to SCRIPT_USER all the same.
    """
    with beneath.opened(directory) as here:
        os.fchmod(here, 0o711 if own_user else 0o700)
        for name in WRITABLE:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=here)
            place = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            try:
                _give(place, own_user=own_user)
            finally:
                os.close(place)


def _give(place: int, *, own_user: bool) -> None:
    if own_user and os.fstat(place).st_uid == SCRIPT_USER[0]:
        return  # given away before
    os.fchmod(place, 0o700)
    if own_user:
        try:
            os.fchown(place, *SCRIPT_USER)
        except PermissionError:
            os.fchmod(place, 0o777)


def file_owner() -> tuple[int, int] | None:
    """Who the files that the agent writes must belong to; None where it is root, as the agent is anyhow."""
    user = (os.geteuid(), os.getegid())
    return None if user[0] == 0 else user
