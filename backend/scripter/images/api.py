"""Images over HTTP: make, edit and build them, watch and read their build logs, destroy and delete them."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from flask_openapi import APIBlueprint
from pydantic import Field
from sqlalchemy.orm import Session

from scripter import context, fileview, logview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.fileview import FileBody, UploadForm
from scripter.images import builds, service, views
from scripter.images.models import FINISHED, Build, Image
from scripter.images.service import Changes
from scripter.images.views import BuildList, BuildView, ImageFiles, ImageList, ImageView
from scripter.lib import http
from scripter.lib.http import Answer, Body, Page, Path, Problem, RowId
from scripter.logfeed import End
from scripter.logview import (
    LOG_RESPONSES,
    STREAM_RESPONSES,
    FirstErrorQuery,
    FirstErrorView,
    LogQuery,
    SearchQuery,
    SearchView,
    StreamQuery,
    WindowQuery,
    WindowView,
)

bp = APIBlueprint("images", __name__, url_prefix="/api")

Description = Annotated[str, Field(max_length=5_000)]


class ImagePath(Path):
    """One image."""

    image_id: RowId


class BuildPath(Path):
    """One build."""

    build_id: RowId


class BuildLimits(Body):
    """The bounds of builds; what is left out stays as it is."""

    memory_mb: int | None = None
    time_limit_s: int | None = None


class NewImage(Body):
    """Without files it begins with a Dockerfile for Python and an empty requirements.txt."""

    name: str
    description: Description = ""
    files: list[FileBody] | None = None
    limits: BuildLimits = BuildLimits()


class ChangeImage(Body):
    """What is left out stays as it is. The limits can be changed only while dormant or failed."""

    name: str | None = None
    description: Description | None = None
    limits: BuildLimits = BuildLimits()


class SaveFiles(Body):
    """All files of the image; `base_digest` is the digest of those that the editor started from.

    `message` says what was changed, for the history.
    """

    files: list[FileBody]
    message: Annotated[str, Field(max_length=500)] = ""
    base_digest: Annotated[str, Field(max_length=64)] | None = None


@bp.get("/images", responses={200: ImageList})
@needs(Scope.IMAGE_READ)
def list_images() -> Answer:
    """All images, by name."""
    with guard.reading() as session:
        return http.show(ImageList(items=views.of_images(session, service.listed(session))))


@bp.post("/images", responses={201: ImageView, 422: Problem})
@needs(Scope.IMAGE_WRITE)
def create_image(body: NewImage) -> Answer:
    """Make a dormant image."""
    with guard.transaction() as session:
        image = service.create(
            session,
            body.name,
            description=body.description,
            files=None if body.files is None else fileview.given(body.files),
            memory_mb=body.limits.memory_mb,
            time_limit_s=body.limits.time_limit_s,
            by=guard.current_user(),
        )
        return _show(session, image, 201)


@bp.get("/images/<int:image_id>", responses={200: ImageView})
@needs(Scope.IMAGE_READ)
def show_image(path: ImagePath) -> Answer:
    """One image."""
    with guard.reading() as session:
        return _show(session, service.get(session, path.image_id))


@bp.patch("/images/<int:image_id>", responses={200: ImageView, 409: Problem})
@needs(Scope.IMAGE_WRITE)
def change_image(path: ImagePath, body: ChangeImage) -> Answer:
    """Change name, description or the limits of builds."""
    with guard.transaction() as session:
        image = service.get(session, path.image_id)
        service.change(session, image, by=guard.current_user(), **_changes(body))
        return _show(session, image)


@bp.delete("/images/<int:image_id>", responses={204: None, 409: Problem})
@needs(Scope.IMAGE_WRITE)
def delete_image(path: ImagePath) -> Answer:
    """Remove the image with its files, builds and logs, unless scripts use it."""
    with guard.transaction() as session:
        service.delete_image(session, service.get(session, path.image_id), by=guard.current_user())
    return http.no_content()


@bp.get("/images/<int:image_id>/files", responses={200: ImageFiles})
@needs(Scope.IMAGE_READ)
def show_files(path: ImagePath) -> Answer:
    """The image's present files with their contents."""
    with guard.reading() as session:
        return http.show(views.files(session, service.get(session, path.image_id)))


@bp.put("/images/<int:image_id>/files", responses={200: ImageFiles, 409: Problem})
@needs(Scope.IMAGE_WRITE)
def save_files(path: ImagePath, body: SaveFiles) -> Answer:
    """Replace the image's files by a new version, while it is dormant or failed. The same files make none."""
    files = fileview.given(body.files)
    with guard.transaction() as session:
        image = service.get(session, path.image_id)
        service.save_files(
            session, image, files, by=guard.current_user(), base_digest=body.base_digest, message=body.message
        )
        return http.show(views.files(session, image))


@bp.post("/images/<int:image_id>/files/upload", responses={200: ImageFiles, 409: Problem})
@needs(Scope.IMAGE_WRITE)
def upload_files(path: ImagePath, form: UploadForm) -> Answer:
    """Add or replace files: parts named `files`, or one zip archive."""
    files = fileview.uploaded(form)
    with guard.transaction() as session:
        image = service.get(session, path.image_id)
        service.add_files(session, image, files, by=guard.current_user())
        return http.show(views.files(session, image))


