"""The web process of its own: what `scripter web` runs beside workers and a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
import flask

from scripter import start_up, web
from scripter.access import service as access
from scripter.config import Settings
from scripter.lib import server


def run(settings: Settings) -> NoReturn:
    """Serve until told to stop; says at the start how the first user gets in."""
    threads = settings.server.threads + settings.server.streams
    server.serve(lambda: _open(settings), host=settings.server.host, port=settings.server.port, threads=threads)


@contextmanager
def _open(settings: Settings) -> Iterator[flask.Flask]:
    context = start_up.open_context(settings)
    try:
        with context.db.transaction() as session:
            link = access.setup_link(session, settings.base_url)
        if link is not None:
            click.echo(f"Open this link to choose your name and password (it works once): {link}")
        yield web.create_app(context)
    finally:
        context.close()
