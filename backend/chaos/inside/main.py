"""The campaign's script: `main.py KIND SEED LEDGER`. Scripter runs it as it runs any other script.

The flow of a job: a word to the ledger, its output, a word to the ledger, its exit code."""

from __future__ import annotations

import os
import signal
import sys
import time

import output  # type: ignore[import-not-found]  # its neighbour, where it runs
import witness  # type: ignore[import-not-found]


def main() -> None:
    kind, seed, ledger = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    witness.tell(ledger, "start")
    for piece in output.pieces(kind, seed):
        write(piece.stream, piece.data)
        time.sleep(piece.rest_s)
    witness.tell(ledger, "end")
    sys.exit(output.exit_code(kind, seed))


def write(stream: int, data: bytes) -> None:
    while data:
        data = data[os.write(stream, data) :]


if __name__ == "__main__":
    main()
