"""Runs checks side by side, each with its own patience: one that hangs or breaks is told so, and hides no other."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scripter.doctor.finding import Finding, Level
from scripter.doctor.subject import Subject
from scripter.lib.errors import BadInput

Look = Callable[[Subject], Iterable[Finding]]
# What is still being looked at, told whenever that changes.
Watch = Callable[[list[str]], None]

_BROKEN = "The check itself did not come to an end, so that nothing is known of this."


@dataclass(frozen=True, slots=True)
class Check:
    """`about` names it while it runs."""

    about: str
    look: Look
    patience_s: float = 20.0


def run(checks: Sequence[Check], subject: Subject, watch: Watch) -> list[Finding]:
    """What all checks find, in their order. Takes no longer than the most patient of them."""
    began = time.monotonic()
    done: queue.SimpleQueue[tuple[Check, list[Finding]]] = queue.SimpleQueue()
    found: dict[str, list[Finding]] = {}
    for check in checks:
        # Ended with the process: a check that hangs cannot be called back.
        threading.Thread(target=_look, args=(check, subject, done), name=check.about, daemon=True).start()
    while waiting := [check for check in checks if check.about not in found]:
        watch([check.about for check in waiting])
        left = began + min(check.patience_s for check in waiting) - time.monotonic()
        try:
            check, findings = done.get(timeout=max(left, 0))
        except queue.Empty:
            found |= {check.about: [_late(check)] for check in waiting if time.monotonic() - began >= check.patience_s}
        else:
            found.setdefault(check.about, findings)
    watch([])
    return [finding for check in checks for finding in found[check.about]]


def _look(check: Check, subject: Subject, done: queue.SimpleQueue[tuple[Check, list[Finding]]]) -> None:
    try:
        findings = list(check.look(subject))
    except BadInput as error:
        findings = [_mistake(check, error)]
    except Exception as error:  # noqa: BLE001 - told in words instead
        # At the rim of the thread: whatever it is, the other checks go on.
        findings = [_broken(check, error)]
    done.put((check, findings))


def _mistake(check: Check, error: BadInput) -> Finding:
    """A setting that can be read, and whose file or address turns out to be of no use when it is needed."""
    fields = ", ".join(one.field for one in error.fields) or "the settings"
    why = "No process that needs it starts, or does its work."
    return Finding(check.about, Level.PROBLEM, error.message, why, f"Correct {fields}.")


def _late(check: Check) -> Finding:
    remedy = "See whether the service behind it hangs; then look again."
    return Finding(check.about, Level.PROBLEM, f"no answer within {check.patience_s:.0f} s", _BROKEN, remedy)


def _broken(check: Check, error: Exception) -> Finding:
    told = f"the check broke: {type(error).__name__}: {error}"
    return Finding(check.about, Level.PROBLEM, told, _BROKEN, "Look again; if it stays, report it with this message.")
