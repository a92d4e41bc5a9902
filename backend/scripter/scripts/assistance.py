"""Help with the Python of a script while it is written: problems, layout, completion, documentation, definitions.

Nothing is stored: whoever asks sends what differs from a version. Used by `assistance_api`."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from sqlalchemy.orm import Session

from scripter import filestore
from scripter.filestore import SourceFile
from scripter.images import service as images
from scripter.lib import ruff
from scripter.lib.errors import BadInput, TooLarge, TooMany
from scripter.lib.python_help import Ask, PythonHelp
from scripter.lib.ruff import Finding
from scripter.scripts import service
from scripter.scripts.models import Script

# More than any script needs that people find their way in; completing in it would take too long anyway.
MOST_FILES: Final = 300
MOST_BYTES: Final = 4 * 1024 * 1024
_AT_ONE_TIME: Final = 2
_PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Code:
    """The Python files of a script as somebody has them in the editor, and where its entry looks for modules."""

    files: Mapping[str, str]
    folders: Sequence[str]


def code(session: Session, script: Script, base: int, changed: Sequence[SourceFile], gone: Collection[str]) -> Code:
    """The files of the version `base`, with those that were `changed` put in and those that are `gone` taken out.

    Raises:
        NotFound: there is no such version.
        BadInput, TooLarge: naming the file.
    """
    version = service.version(session, script, base)
    present = [file for file in service.files(session, version, ".py") if file.path not in gone]
    sources = [file for file in filestore.merge(present, filestore.check(changed)) if file.path.endswith(".py")]
    if len(sources) > MOST_FILES or sum(len(file.content) for file in sources) > MOST_BYTES:
        raise TooLarge(
            f"Help is given for scripts of at most {MOST_FILES} Python files with {MOST_BYTES // 1024**2} MB in all."
        )
    beside_the_entry = str(PurePosixPath(version.entry).parent)
    return Code({file.path: file.content.decode() for file in sources}, list(dict.fromkeys([beside_the_entry, "."])))


def python_of(session: Session, script: Script) -> str:
    """The version of Python that the script runs on, like 3.11.2; empty while its image is not built."""
    build = images.good_builds(session, [script.image]).get(script.image_id)
    return build.python or "" if build is not None else ""


class Assistance:
    """Those who answer. One for each web process; it starts what it needs when it is first asked."""

    def __init__(self) -> None:
        self._jedi = PythonHelp()
        self._places = threading.BoundedSemaphore(_AT_ONE_TIME)

    def ask(self, ask: Ask, code: Code, path: str, *, line: int, column: int) -> dict[str, Any] | None:
        """What is known about a place in the code, as `lib.jedi_child` tells it; None if it took too long.

        Raises:
            BadInput: there is no such place.
            TooMany: too many are asking.
        """
        if path not in code.files:
            raise BadInput.at("path", "There is no such Python file in the script.")
        _check_place(code.files[path], line, column)
        return self._jedi.ask(ask, code.files, path, line=line, column=column, folders=code.folders)

    def problems(self, content: str, python: str) -> list[Finding] | None:
        """What is wrong with one file, from top to bottom; None if it took too long.

        Raises:
            TooMany: too many are asking.
        """
        with self._place():
            return ruff.findings(content, python=python)

    def formatted(self, content: str, python: str) -> str | None:
        """The file laid out well; None if it took too long.

        Raises:
            ruff.NotPython: it has a mistake of syntax.
            TooMany: too many are asking.
        """
        with self._place():
            return ruff.formatted(content, python=python)

    def close(self) -> None:
        """End whatever was started."""
        self._jedi.close()

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=_PATIENCE_S):
            raise TooMany("Too many files are being looked at at the moment. Try again shortly.", retry_after_s=1)
        try:
            yield
        finally:
            self._places.release()


def _check_place(content: str, line: int, column: int) -> None:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if line > len(lines):
        raise BadInput.at("line", f"The file has {len(lines)} lines.")
    if column > len(lines[line - 1]):
        raise BadInput.at("column", f"This line has {len(lines[line - 1])} characters.")
