"""The thread that fires planned occurrences at their second. The worker process starts one; several are welcome."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from scripter.context import Context
from scripter.lib import clock
from scripter.schedules import ledger, tasks

log = structlog.get_logger(__name__)

# The longest sleep: an occurrence that was planned for this very minute is seen within this time.
_POLL_S = 0.5
_PAUSE_AFTER_TROUBLE_S = 2.0
_AT_ONCE = 200


class Firing:
    """Wakes for the next planned occurrence and settles all that are due, one transaction each."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="firing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns once the last occurrence in hand is settled."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        planned = False
        while not self._stopped.is_set():
            try:
                if not planned:
                    tasks.plan(self._context)  # what came due while nobody was there must not wait for the next tick
                    planned = True
                pause = self._round()
            except Exception:
                # Most likely the database is away. Nothing is lost by waiting: the rows stay planned.
                log.exception("firing.trouble")
                pause = _PAUSE_AFTER_TROUBLE_S
            self._stopped.wait(pause)

    def _round(self) -> float:
        """Settle what is due; the seconds to sleep until something else may be."""
        with self._context.db.reading() as session:
            upcoming = ledger.upcoming(session, _AT_ONCE)
        now = clock.now()
        for occurrence_id, due_at in upcoming:
            if due_at > now:
                return _until(due_at)
            self._fire(occurrence_id)
        return 0.0 if upcoming else _POLL_S

    def _fire(self, occurrence_id: int) -> None:
        try:
            self._context.db.run(lambda session: ledger.fire(session, occurrence_id, clock.now()))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One broken schedule must not stop its neighbours, nor be tried for ever.
            log.exception("firing.failed", occurrence=occurrence_id)
            reason = "Scripter failed to start the job. The worker's own log has the details."
            self._context.db.run(lambda session: ledger.give_up(session, occurrence_id, reason))


def _until(moment: datetime) -> float:
    return min(max((moment - clock.now()).total_seconds(), 0.0), _POLL_S)
