"""Looks at the processes of this installation: which workers live, and whether the clock ticks."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject, answers
from scripter.lib import clock
from scripter.schedules import service as schedules
from scripter.upkeep import service as upkeep
from scripter.upkeep.models import WorkerRow


def alive(subject: Subject) -> Iterator[Finding]:
    """From what they write into the database every few seconds."""
    if not answers(subject):
        return
    try:
        with subject.reading() as session:
            workers, tick, now = upkeep.workers(session), schedules.last_tick(session), clock.now()
    except SQLAlchemyError:
        return  # no tables yet, or those of another version: told by the check of their shape
    yield from _workers([one for one in workers if upkeep.is_alive(one, now)], workers)
    if tick is None:
        remedy = "Start `scripter clock` (or `scripter up`, which has one) and a worker."
        yield problem("clock", "has never ticked", "No schedule is planned, and nothing is swept up.", remedy)
    elif upkeep.clock_is_late(tick, now):
        minutes = (now - tick).total_seconds() / 60
        yield problem(
            "clock",
            f"last ticked {minutes:.0f} minutes ago",
            "No schedule is planned, and nothing is swept up.",
            "See that `scripter clock` (or `scripter up`) and a worker are running, and that the broker answers.",
        )
    else:
        yield ok("clock", f"ticked {(now - tick).total_seconds():.0f} s ago")


def _workers(living: list[WorkerRow], known: list[WorkerRow]) -> Iterator[Finding]:
    silent = [one.name for one in known if one not in living and one.name not in {each.name for each in living}]
    if not living:
        told = f"none is alive (silent: {', '.join(silent)})" if silent else "none is alive"
        yield problem("workers", told, "Jobs and builds wait.", "Start one with `scripter worker`, or `scripter up`.")
        return
    yield ok("workers", "; ".join(f"{one.name}: {one.running} of {one.places} places taken" for one in living))
    if silent:
        yield notice("workers", f"silent: {', '.join(silent)}", "Jobs that they had are taken over by the others.")
    for one in living:
        if not one.engine_answers:
            yield problem(
                "workers",
                f"{one.name} does not reach its engine",
                "It takes no job until it does.",
                "Start the engine on its machine, or look at docker.host there.",
            )
    if len({one.isolates for one in living}) > 1:
        unsafe = ", ".join(one.name for one in living if not one.isolates)
        yield warning(
            "workers",
            f"{unsafe} runs jobs without containers, the others with them",
            "Which of them gets a job is left to chance: some are not isolated.",
            "Start Docker on that machine, set runner.kind = docker there, and start the worker again.",
        )
