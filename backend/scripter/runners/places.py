"""What the two runners share about a job's directory: its parts, who may write where, and the agent's source."""

from __future__ import annotations

import os
from pathlib import Path

# The script's user inside a container. It exists in no image and on no host, and needs no name.
SCRIPT_USER = (10001, 10001)

# Where the script writes. Everything else in the directory is the agent's, or (src/) whoever prepared it.
WRITABLE = ("work", "artifacts")
AGENT = Path(__file__).with_name("agent") / "agent.py"


def lay_out(directory: Path, *, own_user: bool) -> None:
    """Make the script's directories beside `src/`; `own_user` means that it runs as SCRIPT_USER and not as us.

    A worker without root cannot give directories away; then all may write to them, inside a directory that only its
    owner may list. What the script leaves there belongs to SCRIPT_USER all the same.
    """
    directory.chmod(0o711 if own_user else 0o700)
    for name in WRITABLE:
        place = directory / name
        place.mkdir(exist_ok=True)
        if not own_user:
            place.chmod(0o700)
        elif os.geteuid() == 0:
            os.chown(place, *SCRIPT_USER)
            place.chmod(0o700)
        else:
            place.chmod(0o777)


def file_owner() -> tuple[int, int] | None:
    """Who the files that the agent writes must belong to; None where it is root, as the agent is anyhow."""
    user = (os.geteuid(), os.getegid())
    return None if user[0] == 0 else user
