"""The options of `scripter script create` and `update` about retries, the queue and restrictions, and their meaning in
words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])

PRIORITY = click.IntRange(-10, 10)
REASONS = ("exit", "timeout", "out_of_memory", "signal", "could_not_start", "lost")
RESTRICTIONS = ("none", "self", "key", "global")


class OrNone(click.IntRange):
    """A whole number from 1 on, or the word `none`."""

    name = "number or none"

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return None if str(value).lower() == "none" else super().convert(value, param, ctx)


_GIVEN = "scripter.cli.rules"


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    """`none` is an answer, an option left out is not."""
    assert option.name is not None
    if context.get_parameter_source(option.name) is not ParameterSource.DEFAULT:
        context.meta.setdefault(_GIVEN, {})[option.name] = list(value) if isinstance(value, tuple) else value


def _option(name: str, **more: Any) -> Callable[[F], F]:
    return click.option(name, expose_value=False, callback=_remember, **more)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    _option("--retries", type=click.IntRange(0, 10), help="How often a job is tried again."),
    _option("--retry-delay", type=click.IntRange(0, 3600), metavar="SECONDS", help="The first pause."),
    _option("--retry-factor", type=click.FloatRange(1, 10), help="How much longer each next pause is."),
    _option("--retry-on", type=click.Choice(REASONS), multiple=True, help="An end to try again after; repeatable."),
    _option("--deadline", type=OrNone(), metavar="SECONDS|none", help="For a job with all its attempts and pauses."),
    _option("--priority", type=PRIORITY, help="Where jobs wait, a higher one goes first."),
    _option("--max-running", type=OrNone(), metavar="NUMBER|none", help="Jobs running at once; more wait."),
    _option("--max-queued", type=OrNone(), metavar="NUMBER|none", help="Jobs waiting at once; more are refused."),
    _option("--restriction", type=click.Choice(RESTRICTIONS), help="Beside which jobs its own may not run."),
    _option("--restriction-key", metavar="NAME", help="The key; may hold values of variables: db-{REGION}."),
    _option("--restriction-wait", type=click.Choice(("wait", "refuse")), help="What becomes of a job that meets one."),
)
_PLAIN = ("priority", "max_running", "max_queued", "restriction", "restriction_key", "restriction_wait")
_FIELDS = {"deadline": "deadline_s", **{name: name for name in _PLAIN}}
_RETRIES = {"retries": "count", "retry_delay": "delay_s", "retry_factor": "factor", "retry_on": "reasons"}


def rule_options(command: F) -> F:
    """Give the command these options, in this order; `given` tells what was said with them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given() -> dict[str, object]:
    """The fields of a script that the options of the present command name, as the API wants them."""
    said: dict[str, object] = click.get_current_context().meta.get(_GIVEN, {})
    fields = {field: said[name] for name, field in _FIELDS.items() if name in said}
    retries = {field: said[name] for name, field in _RETRIES.items() if name in said}
    return fields | ({"retries": retries} if retries else {})


def restriction_in_words(restriction: str, key: str, wait: str) -> str | None:
    """`one job at a time of all with the key db; others wait`; None for no restriction."""
    alone = {"self": "of this script", "key": f"of all with the key {key}", "global": "of all scripts that say so"}
    if restriction not in alone:
        return None
    return f"one job at a time {alone[restriction]}; others {'wait' if wait == 'wait' else 'are refused'}"


def in_words(count: int, delay_s: int, factor: float) -> str:
    """`3 times, after 10 s, each pause 2 times the one before`."""
    if count == 0:
        return "never"
    times = "once" if count == 1 else f"{count} times"
    if not delay_s:
        return f"{times}, at once"
    if count == 1:
        return f"{times}, after {delay_s} s"
    return f"{times}, after {delay_s} s" + (f", each pause {factor:g} times the one before" if factor != 1 else " each")
