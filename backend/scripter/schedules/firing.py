"""The thread that fires planned occurrences at their second. The worker process starts one; several are welcome."""

from __future__ import annotations

import threading
import time

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from scripter.context import Context
from scripter.lib import clock
from scripter.schedules import ledger, tasks

log = structlog.get_logger(__name__)

# The longest sleep: an occurrence that was planned for this very minute is seen within this time.
_POLL_S = 0.5
# How many runs the first transaction settles: whoever is in it is written down when it ends, so a few hundred are on
# time when they go in small ones. The next is larger by a quarter when one was full: many go faster in large ones.
_FIRST = 40
# When others hold what is due.
_TURN_S = 0.05
_PAUSE_AFTER_TROUBLE_S = 2.0
# It plans by itself this often: schedules do not depend on a clock that nobody hears.
_PLAN_EVERY_S = 60.0
_GIVEN_UP = "Scripter failed to start the job. The worker's own log has the details."


class Firing:
    """Wakes for the next planned occurrence and settles all that are due, many in one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="firing", daemon=True)
        self._plan_at = time.monotonic()
        self._most = _FIRST

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns once the last occurrence in hand is settled."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                more = time.monotonic() >= self._plan_at and self._plan()
                pause = self._round()
                pause = 0.0 if more else pause
            except Exception:
                # Most likely the database is away. Nothing is lost by waiting: the rows stay planned.
                log.exception("firing.trouble")
                pause = _PAUSE_AFTER_TROUBLE_S
            self._stopped.wait(pause)

    def _plan(self) -> bool:
        """A little, since what is due now must not wait until all of a long downtime is written down; True: go on."""
        more = tasks.plan_some(self._context)
        self._plan_at = time.monotonic() + (0.0 if more else _PLAN_EVERY_S)
        return more

    def _round(self) -> float:
        """Settle what is due; the seconds to sleep until something else may be."""
        with self._context.db.reading() as session:
            start = ledger.next_start(session)
        if start is None:
            return _POLL_S
        until = (start - clock.now()).total_seconds()
        return min(until, _POLL_S) if until > 0 else self._fire()

    def _fire(self) -> float:
        try:
            done = self._context.db.run(
                lambda session: ledger.fire(session, clock.now(), most=self._most, written=clock.now)
            )
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("firing.failed")
            return self._fire_apart()
        full = done.settled >= self._most
        self._most = min(self._most + self._most // 4, ledger.AT_ONCE) if full else _FIRST
        if done.behind:
            self._plan_at = time.monotonic()
        return 0.0 if done.settled else _TURN_S

    def _fire_apart(self) -> float:
        """One broken schedule must not stop its neighbours, nor be tried for ever."""
        with self._context.db.reading() as session:
            due = ledger.due_schedules(session, clock.now())
        for schedule_id in due:
            try:
                self._context.db.run(
                    lambda session, one=schedule_id: ledger.fire(session, clock.now(), only=one)  # type: ignore[misc]
                )
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("firing.schedule_failed", schedule=schedule_id)
                self._context.db.run(
                    lambda session, one=schedule_id: ledger.give_up(session, one, clock.now(), _GIVEN_UP)  # type: ignore[misc]
                )
        return 0.0
