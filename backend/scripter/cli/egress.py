"""`scripter egress`: the firewall rules of the network mode egress, for workers that may not set them themselves."""

from __future__ import annotations

from pathlib import Path

import click

from scripter.cli import terminal
from scripter.cli.server import load_settings, settings_options


def register(root: click.Group) -> None:
    root.command("egress")(egress)


@settings_options
@click.option("--print", "printing", is_flag=True, help="Set nothing: print a script for root's shell that does it.")
def egress(file: Path | None, data: Path | None, printing: bool) -> None:
    """Set the firewall rules of the network mode egress. As root, on the Docker engine's machine, after each start.

    Not needed where the worker itself runs as root on that machine. Doing it twice does no harm. From a worker in a
    container: `docker compose exec -T worker scripter egress --print | sudo sh`.
    """
    settings = load_settings(file, data)
    from scripter.runners import egress_rules

    if printing:
        click.echo(egress_rules.as_shell(settings.docker.egress_resolvers), nl=False)
        return
    egress_rules.put(settings.docker.egress_resolvers)
    terminal.say(f"The rules for the bridge {egress_rules.BRIDGE} are set. Workers try them before the next job.")
