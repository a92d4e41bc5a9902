"""The web application: every room's API, the pages, and what surrounds both. Made once in each web process."""

from __future__ import annotations

from flask_openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

import scripter.access.api
import scripter.images.api
import scripter.images.built_api
import scripter.images.recipe_api
import scripter.jobs.api
import scripter.schedules.api
import scripter.schedules.backfill_api
import scripter.schedules.crontab_api
import scripter.schedules.hours_api
import scripter.schedules.overview
import scripter.scripts.api
import scripter.scripts.assistance_api
import scripter.upkeep.api
import scripter.upkeep.statistics_api
from scripter.access import guard
from scripter.context import Context
from scripter.lib import http, problems
from scripter.lib.http import Problem
from scripter.lib.sse import Streams
from scripter.web import border, document, pages, turns
from scripter.web.subpath import SubPath

ROOMS = (
    scripter.access.api.bp,
    scripter.images.api.bp,
    scripter.images.built_api.bp,
    scripter.images.recipe_api.bp,
    scripter.jobs.api.bp,
    scripter.schedules.api.bp,
    scripter.schedules.backfill_api.bp,
    scripter.schedules.crontab_api.bp,
    scripter.schedules.hours_api.bp,
    scripter.schedules.overview.bp,
    scripter.scripts.api.bp,
    scripter.scripts.assistance_api.bp,
    scripter.upkeep.api.bp,
    scripter.upkeep.statistics_api.bp,
)

LARGEST_BODY = 32 * 1024 * 1024
MOST_PARTS = 2_000


def create_app(context: Context) -> OpenAPI:
    """The application over an open context. Makes no connection and starts nothing by itself."""
    app = OpenAPI(
        "scripter",
        info=document.INFO,
        security_schemes=document.SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=http.refuse,
        doc_ui=False,
        static_folder=None,
    )
    _set_up(app)
    problems.install(app)
    server = context.settings.server
    border.install(app, https_only=server.secure_cookies, behind_proxy=server.proxies > 0)
    turns.install(app, server.threads)
    guard.install(app, context)
    Streams(app, server.streams, guard.permit)
    scripter.scripts.assistance_api.install(app, context)
    for room in ROOMS:
        app.register_api(room)
    pages.install(app, server.pages, server.path)
    document.install(app, server.path)
    _place(app, server.path)
    _trust(app, server.proxies)
    return app


def _set_up(app: OpenAPI) -> None:
    app.request_class = http.Request
    app.url_map.converters["int"] = http.IdConverter
    # One spelling for each address: nothing is redirected or guessed.
    app.url_map.merge_slashes = False
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )


def _place(app: OpenAPI, path: str) -> None:
    if path:
        # mypy cannot know that replacing this attribute is how Flask wants middleware to be added.
        app.wsgi_app = SubPath(app.wsgi_app, path)  # type: ignore[method-assign]


def _trust(app: OpenAPI, proxies: int) -> None:
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
