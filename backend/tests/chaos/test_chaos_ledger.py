"""The ledger of a campaign: what jobs say about themselves is written before they get their receipt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chaos.inside
from chaos.inside.witness import NOTES
from chaos.ledger import Ledger

INSIDE = Path(str(chaos.inside.__file__)).parent
TELL = "import sys, witness; witness.tell(sys.argv[1], 'start'); print('got a receipt')"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.jsonl", tmp_path / "slots", "127.0.0.1")
    ledger.start()
    yield ledger
    ledger.close()


def tell(where: str, directory: Path) -> str:
    """What a job prints that has told the ledger that it begins."""
    directory.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(INSIDE), "SCRIPTER_JOB": "some-uuid"}
    command = [sys.executable, "-c", TELL, where]
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_a_note_is_taken_away_and_kept_with_its_slot(ledger: Ledger, tmp_path: Path) -> None:
    work = tmp_path / "slots" / "12-1" / "work"
    assert tell(NOTES, work) == "got a receipt\n"
    assert list(work.iterdir()) == []
    [entry] = ledger.entries()
    assert (entry.word, entry.job, entry.slot) == ("start", "some-uuid", "12-1")


def test_a_word_over_tcp_is_kept_without_a_slot(ledger: Ledger, tmp_path: Path) -> None:
    assert tell(ledger.address, tmp_path) == "got a receipt\n"
    [entry] = ledger.entries()
    assert (entry.word, entry.job, entry.slot) == ("start", "some-uuid", None)


def test_two_beginnings_are_two_entries(ledger: Ledger, tmp_path: Path) -> None:
    work = tmp_path / "slots" / "12-1" / "work"
    tell(NOTES, work)
    tell(NOTES, work)
    assert len(ledger.entries()) == 2


def test_what_is_told_again_for_want_of_a_receipt_is_one_entry(ledger: Ledger) -> None:
    ledger.write("start some-uuid 11", None)
    ledger.write("start some-uuid 11", None)
    ledger.write("start some-uuid 12", None)
    assert len(ledger.entries()) == 2


def test_what_was_written_is_in_the_file(ledger: Ledger, tmp_path: Path) -> None:
    tell(ledger.address, tmp_path)
    [line] = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["job"] == "some-uuid"
