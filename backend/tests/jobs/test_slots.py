"""A slot's directory as a script may leave it: exit records of its own making, and more directories than a path can name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripter.jobs import slots


@pytest.mark.parametrize("written", [b"", b"\0\0", b"[]", b"{}", b'{"reason'])
def test_an_exit_record_that_the_agent_did_not_write_is_none(tmp_path: Path, written: bytes) -> None:
    assert slots.exit_record(tmp_path) is None
    (tmp_path / "exit.json").write_bytes(written)
    assert slots.exit_record(tmp_path) is None


def test_directories_nested_without_end_do_not_keep_a_slot_from_being_removed(tmp_path: Path) -> None:
    slot = tmp_path / "1-1"
    slot.mkdir()
    deep = "import os\nfor _ in range(1500): os.mkdir('d'), os.chdir('d')"
    subprocess.run([sys.executable, "-c", deep], cwd=slot, check=True)
    slots.remove(slot)
    assert not slot.exists()
