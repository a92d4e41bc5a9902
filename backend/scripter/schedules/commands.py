"""What a command of a crontab would run, pure: which program, with which arguments, and what only a shell could do.
Used by `crontab`.

A schedule hands arguments to a script, without a shell between. So a plain command becomes a script's name and its
arguments; of one that needs a shell nothing is made, and people are told."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

# Redirections at the end, the commonest thing that crontabs do with a shell, and the one that nobody needs here.
_REDIRECTION = re.compile(r"(?:\d|&)?>>?\s*(?:&\d|[^\s|;&<>()$`]+)\s*")
_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)
_SHELL = re.compile(r"[|&;<>()$`*?\[\]{}~\n]|^(?:if|for|while|until|case|cd|source|\.)\s")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_INTERPRETER = re.compile(r"(?:python|python[23][0-9.]*|sh|bash|perl|ruby|node|php)")


class Remark(NamedTuple):
    """What is not as cron would do it: `code` for programs, `words` for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was read. `program` is what a script of the same name would be called; empty if there is none."""

    text: str = ""
    program: str = ""
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    differences: tuple[Remark, ...] = ()

    @classmethod
    def read(cls, text: str) -> Command:
        """The command as it stands in the file, its percent signs not yet read."""
        remarks: list[Remark] = []
        plain = _without_input(text, remarks)
        plain = _without_redirections(plain, remarks)
        words = _words(plain, remarks)
        environment, words = _assignments(words)
        program, arguments, told = _own(words) or (*_program(words, remarks), {})
        # Of a command that needs a shell nobody can tell what of it the script is.
        simple = not any(one.code == "shell" for one in remarks)
        return cls(
            text=text,
            program=program if simple else "",
            arguments=tuple(arguments) if simple else (),
            environment=environment | told if simple else {},
            differences=tuple(remarks),
        )


def _without_input(text: str, remarks: list[Remark]) -> str:
    """Percent signs as cron reads them: the first bare one ends the command, what follows is its standard input."""
    command, *rest = re.split(r"(?<!\\)%", text, maxsplit=1)
    if rest:
        words = "What follows the percent sign is standard input for cron; scripts get none from a schedule."
        remarks.append(Remark("percent", words))
    return command.replace("\\%", "%").strip()


def _without_redirections(text: str, remarks: list[Remark]) -> str:
    start = _where_redirections_begin(_bare(text))
    if start == len(text):
        return text
    words = f"{text[start:].strip()} is left out: what a script prints is kept in the log of its job."
    remarks.append(Remark("redirection", words))
    return text[:start].strip()


def _where_redirections_begin(bare: str) -> int:
    """Of those that nothing else follows; the length of the text if there are none.

    One after the other, and not all in one expression: that would try every way of parting them.
    """
    start = len(bare)
    for found in reversed(list(_REDIRECTION.finditer(bare))):
        if found.end() != start:
            break
        start = found.start()
    return start


def _words(text: str, remarks: list[Remark]) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError:
        remarks.append(Remark("shell", "This command cannot be taken apart into words: its quotes do not match."))
        return text.split()[:1]
    if _SHELL.search(_bare(text)):
        shell = "This command needs a shell, and schedules start scripts without one: put it into the script."
        remarks.append(Remark("shell", shell))
    return words


def _bare(text: str) -> str:
    """As long as `text`, without what is in quotes; $ and ` mean something to a shell in double ones too."""

    def blank(quoted: re.Match[str]) -> str:
        acts = quoted.group().startswith('"') and re.search(r"[$`]", quoted.group())
        return ("$" if acts else "_") * len(quoted.group())

    return _QUOTED.sub(blank, text)


def _assignments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Variables that are set for this command alone, and the command."""
    environment: dict[str, str] = {}
    for place, word in enumerate(words):
        assignment = _ASSIGNMENT.fullmatch(word)
        if assignment is None:
            return environment, words[place:]
        environment[assignment[1]] = assignment[2]
    return environment, []


def _own(words: list[str]) -> tuple[str, list[str], dict[str, str]] | None:
    """`scripter run [--detach] [--env NAME=VALUE] NAME [-- ARGUMENTS]`, as the export writes it."""
    if len(words) < 3 or PurePosixPath(words[0]).name != "scripter" or words[1] != "run":
        return None
    rest, environment = words[2:], dict[str, str]()
    while rest and rest[0].startswith("--") and rest[0] != "--":
        if rest[0] == "--env" and len(rest) > 1:
            name, _, environment[name] = rest[1].partition("=")
            rest = rest[1:]
        rest = rest[1:]
    if rest[:1] == ["--"]:  # before a name that looks like an option, and then only there
        return (*_first(rest[1:]), environment)
    name, arguments = _first(rest)
    return name, arguments[1:] if arguments[:1] == ["--"] else arguments, environment


def _first(words: list[str]) -> tuple[str, list[str]]:
    return (words[0], words[1:]) if words else ("", [])


def _program(words: list[str], remarks: list[Remark]) -> tuple[str, list[str]]:
    """The program's name without folder and ending, and its arguments; an interpreter is not the program."""
    if not words:
        return "", []
    program, *arguments = words
    if _INTERPRETER.fullmatch(PurePosixPath(program).name) and arguments and not arguments[0].startswith("-"):
        program, *arguments = arguments
    elif arguments and _INTERPRETER.fullmatch(PurePosixPath(program).name):
        remarks.append(Remark("shell", "This is a program written on one line: make a script of it."))
    return PurePosixPath(program).stem, arguments
