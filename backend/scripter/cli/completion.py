"""`scripter completion`: what a shell needs to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from scripter.cli import terminal
from scripter.cli.app import App, pass_app


def register(root: click.Group) -> None:
    root.command(completion)


@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_app
def completion(app: App, shell: str) -> None:
    """Print the completion script for a shell.

    \b
      bash: eval "$(scripter completion bash)"
      zsh:  eval "$(scripter completion zsh)"
      fish: scripter completion fish | source
    """
    found = get_completion_class(shell)
    assert found is not None
    source = found(click.get_current_context().find_root().command, {}, "scripter", "_SCRIPTER_COMPLETE").source()
    app.show({"shell": shell, "script": source}, lambda: terminal.say(source))
