"""Short ways to one check's findings; what the doctor's tests share."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripter.config import Data, Docker, Settings
from scripter.doctor.finding import Finding, Level
from scripter.doctor.running import Look
from scripter.doctor.subject import Subject


def at(data: Path, **sections: object) -> Subject:
    """An installation with its data here and these sections of settings."""
    return Subject(Settings.model_validate({"data": Data(directory=str(data)), **sections}))


def on_engine(data: Path, host: str, **sections: object) -> Subject:
    return at(data, docker=Docker(host=host), **sections)


def found(look: Look, subject: Subject) -> list[Finding]:
    """What the check finds; the connections that it opened are closed."""
    try:
        return list(look(subject))
    finally:
        if "database" in vars(subject):
            subject.database.close()
        if subject.engine._client is not None:
            subject.engine._client.close()


def bad(findings: list[Finding]) -> dict[str, Finding]:
    """Those that are not well, by what they are about; each says why it matters and what to do."""
    kept = {one.about: one for one in findings if one.level in (Level.WARNING, Level.PROBLEM)}
    assert all(one.why and one.remedy for one in kept.values()), kept
    return kept


@contextmanager
def other_door(directory: Path, host: str, mode: int) -> Iterator[str]:
    """Another socket that leads to the engine at `host`, with these permissions."""
    path = directory / "door.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(mode)
    listening.listen()

    def accept() -> None:
        with suppress(OSError):
            while True:
                here = listening.accept()[0]
                there = socket.socket(socket.AF_UNIX)
                there.connect(host.removeprefix("unix://"))
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"unix://{path}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := os.read(one.fileno(), 65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
    one.close()
