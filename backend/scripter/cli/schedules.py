"""`scripter schedule ...`: crontab lines."""

from __future__ import annotations

from datetime import datetime

import click

from scripter.cli import terminal
from scripter.cli.app import App, Group, pass_app
from scripter.cli.shapes import Due, Preview, Schedule

_ID = click.IntRange(min=1)


def register(root: click.Group) -> None:
    root.add_command(schedule)


@click.group(cls=Group)
def schedule() -> None:
    """Schedules: when scripts run by themselves."""


@schedule.command("add")
@click.argument("script")
@click.argument("cron")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--zone", default="UTC", show_default=True, help="Whose clocks the line means, such as Europe/Paris.")
@click.option("--off", is_flag=True, help="Do not switch it on yet.")
@pass_app
def add(app: App, script: str, cron: str, arguments: tuple[str, ...], zone: str, off: bool) -> None:
    """Give a script a crontab line, such as "0 3 * * *". Arguments for the script stand after --."""
    body = {
        "script_id": app.script(script)["id"],
        "cron": cron,
        "zone": zone,
        "enabled": not off,
        "arguments": list(arguments),
    }
    made: Schedule = app.client.post("/api/schedules", body)
    app.show(made, lambda: _tell(made))


@schedule.command("list")
@click.option("--script", "script_name", help="Only schedules of this script.")
@pass_app
def show_all(app: App, script_name: str | None) -> None:
    """List the schedules."""
    script_id = app.script(script_name)["id"] if script_name else None
    schedules: list[Schedule] = app.client.get("/api/schedules", script_id=script_id)["items"]
    rows = [
        (
            one["id"],
            one["script"]["name"],
            one["cron"],
            one["zone"],
            "on" if one["enabled"] else "off",
            _local(one["next"][0]) if one["enabled"] and one["next"] else None,
            one["last"] and one["last"]["outcome"].replace("_", " "),
        )
        for one in schedules
    ]
    columns = ("ID", "SCRIPT", "CRON", "ZONE", "STATE", "NEXT", "LAST")
    app.show(schedules, lambda: terminal.show_table(columns, rows, "There are no schedules."))


@schedule.command("preview")
@click.argument("cron")
@click.option("--zone", default="UTC", show_default=True, help="Whose clocks the line means, such as Europe/Paris.")
@pass_app
def preview(app: App, cron: str, zone: str) -> None:
    """Say what a crontab line means, and when it is due next. Stores nothing."""
    told: Preview = app.client.post("/api/schedules/preview", {"cron": cron, "zone": zone})
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


@schedule.command("delete")
@click.argument("schedule_id", metavar="SCHEDULE", type=_ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def delete(app: App, schedule_id: int, yes: bool) -> None:
    """Delete a schedule and its ledger; its jobs stay."""
    found: Schedule = app.client.get(f"/api/schedules/{schedule_id}")
    app.confirm(f"Delete the schedule {found['cron']} of {found['script']['name']}?", yes)
    app.client.delete(f"/api/schedules/{schedule_id}")
    app.done({"deleted": schedule_id}, f"Schedule {schedule_id} is deleted.")


def _tell(schedule: Schedule) -> None:
    next_run = _local(schedule["next"][0]) if schedule["next"] else "never"
    state = f"next run {next_run}" if schedule["enabled"] else "off"
    words = f"{schedule['words']} ({schedule['zone']})"
    terminal.say(terminal.line(f"Schedule {schedule['id']} of {schedule['script']['name']}: {words}, {state}."))


def _tell_preview(preview: Preview) -> None:
    terminal.say(terminal.line(preview["words"]))
    rows = [(_local(due), terminal.when(due["utc"]), due["note"]) for due in preview["next"]]
    terminal.show_table(("IN ITS ZONE", "HERE", ""), rows, "It is never due.")


def _local(due: Due) -> str:
    return datetime.fromisoformat(due["local"]).strftime("%a %Y-%m-%d %H:%M %z")
