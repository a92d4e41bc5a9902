"""Built images over HTTP: what lies in one, what is different from a build before, and who uses the image."""

from __future__ import annotations

from flask_openapi import APIBlueprint

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.images import builds, built_views, comparing, service
from scripter.images.api import BuildPath, ImagePath
from scripter.images.built_views import ChangesView, ContentsView, UsesView
from scripter.lib import http
from scripter.lib.http import Answer, Problem, Query, RowId

bp = APIBlueprint("built_images", __name__, url_prefix="/api")


class AgainstQuery(Query):
    """Which build to hold it against: one of the same image. Without it the last good one before."""

    against: RowId | None = None


@bp.get("/builds/<int:build_id>/packages", responses={200: ContentsView})
@needs(Scope.IMAGE_READ)
def show_packages(path: BuildPath) -> Answer:
    """The packages and layers of the image that a build has made."""
    with guard.reading() as session:
        return http.show(built_views.contents(comparing.contents(session, builds.get(session, path.build_id))))


@bp.get("/builds/<int:build_id>/changes", responses={200: ChangesView, 422: Problem})
@needs(Scope.IMAGE_READ)
def show_changes(path: BuildPath, query: AgainstQuery) -> Answer:
    """What is different from the last good build before, or from another one: files, packages, size, base."""
    with guard.reading() as session:
        build = builds.get(session, path.build_id)
        if query.against is None:
            before = comparing.good_before(session, build)
        else:
            before = comparing.sibling(session, build, query.against)
        return http.show(built_views.changes(session, before, build))


@bp.get("/images/<int:image_id>/uses", responses={200: UsesView})
@needs(Scope.IMAGE_READ)
def show_uses(path: ImagePath) -> Answer:
    """Who uses the image: scripts, their schedules, and jobs that wait or run on it."""
    with guard.reading() as session:
        return http.show(built_views.used_by(session, service.get(session, path.image_id)))
