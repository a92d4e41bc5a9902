"""The commands that serve. Each reads the settings and hands over; nothing heavy is imported before."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scripter import config
from scripter.config import Data, Settings
from scripter.lib import garbage, logs
from scripter.lib.errors import BadInput
from scripter.lib.pulse import Pulse

if TYPE_CHECKING:
    import flask

F = TypeVar("F", bound=Callable[..., Any])


def register(root: click.Group) -> None:
    root.command("up")(up)
    root.command("web")(web)
    root.command("worker")(worker)
    root.command("clock")(clock)


def settings_options(command: F) -> F:
    """`--config` and `--data`, which every command that serves takes."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    directory = click.Path(file_okay=False, path_type=Path)
    command = click.option("--data", type=directory, help="The data directory, in place of data.directory.")(command)
    return click.option("--config", "file", type=file, help="The settings file, if not ./config.toml.")(command)


def load_settings(file: Path | None, data: Path | None) -> Settings:
    """The settings that the options of a command ask for.

    Raises:
        BadInput: naming every mistake at once.
    """
    settings = config.load(file)
    return settings if data is None else settings.model_copy(update={"data": Data(directory=str(data))})


_pulse_option = click.option(
    "--pulse",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Touch this file whenever the work has gone well: for whoever watches over the process.",
)


@settings_options
@click.option("--port", type=click.IntRange(1, 65535), help="The port of the pages, in place of server.port.")
@click.option("--host", help="The address to listen on, in place of server.host.")
def up(file: Path | None, data: Path | None, port: int | None, host: str | None) -> None:
    """Run everything in one process: pages, API, worker and clock. The way to try Scripter."""
    settings = _listening(load_settings(file, data), port, host)
    if settings.queue.url:
        told = "is set: pages, worker and clock then run as `scripter web`, `scripter worker` and `scripter clock`"
        raise BadInput.at("queue.url", told)
    logs.set_up(human=True)
    garbage.postpone()
    from scripter import embedded

    embedded.run(settings)


@settings_options
@click.option("--port", type=click.IntRange(1, 65535), help="The port of the pages, in place of server.port.")
@click.option("--host", help="The address to listen on, in place of server.host.")
@click.option("--silent", is_flag=True, help="Do not print the link of the first login: another process does.")
def web(file: Path | None, data: Path | None, port: int | None, host: str | None, silent: bool) -> None:
    """Serve the pages and the API. Runs nothing by itself: workers do."""
    settings = _listening(load_settings(file, data), port, host)
    logs.set_up(human=False)
    from scripter.lib import server as processes

    def opening() -> AbstractContextManager[flask.Flask]:
        # Called in the process that serves. The one that watches over it needs nothing of this, and keeps 20 MB less.
        garbage.postpone()
        from scripter.web import serving

        return serving.opened(settings, greeting=not silent)

    threads = settings.server.threads + settings.server.streams
    processes.serve(opening, host=settings.server.host, port=settings.server.port, threads=threads)


@settings_options
@_pulse_option
def worker(file: Path | None, data: Path | None, pulse: Path | None) -> None:
    """Run jobs and builds on this machine. Several may run, here and elsewhere."""
    settings = load_settings(file, data)
    logs.set_up(human=False)
    garbage.postpone()
    from scripter import worker as process

    process.run(settings, Pulse(pulse))


@settings_options
@_pulse_option
def clock(file: Path | None, data: Path | None, pulse: Path | None) -> None:
    """Ring the bell that starts planning, every minute. Needed once or more beside RabbitMQ."""
    settings = load_settings(file, data)
    logs.set_up(human=False)
    garbage.postpone()
    from scripter.cli.clock import run

    run(settings, Pulse(pulse))


def _listening(settings: Settings, port: int | None, host: str | None) -> Settings:
    """`settings` with the options that say where to listen, on a port that is free."""
    given = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    chosen = settings.model_copy(update={"server": settings.server.model_copy(update=given)})
    try:
        socket.create_server((chosen.server.host, chosen.server.port)).close()
    except OSError as error:
        # The resolver's own numbers are negative, and Python hands them on as if they were the system's.
        if error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0:
            raise BadInput.at("server.host", f"{chosen.server.host} is no address of this machine") from error
        why = os.strerror(error.errno) if error.errno else error.strerror  # Python's own words name the address again
        told = f"{chosen.server.host}:{chosen.server.port} cannot be used ({why}); choose another with --port"
        raise BadInput.at("server.port", told) from error
    return chosen
