"""`scripter image templates | problems | packages | versions | restore`: an image's files, and what came of them."""

from __future__ import annotations

from pathlib import Path

import click

from scripter.cli import files, terminal
from scripter.cli.app import App, Command, pass_app
from scripter.cli.shapes import Contents, File, ImageVersion, Problem, Template
from scripter.lib.errors import BadInput, Conflict, NotFound

_COULD_NOT_BE_BUILT = 1


def register(image: click.Group) -> None:
    for command in (templates, problems, packages, versions, restore):
        image.add_command(command)


def template_files(app: App, key: str) -> list[File]:
    """The files of the template.

    Raises:
        NotFound: there is none of this name; with those that there are.
    """
    offered: list[Template] = app.client.get("/api/images/templates")["items"]
    for one in offered:
        if key in (one["key"], one["title"]):
            return [
                File(path=file["path"], content=file["content"], encoding=file["encoding"]) for file in one["files"]
            ]
    raise NotFound(f"There is no template {key}. There are: {', '.join(one['key'] for one in offered)}.")


@click.command("templates", cls=Command)
@pass_app
def templates(app: App) -> None:
    """List the templates: scripter image create NAME --template KEY."""
    offered: list[Template] = app.client.get("/api/images/templates")["items"]
    rows = [(one["key"], one["title"], one["offers"]) for one in offered]
    app.show(offered, lambda: terminal.show_table(("KEY", "TITLE", "WHAT IT OFFERS"), rows, "There are no templates."))


@click.command("problems", cls=Command)
@click.argument("name", required=False)
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), help="Files that are not sent yet.")
@pass_app
def problems(app: App, name: str | None, source: Path | None) -> None:
    """Tell what is wrong or not wise in an image's files; exits with 1 if it could not be built."""
    if (name is None) == (source is None):
        raise BadInput("Name an image, or give a directory by --from.")
    if source is not None:
        answer = app.client.post("/api/images/problems", {"files": files.read(source)})
    else:
        answer = app.client.get(f"/api/images/{app.image(name or '')['id']}/problems")
    told: list[Problem] = answer["items"]
    rows = [(_place(one), one["severity"], " ".join((one["message"], one["remedy"])).strip()) for one in told]
    app.show(told, lambda: terminal.show_table(("WHERE", "SEVERITY", "WHAT"), rows, "No problems found."))
    if any(one["severity"] == "error" for one in told):
        click.get_current_context().exit(_COULD_NOT_BE_BUILT)


@click.command("packages", cls=Command)
@click.argument("name")
@click.option("--search", default="", help="Only those with this in their name.")
@click.option("--system", is_flag=True, help="Also those of the base image's own package manager.")
@pass_app
def packages(app: App, name: str, search: str, system: bool) -> None:
    """List the packages in the built image."""
    image = app.image(name)
    if image["built"] is None:
        raise Conflict(f"The image {image['name']} is not built. Build it: scripter image build {image['id']}")
    told: Contents = app.client.get(f"/api/builds/{image['built']['build_id']}/packages")
    if not told["known"]:
        raise Conflict("What is installed was not read after the build. Build the image again to have it listed.")
    wanted = search.strip().lower().replace("_", "-")
    found = [
        one
        for one in told["packages"]
        if (system or one["kind"] == "python") and wanted in one["name"].replace("_", "-")
    ]
    rows = [(one["name"], one["version"], one["kind"]) for one in found]
    app.show(found, lambda: terminal.show_table(("PACKAGE", "VERSION", "KIND"), rows, "There are none."))


@click.command("versions", cls=Command)
@click.argument("name")
@pass_app
def versions(app: App, name: str) -> None:
    """List the versions of an image's files, the newest first."""
    kept: list[ImageVersion] = app.client.get(f"/api/images/{app.image(name)['id']}/versions?limit=200")["items"]
    rows = [
        (
            one["number"],
            terminal.when(one["created_at"]),
            one["author"] and one["author"]["name"],
            ", ".join(f"{build['number']} {build['status']}" for build in one["builds"]),
            one["message"],
        )
        for one in kept
    ]
    head = ("VERSION", "SAVED", "BY", "BUILDS", "WHAT CHANGED")
    app.show(kept, lambda: terminal.show_table(head, rows, "There are no versions."))


@click.command("restore", cls=Command)
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@pass_app
def restore(app: App, name: str, version: int) -> None:
    """Make the files of an earlier version the image's files again, as a new version."""
    image = app.image(name)
    answer = app.client.post(f"/api/images/{image['id']}/versions/{version}/restore")
    app.done(answer, f"The files of {image['name']} are those of version {version} again. Build it to use them.")


def _place(problem: Problem) -> str:
    return problem["path"] if problem["line"] is None else f"{problem['path']}:{problem['line']}"
