"""The clock process: periodiq's scheduler in the main thread, ringing what has to be done every minute.

Its ticks only wake somebody; what is due is read from the schedules' own cursors. A tick that is lost does no harm."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from types import FrameType

import dramatiq
import periodiq
import structlog

from scripter import start_up
from scripter.config import Settings
from scripter.lib import garbage
from scripter.lib.errors import BadInput
from scripter.lib.pulse import Pulse
from scripter.lib.queue import UNREACHABLE

log = structlog.get_logger(__name__)


class Clock(periodiq.Scheduler):  # type: ignore[misc]  # periodiq has no types
    """periodiq's scheduler, which outlives its broker: by itself it would end with the first tick that is refused."""

    def __init__(self, actors: list[dramatiq.Actor[..., object]], pulse: Pulse | None = None) -> None:
        super().__init__(actors)
        self._pulse = pulse or Pulse()

    def send_actors(self, actors: Iterable[dramatiq.Actor[..., object]], now: object) -> None:
        for actor in actors:
            try:
                super().send_actors([actor], now)
            except UNREACHABLE as error:
                log.warning("clock.tick_lost", task=actor.actor_name, error=str(error) or type(error).__name__)
            else:
                self._pulse.beat()


def run(settings: Settings, pulse: Pulse) -> None:
    """Tick until told to stop.

    Raises:
        BadInput: there is no broker to ring through.
    """
    if not settings.queue.url:
        told = "is empty: in one process everything ticks by itself, and no clock is needed (`scripter up`)"
        raise BadInput.at("queue.url", told)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    context = start_up.open_context(settings)
    try:
        clock = Clock(context.queue.periodic(), pulse)
        log.info("clock.started")
        garbage.settle()
        clock.schedule()
        clock.loop()
    finally:
        context.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
