"""Where `scripter login` keeps the address and the token; the environment comes before it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from scripter.lib.errors import BadInput

DEFAULT_URL = "http://127.0.0.1:8200"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom to speak to, and as whom. `token_id` is None for a token that came from the environment."""

    url: str
    token: str = ""
    token_id: int | None = None
    user: str = ""


def path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "scripter" / "credentials.json"


def current() -> Credentials:
    """From `SCRIPTER_URL` and `SCRIPTER_TOKEN`, else from the file.

    A stored token goes to the server that gave it and to no other, whatever `SCRIPTER_URL` says.
    """
    stored = load()
    url = os.environ.get("SCRIPTER_URL", "").rstrip("/")
    token = os.environ.get("SCRIPTER_TOKEN", "")
    if token:
        return Credentials(url or (stored.url if stored else DEFAULT_URL), token)
    if stored is None or url not in ("", stored.url):
        return Credentials(url or DEFAULT_URL)
    return stored


def load() -> Credentials | None:
    """What is stored; None if nothing is.

    Raises:
        BadInput: the file cannot be read.
    """
    file = path()
    try:
        return Credentials(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{file} cannot be read ({error}). Remove it and log in again.") from None


def store(credentials: Credentials) -> None:
    """Write the file, readable by its owner only, whole or not at all."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(credentials), out, indent=2)
    draft.replace(file)


def forget() -> None:
    path().unlink(missing_ok=True)
