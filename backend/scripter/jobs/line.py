"""The line of waiting jobs: who is next, who is passed over because of a limit, where each one stands and what it
waits for. `moves.claim_next` takes from it, `views` shows it, and `limits` locks what it locks.

The order is priority, then age. A job whose script or person has as many jobs running as they may is passed over, and
so is one that pauses before its next attempt; neither holds up those behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from scripter import context
from scripter.access.models import User
from scripter.jobs import restrictions
from scripter.jobs.models import Job
from scripter.jobs.states import ACTIVE, Status
from scripter.lib import clock
from scripter.scripts.models import Script

# Rooms above know the workers: given how many jobs run, they say in words what keeps every waiting job from being
# taken, or None.
hindrances: list[Callable[[Session, int], str | None]] = []


class Candidate(NamedTuple):
    """The first of the line, with the limits that it is under; None means no limit."""

    job_id: int
    script_id: int
    person_id: int | None
    max_of_script: int | None
    max_of_person: int | None
    restriction: str | None = None
    # The schedule that wants its jobs one at a time.
    schedule_id: int | None = None

    @property
    def is_restricted(self) -> bool:
        return self.restriction is not None or self.schedule_id is not None

    @property
    def is_limited(self) -> bool:
        return self.is_restricted or self.max_of_script is not None or self.max_of_person is not None


class Standing(NamedTuple):
    """How it stands with a waiting job. `position` 1 is the next one; None while it pauses before another attempt."""

    position: int | None = None
    waits_for: str | None = None
    # The job that holds what this one needs to itself.
    holder_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Running:
    """How many jobs of each script and each person are starting or running, and what they have to themselves."""

    scripts: Counter[int] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    full_scripts: set[int] = field(default_factory=set)
    full_people: set[int] = field(default_factory=set)
    # By restriction and by schedule: a job that is starting or running.
    holders: dict[str, int] = field(default_factory=dict)
    schedules: dict[int, int] = field(default_factory=dict)

    def passes_over(self, one: Candidate) -> bool:
        held = one.restriction in self.holders or one.schedule_id in self.schedules
        return held or one.script_id in self.full_scripts or one.person_id in self.full_people

    def others(self) -> list[ColumnElement[bool]]:
        """Conditions that leave the jobs that are not passed over."""
        found: list[ColumnElement[bool]] = []
        if self.full_scripts:
            found.append(Job.script_id.not_in(self.full_scripts))
        if self.full_people:
            found.append(Job.started_by_id.is_(None) | Job.started_by_id.not_in(self.full_people))
        if self.holders:
            free = Job.restriction.is_(None) | Job.override_reason.is_not(None)
            found.append(free | Job.restriction.not_in(self.holders))
        if self.schedules:
            found.append(~Job.in_turn | Job.schedule_id.not_in(self.schedules))
        return found


def first(session: Session) -> Candidate | None:
    """The job that should be taken next; None when none waits that may be taken now.

    One statement as long as no limit is in the way, however long the line is.
    """
    head = _head(session)
    if head is None or not head.is_limited:
        return head
    running = _running(session)
    if not running.passes_over(head):
        return head
    # Inside the database and not one by one: thousands of jobs of one script may stand before the first that may go.
    return _head(session, passing_over=running)


def has_room(session: Session, one: Candidate) -> bool:
    """Whether one more job of its script and person may run, and none has what it needs to itself. If there is a limit,
    nobody else can let one run until the transaction ends."""
    if one.is_restricted:
        restrictions.lock(session)
        if _is_held(session, one):
            return False
    lock(session, one.script_id if one.max_of_script else None, one.person_id if one.max_of_person else None)
    busy = select(func.count()).where(Job.status.in_(ACTIVE))
    for most, mine in ((one.max_of_script, Job.script_id == one.script_id), (one.max_of_person, _of(one.person_id))):
        if most is not None and (session.scalar(busy.where(mine)) or 0) >= most:
            return False
    return True


def _is_held(session: Session, one: Candidate) -> bool:
    active = select(Job.id).where(Job.status.in_(ACTIVE)).limit(1)
    for wanted, mine in ((one.restriction, Job.restriction), (one.schedule_id, Job.schedule_id)):
        if wanted is not None and session.scalar(active.where(mine == wanted)) is not None:
            return True
    return False


def lock(session: Session, script_id: int | None, person_id: int | None) -> None:
    """Make whoever counts the jobs of this script or person wait for the end of the transaction.

    Always the script first: two that hold one each and want the other would wait for ever. SQLite, which has one
    writer at a time, needs no lock and knows none.
    """
    if script_id is not None:
        session.execute(select(Script.id).where(Script.id == script_id).with_for_update())
    if person_id is not None:
        session.execute(select(User.id).where(User.id == person_id).with_for_update())


def standings(session: Session, jobs: Sequence[Job]) -> dict[int, Standing]:
    """How it stands with those of `jobs` that wait, by id, in as many statements for a hundred as for one."""
    waiting = [job for job in jobs if job.status == Status.QUEUED]
    if not waiting:
        return {}
    places = _places(session, [job.id for job in waiting])
    running = _running(session)
    hindrance = next((words for ask in hindrances if (words := ask(session, running.scripts.total()))), None)
    return {job.id: _standing(session, job, running, places.get(job.id), hindrance) for job in waiting}


def _standing(session: Session, job: Job, running: _Running, place: int | None, hindrance: str | None) -> Standing:
    holder_id = _holder(job, running)
    return Standing(place, _obstacle(session, job, running, holder_id) or hindrance, holder_id)


def _holder(job: Job, running: _Running) -> int | None:
    """The job that has what this one needs to itself."""
    needed = restrictions.needed(job)
    if needed is not None and needed in running.holders:
        return running.holders[needed]
    return running.schedules.get(job.schedule_id) if job.in_turn and job.schedule_id is not None else None


def _obstacle(session: Session, job: Job, running: _Running, holder_id: int | None) -> str | None:
    """What keeps this job, and not every other, from being taken."""
    if job.retry_at is not None and job.retry_at > clock.now():
        return f"it pauses before attempt {job.attempt}"
    if holder_id is not None:
        needed = restrictions.needed(job)
        held = needed is not None and needed in running.holders
        need = restrictions.told(needed or "") if held else "the turn of its schedule"
        return f"job {holder_id} has {need}"
    if job.script_id in running.full_scripts:
        return f"{running.scripts[job.script_id]} of {job.script.max_running} jobs of this script are running"
    if job.started_by is not None and job.started_by_id in running.full_people:
        most = context.of(session).settings.jobs.max_running_per_user
        return f"{running.people[job.started_by.id]} of the {most} jobs that {job.started_by.name} may run are running"
    return None


def _head(session: Session, *, passing_over: _Running | None = None) -> Candidate | None:
    waiting = [Job.status == Status.QUEUED, may_go(), *(passing_over.others() if passing_over else ())]
    # First the highest priority, then the oldest of it: an index can be read either way, but not both ways at once.
    highest = select(Job.priority).where(*waiting).order_by(Job.priority.desc(), Job.id.desc()).limit(1)
    query = (
        select(
            Job.id,
            Job.script_id,
            Job.started_by_id,
            Script.max_running,
            case((Job.override_reason.is_(None), Job.restriction)),
            case((Job.in_turn, Job.schedule_id)),
        )
        .join(Script, Script.id == Job.script_id)
        .where(*waiting, Job.priority == highest.correlate(None).scalar_subquery())
        .order_by(Job.id)
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    job_id, script_id, person_id, max_of_script, restriction, schedule_id = row
    most = _max_of(session, person_id)
    return Candidate(job_id, script_id, person_id, max_of_script, most, restriction, schedule_id)


def _running(session: Session) -> _Running:
    """Counted over the jobs that hold places: few, however many wait."""
    found = _Running()
    query = (
        select(Job.id, Job.script_id, Job.started_by_id, Script.max_running, Job.restriction, Job.schedule_id)
        .join(Script, Script.id == Job.script_id)
        .where(Job.status.in_(ACTIVE))
    )
    for job_id, script_id, person_id, max_of_script, restriction, schedule_id in session.execute(query):
        found.scripts[script_id] += 1
        if max_of_script is not None and found.scripts[script_id] >= max_of_script:
            found.full_scripts.add(script_id)
        if person_id is not None:
            found.people[person_id] += 1
            most = _max_of(session, person_id)
            if most is not None and found.people[person_id] >= most:
                found.full_people.add(person_id)
        if restriction is not None:
            found.holders[restriction] = job_id
        if schedule_id is not None:
            found.schedules[schedule_id] = job_id
    return found


def _places(session: Session, job_ids: Collection[int]) -> dict[int, int]:
    place = func.row_number().over(order_by=(Job.priority.desc(), Job.id)).label("place")
    line = select(Job.id, place).where(Job.status == Status.QUEUED, may_go()).subquery()
    return {row.id: row.place for row in session.execute(select(line).where(line.c.id.in_(job_ids)))}


def may_go() -> ColumnElement[bool]:
    """Not those that pause before another attempt, nor those whose deadline has passed."""
    now = clock.now()
    return (Job.retry_at.is_(None) | (Job.retry_at <= now)) & (Job.deadline_at.is_(None) | (Job.deadline_at > now))


def _max_of(session: Session, person_id: int | None) -> int | None:
    """How many jobs of this person may run. Those that a schedule started are nobody's."""
    return None if person_id is None else context.of(session).settings.jobs.max_running_per_user or None


def _of(person_id: int | None) -> ColumnElement[bool]:
    return Job.started_by_id == person_id
