"""The path under which a proxy serves Scripter, where it has no host of its own. Used by `create_app` and the pages.

Some proxies take that path off and some do not; both arrive at the same handlers, which know nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SubPath:
    """WSGI middleware that moves `path` ("/scripter") from the front of an address to SCRIPT_NAME."""

    def __init__(self, app: WSGIApplication, path: str) -> None:
        self._app, self._path = app, path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        if asked == self._path or asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked.removeprefix(self._path) or "/"
        environ["SCRIPT_NAME"] = self._path
        return self._app(environ, start_response)


def below(path: str, start_page: str) -> str:
    """The built start page for a site below `path`: all addresses in it begin at the host, in double quotes."""
    return start_page.replace('="/', f'="{path}/')
