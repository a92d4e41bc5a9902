"""What is looked at: the settings of this installation, and the way to each of its parts. Shared by all checks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scripter import context
from scripter.config import Settings
from scripter.lib import keys
from scripter.lib.db import Database
from scripter.runners import choose, docker_look
from scripter.runners.docker_engine import Engine
from scripter.runners.docker_look import EngineFacts
from scripter.runners.docker_paths import HostPaths
from scripter.runners.protocol import Refused, RunnerUnavailable
from scripter.runners.way_out import WayOut


class Subject:
    """One installation, seen from where its worker is. `file` is where the settings were read, if anywhere."""

    def __init__(self, settings: Settings, file: Path | None = None) -> None:
        self.settings, self.file = settings, file
        self.data = settings.data_directory
        self.engine = Engine(settings.docker.host)
        self.paths = HostPaths(self.engine, self.data, settings.docker.host_directory)
        self._asking = threading.Lock()
        self._asked = False
        self._facts: EngineFacts | None = None
        self.engine_error = ""

    @cached_property
    def database(self) -> Database:
        """Raises: BadInput, for certificates that cannot be used."""
        return context.open_database(self.settings)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Raises: SQLAlchemyError while the database does not answer, which a check of its own tells."""
        with self.database.reading() as session:
            yield session

    @property
    def facts(self) -> EngineFacts | None:
        """What the engine says of itself; None if it does not answer, with the reason in `engine_error`."""
        with self._asking:
            if not self._asked:
                try:
                    self._facts = docker_look.facts(self.engine)
                except (RunnerUnavailable, Refused) as error:
                    self.engine_error = error.message
                self._asked = True
            return self._facts

    @property
    def needs_engine(self) -> bool:
        """Whether jobs here run on an engine, now or since there was one."""
        return self.settings.runner.kind != "local" and (
            self.settings.runner.kind == "docker" or choose.docker_was_here(self.data) or self.facts is not None
        )

    @property
    def instance(self) -> str | None:
        """The name of this installation on its engine; None if it was never started."""
        file = self.data / "keys" / "instance"
        return keys.secret(file, size=6) if file.exists() else None

    @property
    def way_out(self) -> WayOut:
        """Raises: BadInput, for an authority that cannot be read."""
        return choose.way_out_of(self.settings.builds)

    @property
    def has_database(self) -> bool:
        """Whether there is one to connect to: SQLite would make its file, and here nothing is made."""
        file = self.database.engine.url.database
        return not self.database.is_sqlite or (file is not None and Path(file).exists())


def answers(subject: Subject) -> bool:
    """Whether the database answers: what cannot be read from it is left to the check that says so."""
    if not subject.has_database:
        return False
    try:
        with subject.database.engine.connect():
            return True
    except SQLAlchemyError:
        return False
