"""`scripter schedule calendar ...`: periods in which nothing starts, shared by schedules."""

from __future__ import annotations

from typing import Any

import click

from scripter.cli import periods, terminal
from scripter.cli.app import App, Group, find, pass_app
from scripter.cli.periods import FORMS, PeriodType
from scripter.cli.shapes import Calendar
from scripter.lib.errors import BadInput


def register(schedule: click.Group) -> None:
    schedule.add_command(calendar)


@click.group(cls=Group)
def calendar() -> None:
    """Calendars: holidays and other periods in which schedules start nothing."""


@calendar.command("list")
@pass_app
def show_all(app: App) -> None:
    """List the calendars."""
    found: list[Calendar] = app.client.get("/api/calendars")["items"]
    rows = [(one["id"], one["name"], one["zone"], len(one["periods"])) for one in found]
    columns = ("ID", "NAME", "ZONE", "PERIODS")
    app.show(found, lambda: terminal.show_table(columns, rows, "There are no calendars."))


@calendar.command("show")
@click.argument("name")
@pass_app
def show(app: App, name: str) -> None:
    """Show the periods of a calendar."""
    found = find_calendar(app, name)
    app.show(found, lambda: _tell(found))


@calendar.command("add")
@click.argument("name")
@click.option("--zone", default="UTC", show_default=True, help="Whose days and times its periods mean.")
@click.option("--period", "given", type=PeriodType(), multiple=True, help=f"{FORMS}; repeatable.")
@pass_app
def add(app: App, name: str, zone: str, given: tuple[dict[str, Any], ...]) -> None:
    """Make a calendar. Schedules go by it with `scripter schedule edit SCHEDULE --calendar NAME`."""
    made: Calendar = app.client.post("/api/calendars", {"name": name, "zone": zone, "periods": list(given)})
    app.show(made, lambda: _tell(made))


@calendar.command("edit")
@click.argument("name")
@click.option("--rename", help="Another name.")
@click.option("--zone", help="Whose days and times its periods mean.")
@click.option("--period", "given", type=PeriodType(), multiple=True, help=f"All its periods from now on: {FORMS}.")
@click.option("--add-period", "more", type=PeriodType(), multiple=True, help="One more; repeatable.")
@pass_app
def edit(
    app: App,
    name: str,
    rename: str | None,
    zone: str | None,
    given: tuple[dict[str, Any], ...],
    more: tuple[dict[str, Any], ...],
) -> None:
    """Change a calendar; it holds for all its schedules from this second on."""
    found = find_calendar(app, name)
    body: dict[str, Any] = {key: value for key, value in {"name": rename, "zone": zone}.items() if value is not None}
    if given or more:
        kept = list(given) if given else [_as_given(dict(one)) for one in found["periods"]]
        body["periods"] = [*kept, *more]
    if not body:
        raise BadInput("Say what to change; `scripter schedule calendar edit --help` lists it.")
    changed: Calendar = app.client.patch(f"/api/calendars/{found['id']}", body)
    app.show(changed, lambda: _tell(changed))


@calendar.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def delete(app: App, name: str, yes: bool) -> None:
    """Delete a calendar that no schedule goes by."""
    found = find_calendar(app, name)
    app.confirm(f"Delete the calendar {found['name']}?", yes)
    app.client.delete(f"/api/calendars/{found['id']}")
    app.done({"deleted": found["id"]}, f"Calendar {found['name']} is deleted.")


def find_calendar(app: App, reference: str) -> Calendar:
    """The calendar of this name or number."""
    found: list[Calendar] = app.client.get("/api/calendars")["items"]
    return find(found, reference, "schedule calendar")


def _as_given(period: dict[str, Any]) -> dict[str, Any]:
    """A period as the API takes it: without what it leaves empty."""
    return {name: value for name, value in period.items() if value is not None}


def _tell(found: Calendar) -> None:
    terminal.say(terminal.line(f"Calendar {found['name']} ({found['zone']})"))
    rows = [(periods.words(one),) for one in found["periods"]]
    terminal.show_table(("NOTHING STARTS",), rows, "It has no periods yet.")
