"""What the queue rings for images: begin a build, and remove built images that nobody needs any more."""

from __future__ import annotations

import structlog

from scripter.context import Context
from scripter.images import builder, builds
from scripter.images.models import Leftover
from scripter.lib import queue
from scripter.runners.protocol import ImageInUse, Refused, Runner, RunnerUnavailable

log = structlog.get_logger(__name__)


@queue.task("images.build", queue="builds")
def build(context: Context, build_id: int) -> None:
    """Begin this build if a place is free. Twice does no harm: it is claimed once."""
    if context.runner is not None:
        builder.begin(context, context.runner, build_id)


@queue.task("images.tidy", queue="builds")
def tidy(context: Context) -> None:
    """Remove the built images that no image and no job needs; what cannot be removed now is tried again later."""
    if context.runner is None:
        return
    with context.db.reading() as session:
        waiting = builds.leftovers(session)
    for leftover in waiting:
        if _removed(context, context.runner, leftover):
            _forget(context, leftover.id)


def _forget(context: Context, leftover_id: int) -> None:
    context.db.run(lambda session: builds.forget_leftover(session, leftover_id))


def _removed(context: Context, runner: Runner, leftover: Leftover) -> bool:
    with context.db.reading() as session:
        if builds.is_good_elsewhere(session, leftover.reference):
            return True  # the name of the same thing under which it goes on to be used
    try:
        runner.remove_image(leftover.reference)
    except (ImageInUse, RunnerUnavailable, Refused) as error:
        log.info("images.tidy_later", reference=leftover.reference, why=error.message)
        return False
    return True
