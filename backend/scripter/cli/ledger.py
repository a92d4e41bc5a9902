"""`scripter schedule ledger` and `backfill`: what became of the due times of a schedule, and making up for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from scripter.cli import terminal
from scripter.cli.app import App, Command, pass_app
from scripter.cli.schedule_options import Moment
from scripter.cli.shapes import Occurrence, Schedule, Window
from scripter.cli.strip import counted, legend, strip, style_of
from scripter.lib import clock
from scripter.lib.errors import BadInput

_ID = click.IntRange(min=1)
_OUTCOMES = ("planned", "ran", "skipped", "missed", "caught_up")
_TROUBLES = ("missed", "skipped", "caught_up")
_PAGE = 200
# As many troubles as are told one by one; the calendar above them shows them all.
_TOLD = 10
_LOOKED_THROUGH = 500


def register(schedule: click.Group) -> None:
    schedule.add_command(ledger)
    schedule.add_command(backfill)


@click.command("ledger", cls=Command)
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@click.option("--days", type=click.IntRange(1, 100), default=28, show_default=True, help="How far back.")
@click.option("--rows", "-n", type=click.IntRange(1, 10_000), help="Show the newest due times one by one instead.")
@click.option("--outcome", type=click.Choice(_OUTCOMES), multiple=True, help="With --rows: only these; repeatable.")
@pass_app
def ledger(app: App, schedule_id: int, days: int, rows: int | None, outcome: tuple[str, ...]) -> None:
    """Show what became of each due time: as a calendar with holes in red, and what went wrong in words.

    A day on which jobs failed says F; `scripter job list --status failed` names them."""
    found: Schedule = app.client.get(f"/api/schedules/{schedule_id}")
    if rows is not None or outcome:
        shown = list(islice(_rows(app, schedule_id, outcome), rows or 50))
        app.show(shown, lambda: _show_rows(shown))
        return
    zone = ZoneInfo(found["zone"])
    last = clock.now().astimezone(zone).date()
    first = last - timedelta(days=days - 1)
    window = {"from": _utc(first, zone), "to": _utc(last + timedelta(days=1), zone)}
    counts: list[dict[str, Any]] = app.client.get(f"/api/schedules/{schedule_id}/calendar", **window)["items"]
    app.show(counts, lambda: _show_calendar(app, found, counts, first, last))


@click.command("backfill", cls=Command)
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@click.argument("since", metavar="FROM", type=Moment())
@click.argument("until", metavar="TO", type=Moment())
@click.option("--dry-run", is_flag=True, help="Only tell what would run.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def backfill(app: App, schedule_id: int, since: str, until: str, dry_run: bool, yes: bool) -> None:
    """Make up for runs of a past window that never took place, oldest first. What ran is not run again.

    FROM and TO are times such as 2026-11-20 or 2026-11-20T08:00, by the clocks here.
    """
    path, body = f"/api/schedules/{schedule_id}/backfill", {"from": since, "to": until}
    found: Window = app.client.post(f"{path}/preview", body)
    if dry_run:
        app.show(found, lambda: _show_window(found))
        return
    if not app.json:
        _show_window(found)
    if not found["runs"]:
        app.show({"items": []}, lambda: None)
        return
    if found["runs"] > found["most"]:
        raise BadInput.at("FROM", f"{found['runs']} runs are too many at once; at most {found['most']} may start")
    app.confirm(f"Start {found['runs']} jobs?", yes)
    filled: dict[str, list[Occurrence]] = app.client.post(path, body)
    jobs = [str(one["job_id"]) for one in filled["items"]]
    app.done(filled, f"Started {len(jobs)} jobs: {_few(jobs)}.")


def _utc(day: date, zone: ZoneInfo) -> str:
    """The start of the day, spelt as the API spells moments."""
    return clock.iso(datetime.combine(day, time(), zone))


def _rows(app: App, schedule_id: int, outcomes: tuple[str, ...]) -> Any:
    """Page by page, newest first, as far as somebody asks."""
    before = None
    while True:
        page = app.client.get(f"/api/schedules/{schedule_id}/occurrences", before=before, limit=_PAGE)
        yield from (one for one in page["items"] if not outcomes or one["outcome"] in outcomes)
        before = page["next"]
        if before is None:
            return


def _show_rows(rows: list[Occurrence]) -> None:
    cells = [
        (terminal.when(one["due_at"]), one["outcome"].replace("_", " "), one["job_id"], _late(one), one["reason"])
        for one in rows
    ]
    terminal.show_table(("DUE", "OUTCOME", "JOB", "LATE", "BECAUSE"), cells, "Nothing was due yet.")


def _late(one: Occurrence) -> str | None:
    return None if one["late_ms"] is None else f"{one['late_ms'] / 1000:.1f} s"


def _show_calendar(app: App, found: Schedule, counts: list[dict[str, Any]], first: date, last: date) -> None:
    name = f"Schedule {found['id']} of {found['script']['name']}"
    terminal.say(terminal.line(f"{name}: {found['words']} ({found['zone']})"))
    days = {date.fromisoformat(str(one["day"])): counted(one) for one in counts}
    terminal.show_lines(lambda width: [*strip(days, first, last, width), legend(days)])
    troubles = sum(day[outcome] for day in days.values() for outcome in _TROUBLES)
    if not troubles:
        return
    zone = ZoneInfo(found["zone"])
    newest = islice(_rows(app, found["id"], _TROUBLES), _LOOKED_THROUGH)
    recent = [one for one in newest if one["due_at"] >= _utc(first, zone)]
    # The order of the rows is that in which they were written; what was filled in came late.
    told = sorted(recent, key=lambda one: one["due_at"], reverse=True)[:_TOLD]
    terminal.say("")
    terminal.show_lines(lambda _: [_trouble(one, zone) for one in told])
    if troubles > _TOLD:
        terminal.say(f"... and {troubles - _TOLD} more: scripter schedule ledger {found['id']} --rows 100")


def _trouble(one: Occurrence, zone: ZoneInfo) -> Text:
    """`Mon 02 Nov 02:30 missed: ...`, by the clocks of the schedule, as the calendar above it."""
    due = datetime.fromisoformat(one["due_at"]).astimezone(zone)
    text = Text(f"{due:%a %d %b %H:%M} ")
    text.append(one["outcome"].replace("_", " "), style=style_of(one["outcome"]))
    return text.append(f": {terminal.line(one['reason'])}" if one["reason"] else "")


def _show_window(window: Window) -> None:
    rows = [
        (terminal.when(one["due_at"]), "run" if one["fill"] else "leave", one["was"] and one["was"].replace("_", " "))
        for one in window["items"]
    ]
    terminal.show_table(("DUE", "WILL", "WAS"), rows, "Nothing was due in this window.")
    if window["due"] > len(rows):
        terminal.say(f"... and {window['due'] - len(rows)} more.")
    if window["due"]:
        terminal.say(f"{window['runs']} of {window['due']} due times are to be made up for.")


def _few(texts: list[str]) -> str:
    return ", ".join(texts) if len(texts) <= _TOLD else f"{', '.join(texts[:_TOLD])} ..."
