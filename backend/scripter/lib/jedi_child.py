"""Answers questions about Python code in a process of its own, which reads the code and never runs it. Started by
`lib.python_help` as a child; the lines that it reads and writes are described there.

What keeps the code from being run, or anything but it from being read: no module of its own is ever on the path that
this process imports from; what jedi would import to look at is left out of it; and an audit hook, which cannot be taken
out again, refuses to execute code of a script, to open any file that is no source of the script or of Python itself,
to write, to start processes and to connect."""

from __future__ import annotations

import importlib.machinery
import json
import math
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType
from typing import Any, Final

import jedi
import parso.cache
from jedi.inference import imports

_MEMORY_BYTES: Final = 768 * 1024 * 1024
_PROCESSOR_S: Final = 1.5
_MOST_NAMES: Final = 300
_MOST_TEXT: Final = 8_000
_FORBIDDEN: Final = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove", "os.rename",
    "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill", "os.putenv",
    "shutil.", "ctypes.", "ftplib.", "urllib.", "webbrowser.", "pty.",
)  # fmt: skip
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Question = dict[str, Any]


class Refused(PermissionError):
    """The audit hook lets nobody do this here."""


def main(sources: str) -> None:
    """Answer what comes in, line by line, until there is no more. `sources` is the folder that scripts are put into."""
    library = _only_the_library_is_imported()
    _settle()
    _warm_up(library)
    _confine([*library, str(Path(jedi.__file__).parent), str(Path(parso.__file__).parent)], sources)
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201 - this is how it speaks
    for line in sys.stdin.buffer:
        _limit_processor()
        print(json.dumps(_answer(json.loads(line), library)), flush=True)  # noqa: T201


def _only_the_library_is_imported() -> list[str]:
    """The folders of the standard library, which from now on are all that modules are looked for in."""
    packages = {"site-packages", "dist-packages"}
    library = [one for one in sys.path if one and not packages & set(Path(one).parts)]
    sys.path[:] = [one for one in library if Path(one).name.startswith(("python3", "lib-dynload"))]
    sys.meta_path[:] = [
        importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, importlib.machinery.PathFinder,
    ]  # fmt: skip
    return list(sys.path)


def _settle() -> None:
    # These it would import to see what is in them; a script's own `gi.py` would be one of them.
    jedi.settings.auto_import_modules = []
    jedi.settings.use_filesystem_cache = False
    jedi.settings.dynamic_params = False
    jedi.settings.dynamic_array_additions = False
    # Nor are trees of code written down in a cache on the disk, which there may be no place for.
    parso.cache._save_to_file_system = lambda *_, **__: None
    # Code that puts folders on its path is not followed there: they would be folders of this machine.
    imports.sys_path.check_sys_path_modifications = lambda _context: []


def _warm_up(library: Sequence[str]) -> None:
    script = jedi.Script(
        "import os, json\nos.path.", project=_project("/nonexistent", [], library), environment=_here()
    )
    script.complete(2, 8)
    jedi.Script("print(", environment=_here()).get_signatures(1, 6)


def _confine(readable: Sequence[str], sources: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    sys.addaudithook(_hook([os.path.realpath(one) for one in (*readable, sources)], os.path.realpath(sources)))


def _limit_processor() -> None:
    """The kernel ends this process when it has worked on one question for too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + _PROCESSOR_S)
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _hook(readable: Sequence[str], sources: str) -> Callable[[str, tuple[Any, ...]], None]:
    def within(path: object, roots: Sequence[str]) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return path is None or isinstance(path, int)  # what is open already
        found = os.path.realpath(os.fsdecode(path))
        return any(found == root or found.startswith(f"{root}{os.sep}") for root in roots)

    def hook(event: str, details: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = details
            if flags & _WRITING or not within(path, readable):
                raise Refused(event)
        elif event in ("os.listdir", "os.scandir"):
            if not within(details[0], readable):
                raise Refused(event)
        elif event == "exec":
            code = details[0]
            if isinstance(code, CodeType) and within(code.co_filename, [sources]):
                raise Refused(event)
        elif event.startswith(_FORBIDDEN):
            raise Refused(event)

    return hook


def _answer(question: Question, library: Sequence[str]) -> dict[str, Any]:
    try:
        script = jedi.Script(
            question["content"],
            path=str(Path(question["root"]) / question["path"]),
            project=_project(question["root"], question["folders"], library),
            environment=_here(),
        )
        return _ANSWERS[question["ask"]](script, question)
    except MemoryError:
        raise  # there will be none for the next question either
    except Exception:  # noqa: BLE001 - whatever jedi stumbles over in somebody's code, the next question is another
        return {"stumbled": True}


def _project(root: str, folders: Sequence[str], library: Sequence[str]) -> jedi.Project:
    own = [str(Path(root) / folder) for folder in folders]
    return jedi.Project(root, sys_path=[*own, *library], smart_sys_path=False)


def _here() -> jedi.api.environment.InterpreterEnvironment:
    """This very process: what jedi does is then under the hook, and nothing else is started."""
    return jedi.api.environment.InterpreterEnvironment()


def _complete(script: jedi.Script, question: Question) -> dict[str, Any]:
    found = script.complete(question["line"], question["column"])
    typed = found[0].get_completion_prefix_length() if found else 0
    names = [{"name": one.name, "kind": one.type} for one in found[:_MOST_NAMES]]
    return {"names": names, "start": question["column"] - typed, "whole": len(found) <= _MOST_NAMES}


def _signature(script: jedi.Script, question: Question) -> dict[str, Any]:
    found = [
        {
            "name": one.name,
            "parameters": [parameter.to_string()[:200] for parameter in one.params[:50]],
            "active": one.index,
            "doc": one.docstring(raw=True)[:_MOST_TEXT],
        }
        for one in script.get_signatures(question["line"], question["column"])[:5]
    ]
    return {"signatures": found}


def _hover(script: jedi.Script, question: Question) -> dict[str, Any]:
    found = script.help(question["line"], question["column"])[:1]
    if not found or found[0].type == "keyword":
        return {"title": "", "doc": ""}
    [one] = found
    doc = one.docstring(raw=True)
    title = "\n".join(signature.to_string() for signature in one.get_signatures()[:3])
    return {"title": (title or _described(one))[:1_000], "doc": doc[:_MOST_TEXT]}


def _described(one: Any) -> str:
    kinds = sorted({value.name for value in one.infer()}) if one.type in ("statement", "param", "instance") else []
    return f"{one.name}: {' | '.join(kinds)}" if kinds else f"{one.type} {one.full_name or one.name}"


def _definition(script: jedi.Script, question: Question) -> dict[str, Any]:
    place = question["line"], question["column"]
    found = script.goto(*place, follow_imports=True)
    targets = list(_targets(found, question["root"]))
    outside = next((one.full_name or one.name for one in found if not targets), "")
    return {"targets": targets[:20], "outside": outside}


def _targets(found: Sequence[Any], root: str) -> Iterator[dict[str, Any]]:
    for one in found:
        path = one.module_path
        if path is not None and one.line is not None and Path(path).is_relative_to(root):
            yield {"path": str(Path(path).relative_to(root)), "line": one.line, "column": one.column}


_ANSWERS: Final[dict[str, Callable[[jedi.Script, Question], dict[str, Any]]]] = {
    "complete": _complete,
    "signature": _signature,
    "hover": _hover,
    "definition": _definition,
}

if __name__ == "__main__":
    main(sys.argv[1])
