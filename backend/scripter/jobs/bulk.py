"""Many jobs started at once, as schedules do: the same checks and rows as `service.start`, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.scopes import Tag
from scripter.access.service import note
from scripter.images import service as images
from scripter.images.models import Build
from scripter.jobs import making, restrictions
from scripter.jobs.limits import Room
from scripter.jobs.models import Job
from scripter.jobs.moves import record
from scripter.jobs.states import Reason, Status, Trigger
from scripter.lib import clock
from scripter.lib.errors import Conflict, ScripterError
from scripter.scripts import service as scripts
from scripter.scripts.models import Held, Script

# Rings for jobs that begin at one moment: whoever ends one takes the next by itself.
_RINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One job that a schedule wants. `fails`: it is not to run but to be recorded as failed, for this reason."""

    script: Script
    schedule_id: int
    due_at: datetime
    idempotency_key: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    priority: int | None = None
    in_turn: bool = False
    fails: str | None = None


def start_all(session: Session, wishes: Sequence[Wish]) -> list[Job | ScripterError]:
    """Queue a job for each wish, in their order, and ring the workers after the commit; where there can be none, the
    error that says why. A wish whose job there is already gives that job."""
    known = _known(session, wishes)
    new = [one for one in wishes if one.idempotency_key not in known]
    if any(one.script.restriction_wait == Held.REFUSE for one in new):
        restrictions.lock(session)
    maker = _Maker(session, new)
    answers: dict[str, Job | ScripterError] = dict(known)
    for one in new:
        answers[one.idempotency_key] = maker.make(one)
    made = [job for one in new if isinstance(job := answers[one.idempotency_key], Job)]
    session.flush()
    _tell(session, made, {script.id: number for script, number in maker.numbers()})
    return [answers[one.idempotency_key] for one in wishes]


class _Maker:
    """Makes jobs of one transaction; what several need is asked for once."""

    def __init__(self, session: Session, wishes: Sequence[Wish]) -> None:
        self._session = session
        self._scripts = {one.script.id: one.script for one in wishes}
        self._latest = scripts.latest_of(session, list(self._scripts.values())) if wishes else {}
        self._builds: dict[int, Build | ScripterError] = {}
        self._room = Room(session, list(self._scripts.values()), len(wishes))

    def numbers(self) -> list[tuple[Script, int]]:
        """The version of each script that its jobs run, by its number."""
        return [(self._scripts[script_id], number) for script_id, (_, number) in self._latest.items()]

    def make(self, one: Wish) -> Job | ScripterError:
        try:
            return self._make(one)
        except ScripterError as error:
            return error

    def _make(self, one: Wish) -> Job:
        making.check_arguments(one.arguments)
        environment = {**one.script.environment, **scripts.check_environment(one.environment)}
        version_id, _ = self._latest[one.script.id]
        job = making.job(one.script, version_id, self._build(one.script.image_id))
        job.trigger, job.schedule_id, job.due_at = Trigger.SCHEDULE, one.schedule_id, one.due_at
        job.idempotency_key = making.hashed(one.idempotency_key)
        job.arguments, job.environment = list(one.arguments), environment
        job.restriction, job.in_turn = restrictions.of(one.script, environment), one.in_turn
        if one.priority is not None:
            job.priority = one.priority
        if one.fails is not None:
            job.status, job.reason, job.reason_code = Status.FAILED, one.fails[:500], Reason.OVERLAP
            job.finished_at = clock.now()
        else:
            if job.restriction is not None and one.script.restriction_wait == Held.REFUSE:
                self._session.flush()  # those before it in the same transaction count as well
                restrictions.refuse(self._session, one.script, job.restriction)
            self._room.take(one.script)
        self._session.add(job)
        return job

    def _build(self, image_id: int) -> Build:
        if image_id not in self._builds:
            try:
                self._builds[image_id] = images.usable(self._session, image_id)
            except ScripterError as error:
                self._builds[image_id] = error
        found = self._builds[image_id]
        if isinstance(found, ScripterError):
            raise found
        return found


def _known(session: Session, wishes: Sequence[Wish]) -> dict[str, Job]:
    """The jobs that there are already, by the key of their wish."""
    keys = {making.hashed(one.idempotency_key): one for one in wishes}
    found = session.scalars(select(Job).where(Job.idempotency_key.in_(keys))).all() if keys else []
    known = {}
    for job in found:
        one = keys[str(job.idempotency_key)]
        if job.script_id != one.script.id:
            raise Conflict("This Idempotency-Key was used for another script.")
        known[one.idempotency_key] = job
    return known


def _tell(session: Session, made: Sequence[Job], numbers: Mapping[int, int]) -> None:
    """Event, audit entry and ring for each job. Not all are rung for: there never are as many places."""
    waiting = [job for job in made if job.status == Status.QUEUED]
    for job in made:
        record(session, job.id, None, Status.QUEUED, f"started by {Trigger.SCHEDULE.value}")
        if job.status == Status.FAILED:
            record(session, job.id, Status.QUEUED, Status.FAILED, job.reason or "")
        detail = {"script": job.script_id, "version": numbers[job.script_id]}
        note(session, None, Tag.JOB_START, target=f"job:{job.id}", detail=detail)
    for job in waiting[:_RINGS]:
        context.wake(session, "jobs.execute", job.id)
