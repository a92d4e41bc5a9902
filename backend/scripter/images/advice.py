"""Rules for Dockerfiles and requirements beyond what is refused: what will fail, bite later or mean nothing here. Pure.

One small function a rule; `problems` asks. What they say of RUN lines is in `commands`."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from packaging.requirements import InvalidRequirement

from scripter.images import commands, requirements
from scripter.images.recipe import DOCKERFILE, REQUIREMENTS
from scripter.runners.dockerfile import Instruction, instructions

_SECRET = re.compile(r"(?i)(PASSW(OR)?D|_PWD|SECRET|TOKEN|(API|ACCESS|PRIVATE)_?KEY|CREDENTIALS?)$")
_HAS_PYTHON = re.compile(r"(?i)python|conda|pypy|jupyter|airflow|django|uv\b")
_OLD_PYTHON = re.compile(r"(?:^|/)python:(?:2(?:\.\d+)?|3\.[0-7])(?=[.\-@]|$)")
# What is said of instructions that a job's container has no use for.
_UNUSED: Mapping[str, str] = {
    "ENTRYPOINT": "ENTRYPOINT is not used: a container of this image runs the script and nothing else.",
    "CMD": "CMD is not used: a container of this image runs the script and nothing else.",
    "HEALTHCHECK": "HEALTHCHECK is not used: a script is well as long as it runs.",
    "STOPSIGNAL": "STOPSIGNAL is not used: a script that is stopped gets TERM, and KILL after its grace.",
    "EXPOSE": "EXPOSE does nothing here: nobody can reach into a job's container.",
}


# It is asked while one types: of a file beyond all sense no more than this is looked at.
_MOST_CHARACTERS = 64 * 1024
_MOST_STEPS = 400
_MOST_SOURCES = 20


class Severity(StrEnum):
    """`error`: it cannot be built. `warning`: it can, and will bite. `note`: good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in one file; `line` is counted from 1, None means the whole file. `remedy` may be empty."""

    path: str
    line: int | None
    severity: Severity
    rule: str
    message: str
    remedy: str


Found = Iterator[tuple[Severity, str, str, str]]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an image by path; all that a COPY may name: their paths and those of their folders; and whether pip
    is told to keep no cache."""

    texts: Texts
    paths: frozenset[str]
    pip_keeps_nothing: bool

    @classmethod
    def of(cls, texts: Texts, steps: Sequence[Instruction]) -> Files:
        folders = {"/".join(path.split("/")[:depth]) for path in texts for depth in range(1, path.count("/") + 1)}
        quiet = any(one.word == "ENV" and one.rest.startswith("PIP_NO_CACHE_DIR") for one in steps)
        return cls(texts, frozenset(folders.union(texts)), quiet)


def of(texts: Texts) -> Iterator[Problem]:
    """What can be said of the Dockerfile among these files, by path."""
    steps = _steps(texts[DOCKERFILE].removeprefix("\ufeff"))
    stages, files = _stages(steps), Files.of(texts, steps)
    for one in steps:
        for rule in _RULES.get(one.word, ()):
            for severity, name, message, remedy in rule(one, files, stages):
                yield Problem(DOCKERFILE, one.line, severity, name, message, remedy)
    yield from _of_the_whole(steps, texts, stages)


def _steps(text: str) -> list[Instruction]:
    found = instructions(text[:_MOST_CHARACTERS])
    if len(text) > _MOST_CHARACTERS:
        found.pop()  # which was cut off
    return found[:_MOST_STEPS]


def of_requirements(content: str) -> Iterator[Problem]:
    """One note on all packages that may be another version with each build."""
    lines = content.splitlines()[: requirements.MAX_LINES]
    free = [(number, name) for number, line in enumerate(lines, 1) if (name := _free(line))]
    if free:
        names = ", ".join(name for _, name in free[:4]) + (" and others" if len(free) > 4 else "")
        message = f"Without an upper bound each build may bring another version: {names}."
        remedy = f"Say which one you want, such as {free[0][1]}==1.2.3 or {free[0][1]}~=1.2."
        yield Problem(REQUIREMENTS, free[0][0], Severity.NOTE, "unpinned", message, remedy)


