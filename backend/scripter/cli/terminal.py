"""What the command line prints: tables for people, JSON for programs, and never a foreign control character."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scripter.lib import clock

# Escape sequences as ECMA-48 has them: control sequences, strings with an end (titles, links, clipboard), and the rest.
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
# Controls but for tab and line feed, and the invisible characters that turn text around or hide it.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RESET = "\x1b[0m"
# Below this, columns beside each other leave too little for sentences.
_NARROW = 80
# Where there is no terminal, what is drawn is drawn as on a common one.
_WIDEST = 100


def clean(text: str, *, colours: bool = False) -> str:
    """`text` without anything that acts on a terminal; with `colours`, colours stay and end with the text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not colours:
        return _CONTROLS.sub("", _SEQUENCES.sub("", text))
    kept: list[str] = []
    position = 0
    for sequence in _SEQUENCES.finditer(text):
        kept.append(_CONTROLS.sub("", text[position : sequence.start()]))
        if _COLOUR.fullmatch(sequence.group()):
            kept.append(sequence.group())
        position = sequence.end()
    shown = "".join([*kept, _CONTROLS.sub("", text[position:])])
    return shown + _RESET if "\x1b" in shown else shown


def line(text: object) -> str:
    """Something the server sent, fit to stand in one line."""
    return clean(str(text)).replace("\n", " ").replace("\t", " ")


def say(text: str, *, err: bool = False) -> None:
    """A sentence of our own; what came from the server in it has to be clean already."""
    click.echo(text, err=err)


def show_json(value: object, *, err: bool = False) -> None:
    # ASCII only: a terminal must not act on what a program would read.
    click.echo(json.dumps(value, indent=2), err=err)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table; `empty` is said instead when there are no rows."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if not table.row_count:
        say(empty)
        return
    _console().print(table)


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Name and value in two columns; those without a value are left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in facts:
        if value not in (None, "", []):
            table.add_row(name, _cell(value))
    _console().print(table)


def show_findings(findings: Iterable[tuple[str, str, str, str, str]]) -> None:
    """Level, about, found, why and remedy of each; what is well takes one line, side by side where there is room."""
    console = _console()
    if console.width < _NARROW:
        for level, about, *said in findings:
            console.print(Text.assemble(_cell(level), "  ", (line(about), "bold")))
            console.print(Padding(_said(*said), (0, 0, 0, 2)))
        return
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(style="bold", max_width=24)
    table.add_column(overflow="fold")
    for level, about, *said in findings:
        table.add_row(_cell(level), line(about), _said(*said))
    with console.capture() as printed:
        console.print(table)
    # The table fills its last column up with blanks, which a file has no use for.
    say("\n".join(one.rstrip() for one in printed.get().splitlines()))


def _said(found: str, why: str, remedy: str) -> Text:
    parts = [(line(found), ""), (line(why), "dim"), (f"-> {line(remedy)}" if remedy else "", "cyan")]
    return Text("\n").join(Text(text, style=style) for text, style in parts if text)


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """A line that changes while something takes its time; only for people, and gone afterwards."""
    console = errors()
    if not shown or not console.is_terminal:
        yield lambda told: None
        return
    with console.status("") as status:
        yield lambda told: status.update(Text(line(told), style="dim"))


def show_lines(lines: Callable[[int], Iterable[Text]]) -> None:
    """Lines of our own, told how many columns there are; what came from the server in them has to be clean already."""
    console = _console()
    for each in lines(min(console.width, _WIDEST)):
        console.print(each)


def errors() -> Console:
    """For progress and other things that are not the result."""
    return Console(stderr=True)


def when(moment: str | None) -> str:
    """A time of the API as the clocks here show it."""
    if moment is None:
        return ""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def ago(moment: str) -> float:
    """Seconds since a time of the API."""
    return (clock.now() - datetime.fromisoformat(moment)).total_seconds()


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{seconds:.1f} s" if seconds < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


_STYLES = {
    "succeeded": "green",
    "ready": "green",
    "on": "green",
    "ok": "green",
    "failed": "red",
    "lost": "red",
    "missed": "red",
    "problem": "red",
    "warning": "yellow",
    "notice": "cyan",
    "running": "cyan",
    "building": "cyan",
    "queued": "yellow",
    "starting": "yellow",
    "cancelled": "yellow",
    "skipped": "yellow",
    "off": "dim",
    "dormant": "dim",
}


def _cell(value: object) -> Text:
    text = "" if value is None else line(value)
    return Text(text, style=_STYLES.get(text, ""))


def _console() -> Console:
    # Into a file or a pipe, lines are never broken: each row stays one line for grep and awk.
    return Console() if sys.stdout.isatty() else Console(width=10_000)
