"""What the clock rings for upkeep."""

from __future__ import annotations

from scripter.context import Context
from scripter.lib.queue import task
from scripter.upkeep import service


@task("upkeep.sweep", queue="ticks", every="* * * * *")
def sweep(context: Context) -> None:
    """Once a minute: find what a lost message or a dead process left behind."""
    context.db.run(service.sweep)
