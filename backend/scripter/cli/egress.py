"""`scripter egress`: the firewall rules of the network mode egress, for workers that may not set them themselves."""

from __future__ import annotations

from pathlib import Path

import click

from scripter.cli import terminal
from scripter.cli.server import load_settings, settings_options


def register(root: click.Group) -> None:
    root.command("egress")(egress)


@settings_options
def egress(file: Path | None, data: Path | None) -> None:
    """Set the firewall rules of the network mode egress. As root, on the Docker engine's machine, after each start.

    Not needed where the worker itself runs as root on that machine. Doing it twice does no harm.
    """
    settings = load_settings(file, data)
    from scripter.runners import egress_rules

    egress_rules.put(settings.docker.egress_resolvers)
    terminal.say(f"The rules for the bridge {egress_rules.BRIDGE} are set. Workers try them before the next job.")
