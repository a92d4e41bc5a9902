"""Many jobs started at once, as schedules do: the same checks and rows as `service.start`, in few statements.

Nothing of it becomes an object of the session: at ten thousand runs in one second that alone would take seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.scopes import Tag
from scripter.access.service import note_all
from scripter.images import service as images
from scripter.images.models import Build
from scripter.jobs import making, restrictions
from scripter.jobs.limits import Room
from scripter.jobs.models import Job
from scripter.jobs.moves import Step, record_all
from scripter.jobs.states import Reason, Status, Trigger
from scripter.lib import clock
from scripter.lib.db import insert_rows
from scripter.lib.errors import Conflict, ScripterError
from scripter.scripts import service as scripts
from scripter.scripts.models import Held, Script

# Rings for jobs that begin at one moment: whoever ends one takes the next by itself.
_RINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One job that a schedule wants. `fails`: it is not to run but to be recorded as failed, for this reason.
    `replaces`: jobs of the schedule that the caller stops once this one is there; they are not in its way. `as_one`:
    it belongs together with the others of the call, and none of those is in its way either."""

    script: Script
    schedule_id: int
    due_at: datetime
    idempotency_key: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    priority: int | None = None
    in_turn: bool = False
    fails: str | None = None
    replaces: Sequence[int] = ()
    as_one: bool = False


class Started(NamedTuple):
    """A job that there is now."""

    id: int
    due_at: datetime | None


def start_all(session: Session, wishes: Sequence[Wish]) -> list[Started | ScripterError]:
    """Queue a job for each wish, in their order, and ring the workers after the commit; where there can be none, the
    error that says why. A wish whose job there is already gives that job."""
    known = _known(session, wishes)
    new = [one for one in wishes if one.idempotency_key not in known]
    if any(one.script.restriction_wait == Held.REFUSE for one in new):
        restrictions.lock(session)
    maker = _Maker(session, new)
    refused = {one.idempotency_key: error for one in new if (error := maker.make(one)) is not None}
    ids = maker.finish()
    answers: dict[str, Started | ScripterError] = {**known, **refused}
    for one in new:
        if one.idempotency_key not in refused:
            answers[one.idempotency_key] = Started(ids[one.idempotency_key], one.due_at)
    return [answers[one.idempotency_key] for one in wishes]


class _Maker:
    """Makes jobs of one transaction; what several need is asked for once, and written together."""

    def __init__(self, session: Session, wishes: Sequence[Wish]) -> None:
        self._session = session
        self._scripts = {one.script.id: one.script for one in wishes}
        self._latest = scripts.latest_of(session, list(self._scripts.values())) if wishes else {}
        self._builds: dict[int, Build | ScripterError] = {}
        self._room = Room(session, list(self._scripts.values()), len(wishes))
        # By the keys of their wishes: rows that are still to be written, and those that have their ids.
        self._rows: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, int] = {}
        self._rings = _RINGS

    def make(self, one: Wish) -> ScripterError | None:
        """None: there will be a job. Otherwise the error that says why not."""
        try:
            self._rows[one.idempotency_key] = self._row(one)
        except ScripterError as error:
            return error
        return None

    def finish(self) -> dict[str, int]:
        """Write what has been made; the ids of all jobs, by the keys of their wishes."""
        self._write()
        return self._ids

    def _row(self, one: Wish) -> dict[str, Any]:
        making.check_arguments(one.arguments)
        environment = {**one.script.environment, **scripts.check_environment(one.environment)}
        version_id, _ = self._latest[one.script.id]
        row = making.facts(one.script, version_id, self._build(one.script.image_id)) | {
            "trigger": Trigger.SCHEDULE,
            "schedule_id": one.schedule_id,
            "due_at": one.due_at,
            "idempotency_key": making.hashed(one.idempotency_key),
            "arguments": list(one.arguments),
            "environment": environment,
            "restriction": restrictions.of(one.script, environment),
            "in_turn": one.in_turn,
            # In each row, or in none: they are written by one statement.
            "reason": None,
            "reason_code": None,
            "finished_at": None,
        }
        if one.priority is not None:
            row["priority"] = one.priority
        if one.fails is not None:
            failed = {"status": Status.FAILED, "reason": one.fails[:500], "reason_code": Reason.OVERLAP}
            return row | failed | {"finished_at": clock.now()}
        self._take_place(one, row["restriction"])
        return row

    def _take_place(self, one: Wish, restriction: str | None) -> None:
        if restriction is not None and one.script.restriction_wait == Held.REFUSE:
            if not one.as_one:
                self._write()  # those before it in the same transaction count as well
            restrictions.refuse(self._session, one.script, restriction, besides=one.replaces)
        self._room.take(one.script, instead_of=one.replaces)

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

    def _write(self) -> None:
        rows, self._rows = self._rows, {}
        if not rows:
            return
        insert_rows(self._session, Job, list(rows.values()))
        uuids = {row["uuid"]: key for key, row in rows.items()}
        query = select(Job.uuid, Job.id).where(Job.uuid.in_(uuids))
        ids = {uuids[one]: job_id for one, job_id in self._session.execute(query)}
        self._ids |= ids
        self._tell([(ids[key], row) for key, row in rows.items()])

    def _tell(self, made: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Event, audit entry and ring for each job. Not all are rung for: there never are as many places."""
        begun = [Step(job_id, None, Status.QUEUED, f"started by {Trigger.SCHEDULE.value}") for job_id, _ in made]
        failed = [(job_id, row) for job_id, row in made if row["status"] == Status.FAILED]
        record_all(
            self._session, begun + [Step(one, Status.QUEUED, Status.FAILED, row["reason"]) for one, row in failed]
        )
        details = {f"job:{job_id}": self._detail(row["script_id"]) for job_id, row in made}
        note_all(self._session, None, Tag.JOB_START, details)
        waiting = [job_id for job_id, row in made if row["status"] == Status.QUEUED]
        for job_id in waiting[: self._rings]:
            context.wake(self._session, "jobs.execute", job_id)
            self._rings -= 1

    def _detail(self, script_id: int) -> dict[str, object]:
        return {"script": script_id, "version": self._latest[script_id][1]}


def _known(session: Session, wishes: Sequence[Wish]) -> dict[str, Started]:
    """The jobs that there are already, by the key of their wish."""
    keys = {making.hashed(one.idempotency_key): one for one in wishes}
    query = select(Job.id, Job.script_id, Job.due_at, Job.idempotency_key).where(Job.idempotency_key.in_(keys))
    known = {}
    for job_id, script_id, due_at, key in session.execute(query) if keys else ():
        one = keys[str(key)]
        if script_id != one.script.id:
            raise Conflict("This Idempotency-Key was used for another script.")
        known[one.idempotency_key] = Started(job_id, due_at)
    return known
