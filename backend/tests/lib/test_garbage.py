"""The garbage collector around the start of a process."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, weakref
from scripter.lib import garbage
class Cycle:
    def __init__(self): self.me = self
garbage.postpone()
kept = [Cycle() for _ in range(10_000)]
assert not gc.isenabled()
garbage.settle()
assert gc.isenabled() and gc.get_freeze_count() > 10_000
later = weakref.ref(Cycle())
gc.collect()
assert later() is None
assert all(one.me is one for one in kept)
"""


def test_what_comes_after_the_start_is_collected_and_what_was_before_is_left_alone() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
