"""What lies in a built image: its packages, asked of a locked-down container, and its layers; called by docker."""

from __future__ import annotations

import re

from docker.errors import ImageNotFound

from scripter.runners import docker_create, inside
from scripter.runners.docker_ask import asked
from scripter.runners.docker_engine import Engine
from scripter.runners.protocol import Contents, ImageGone, Layer
from scripter.runners.way_out import PRELUDE

MAX_LAYERS = 150
MAX_MADE_BY = 300
# How the classic builder writes down what was no command: "/bin/sh -c #(nop)  ENV A=1".
_NO_COMMAND = re.compile(r"^/bin/sh -c #\(nop\)\s+")
_COMMAND = re.compile(r"^/bin/sh -c\s+")


def contents_of(engine: Engine, image: str) -> Contents:
    """Raises: ImageGone, Refused, RunnerUnavailable."""
    with engine.talking():
        try:
            history = engine.history(image)
        except ImageNotFound as error:
            raise ImageGone from error
        printed = asked(engine, docker_create.inventory(engine.client, image, inside.PROGRAM))
    packages, cut = inside.packages(printed)
    layers = [Layer(_made_by(str(one.get("CreatedBy", ""))), int(one.get("Size", 0))) for one in history]
    # The engine tells the uppermost first. Of very many the lowest are left out: those are the base's.
    return Contents(packages, cut, tuple(reversed(layers[:MAX_LAYERS])))


def _made_by(created_by: str) -> str:
    text = created_by.replace(PRELUDE, "")
    text = _NO_COMMAND.sub("", text) if _NO_COMMAND.match(text) else _COMMAND.sub("RUN ", text)
    return " ".join(text.split())[:MAX_MADE_BY]
