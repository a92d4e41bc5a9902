"""The ledger: what the jobs themselves say about their beginning and end, kept outside Scripter's knowledge.

Two ways lead here, because each sees what the other cannot. Jobs without a network leave a note in their work
directory, where this process takes it away: nothing but a file system stands between, so no service that is killed can
lose one. Jobs on the engine's bridge send their words over TCP to the bridge's own address on this machine: that also
hears a container whose slot directory is gone, which no file could. In both ways the job waits for its receipt before
it goes on, so an entry that is missing means that the script did not get there, and not that nobody looked in time."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from chaos.inside.witness import PREFIX

_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a job: `start` or `end`. `slot` is the name of the directory where the note was, if it was one."""

    at: float
    word: str
    job: str
    slot: str | None


class Ledger:
    """Takes notes from below `slots` and words from TCP, and writes each to `path` before it gives the receipt."""

    def __init__(self, path: Path, slots: Path, host: str) -> None:
        self._slots = slots
        self._file: IO[str] = path.open("a")
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._marks: set[str] = set()
        self._stopped = threading.Event()
        self._server = _Server((host, 0), self)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="ledger-tcp", daemon=True),
            threading.Thread(target=self._collect_on, name="ledger-notes", daemon=True),
        ]

    @property
    def address(self) -> str:
        """`host:port`, for jobs that can reach it."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._file.close()

    def entries(self) -> list[Entry]:
        """All so far, in the order in which they came."""
        with self._lock:
            return list(self._entries)

    def write(self, message: str, slot: str | None) -> None:
        """Add `WORD JOB MARK`, unless it is there already: a job that got no receipt tells it again."""
        word, job, mark = message.split()
        entry = Entry(time.time(), word, job, slot)
        with self._lock:
            if mark in self._marks:
                return
            self._marks.add(mark)
            self._file.write(json.dumps(asdict(entry)) + "\n")
            self._file.flush()
            self._entries.append(entry)

    def _collect_on(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            for note in self._notes():
                # Scripter may remove the directory of a script that was killed before it had its receipt.
                with suppress(FileNotFoundError):
                    self.write(note.read_text(), note.parent.parent.name)
                    note.unlink()

    def _notes(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            yield from self._slots.glob(f"*/work/{PREFIX}*")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], ledger: Ledger) -> None:
        self.ledger = ledger
        super().__init__(address, _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    """One word of one job."""

    server: _Server

    def handle(self) -> None:
        line = self.rfile.readline(200).decode()
        if line.endswith("\n"):
            self.server.ledger.write(line, None)
            with suppress(OSError):
                self.wfile.write(b"written\n")
