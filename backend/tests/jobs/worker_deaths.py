"""Where a worker may have died, as what it had done by then; what the tests of adoption and outages share."""

from __future__ import annotations

from collections.abc import Callable

from job_rig import House, until

from scripter.jobs import moves, slots
from scripter.jobs.models import Job

DEAD = "w:dead"


def claimed(house: House, job: Job) -> None: ...


def laid_out(house: House, job: Job) -> None:
    slots.make(house.context, job)


def prepared(house: House, job: Job) -> None:
    laid_out(house, job)
    house.runner.prepare(slots.spec(house.context, job))


def given_its_go(house: House, job: Job) -> None:
    laid_out(house, job)
    slot = house.runner.prepare(slots.spec(house.context, job))
    house.runner.start(slot, slots.go(house.context, job, "cold start", 0))


def running(house: House, job: Job) -> None:
    given_its_go(house, job)
    with house.context.db.transaction() as session:
        assert moves.mark_running(session, job, DEAD, 1, "cold")


def finished(house: House, job: Job) -> None:
    running(house, job)
    until((house.directory(job) / "exit.json").exists, "the exit record")


def finished_and_removed_by_hand(house: House, job: Job) -> None:
    finished(house, job)
    for slot in house.slots():
        house.runner.discard(slot)


Died = Callable[[House, Job], None]
DEATHS = [claimed, laid_out, prepared, given_its_go, running, finished, finished_and_removed_by_hand]