def _free(line: str) -> str | None:
    try:
        requirement = requirements.read(re.sub(r"(^|\s)#.*$", "", line).strip())
    except InvalidRequirement:
        return None
    bounded = any(one.operator in ("==", "===", "~=", "<", "<=") for one in requirement.specifier)
    return None if bounded else requirement.name


def _base(one: Instruction, _files: Files, stages: Sequence[str]) -> Found:
    name = _named(one)
    if not name or "$" in name or name.lower() in stages:
        return
    if name == "scratch":
        yield (
            Severity.ERROR,
            "no-python",
            "FROM scratch is empty: there is no Python in it.",
            "Begin with python:3.11-slim.",
        )
    elif _OLD_PYTHON.search(name):
        yield Severity.ERROR, "old-python", f"{name} has a Python older than 3.8.", "Choose 3.8 or newer."
    elif "@" not in name and (":" not in name.rsplit("/", 1)[-1] or name.endswith(":latest")):
        message = f"{name} is another image each time somebody publishes one: builds differ, and you cannot go back."
        remedy = f"Name a version: {name.removesuffix(':latest')}:3.11-slim." if "python" in name else "Name a version."
        yield Severity.WARNING, "no-tag", message, remedy
    elif "-alpine" in name or name.startswith("alpine"):
        message = (
            "Many Python packages bring no wheels for Alpine: pip compiles them, which is slow and needs compilers."
        )
        yield Severity.NOTE, "alpine", message, "Take a -slim base unless you need Alpine."


def _copied(one: Instruction, files: Files, stages: Sequence[str]) -> Found:
    flags = [word for word in one.rest.split() if word.startswith("--")]
    from_stage = next((flag.removeprefix("--from=") for flag in flags if flag.startswith("--from=")), None)
    if from_stage is not None:
        if from_stage.isdecimal() and int(from_stage) >= len(stages):
            message = f"There is no stage {from_stage}: the Dockerfile has {len(stages)}, counted from 0."
            yield Severity.ERROR, "no-stage", message, "Name the stage that you mean: FROM ... AS name."
        return
    for source in _sources(one)[:_MOST_SOURCES]:
        yield from _source(one.word, source, files)


def _source(word: str, source: str, files: Files) -> Found:
    if re.match(r"(?i)https?://|git@|ftp://", source):
        if word == "ADD":
            message = "ADD takes whatever lies at this address on the day of the build, unchecked."
            remedy = "Fetch it in a RUN and compare its sha256sum, or put the file among the image's files."
            yield Severity.WARNING, "add-address", message, remedy
        return
    if "$" in source or _is_there(source, files):
        return
    if ".." in source.split("/"):
        yield Severity.ERROR, "outside", f"{source} lies outside of the image's files.", "Add the file to the image."
        return
    near = next((path for path in files.texts if path.lower() == source.lower().removeprefix("./")), None)
    remedy = f"Did you mean {near}?" if near else "Add it to the image's files, or take the line out."
    yield Severity.ERROR, "no-such-file", f"There is no file {source} among the image's files.", remedy


def _sources(one: Instruction) -> list[str]:
    words = _words(one.rest)
    return [word for word in words if not word.startswith("--")][:-1]


def _words(text: str) -> list[str]:
    if "[" in text:
        try:
            found = json.loads(text[text.index("[") :])
        except (ValueError, RecursionError):
            return text.split()
        return [str(word) for word in found] if isinstance(found, list) else []
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _is_there(source: str, files: Files) -> bool:
    wanted = source.strip("/").removeprefix("./").rstrip("/")
    if wanted in ("", ".") or wanted in files.paths:
        return True
    if not re.search(r"[*?\[]", wanted):
        return False
    # As with the engine, a star does not reach into folders; a folder that is named brings all that lies in it.
    level = wanted.count("/")
    return any(path.count("/") == level and fnmatch.fnmatchcase(path, wanted) for path in files.paths)


