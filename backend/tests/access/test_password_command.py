"""`scripter user password`: the way back in when the password is forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from people import PASSWORD, Browser, add_user, logged_in
from sqlalchemy import select

from scripter.access import passwords
from scripter.access.models import AuditEntry, User
from scripter.access.scopes import Tag
from scripter.context import Context
from scripter.web import create_app

PROGRAM = str(Path(sys.executable).with_name("scripter"))
NEW = "quite another staple"


def command(context: Context, *arguments: str, given: str = f"{NEW}\n") -> subprocess.CompletedProcess[str]:
    """In a process of its own, as it sets up the log of all of its process."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "SCRIPTER_DATA__DIRECTORY": str(context.settings.data_directory),
        "SCRIPTER_DATABASE__URL": context.settings.database_url,
    }
    return subprocess.run(
        [PROGRAM, "user", "password", *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def password_of(context: Context, name: str) -> str:
    with context.db.reading() as session:
        return session.scalars(select(User.password_hash).where(User.name == name)).one()


def test_the_only_user_gets_a_new_password_is_logged_out_everywhere_and_it_is_noted(
    context: Context, anonymous: Browser
) -> None:
    anna = add_user(context)
    elsewhere = logged_in(create_app(context), context, anna)
    told = command(context, "--password-stdin")
    assert (told.returncode, told.stdout) == (
        0,
        "anna has a new password, and is logged out everywhere. API tokens are as they were.\n",
    )
    assert elsewhere.get("/api/session").json["user"] is None
    assert anonymous.post("/api/session", json={"name": "anna", "password": PASSWORD}).status_code == 401
    assert anonymous.post("/api/session", json={"name": "anna", "password": NEW}).status_code == 200
    with context.db.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.USER_PASSWORD)).one()
    assert (noted.by_id, noted.target) == (None, f"user:{anna.id}")


@pytest.mark.parametrize(
    ("arguments", "given", "exit_code", "words"),
    [
        (["bela", "--password-stdin"], f"{NEW}\n", 4, "There is no user bela. There are: anna, carl."),
        (["--password-stdin"], f"{NEW}\n", 2, "There are 2 users: say which one."),
        (["anna", "--password-stdin"], "short\n", 2, "A password has 8 to 1024 characters."),
        (["anna"], f"{NEW}\n{NEW}\n", 2, "There is nobody to ask."),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_password_stays(
    context: Context, arguments: list[str], given: str, exit_code: int, words: str
) -> None:
    add_user(context)
    add_user(context, "carl")
    before = password_of(context, "anna")
    told = command(context, *arguments, given=given)
    assert told.returncode == exit_code
    assert words in told.stderr
    assert password_of(context, "anna") == before


def test_the_password_that_was_given_is_the_one_that_is_stored(context: Context) -> None:
    add_user(context)
    add_user(context, "carl")
    assert command(context, "CARL", "--password-stdin").returncode == 0
    assert passwords.matches(password_of(context, "carl"), NEW)
