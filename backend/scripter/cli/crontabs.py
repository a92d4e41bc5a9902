"""`scripter schedule import` and `export`: crontab files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scripter.cli import terminal
from scripter.cli.app import App, Command, pass_app
from scripter.cli.shapes import Imported, ImportItem
from scripter.lib.errors import BadInput

_STDIO = "-"


def register(schedule: click.Group) -> None:
    schedule.add_command(import_crontab)
    schedule.add_command(export_crontab)


@click.command("import", cls=Command)
@click.argument("file", type=click.File())
@click.option("--system", is_flag=True, help="Its sixth column is the user, as in /etc/crontab.")
@click.option("--zone", default="UTC", show_default=True, help="Whose clocks its lines mean, where it does not say.")
@click.option("--script", "script_name", help="What lines start that name no script.")
@click.option("--line", "lines", multiple=True, metavar="NUMBER=SCRIPT", help="What a line starts; repeatable.")
@click.option("--leave-out", multiple=True, type=click.IntRange(min=1), help="Not this line; repeatable.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be made.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def import_crontab(
    app: App,
    file: Any,
    system: bool,
    zone: str,
    script_name: str | None,
    lines: tuple[str, ...],
    leave_out: tuple[int, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Make schedules of a crontab file, such as from `crontab -l`; - reads standard input.

    A line starts the script that is called as its program: /opt/backup.py starts backup. All lines become schedules,
    or none does; those that are schedules already are left alone.
    """
    body: dict[str, object] = {"text": file.read(), "system": system, "zone": zone, "leave_out": list(leave_out)}
    body["scripts"] = [_line(app, one) for one in lines]
    if script_name is not None:
        body["script_id"] = app.script(script_name)["id"]
    found: Imported = app.client.post("/api/schedules/import/preview", body)
    if dry_run:
        app.show(found, lambda: _show(found))
        return
    if not app.json:
        _show(found)
    if found["new"] and not found["problems"]:
        app.confirm(f"Make {found['new']} schedules?", yes)
    made = app.client.post("/api/schedules/import", body)
    app.done(made, f"Made {len(made['ids'])} schedules.")


@click.command("export", cls=Command)
@click.option("--script", "script_name", help="Only schedules of this script.")
@click.option("--output", "-o", default=_STDIO, type=click.Path(dir_okay=False, allow_dash=True), help="Into a file.")
@pass_app
def export_crontab(app: App, script_name: str | None, output: str) -> None:
    """Write the schedules as a crontab file, which `import` reads back."""
    script_id = app.script(script_name)["id"] if script_name else None
    found = app.client.get("/api/schedules/export", script_id=script_id)
    for words in found["left_out"]:
        terminal.say(f"Left out: {terminal.line(words)}", err=True)
    if output != _STDIO:
        Path(output).write_text(found["text"], encoding="utf-8")
        app.done({"file": output, "left_out": found["left_out"]}, f"The schedules are in {output}.")
        return
    app.show(found, lambda: terminal.say(terminal.clean(found["text"]).rstrip("\n")))


def _line(app: App, text: str) -> dict[str, int]:
    number, separator, name = text.partition("=")
    if not separator or not number.isdecimal():
        raise BadInput.at("--line", f"{text} needs the form NUMBER=SCRIPT, such as 8=backup")
    return {"line": int(number), "script_id": app.script(name)["id"]}


def _show(found: Imported) -> None:
    rows = [(one["line"], _becomes(one), one["script"] and one["script"]["name"], _told(one)) for one in found["items"]]
    terminal.show_table(("LINE", "BECOMES", "SCRIPT", ""), rows, "No line of this file starts anything.")
    if found["differences"]:
        terminal.say("\nWhat differs from cron:")
        differences = [(one["line"], one["words"]) for one in found["differences"]]
        terminal.show_table(("LINE", ""), differences, "")
    terminal.say("")


def _becomes(one: ImportItem) -> str:
    if one["left_out"]:
        return "left out"
    if one["problem"]:
        return "problem"
    return f"is schedule {one['exists']}" if one["exists"] else ("new" if one["enabled"] else "new, off")


def _told(one: ImportItem) -> str:
    """What is wrong, or what the line means."""
    if one["problem"] or not one["words"]:
        return one["problem"] or one["text"]
    name = f"{one['name']}: " if one["name"] else ""
    arguments = f" with {' '.join(one['arguments'])}" if one["arguments"] else ""
    return f"{name}{one['words']} ({one['zone']}){arguments}"
