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
        self._folders: dict[str, Path] = {}

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
        with self._lock:
            answerer = self._started()
            root = self._placed({name: content for name, content in files.items() if name != path})
        return answerer.ask(
            {
                "ask": ask,
                "root": str(root),
                "path": path,
                "content": files[path],
                "folders": list(folders),
                "line": line,
                "column": column,
            }
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

    def _started(self) -> Answerer:
        if self._answerer is None:
            self._root = Path(tempfile.mkdtemp(prefix="scripter-python-"))
            # -I: neither the surroundings nor the present folder decide what is imported.
            command = [sys.executable, "-I", "-W", "ignore", "-m", "scripter.lib.jedi_child", str(self._root)]
            self._answerer = Answerer(command, patience_s=PATIENCE_S, longest_s=_LONGEST_S, waiting=_WAITING)
        return self._answerer

    def _placed(self, others: Mapping[str, str]) -> Path:
        """The folder with these files; the same ones lie where they lay, since what was read there is still known."""
        key = hashlib.sha256(json.dumps(sorted(others.items())).encode()).hexdigest()
        folder = self._folders.pop(key, None) or self._write(others, key)
        self._folders[key] = folder
        while len(self._folders) > _KEPT:
            shutil.rmtree(self._folders.pop(next(iter(self._folders))), ignore_errors=True)
        return folder

    def _write(self, others: Mapping[str, str], key: str) -> Path:
        assert self._root is not None
        folder = self._root / key
        folder.mkdir(exist_ok=True)
        for name, content in others.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        return folder
