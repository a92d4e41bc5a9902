"""`scripter image ...`: recipes and their builds."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from scripter.cli import files, recipes, terminal
from scripter.cli.app import CANCELLED_BY_USER, App, Group, pass_app
from scripter.cli.follow import LogPrinter, follow
from scripter.cli.shapes import Build, Image
from scripter.cli.wait import wait
from scripter.lib.errors import BadInput

FINAL = {"succeeded", "failed", "cancelled"}
_EXIT_CODES = {"succeeded": 0, "failed": 1, "cancelled": CANCELLED_BY_USER}


def register(root: click.Group) -> None:
    recipes.register(image)
    root.add_command(image)


@click.group(cls=Group)
def image() -> None:
    """Images: what scripts run in."""


@image.command("create")
@click.argument("name")
@click.option("--from", "source", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Its files.")
@click.option("--template", help="Begin with the files of a template: scripter image templates.")
@click.option("--description", default="", help="What it is for.")
@pass_app
def create(app: App, name: str, source: Path | None, template: str | None, description: str) -> None:
    """Make an image from a directory with a Dockerfile, from a template, or a small one to start with."""
    if source is not None and template is not None:
        raise BadInput("Give either --from or --template.")
    body: dict[str, object] = {"name": name, "description": description}
    if template is not None:
        body["files"] = recipes.template_files(app, template)
    if source is not None:
        body["files"] = files.read(source)
    made: Image = app.client.post("/api/images", body)
    app.done(made, f"Image {made['name']} has number {made['id']}. Build it: scripter image build {made['id']}")


@image.command("build")
@click.argument("name")
@click.option("--follow", "follows", is_flag=True, help="Show the build's log while it grows.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@pass_app
def build(app: App, name: str, follows: bool, detach: bool) -> None:
    """Build an image and wait for the end; exits with 1 if the build fails."""
    found = app.image(name)
    started: Build = app.client.post(f"/api/images/{found['id']}/builds")
    path = f"/api/builds/{started['id']}"
    if detach:
        app.done(started, f"Build {started['number']} of {found['name']} has begun.")
        return
    if follows:
        follow(app.client, f"{path}/log/stream", LogPrinter("stderr" if app.json else "plain"))
    ended = cast("Build", wait(app, path, FINAL, f"Building {found['name']}"))
    app.show(ended, lambda: _tell_end(found, ended))
    click.get_current_context().exit(_EXIT_CODES[ended["status"]])


@image.command("list")
@pass_app
def show_all(app: App) -> None:
    """List the images."""
    images: list[Image] = app.client.get("/api/images")["items"]
    rows = [
        (one["id"], one["name"], one["status"], one["built"] and one["built"]["python"], len(one["scripts"]))
        for one in images
    ]
    empty = "There are no images yet. Make one: scripter image create NAME"
    app.show(images, lambda: terminal.show_table(("ID", "NAME", "STATUS", "PYTHON", "SCRIPTS"), rows, empty))


@image.command("show")
@click.argument("name")
@pass_app
def show(app: App, name: str) -> None:
    """Show one image."""
    found = app.image(name)
    app.show(found, lambda: terminal.show_facts(_facts(found)))


@image.command("destroy")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def destroy(app: App, name: str, yes: bool) -> None:
    """Remove what was built; the recipe stays and can be built again."""
    found = app.image(name)
    app.confirm(f"Remove the built image of {found['name']}? Its scripts cannot run until it is built again.", yes)
    left: Image = app.client.post(f"/api/images/{found['id']}/destroy")
    app.done(left, f"The built image of {found['name']} is gone; the image is {left['status']}.")


@image.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def delete(app: App, name: str, yes: bool) -> None:
    """Delete an image with its files and logs."""
    found = app.image(name)
    app.confirm(f"Delete the image {found['name']} with its files and logs?", yes)
    app.client.delete(f"/api/images/{found['id']}")
    app.done({"deleted": found["id"]}, f"Image {found['name']} is deleted.")


def _tell_end(image: Image, build: Build) -> None:
    took = f" after {terminal.duration(build['duration_s'])}" if build["duration_s"] is not None else ""
    terminal.say(terminal.line(f"Build {build['number']} of {image['name']} {build['status']}{took}."), err=True)
    step = build["failed_step"]
    if step is not None:
        where = f"line {step['line']}: " if step["line"] else ""
        terminal.say(terminal.line(f"  {where}{step['instruction']}"), err=True)
        terminal.say(terminal.line(f"  {step['error']}"), err=True)
    elif build["reason"]:
        terminal.say(terminal.line(f"  {build['reason']}"), err=True)


def _facts(image: Image) -> list[tuple[str, object]]:
    built, last = image["built"], image["last_build"]
    return [
        ("number", image["id"]),
        ("name", image["name"]),
        ("description", image["description"]),
        ("status", image["status"]),
        ("changed", "since the last good build" if image["changed_since_build"] else None),
        ("python", built and built["python"]),
        ("size", built and f"{built['size_bytes'] / 1_000_000:.0f} MB"),
        ("built", built and terminal.when(built["finished_at"])),
        ("last build", last and f"number {last['number']}, {last['status']}"),
        ("reason", last and last["reason"]),
        ("scripts", ", ".join(one["name"] for one in image["scripts"])),
    ]
