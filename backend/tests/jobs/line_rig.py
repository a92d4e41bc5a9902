"""Scripts with waiting jobs by the hundred, and many hands that reach for them at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, event, func, insert, select

from scripter.access.models import User
from scripter.config import Jobs
from scripter.context import Context
from scripter.jobs import moves, service
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import ACTIVE, Status, Trigger
from scripter.scripts.models import Script


def share(context: Context, script_id: int, **changes: int | None) -> None:
    """Set the script's priority or limits."""
    with context.db.transaction() as session:
        script = session.get_one(Script, script_id)
        for name, value in changes.items():
            setattr(script, name, value)


def allow(context: Context, **jobs: int) -> None:
    """Set limits that hold for all scripts."""
    context.settings = context.settings.model_copy(update={"jobs": Jobs(**jobs)})


def start(context: Context, script_id: int, *, by: User | None = None, **wishes: object) -> Job:
    with context.db.transaction() as session:
        script = session.get_one(Script, script_id)
        return service.start(session, script, trigger=Trigger.API, by=by, **wishes)  # type: ignore[arg-type]


def copies(context: Context, job: Job, priorities: Iterable[int]) -> None:
    """More waiting jobs like this one, one for each of these priorities, without the time that a start takes."""
    with context.db.transaction() as session:
        like = {name: getattr(job, name) for name in Job.__table__.columns.keys() if name != "id"}  # noqa: SIM118
        rows = [{**like, "uuid": str(uuid.uuid4()), "priority": priority} for priority in priorities]
        session.execute(insert(Job), rows)


def claim(context: Context, worker: str = "w") -> Job | None:
    return context.db.run(lambda session: moves.claim_next(session, worker))


def finish(context: Context, job: Job, worker: str = "w") -> None:
    context.db.run(lambda session: moves.finish(session, job, worker, could_not_start("for the test")))


def count(context: Context, *conditions: ColumnElement[bool]) -> int:
    with context.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Job).where(*conditions)) or 0


def waiting(context: Context) -> int:
    return count(context, Job.status == Status.QUEUED)


def active(context: Context, script_id: int, *more: ColumnElement[bool]) -> int:
    return count(context, Job.status.in_(ACTIVE), Job.script_id == script_id, *more)


def at_once(hands: int, work: Callable[[int], object]) -> None:
    """Do `work`, given its number, in so many threads that begin together; the first that breaks fails the test."""
    broken: list[BaseException] = []
    gate = threading.Barrier(hands)

    def run(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is shown by the test
            broken.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


@contextmanager
def statements(context: Context) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, but for the beginnings of transactions."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(context.db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(context.db.engine, "before_cursor_execute", note)
