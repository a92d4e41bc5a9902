"""What changed, told to whoever has a page open: jobs as they are, and of everything else that it is not as it was.

One stream for all of it, since a browser has but six connections for all its tabs."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scripter.context import Context
from scripter.images.models import FINISHED, Build, BuildStatus, Image
from scripter.jobs import feed
from scripter.lib.sse import Event
from scripter.schedules.models import Calendar, Occurrence, Outcome, Pause, Schedule
from scripter.scripts.models import Script, Version

LOOK_S = 1.0

State = Mapping[str, Hashable]


class Watch:
    """How everything looks at present: asked once a second at most, however many streams there are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._state: State = {}

    def state(self, context: Context) -> State:
        """A sign for each kind of thing; another one when something of that kind has changed."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_S:
                with context.db.reading() as session:
                    self._state = _look(session)
                self._looked_at = time.monotonic()
            return self._state


def changes(context: Context, watch: Watch, *, after: int | None) -> Iterator[Event | None]:
    """Events `job` as `feed.changes` gives them, and `changed` with the kinds of things that are not as they were."""
    seen = watch.state(context)
    for event in feed.changes(context, after=after, script_id=None):
        if event is not None:
            yield event
            continue
        now = watch.state(context)
        if what := sorted(kind for kind in now if now[kind] != seen[kind]):
            yield Event("changed", {"what": what})
        seen = now
        yield None


def _look(session: Session) -> State:
    return {
        "images": (_rows(session, Image), _builds(session)),
        "scripts": (_rows(session, Script), session.scalar(select(func.max(Version.id)))),
        "schedules": (_rows(session, Schedule), _rows(session, Calendar), _pauses(session), *_due(session)),
    }


def _rows(session: Session, kind: type[Image | Script | Schedule | Calendar]) -> Hashable:
    return tuple(session.execute(select(func.count(), func.max(kind.updated_at)).select_from(kind)).one())


def _builds(session: Session) -> Hashable:
    """The newest build, and those under way: one that has ended is missing among them."""
    unfinished = [status for status in BuildStatus if status not in FINISHED]
    under_way = session.execute(select(Build.id, Build.status).where(Build.status.in_(unfinished)).order_by(Build.id))
    return session.scalar(select(func.max(Build.id))), tuple(map(tuple, under_way))


def _pauses(session: Session) -> Hashable:
    """One that is made, and one that ends."""
    return tuple(session.execute(select(func.count(), func.max(Pause.id), func.max(Pause.until))).one())


def _due(session: Session) -> tuple[Hashable, Hashable]:
    """The next of all runs: when it has been planned, every list of next runs has another beginning. And the first that
    waits to start: another one when it has been settled, also where no job came of it."""
    waiting = select(func.min(Occurrence.planned_at)).where(Occurrence.outcome == Outcome.PLANNED)
    return session.scalar(select(func.min(Schedule.next_at))), session.scalar(waiting)
