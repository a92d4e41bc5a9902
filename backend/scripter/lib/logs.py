"""Where the words of the program's own log go. Called once by each command that serves; libraries' words come along."""

from __future__ import annotations

import logging
import sys

import structlog

_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def set_up(*, human: bool) -> None:
    """For people (`human`): warnings and worse, in lines to read. For machines: everything from info on, as JSON lines.

    Both go to the standard error stream.
    """
    level = logging.WARNING if human else logging.INFO
    final = _console() if human else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderers: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, final]
    if not human:
        renderers.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=list(_SHARED), processors=renderers))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Every lost connection is told by our own words already.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    # It lists its own parts at each start, and what it does is told by our own words.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _console() -> structlog.dev.ConsoleRenderer:
    # The prettier tracebacks show the values of local variables, passwords among them.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
