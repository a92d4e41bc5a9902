"""`scripter login`, `logout` and `token`: who the command line is to the server."""

from __future__ import annotations

import socket
import sys

import click

from scripter.cli import credentials, terminal
from scripter.cli.app import App, Group, pass_app
from scripter.cli.client import Client
from scripter.cli.credentials import Credentials
from scripter.cli.shapes import Session, Token
from scripter.lib.errors import NotFound, ScripterError, Unauthenticated


def register(root: click.Group) -> None:
    root.command("login")(login)
    root.command("logout")(logout)
    root.add_command(token)


@click.argument("url", envvar="SCRIPTER_URL", default=credentials.DEFAULT_URL)
@click.option("--name", prompt="Name", help="Your name there.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How long the login lasts.")
@pass_app
def login(app: App, url: str, name: str, password_stdin: bool, days: int) -> None:
    """Log in, and keep an API token in ~/.config/scripter/credentials.json."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, err=True)
    made = _exchange(Client(url), name, password, days)
    credentials.store(Credentials(url.rstrip("/"), made["token"], made["id"], name))
    shown = {key: value for key, value in made.items() if key != "token"}
    app.done({"url": url, "token": shown}, f"Logged in at {url} as {name}, for {days} days.")


@pass_app
def logout(app: App) -> None:
    """Revoke the token of `scripter login`, and forget it."""
    stored = credentials.load()
    if stored is None:
        app.done({"logged_out": False}, "You are not logged in.")
        return
    revoked = _revoke(stored)
    credentials.forget()
    left = "" if revoked else " The server did not answer: the token is still valid there, revoke it on its page."
    app.done({"logged_out": True, "revoked": revoked}, f"Logged out of {stored.url}.{left}")


@click.group(cls=Group)
def token() -> None:
    """API tokens: keys for programs."""


@token.command("list")
@pass_app
def show_all(app: App) -> None:
    """List your tokens."""
    tokens: list[Token] = app.client.get("/api/tokens")["items"]
    rows = [
        (
            one["id"],
            one["name"],
            f"{one['prefix']}...",
            terminal.when(one["created_at"]),
            terminal.when(one["last_used_at"]) or "never",
            terminal.when(one["expires_at"]) or "never",
        )
        for one in tokens
    ]
    columns = ("ID", "NAME", "BEGINS WITH", "CREATED", "LAST USED", "EXPIRES")
    app.show(tokens, lambda: terminal.show_table(columns, rows, "You have no tokens."))


def _exchange(client: Client, name: str, password: str, days: int) -> Token:
    """A token in exchange for the password; the browser-like login that it takes is closed again."""
    opened: Session = client.post("/api/session", {"name": name, "password": password})
    proof = {"X-CSRF-Token": opened["csrf"] or ""}
    wish = {"name": f"Command line on {socket.gethostname()}"[:100], "expires_in_days": days}
    made: Token = client.post("/api/tokens", wish, proof)
    client.delete("/api/session", proof)
    return made


def _revoke(stored: Credentials) -> bool:
    """Whether the token is no longer valid on the server."""
    try:
        if stored.token_id is not None:
            Client(stored.url, stored.token).delete(f"/api/tokens/{stored.token_id}")
    except (Unauthenticated, NotFound):
        return True
    except ScripterError:
        return False
    return True
