"""The live feed of jobs: every change of state as it is committed, resumable by event id."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

from sqlalchemy import func, select

from scripter.context import Context
from scripter.jobs import service, views
from scripter.jobs.models import JobEvent
from scripter.lib.sse import Event

POLL_S = 0.5
# Ids are given out before rows are committed, so a lower one can appear after a higher one. This many ids back are
# looked at again; those already sent are remembered.
OVERLAP = 200


def changes(context: Context, *, after: int | None, script_id: int | None) -> Iterator[Event | None]:
    """An event `job` with the whole job for each change after the event id `after` (None: from now on)."""
    last = _newest(context) if after is None else after
    sent: deque[int] = deque((last,), maxlen=4 * OVERLAP)
    floor = last
    while True:
        found = _since(context, max(floor, last - OVERLAP), set(sent), script_id)
        for event_id, event in found:
            sent.append(event_id)
            last = max(last, event_id)
            yield event
        yield None
        time.sleep(POLL_S)


def _newest(context: Context) -> int:
    with context.db.reading() as session:
        return session.scalar(select(func.max(JobEvent.id))) or 0


def _since(context: Context, after: int, sent: set[int], script_id: int | None) -> list[tuple[int, Event | None]]:
    with context.db.reading() as session:
        rows = [row for row in service.events(session, after=after, limit=2 * OVERLAP) if row.id not in sent]
        jobs = service.several(session, {row.job_id for row in rows})
        wanted = [job for job in jobs if script_id in (None, job.script_id)]
        shown = {view.id: view.model_dump(mode="json") for view in views.views(session, wanted)}
        # Those of other scripts are passed as well: that far the feed has been read.
        return [(row.id, Event("job", shown[row.job_id], id=row.id) if row.job_id in shown else None) for row in rows]
