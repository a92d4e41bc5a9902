"""`scripter user`: for somebody who is locked out, on the machine of the data directory, past the API."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripter.cli.app import App, Group, pass_app
from scripter.cli.backup import in_words, prepared
from scripter.cli.server import load_settings, settings_options
from scripter.lib.errors import BadInput, NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from scripter.access.models import User


def register(root: click.Group) -> None:
    root.add_command(user)


@click.group(cls=Group)
def user() -> None:
    """The people who can log in."""


@user.command
@settings_options
@click.argument("name", required=False)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_app
def password(app: App, file: Path | None, data: Path | None, name: str | None, password_stdin: bool) -> None:
    """Give a user a new password, when the old one is forgotten. NAME may be left out where there is only one user.

    Needs the database and nothing else; Scripter may run or not. The user is logged out everywhere; API tokens stay.
    """
    settings = prepared(load_settings(file, data))
    from scripter import start_up
    from scripter.access import service

    with in_words(settings), start_up.as_it_is(settings) as context:
        with context.db.reading() as session:
            whose = _find(session, name).name
        # Asked for outside of any transaction: people take their time.
        new = _new_password(whose, password_stdin)
        with context.db.transaction() as session:
            service.reset_password(session, _find(session, whose), new)
    app.done({"user": whose}, f"{whose} has a new password, and is logged out everywhere. API tokens are as they were.")


def _find(session: Session, name: str | None) -> User:
    from scripter.access import service

    users = service.users(session)
    if name is None:
        if len(users) != 1:
            raise BadInput.at("name", f"There are {len(users)} users: say which one.")
        return users[0]
    found = service.user_named(session, name)
    if found is None:
        there = ", ".join(one.name for one in users) or "none: the setup link that `scripter up` prints makes the first"
        raise NotFound(f"There is no user {name}. There are: {there}.")
    return found


def _new_password(name: str, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise BadInput.at("password", "There is nobody to ask. Give it on standard input, with --password-stdin.")
    asked: str = click.prompt(f"New password of {name}", hide_input=True, confirmation_prompt="Once more", err=True)
    return asked