@bp.post("/images/<int:image_id>/builds", responses={202: BuildView, 409: Problem})
@needs(Scope.IMAGE_BUILD)
def start_build(path: ImagePath) -> Answer:
    """Build the image from its present files."""
    with guard.transaction() as session:
        build = service.start_build(session, service.get(session, path.image_id), by=guard.current_user())
        return _show_build(session, build, 202)


@bp.get("/images/<int:image_id>/builds", responses={200: BuildList, 422: Problem})
@needs(Scope.IMAGE_READ)
def list_builds(path: ImagePath, query: Page) -> Answer:
    """The image's builds, newest first."""
    with guard.reading() as session:
        image = service.get(session, path.image_id)
        rows = builds.listed(session, image.id, before=query.before, limit=query.limit)
        after = rows[-1].id if len(rows) == query.limit else None
        return http.show(BuildList(items=views.of_builds(session, rows), next=after))


@bp.post("/images/<int:image_id>/destroy", responses={200: ImageView, 409: Problem})
@needs(Scope.IMAGE_BUILD)
def destroy_image(path: ImagePath) -> Answer:
    """Remove the built image; the image is dormant again."""
    with guard.transaction() as session:
        image = service.get(session, path.image_id)
        service.destroy(session, image, by=guard.current_user())
        return _show(session, image)


@bp.get("/builds/<int:build_id>", responses={200: BuildView})
@needs(Scope.IMAGE_READ)
def show_build(path: BuildPath) -> Answer:
    """One build."""
    with guard.reading() as session:
        return _show_build(session, builds.get(session, path.build_id))


@bp.post("/builds/<int:build_id>/cancel", responses={202: BuildView, 409: Problem})
@needs(Scope.IMAGE_BUILD)
def cancel_build(path: BuildPath) -> Answer:
    """Stop a build: at once while it waits, within about a second while it runs."""
    with guard.transaction() as session:
        build = service.cancel_build(session, builds.get(session, path.build_id), by=guard.current_user())
        return _show_build(session, build, 202)


@bp.get("/builds/<int:build_id>/log", responses={**LOG_RESPONSES, 422: Problem})
@needs(Scope.IMAGE_READ)
def download_log(path: BuildPath, query: LogQuery) -> Answer:
    """The build's log as a file; honours Range."""
    _, log = _log_of(path)
    return logview.download(log, query, f"build-{path.build_id}.log")


@bp.get("/builds/<int:build_id>/log/window", responses={200: WindowView, 422: Problem})
@needs(Scope.IMAGE_READ)
def show_log_window(path: BuildPath, query: WindowQuery) -> Answer:
    """A piece of the build's log, or its last lines."""
    build, log = _log_of(path)
    return logview.window(log, query, finished=build.status in FINISHED)


@bp.get("/builds/<int:build_id>/log/search", responses={200: SearchView, 422: Problem})
@needs(Scope.IMAGE_READ)
def search_log(path: BuildPath, query: SearchQuery) -> Answer:
    """The lines of the build's log that hold a text. One answer covers part of a large log: go on at `end`."""
    build, log = _log_of(path)
    return logview.search(log, query, finished=build.status in FINISHED)


@bp.get("/builds/<int:build_id>/log/first-error", responses={200: FirstErrorView, 422: Problem})
@needs(Scope.IMAGE_READ)
def show_first_error(path: BuildPath, query: FirstErrorQuery) -> Answer:
    """The first line of the build's log that tells of an error."""
    build, log = _log_of(path)
    return logview.first_error(log, query, finished=build.status in FINISHED)


@bp.get("/builds/<int:build_id>/log/stream", responses={**STREAM_RESPONSES, 422: Problem})
@needs(Scope.IMAGE_READ)
def stream_log(path: BuildPath, query: StreamQuery) -> Answer:
    """The build's log as it grows."""
    _, log = _log_of(path)
    shared = guard.context()

    def ended() -> End | None:
        with shared.db.reading() as session:
            build = session.get(Build, path.build_id)
        if build is None:
            return End("deleted", "The image was deleted.")
        return End(build.status, build.reason) if build.status in FINISHED else None

    return logview.stream(log, query, ended)


def _show(session: Session, image: Image, status: int = 200) -> Answer:
    return http.show(views.of_images(session, [image])[0], status)


def _show_build(session: Session, build: Build, status: int = 200) -> Answer:
    return http.show(views.of_builds(session, [build])[0], status)


def _log_of(path: BuildPath) -> tuple[Build, FilePath]:
    with guard.reading() as session:
        build = builds.get(session, path.build_id)
        return build, context.of(session).logs.build_path(build.image_id, build.id)


def _changes(body: ChangeImage) -> Changes:
    changes = Changes()
    if body.name is not None:
        changes["name"] = body.name
    if body.description is not None:
        changes["description"] = body.description
    if body.limits.memory_mb is not None:
        changes["memory_mb"] = body.limits.memory_mb
    if body.limits.time_limit_s is not None:
        changes["time_limit_s"] = body.limits.time_limit_s
    return changes
