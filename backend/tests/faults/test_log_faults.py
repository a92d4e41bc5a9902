"""Output without end, through all of Scripter: from the script to what a person downloads."""

from __future__ import annotations

from fault_rig import Rig

MEBIBYTE = 1024 * 1024
WRITTEN = 200 * MEBIBYTE
FLOOD = f"""
import sys
line = b"y" * 63 + b"\\n"
sys.stdout.buffer.write(b"first\\n")
for _ in range({WRITTEN} // len(line) // 1024):
    sys.stdout.buffer.write(line * 1024)
sys.stdout.buffer.write(b"last\\n")
"""


def test_output_far_over_the_limit_costs_its_middle_and_the_job_goes_on(rig: Rig) -> None:
    """Fault 26: with a limit of one mebibyte, and two hundred of output."""
    job = rig.ended(rig.start(rig.script("Flood", FLOOD)))
    assert (job["status"], job["reason"]) == ("succeeded", "exit 0"), job
    [path] = (rig.stack.data / "scripts" / str(job["script"]["id"]) / "logs").iterdir()
    assert path.stat().st_size < 2 * MEBIBYTE
    said = rig.said(job)
    assert (said[0], said[-1]) == ("first", "last")
    kept = sum(len(line) + 1 for line in said)
    assert kept + job["log_dropped_bytes"] == len("first\n") + WRITTEN + len("last\n")
