"""What the clock rings every minute: note that it ticked, and plan. `firing` plans as well, in case nobody rings."""

from __future__ import annotations

import structlog

from scripter.context import Context
from scripter.lib import clock
from scripter.lib.queue import task
from scripter.schedules import ledger, ping, planner, zones

log = structlog.get_logger(__name__)


@task("schedules.tick", queue="ticks", every="* * * * *")
def tick(context: Context) -> None:
    """Twice, late or never is all the same: planning goes by each schedule's cursor and not by the ticks."""
    now = clock.now()
    context.db.run(lambda session: ledger.record_tick(session, now))
    plan(context)
    if context.settings.clock.ping_url:
        ping.send(context.settings.clock.ping_url)


def plan(context: Context) -> None:
    """Plan all that is to be planned now, in as many short transactions as it takes."""
    while plan_some(context):
        pass


def plan_some(context: Context) -> bool:
    """One of these transactions; anew where the rules of time zones are newer than those of the last plan. True: there
    is more."""
    if context.db.run(lambda session: planner.renew(session, zones.rules(), clock.now())):
        log.info("schedules.planned_anew", rules=zones.rules())
    return context.db.run(lambda session: planner.plan(session, clock.now()))