def _added(one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    sources = _sources(one)
    plain = [name for name in sources if "://" not in name and not re.search(r"\.(tar|tgz|tar\.\w+|txz|tbz2?)$", name)]
    if sources and len(plain) == len(sources):
        yield Severity.NOTE, "add", "ADD also unpacks archives and fetches addresses; COPY only copies.", "Write COPY."


def _variables(one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    words = _words(one.rest)
    pairs = [word.split("=", 1) for word in words if "=" in word] or ([words[:2]] if one.word == "ENV" else [])
    for pair in pairs:
        if len(pair) == 2 and _SECRET.search(pair[0]) and pair[1] and not pair[1].startswith("$"):
            message = f"{pair[0]} becomes part of the image: everybody who has it can read the value."
            remedy = (
                "Take it out and give it to the script's environment. A value that was saved here should be changed."
            )
            yield Severity.WARNING, "secret", message, remedy


def _user(one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    message = "USER counts for the steps below it only: scripts always run as a user of Scripter's own (10001)."
    yield (
        Severity.NOTE,
        "user",
        message,
        f"What scripts read must be readable for all, not just for {one.rest.split()[0]}.",
    )


def _volume(_one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    message = "VOLUME keeps nothing here, and what later steps write there is lost."
    yield Severity.WARNING, "volume", message, "Take it out."


def _unused(one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    yield Severity.NOTE, "not-used", _UNUSED[one.word], "It can be taken out."


def _maintainer(_one: Instruction, _files: Files, _stages: Sequence[str]) -> Found:
    yield Severity.NOTE, "maintainer", "MAINTAINER is out of use.", 'Write LABEL maintainer="..." instead.'


def _run(one: Instruction, files: Files, _stages: Sequence[str]) -> Found:
    for level, rule, message, remedy in commands.problems(one.rest, pip_keeps_nothing=files.pip_keeps_nothing):
        yield Severity(level), rule, message, remedy


Rule = Callable[[Instruction, Files, Sequence[str]], Found]
_RULES: Mapping[str, Sequence[Rule]] = {
    "FROM": (_base,),
    "COPY": (_copied,),
    "ADD": (_copied, _added),
    "ENV": (_variables,),
    "ARG": (_variables,),
    "USER": (_user,),
    "VOLUME": (_volume,),
    "MAINTAINER": (_maintainer,),
    "RUN": (_run,),
    **dict.fromkeys(_UNUSED, (_unused,)),
}


def _of_the_whole(steps: Sequence[Instruction], texts: Texts, stages: Sequence[str]) -> Iterator[Problem]:
    listed = [
        line for line in texts.get(REQUIREMENTS, "").splitlines() if line.strip() and not line.strip().startswith("#")
    ]
    runs = " ".join(one.rest for one in steps if one.word == "RUN")
    if listed and not re.search(r"requirements|-r\s|pip-sync|uv sync", runs):
        message = "The packages of requirements.txt are never installed: no RUN names the file."
        remedy = "COPY requirements.txt . and then RUN pip install --no-cache-dir -r requirements.txt."
        yield Problem(DOCKERFILE, None, Severity.WARNING, "not-installed", message, remedy)
    bases = [(one.line, _named(one)) for one in steps if one.word == "FROM"]
    known = any(_HAS_PYTHON.search(name) or name == "scratch" or "$" in name for _, name in bases)
    if bases and not known and not re.search(r"python|conda", runs):
        message = "Nothing here brings a Python: scripts need python3, 3.8 or newer, in the image."
        remedy = "Begin with python:3.11-slim, or install python3 in a RUN."
        yield Problem(DOCKERFILE, bases[-1][0], Severity.WARNING, "no-python", message, remedy)
    yield from _all_before_packages(steps)


def _all_before_packages(steps: Sequence[Instruction]) -> Iterator[Problem]:
    """`COPY . .` above the installation: each change of any file installs everything anew."""
    everything = next((one for one in steps if one.word == "COPY" and set(_sources(one)) & {".", "./", "*"}), None)
    install = next((one for one in steps if one.word == "RUN" and "-r requirements.txt" in one.rest), None)
    if everything and install and everything.line < install.line:
        message = "Every change of any file installs all packages anew, for this line stands above the installation."
        remedy = "COPY requirements.txt . first, install, and copy the rest below."
        yield Problem(DOCKERFILE, everything.line, Severity.NOTE, "copy-order", message, remedy)


def _named(one: Instruction) -> str:
    """The image or stage that a FROM begins with."""
    return next((word for word in one.rest.split() if not word.startswith("--")), "")


def _stages(steps: Sequence[Instruction]) -> list[str]:
    """The names of the stages in lower case, their numbers where they have none."""
    found = [re.search(r"(?i)\sAS\s+(\S+)", one.rest) for one in steps if one.word == "FROM"]
    return [name[1].lower() if name else str(number) for number, name in enumerate(found)]
