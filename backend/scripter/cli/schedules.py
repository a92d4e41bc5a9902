"""`scripter schedule ...`: when scripts run by themselves. Its past is in `ledger`, files in `crontabs`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from scripter.cli import calendars, crontabs, ledger, periods, schedule_options, terminal
from scripter.cli.app import App, Group, find, pass_app
from scripter.cli.schedule_options import EDITS, POLICIES, TIMES, options
from scripter.cli.shapes import Due, Paused, Preview, Schedule
from scripter.lib.errors import BadInput

_ID = click.IntRange(min=1)
# As many as the server gives at once.
_PAGE = 200


def register(root: click.Group) -> None:
    root.add_command(schedule)
    for part in (ledger, crontabs, calendars):
        part.register(schedule)


@click.group(cls=Group)
def schedule() -> None:
    """Schedules: when scripts run by themselves."""


@schedule.command("add")
@click.argument("script")
@click.argument("cron", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@options(TIMES, POLICIES)
@click.option("--off", is_flag=True, help="Do not switch it on yet.")
@pass_app
def add(app: App, script: str, cron: str | None, arguments: tuple[str, ...], off: bool) -> None:
    """Let a script start by itself: by a crontab line such as "0 3 * * *", with --every, or once with --at.

    Arguments for the script stand after --.
    """
    body = _given(app)
    if "kind" in body and cron is not None:
        arguments, cron = (cron, *arguments), None
    if "kind" not in body and cron is None:
        raise BadInput.at("CRON", 'say when: a crontab line such as "0 3 * * *", --every or --at')
    body |= {"script_id": app.script(script)["id"], "enabled": not off, "arguments": list(arguments)}
    if cron is not None:
        body["cron"] = cron
    made: Schedule = app.client.post("/api/schedules", body)
    app.show(made, lambda: _tell(made))


@schedule.command("edit")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--cron", help="Another crontab line.")
@click.option("--no-arguments", is_flag=True, help="Start the script without arguments from now on.")
@options(TIMES, POLICIES, EDITS)
@pass_app
def edit(app: App, schedule_id: int, arguments: tuple[str, ...], cron: str | None, no_arguments: bool) -> None:
    """Change what is given; what was planned by the old words and lies ahead is planned anew.

    New arguments for the script stand after --.
    """
    body = _given(app)
    if cron is not None:
        body |= {"kind": "cron", "cron": cron}
    if arguments or no_arguments:
        body["arguments"] = list(arguments)
    if not body:
        raise BadInput("Say what to change; `scripter schedule edit --help` lists it.")
    changed: Schedule = app.client.patch(f"/api/schedules/{schedule_id}", body)
    app.show(changed, lambda: _tell(changed))


@schedule.command("list")
@click.option("--script", "script_name", help="Only schedules of this script.")
@pass_app
def show_all(app: App, script_name: str | None) -> None:
    """List the schedules."""
    script_id = app.script(script_name)["id"] if script_name else None
    schedules = sorted(_all(app, script_id), key=lambda one: (one["script"]["name"].casefold(), one["id"]))
    rows = [
        (one["id"], _title(one), _when(one), _next(one), one["last"] and one["last"]["outcome"].replace("_", " "))
        for one in schedules
    ]
    columns = ("ID", "SCRIPT", "WHEN", "NEXT", "LAST")
    app.show(schedules, lambda: terminal.show_table(columns, rows, "There are no schedules."))


@schedule.command("show")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@pass_app
def show(app: App, schedule_id: int) -> None:
    """Show a schedule: when it is due, its rules, its next runs."""
    found: Schedule = app.client.get(f"/api/schedules/{schedule_id}")
    app.show(found, lambda: _tell_whole(found))


@schedule.command("preview")
@click.argument("cron", required=False)
@options(TIMES)
@pass_app
def preview(app: App, cron: str | None) -> None:
    """Say what a crontab line (or --every, or --at) means, when it was due last and is due next, and what the clock
    changes of the coming year do to it. Stores nothing."""
    body = schedule_options.given() | ({"cron": cron} if cron is not None else {})
    told: Preview = app.client.post("/api/schedules/preview", body)
    app.show(told, lambda: _tell_preview(told))


@schedule.command("pause")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@pass_app
def pause(app: App, schedule_id: int) -> None:
    """Switch a schedule off; what is due meanwhile does not run, also not later."""
    changed: Schedule = app.client.patch(f"/api/schedules/{schedule_id}", {"enabled": False})
    app.show(changed, lambda: _tell(changed))


@schedule.command("resume")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@pass_app
def resume(app: App, schedule_id: int) -> None:
    """Switch a schedule on."""
    changed: Schedule = app.client.patch(f"/api/schedules/{schedule_id}", {"enabled": True})
    app.show(changed, lambda: _tell(changed))


@schedule.command("pause-all")
@click.option("--reason", "-m", default="", help="Why; the ledger tells it of each run that is skipped.")
@pass_app
def pause_all(app: App, reason: str) -> None:
    """Let no schedule start anything, from this second on, until `resume-all`."""
    told: Paused = app.client.post("/api/schedules/pause-all", {"reason": reason})
    app.done(told, "All schedules are paused. What is due is skipped until `scripter schedule resume-all`.")


@schedule.command("resume-all")
@pass_app
def resume_all(app: App) -> None:
    """Let schedules start jobs again, but for those that are switched off by themselves."""
    told: Paused = app.client.post("/api/schedules/resume-all")
    app.done(told, "The schedules start jobs again.")


@schedule.command("delete")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def delete(app: App, schedule_id: int, yes: bool) -> None:
    """Delete a schedule and its ledger; its jobs stay."""
    found: Schedule = app.client.get(f"/api/schedules/{schedule_id}")
    app.confirm(f"Delete the schedule {_when(found)} of {found['script']['name']}?", yes)
    app.client.delete(f"/api/schedules/{schedule_id}")
    app.done({"deleted": schedule_id}, f"Schedule {schedule_id} is deleted.")


def _all(app: App, script_id: int | None) -> list[Schedule]:
    """Page by page; one that has run meanwhile comes again further on, and counts once."""
    found: dict[int, Schedule] = {}
    after = None
    while True:
        page = app.client.get("/api/schedules", script_id=script_id, after=after, limit=_PAGE)
        found |= {one["id"]: one for one in page["items"]}
        after = page["next"]
        if after is None:
            return list(found.values())


def _given(app: App) -> dict[str, Any]:
    """What the options say, with the numbers of the calendars and of the owner."""
    body = schedule_options.given()
    if "owner" in body:
        body["owner_id"] = find(app.client.get("/api/schedules/owners")["items"], body.pop("owner"), "person")["id"]
    if "calendars" in body:
        body["calendars"] = [calendars.find_calendar(app, name)["id"] for name in body["calendars"]]
    return body


def _title(schedule: Schedule) -> str:
    name = schedule["script"]["name"]
    return f"{name}: {schedule['name']}" if schedule["name"] else name


def _when(schedule: Schedule) -> str:
    """The crontab line and whose clocks it means, or what stands in its place."""
    zone = f" {schedule['zone']}" if schedule["zone"] != "UTC" else ""
    return f"{schedule['cron']}{zone}" if schedule["cron"] else schedule["words"]


def _next(schedule: Schedule) -> str:
    """By the clocks of its zone."""
    if not schedule["enabled"]:
        return "off"
    return datetime.fromisoformat(schedule["next"][0]["local"]).strftime("%a %d %b %H:%M") if schedule["next"] else ""


def _tell(schedule: Schedule) -> None:
    next_run = _local(schedule["next"][0]) if schedule["next"] else "never"
    state = f"next run {next_run}" if schedule["enabled"] else "off"
    words = f"{schedule['words']} ({schedule['zone']})"
    terminal.say(terminal.line(f"Schedule {schedule['id']} of {schedule['script']['name']}: {words}, {state}."))


def _tell_whole(schedule: Schedule) -> None:
    terminal.show_facts(_facts(schedule))
    if schedule["next"]:
        terminal.say("")
        _show_runs("NEXT RUNS IN ITS ZONE", schedule["next"])


def _facts(schedule: Schedule) -> list[tuple[str, object]]:
    last = schedule["last"]
    outcome = last and f"{last['outcome'].replace('_', ' ')}, due {terminal.when(last['due_at'])}"
    return [
        ("ID", schedule["id"]),
        ("Script", schedule["script"]["name"]),
        ("Name", schedule["name"]),
        ("When", schedule["words"]),
        ("Trouble", schedule["trouble"]),
        ("Crontab", schedule["cron"]),
        ("Zone", schedule["zone"]),
        ("State", "on" if schedule["enabled"] else "off"),
        ("Off because", schedule["pause"] and _pause_words(schedule["pause"])),
        ("Not before", terminal.when(schedule["starts_at"])),
        ("Not after", terminal.when(schedule["ends_at"])),
        ("Arguments", " ".join(schedule["arguments"])),
        ("Environment", ", ".join(f"{name}={value}" for name, value in schedule["environment"].items())),
        ("Priority", schedule["priority"]),
        ("Overlap", schedule_options.overlap(schedule)),
        ("Late runs", schedule_options.catch_up(schedule)),
        ("Jitter", f"up to {schedule_options.span(schedule['jitter_s'])}" if schedule["jitter_s"] else None),
        ("Blackouts", "; ".join(periods.words(one) for one in schedule["blackouts"])),
        ("Calendars", ", ".join(one["name"] for one in schedule["calendars"])),
        ("Owner", schedule["owner"] and schedule["owner"]["name"]),
        ("Last run", outcome),
        ("Because", last and last["reason"]),
    ]


def _pause_words(pause: Mapping[str, Any]) -> str:
    who = f" by {pause['paused_by']['name']}" if pause["paused_by"] else ""
    return f"paused{who} since {terminal.when(pause['since'])}{': ' + pause['reason'] if pause['reason'] else ''}"


def _tell_preview(preview: Preview) -> None:
    terminal.say(terminal.line(preview["words"]))
    if preview.get("last"):
        terminal.say("")
        _show_runs("LAST RUNS IN ITS ZONE", preview["last"])
    terminal.say("")
    _show_runs("NEXT RUNS IN ITS ZONE", preview["next"])
    if preview.get("changes"):
        terminal.say("")
    for change in preview.get("changes", ()):
        terminal.say(terminal.line(change["words"]))


def _show_runs(title: str, runs: list[Due]) -> None:
    rows = [(_local(due), terminal.when(due["utc"]), _start(due), due["note"]) for due in runs]
    terminal.show_table((title, "HERE", "STARTS", ""), rows, "It is never due.")


def _start(due: Due) -> str:
    """At once, or how much later by the jitter."""
    late = datetime.fromisoformat(due["planned_at"]) - datetime.fromisoformat(due["utc"])
    return f"{round(late.total_seconds())} s later" if late else "at once"


def _local(due: Due) -> str:
    return datetime.fromisoformat(due["local"]).strftime("%a %Y-%m-%d %H:%M %z")
