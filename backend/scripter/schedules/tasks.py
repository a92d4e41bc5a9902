"""What the clock rings every minute: note that it ticked, and plan. `firing` plans as well, in case nobody rings."""

from __future__ import annotations

from scripter.context import Context
from scripter.lib import clock
from scripter.lib.queue import task
from scripter.schedules import ledger, planner


@task("schedules.tick", queue="ticks", every="* * * * *")
def tick(context: Context) -> None:
    """Twice, late or never is all the same: planning goes by each schedule's cursor and not by the ticks."""
    now = clock.now()
    context.db.run(lambda session: ledger.record_tick(session, now))
    plan(context)


def plan(context: Context) -> None:
    """Plan all that is to be planned now, in as many short transactions as it takes."""
    while context.db.run(lambda session: planner.plan(session, clock.now())):
        pass
