"""Scripter in one process: pages, API, worker and clock. What `scripter up` runs; the quickest way to try it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
import flask
from sqlalchemy.exc import SQLAlchemyError

from scripter import start_up, web
from scripter.access import service as access
from scripter.config import Settings
from scripter.context import Context
from scripter.embedded import sample
from scripter.lib import garbage, server
from scripter.lib.errors import ScripterError
from scripter.lib.queue import MinuteBeat
from scripter.runners import choose
from scripter.runners.protocol import Runner
from scripter.worker import Worker


def run(settings: Settings) -> NoReturn:
    """Serve until told to stop (SIGTERM or SIGINT). Jobs that run then go on, and are adopted at the next start."""
    start_up.make_data_directory(settings)
    threads = settings.server.threads + settings.server.streams
    garbage.settle()
    server.serve(lambda: _open(settings), host=settings.server.host, port=settings.server.port, threads=threads)


@contextmanager
def _open(settings: Settings) -> Iterator[flask.Flask]:
    """All parts of one process, in the order in which they need each other."""
    garbage.postpone()
    context = start_up.open_context(settings)
    runner = start_up.choose_runner(context)
    worker = Worker(context, runner)
    worker.start()
    beat = MinuteBeat(context.queue)
    beat.start()
    threading.Thread(target=_greet, args=(context, runner), name="greeting", daemon=True).start()
    try:
        app = web.create_app(context)
        garbage.settle()
        yield app
    finally:
        beat.stop()
        worker.stop()
        context.close()


def _greet(context: Context, runner: Runner) -> None:
    """Say on the console what is there; the first time, show the main job at work and give the way in."""
    click.echo(f"Scripter runs on {runner.kind}, with its data in {context.data}.")
    if warning := choose.notice(runner):
        click.secho(warning, fg="yellow")
    with context.db.transaction() as session:
        made = sample.make(session) if sample.wanted(session) else None
    if made is not None and _engine_answers(runner):
        _run_sample(context, made)
    with context.db.transaction() as session:
        link = access.setup_link(session, context.settings.base_url)
    if link is None:
        click.echo(f"Open {context.settings.base_url} and log in.")
    else:
        click.echo(f"\nOpen this link to choose your name and password (it works once):\n\n  {link}\n")


def _run_sample(context: Context, made: sample.Sample) -> None:
    try:
        sample.run(context, made, click.echo)
    except (ScripterError, SQLAlchemyError, OSError) as error:
        # Somebody may have changed or deleted it meanwhile; the way in comes whatever happens.
        click.secho(f"The sample could not be shown to its end: {error}", fg="yellow")


def _engine_answers(runner: Runner) -> bool:
    """Said if not: the sample is then built when the engine is there, and nobody waits for it before the link."""
    if runner.answers():
        return True
    click.secho("The Docker engine does not answer. The sample's image waits until it does.", fg="yellow")
    return False
