"""What all commands of the client share: the `--json` option, the connection, names or ids, confirmation, errors."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import click

from scripter.cli import credentials, terminal
from scripter.cli.client import Client
from scripter.cli.shapes import Image, Named, Script
from scripter.lib.errors import BadInput, Conflict, NotFound, ScripterError, Unauthenticated

N = TypeVar("N", bound=Named)

CANCELLED_BY_USER = 130


class App:
    """One call of the command line."""

    def __init__(self) -> None:
        self.json = False
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        if self._client is None:
            who = credentials.current()
            self._client = Client(who.url, who.token)
        return self._client

    def show(self, value: object, human: Callable[[], None]) -> None:
        """The result: as JSON for programs, or as `human` prints it."""
        if self.json:
            terminal.show_json(value)
        else:
            human()

    def done(self, value: object, sentence: str) -> None:
        """The result of a deed whose success needs but one sentence."""
        self.show(value, lambda: terminal.say(terminal.line(sentence)))

    def confirm(self, question: str, yes: bool) -> None:
        """Go on only if the person says so, or has said so by `--yes`.

        Raises:
            BadInput: there is nobody to ask.
        """
        if yes:
            return
        if self.json or not sys.stdin.isatty():
            raise BadInput("This destroys something; add --yes where nobody can be asked.")
        click.confirm(terminal.line(question), abort=True, err=True)

    def image(self, reference: str) -> Image:
        return find(cast("list[Image]", self.client.get("/api/images")["items"]), reference, "image")

    def script(self, reference: str) -> Script:
        return find(cast("list[Script]", self.client.get("/api/scripts")["items"]), reference, "script")


pass_app = click.make_pass_decorator(App, ensure=True)


def find(things: Sequence[N], reference: str, kind: str) -> N:
    """The thing with this name (however capitalised) or number.

    Raises:
        NotFound: with names that look alike.
        Conflict: the name of one is the number of another.
    """
    wanted = reference.strip().casefold()
    hits = {one["id"]: one for one in things if wanted in (one["name"].casefold(), str(one["id"]))}
    if len(hits) == 1:
        return next(iter(hits.values()))
    if hits:
        told = " and ".join(f'number {one["id"]} is "{one["name"]}"' for one in hits.values())
        raise Conflict(f"{reference} is the name of one {kind} and the number of another: {told}. Use the number.")
    names = {one["name"].casefold(): one["name"] for one in things}
    near = [names[name] for name in difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)]
    hint = f" Did you mean {' or '.join(near)}?" if near else f" See `scripter {kind} list`."
    raise NotFound(f"There is no {kind} {reference}.{hint}")


class Command(click.Command):
    """A command that knows `--json`, and turns errors into words and an exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--json", "as_json"], is_flag=True, expose_value=False, callback=_set_json, help="Print JSON only."
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ScripterError as error:
            report(error, as_json=ctx.ensure_object(App).json)
            ctx.exit(error.exit_code)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def report(error: ScripterError, *, as_json: bool) -> None:
    """Say what went wrong, every field of it."""
    if as_json:
        fields = [{"field": one.field, "message": one.message} for one in error.fields]
        told: dict[str, object] = {"code": error.code, "message": error.message, "fields": fields}
        if error.retry_after_s is not None:
            told["retry_after_s"] = error.retry_after_s
        terminal.show_json({"error": told})
        return
    if [one.message for one in error.fields] == [error.message]:
        terminal.say(f"Error: {terminal.line(error.fields[0].field)}: {terminal.clean(error.message)}", err=True)
    else:
        terminal.say(f"Error: {terminal.clean(error.message)}", err=True)
        for one in error.fields:
            terminal.say(f"  {terminal.line(one.field)}: {terminal.line(one.message)}", err=True)
    if isinstance(error, Unauthenticated):
        terminal.say("Log in with `scripter login`, or set SCRIPTER_TOKEN.", err=True)


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(App).json = True
