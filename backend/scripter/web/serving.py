"""The web process of a larger installation: pages and API without worker and clock. What `scripter web` runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import flask

from scripter import start_up
from scripter.access import service as access
from scripter.config import Settings
from scripter.context import Context
from scripter.lib import garbage
from scripter.web import create_app


@contextmanager
def opened(settings: Settings, *, greeting: bool) -> Iterator[flask.Flask]:
    """The application, for as long as it is served. Of several such processes, one should do the `greeting`.

    Raises: as `start_up.open_context`.
    """
    context = start_up.open_context(settings)
    try:
        if greeting:
            _greet(context)
        app = create_app(context)
        garbage.settle()
        yield app
    finally:
        context.close()


def _greet(context: Context) -> None:
    """The way in, for whoever reads the console; also after each restart until somebody has taken it."""
    with context.db.transaction() as session:
        link = access.setup_link(session, context.settings.base_url)
    if link is not None:
        click.echo(f"Open this link to choose your name and password (it works once):\n\n  {link}\n")
