"""Follows a log to its end and prints it: the script's output as its own, Scripter's words beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Literal, NamedTuple

import click

from scripter.cli import terminal
from scripter.cli.client import Client

Mode = Literal["split", "plain", "timed", "stderr", "json"]


class LogLine(NamedTuple):
    """One line of a log file, or with `whole` False the beginning of one that goes on in the next."""

    time: str
    stream: str
    whole: bool
    ours: bool
    text: str

    @classmethod
    def parse(cls, line: str) -> LogLine:
        """`<time> <stdout|stderr> <F|P>[:scripter] <text>`."""
        time, _, rest = line.partition(" ")
        stream, _, rest = rest.partition(" ")
        tag, _, text = rest.partition(" ")
        return cls(time, stream, not tag.startswith("P"), tag.endswith(":scripter"), text)


class LogPrinter:
    """Prints log lines: `split` gives stdout and stderr back as they were, the other modes print all to one."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._inside_line = {False: False, True: False}

    def print(self, line: LogLine) -> None:
        if self._mode == "json":
            click.echo(json.dumps({"time": line.time, "stream": line.stream, "whole": line.whole, "text": line.text}))
            return
        to_stderr = self._mode == "stderr" or (self._mode == "split" and (line.stream == "stderr" or line.ours))
        out = sys.stderr if to_stderr else sys.stdout
        text = terminal.clean(line.text, colours=True) if out.isatty() else line.text
        if line.ours and out.isatty():
            text = click.style(text, dim=True)
        if self._mode == "timed" and not self._inside_line[to_stderr]:
            text = f"{line.time} {line.stream} {text}"
        self._inside_line[to_stderr] = not line.whole
        click.echo(text, nl=line.whole, err=to_stderr, color=True)


def follow(client: Client, path: str, printer: LogPrinter, reach: Callable[[int], None] = lambda end: None) -> None:
    """Print the log behind the stream at `path` until it ends, through broken connections.

    `reach` hears up to which byte of the log it is printed.
    """
    broken = False

    def tell() -> None:
        nonlocal broken
        if not broken and sys.stderr.isatty():
            terminal.say("(the connection broke; trying again)", err=True)
        broken = True

    for event in client.follow(path, on_break=tell):
        broken = False
        if event.name == "log":
            for line in str(event.data["text"]).split("\n")[:-1]:
                printer.print(LogLine.parse(line))
            reach(int(event.data["end"]))
