"""`scripter script ...`: folders of source files and their versions."""

from __future__ import annotations

from pathlib import Path

import click

from scripter.cli import files, rules, terminal
from scripter.cli.app import App, Group, pass_app
from scripter.cli.shapes import Script, Version
from scripter.lib.errors import BadInput

_SOURCE = click.Path(exists=True, path_type=Path)


def register(root: click.Group) -> None:
    root.add_command(script)


@click.group(cls=Group)
def script() -> None:
    """Scripts: what runs."""


@script.command("create")
@click.argument("name")
@click.option("--image", "image_name", required=True, help="The image that it runs on.")
@click.option("--from", "source", type=_SOURCE, required=True, help="A directory, or the only file.")
@click.option("--entry", help="The file to start with, if it is not main.py or the only one.")
@click.option("--description", default="", help="What it is for.")
@rules.rule_options
@pass_app
def create(app: App, name: str, image_name: str, source: Path, entry: str | None, description: str) -> None:
    """Make a script from files."""
    found = files.read(source)
    body = {
        "name": name,
        "description": description,
        "image_id": app.image(image_name)["id"],
        "entry": files.entry_of(found, entry),
        "files": found,
        **rules.given(),
    }
    made: Script = app.client.post("/api/scripts", body)
    app.done(made, f"Script {made['name']} has number {made['id']}. Run it: scripter run {made['id']} --follow")


@script.command("update")
@click.argument("name")
@click.option("--name", "new_name", help="Another name.")
@click.option("--image", "image_name", help="Another image.")
@click.option("--description", help="What it is for.")
@rules.rule_options
@pass_app
def update(app: App, name: str, new_name: str | None, image_name: str | None, description: str | None) -> None:
    """Change a script's settings. What is not named stays; its files are changed by `scripter script save`."""
    wishes = {
        "name": new_name,
        "image_id": app.image(image_name)["id"] if image_name else None,
        "description": description,
    }
    body = {key: value for key, value in wishes.items() if value is not None} | rules.given()
    if not body:
        raise BadInput("Nothing to change: name at least one option. See `scripter script update --help`.")
    changed: Script = app.client.patch(f"/api/scripts/{app.script(name)['id']}", body)
    app.done(changed, f"Script {changed['name']} is changed. Jobs that start from now on go by it.")


@script.command("save")
@click.argument("name")
@click.option("--from", "source", type=_SOURCE, required=True, help="A directory, or the only file.")
@click.option("--entry", help="The file to start with, if it is another one now.")
@click.option("--message", "-m", default="", help="What is new.")
@pass_app
def save(app: App, name: str, source: Path, entry: str | None, message: str) -> None:
    """Make these files the newest version, in place of those that the script has."""
    found = app.script(name)
    new = files.read(source)
    names = {file["path"] for file in new}
    wanted = entry or (found["entry"] if found["entry"] in names else None)
    body = {
        "files": new,
        "entry": files.entry_of(new, wanted),
        "message": message,
        "base": found["version"]["number"],
    }
    saved: Version = app.client.post(f"/api/scripts/{found['id']}/versions", body)
    app.show(saved, lambda: _tell_saved(found, saved))


@script.command("list")
@pass_app
def show_all(app: App) -> None:
    """List the scripts."""
    scripts: list[Script] = app.client.get("/api/scripts")["items"]
    rows = [
        (
            one["id"],
            one["name"],
            one["image"]["name"],
            one["version"]["number"],
            one["last_job"] and one["last_job"]["status"],
            one["last_job"] and terminal.when(one["last_job"]["created_at"]),
            one["schedules"] or None,
        )
        for one in scripts
    ]
    columns = ("ID", "NAME", "IMAGE", "VERSION", "LAST JOB", "AT", "SCHEDULES")
    empty = "There are no scripts yet. Make one: scripter script create NAME --image IMAGE --from DIRECTORY"
    app.show(scripts, lambda: terminal.show_table(columns, rows, empty))


@script.command("show")
@click.argument("name")
@pass_app
def show(app: App, name: str) -> None:
    """Show one script."""
    found = app.script(name)
    app.show(found, lambda: terminal.show_facts(_facts(found)))


@script.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def delete(app: App, name: str, yes: bool) -> None:
    """Delete a script with its versions, schedules, jobs and logs."""
    found = app.script(name)
    app.confirm(f"Delete the script {found['name']} with its versions, schedules, jobs and logs?", yes)
    app.client.delete(f"/api/scripts/{found['id']}")
    app.done({"deleted": found["id"]}, f"Script {found['name']} is deleted.")


def _tell_saved(script: Script, version: Version) -> None:
    number = version["number"]
    new = number != script["version"]["number"]
    terminal.say(f"Saved as version {number}." if new else f"Nothing is new; version {number} stays the newest.")
    for warning in version["warnings"]:
        terminal.say(f"Warning: {terminal.line(warning)}", err=True)


def _facts(script: Script) -> list[tuple[str, object]]:
    last = script["last_job"]
    image = script["image"]
    retries = script["retries"]
    return [
        ("number", script["id"]),
        ("name", script["name"]),
        ("description", script["description"]),
        ("image", f"{image['name']} ({image['status']})"),
        ("entry", script["entry"]),
        ("version", script["version"]["number"]),
        ("network", script["network"]),
        ("environment", ", ".join(script["environment"])),
        ("tried again", rules.in_words(retries["count"], retries["delay_s"], retries["factor"])),
        ("tried again on", ", ".join(retries["reasons"]) if retries["count"] else None),
        ("deadline", script["deadline_s"] and f"{script['deadline_s']} s after it was queued"),
        ("priority", script["priority"] or None),
        ("running at once", script["max_running"]),
        ("waiting at once", script["max_queued"]),
        (
            "runs alone",
            rules.restriction_in_words(script["restriction"], script["restriction_key"], script["restriction_wait"]),
        ),
        ("schedules", script["schedules"]),
        ("last job", last and f"number {last['id']}, {last['status']}, {terminal.when(last['created_at'])}"),
        ("changed", terminal.when(script["updated_at"])),
    ]
