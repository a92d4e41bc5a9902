"""Python's garbage collector, kept from looking again and again at what stays for the life of a process.

What is imported and opened at the start is a quarter of a million objects. Collecting while they are made takes a
sixth of the time of a start, and each full collection later stops all threads for a tenth of a second. Used by whatever
serves."""

from __future__ import annotations

import gc


def postpone() -> None:
    """Until `settle`: a process begins, and what it makes is made to stay."""
    gc.disable()


def settle() -> None:
    """The process has what it needs: collect from now on, but never look at what is there already."""
    gc.freeze()
    gc.enable()
