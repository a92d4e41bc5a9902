"""All services together: up, down, status; called by the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from testbed.base_image import IMAGE, LABEL, BaseImage
from testbed.daemon import Daemon
from testbed.engine import Engine
from testbed.errors import ServiceError
from testbed.services import own_daemons
from testbed.stand_ins import STAND_INS, StandIn
from testbed.state import State

Say = Callable[[str], None]


def up(state: State, say: Say) -> None:
    """Start what does not answer, all services at once, and return when each does."""

    def ensure(daemon: Daemon) -> None:
        _ensure(state, daemon, say)
        if isinstance(daemon, Engine):
            _ensure_image(BaseImage(state), daemon, say)

    with state.lock():
        _for_each(own_daemons(state).values(), ensure)


def images(state: State, say: Say) -> None:
    """Make the images that compose.yaml names, unless the engine has them as they are made today.

    An engine that is not the testbed's own has a hub, or was given them: it is left alone.
    """
    engine = own_daemons(state).get("dockerd")
    if not isinstance(engine, Engine):
        say("dockerd: not the testbed's, so its images are not either")
        return
    with state.lock():
        _ensure(state, engine, say)
        _ensure_image(BaseImage(state), engine, say)
        for stand_in in STAND_INS:
            _ensure_stand_in(stand_in, engine, say)


def down(state: State, say: Say) -> None:
    """Stop the testbed's services, and the containers with them. Their files stay."""

    def stop(daemon: Daemon) -> None:
        daemon.stop()
        say(f"{daemon.name}: stopped")

    with state.lock():
        _for_each(own_daemons(state).values(), stop)


def status(state: State, say: Say) -> bool:
    """Say of each service whether it answers; True if all do."""
    all_answer = True
    for daemon in own_daemons(state).values():
        answers = daemon.answers()
        say(f"{daemon.name}: {f'answers at {daemon.url}' if answers else 'does not run'}")
        all_answer = all_answer and answers
    return all_answer


def _ensure(state: State, daemon: Daemon, say: Say) -> None:
    if daemon.answers():
        say(f"{daemon.name}: runs")
    else:
        say(f"{daemon.name}: starting")
        began = time.monotonic()
        daemon.start()
        say(f"{daemon.name}: answers after {time.monotonic() - began:.1f} s")
    # Also when it ran: a test may have started it again, and on another port.
    if state.url(daemon.name) != daemon.url:
        state.remember(f"{daemon.name}.url", daemon.url)


def _ensure_image(image: BaseImage, engine: Engine, say: Say) -> None:
    if image.is_in(engine):
        return
    if not image.archive.exists():
        say(f"{IMAGE}: making it from Debian's packages, which takes about a minute")
        image.make()
    image.load(engine)
    say(f"{IMAGE}: imported")


def _ensure_stand_in(stand_in: StandIn, engine: Engine, say: Say) -> None:
    recipe = stand_in.recipe(engine.label(IMAGE, LABEL) or "")
    if engine.label(stand_in.image, LABEL) == recipe:
        return
    say(f"{stand_in.image}: making it from Debian's packages")
    stand_in.make(engine, recipe)


def _for_each(daemons: Iterable[Daemon], do: Callable[[Daemon], None]) -> None:
    """Do it to all at once; one error that names every service that failed."""
    with ThreadPoolExecutor() as pool:
        running = {daemon.name: pool.submit(do, daemon) for daemon in daemons}
    failures = [f"{name}: {error}" for name, task in running.items() if (error := task.exception())]
    if failures:
        raise ServiceError("\n".join(failures))
