"""Completion, signatures, documentation and definitions in Python code, from a child process that never runs it.

The code lies in a folder of its own while it is asked about: only files that are Python source, so that there is
nothing that could be loaded as a library."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from scripter.lib.answerer import Answerer

Ask = Literal["complete", "signature", "hover", "definition"]

# Nobody waits for a completion longer than this.
PATIENCE_S: Final = 1.5
# The child is ended by the kernel after 1.5 s to 2.5 s of work; this is for one that neither works nor answers.
_LONGEST_S: Final = 20.0
_WAITING: Final = 8
_KEPT: Final = 8


class PythonHelp:
    """The child process and the folders of the code that it is asked about. Nothing is started before it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._root: Path | None = None
        self._answerer: Answerer | None = None
        # The longest unused first.
        self._folders: dict[Path, bool] = {}

    def ask(
        self,
        ask: Ask,
        files: Mapping[str, str],
        path: str,
        *,
        line: int,
        column: int,
        folders: Sequence[str],
    ) -> dict[str, Any] | None:
        """What jedi has to say about the place in the file `path`, one of `files`; None if it took too long.

        `line` counts from 1, `column` from 0 in characters. Modules are looked for in `folders`, then in Python's own.

        Raises:
            TooMany: too many are asking.
        """
        others = {name: content for name, content in files.items() if name != path}
        with self._lock:
            answerer, root = self._started()
        # The same files lie where they lay, since what was read there is still known.
        folder = root / hashlib.sha256(json.dumps(sorted(others.items())).encode()).hexdigest()
        return answerer.ask(
            {
                "ask": ask,
                "root": str(folder),
                "path": path,
                "content": files[path],
                "folders": list(folders),
                "line": line,
                "column": column,
            },
            first=lambda: self._place(folder, others),
        )

    def close(self) -> None:
        """End the child and remove the folders."""
        with self._lock:
            if self._answerer is not None:
                self._answerer.close()
            if self._root is not None:
                shutil.rmtree(self._root, ignore_errors=True)
            self._answerer = self._root = None
            self._folders.clear()

    def _started(self) -> tuple[Answerer, Path]:
        if self._answerer is None or self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="scripter-python-"))
            # -I: neither the surroundings nor the present folder decide what is imported.
            command = [sys.executable, "-I", "-W", "ignore", "-m", "scripter.lib.jedi_child", str(self._root)]
            self._answerer = Answerer(command, patience_s=PATIENCE_S, longest_s=_LONGEST_S, waiting=_WAITING)
        return self._answerer, self._root

    def _place(self, folder: Path, others: Mapping[str, str]) -> None:
        """Let these files lie in their folder. Questions go one by one: no folder is lost while asked about."""
        if self._folders.pop(folder, None) is None:
            _write(folder, others)
        self._folders[folder] = True
        while len(self._folders) > _KEPT:
            oldest = next(iter(self._folders))
            del self._folders[oldest]
            shutil.rmtree(oldest, ignore_errors=True)


def _write(folder: Path, others: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in others.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
