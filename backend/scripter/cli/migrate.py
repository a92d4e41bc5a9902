"""`scripter migrate`: the database brought up to date by itself, or taken back for an earlier version of Scripter."""

from __future__ import annotations

from pathlib import Path

import click

from scripter.cli import terminal
from scripter.cli.app import App, pass_app
from scripter.cli.backup import in_words, prepared
from scripter.cli.server import load_settings, settings_options


def register(root: click.Group) -> None:
    root.command("migrate")(migrate)


@settings_options
@click.option("--to", "revision", metavar="REVISION", help="Go back to this revision, for an earlier version.")
@click.option("--yes", is_flag=True, help="Do not ask before something is lost.")
@pass_app
def migrate(app: App, file: Path | None, data: Path | None, revision: str | None, yes: bool) -> None:
    """Bring the database to the shape that this version wants. Every part of Scripter does so when it starts.

    Several may be told so at one time: one works, the others wait. What was interrupted is gone on with.

    With --to, go back: before an earlier version is started again. Stop all of Scripter first, and make a backup.
    """
    settings = prepared(load_settings(file, data))
    from scripter import migrations, start_up

    def tell(words: str) -> None:
        terminal.say(terminal.line(words), err=True)

    opened = start_up.as_it_is(settings) if revision is None else start_up.alone(settings)
    with in_words(settings), opened as context:
        directory = context.data / "run"
        before = migrations.look(context.db, directory)
        if revision is None:
            migrations.upgrade(context.db, directory, tell)
        else:
            for step in migrations.steps_back(before, directory, revision):
                tell(f"Undoing {step.revision} loses {step.lost}.")
            app.confirm(f"Take the database of {context.data} back to {revision}?", yes)
            migrations.go_back(context.db, directory, revision, tell)
        after = migrations.look(context.db, directory)
    told = {"from": before.revision, "to": after.revision, "newest": after.head}
    same = "was and is" if before.revision == after.revision else "is now"
    app.done(told, f"The database {same} at revision {after.revision}.")
