"""An image's files over HTTP, before anything is built of them: templates, problems, and the versions of them."""

from __future__ import annotations

from flask_openapi import APIBlueprint

from scripter import filestore, fileview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.fileview import FileBody
from scripter.images import problems, recipe_views, service, templates, versions, views
from scripter.images.api import ImagePath
from scripter.images.recipe_views import ImageVersionList, ProblemList, TemplateList, WholeImageVersion
from scripter.images.views import ImageFiles
from scripter.lib import http
from scripter.lib.http import Answer, Body, Page, Problem, RowId

bp = APIBlueprint("image_recipes", __name__, url_prefix="/api")


class ImageVersionPath(ImagePath):
    """One version of an image, by its number."""

    number: RowId


class FilesToCheck(Body):
    """The files of an image as they are being edited; nothing of them is kept."""

    files: list[FileBody]


@bp.get("/images/templates", responses={200: TemplateList})
@needs(Scope.IMAGE_READ)
def list_templates() -> Answer:
    """Images to start from: make one with the files of a template."""
    return http.show(TemplateList(items=[recipe_views.template(one) for one in templates.TEMPLATES]))


@bp.post("/images/problems", responses={200: ProblemList, 413: Problem, 422: Problem})
@needs(Scope.IMAGE_READ)
def check_files(body: FilesToCheck) -> Answer:
    """What is wrong or not wise in these files. Files whose paths or sizes cannot be are refused as by a save."""
    files = filestore.check(fileview.given(body.files))
    return http.show(recipe_views.problem_list(problems.of(files)))


@bp.get("/images/<int:image_id>/problems", responses={200: ProblemList})
@needs(Scope.IMAGE_READ)
def list_problems(path: ImagePath) -> Answer:
    """What is wrong or not wise in the image's present files."""
    with guard.reading() as session:
        files = service.files(session, service.get(session, path.image_id))
    return http.show(recipe_views.problem_list(problems.of(files)))


@bp.get("/images/<int:image_id>/versions", responses={200: ImageVersionList, 422: Problem})
@needs(Scope.IMAGE_READ)
def list_versions(path: ImagePath, query: Page) -> Answer:
    """The versions of the image's files, newest first."""
    with guard.reading() as session:
        image = service.get(session, path.image_id)
        rows = versions.history(session, image, before=query.before, limit=query.limit)
        after = rows[-1].id if len(rows) == query.limit else None
        return http.show(ImageVersionList(items=recipe_views.of_versions(session, image, rows), next=after))


@bp.get("/images/<int:image_id>/versions/<int:number>", responses={200: WholeImageVersion})
@needs(Scope.IMAGE_READ)
def show_version(path: ImageVersionPath) -> Answer:
    """One version with its files."""
    with guard.reading() as session:
        row = versions.get(session, service.get(session, path.image_id), path.number)
        return http.show(recipe_views.whole_version(session, row))


@bp.post("/images/<int:image_id>/versions/<int:number>/restore", responses={200: ImageFiles, 409: Problem})
@needs(Scope.IMAGE_WRITE)
def restore_version(path: ImageVersionPath) -> Answer:
    """Make the files of a version the image's files again, while it is dormant or failed."""
    with guard.transaction() as session:
        image = service.get(session, path.image_id)
        service.restore(session, image, path.number, by=guard.current_user())
        return http.show(views.files(session, image))
