"""Key files that are made at the first start, readable by their owner only, and never shipped."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret(path: Path, size: int = 32) -> str:
    """The secret in `path`, as hex; made with `size` random bytes if there is none yet.

    Several processes may start at once: the file appears whole or not at all, and the first one wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(size))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
