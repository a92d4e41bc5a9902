"""The commands that serve. Each reads the settings and hands over; nothing heavy is imported before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scripter import config
from scripter.config import Data, Settings

F = TypeVar("F", bound=Callable[..., Any])


def register(root: click.Group) -> None:
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


@settings_options
def clock(file: Path | None, data: Path | None) -> None:
    """Ring the bell that starts planning, every minute. Needed once or more beside RabbitMQ."""
    settings = load_settings(file, data)
    from scripter.cli.clock import run

    run(settings)
