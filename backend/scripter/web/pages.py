"""Serves the built pages of the browser application. Every address that is not the API's leads to its start page,
which knows by itself what to show; whether the visitor may see any data is the API's to decide."""

from __future__ import annotations

from pathlib import Path

import flask
from werkzeug.routing import BaseConverter

import scripter
from scripter.access import guard
from scripter.lib.errors import NotFound
from scripter.web import subpath

_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"

_NOT_BUILT = """\
The pages of Scripter are not built yet.

Build them with `make run` in the directory of the project and load this page again.
The API works without them; it is described at /api/openapi.json.
"""


class _PagePath(BaseConverter):
    """Plain addresses outside the API. Odd spellings (`//api`, `/API/..`, `/x/../api`) match nothing at all."""

    regex = r"(?!(?i:api)(?:[/.]|$))[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"
    part_isolating = False


def install(app: flask.Flask, directory: str, site: str) -> None:
    """Serve the pages in `directory`, or where the build leaves them if it is empty; people see them below `site`."""
    root = Path(directory).resolve() if directory else _built()
    app.url_map.converters["page"] = _PagePath

    @guard.public
    def page(path: str = "") -> flask.Response:
        if path and (root / path).is_file():
            return _file(root, path, _FOREVER if path.startswith("assets/") else _ASK_AGAIN)
        if path.startswith("assets/"):
            raise NotFound("There is no such file. The pages may have been rebuilt: load them again.")
        if not (root / "index.html").is_file():
            return flask.Response(_NOT_BUILT, 503, mimetype="text/plain")
        return _start_page(root, site) if site else _file(root, "index.html", _ASK_AGAIN)

    app.add_url_rule("/", "page", page)
    app.add_url_rule("/<page:path>", "page", page)


def _file(root: Path, path: str, cache: str) -> flask.Response:
    answer = flask.send_from_directory(root, path)
    answer.headers["Cache-Control"] = cache
    return answer


def _start_page(root: Path, site: str) -> flask.Response:
    answer = flask.Response(
        subpath.below(site, (root / "index.html").read_text(encoding="utf-8")), mimetype="text/html"
    )
    answer.headers["Cache-Control"] = _ASK_AGAIN
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer


def _built() -> Path:
    """Inside an installed package the pages lie beside the code; in the source tree where the build puts them."""
    package = Path(scripter.__file__).resolve().parent
    inside = package / "pages"
    return inside if inside.is_dir() else package.parents[1] / "frontend" / "dist"
