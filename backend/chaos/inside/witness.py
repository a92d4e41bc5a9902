"""How a job tells the ledger that it begins and ends. Runs inside the jobs; `chaos.ledger` is the other side.

Standard library only, Python 3.8. Both ways wait for a receipt, so that no script prints a byte, or ends, before the
ledger knows: what is not in the ledger has not happened."""

from __future__ import annotations

import os
import secrets
import socket
import time

NOTES = "notes"
PREFIX = "ledger-"


def tell(where: str, word: str) -> None:
    """Leave `word` in the ledger: over TCP at `host:port`, or by a note in the work directory where `where` says so."""
    # The last part makes the entry unique, however often it has to be sent.
    message = f"{word} {os.environ['SCRIPTER_JOB']} {secrets.token_hex(8)}\n"
    if where == NOTES:
        _note(message)
    else:
        _send(where, message)


def _note(message: str) -> None:
    """The harness takes the note away once it has copied it: that is the receipt."""
    name = PREFIX + secrets.token_hex(8)
    with open(f".{name}", "w") as file:
        file.write(message)
    os.rename(f".{name}", name)
    while os.path.exists(name):
        time.sleep(0.02)


def _send(where: str, message: str) -> None:
    """Again and again: an engine that was killed may have given the same address to two containers."""
    host, _, port = where.rpartition(":")
    while True:
        try:
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(message.encode())
                if connection.recv(16) == b"written\n":
                    return
        except OSError:
            pass
        time.sleep(1)
