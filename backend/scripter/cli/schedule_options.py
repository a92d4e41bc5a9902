"""The options of `scripter schedule add`, `edit` and `preview`, and what they mean in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from scripter.cli.periods import FORMS, PeriodType
from scripter.cli.rules import PRIORITY
from scripter.cli.shapes import Schedule

F = TypeVar("F", bound=Callable[..., Any])

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_OVERLAPS = ("skip", "queue", "allow", "replace", "fail")
_CATCH_UPS = ("none", "latest", "all")
_SPAN = re.compile(r"([0-9]{1,7})([smhd]?)")
NONE = "none"


class Span(click.ParamType[int]):
    """A length of time such as 90, 90s, 5m, 12h or 7d; gives seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = _SPAN.fullmatch(str(value).strip().lower())
        if found is None:
            self.fail(f"{value!r} is not a length of time such as 90s, 5m, 12h or 7d", param, ctx)
        return int(found[1]) * _UNITS[found[2] or "s"]


class Moment(click.ParamType[str | None]):
    """A time such as 2026-12-24, 2026-12-24T18:00 or 2026-12-24T18:00+01:00, by the clocks here if it has no offset;
    gives ISO 8601. With `none_too` the word none is allowed, and gives None."""

    name = "time"

    def __init__(self, *, none_too: bool = False) -> None:
        self._none_too = none_too

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | None:
        if self._none_too and str(value).lower() == NONE:
            return None
        try:
            return datetime.fromisoformat(str(value)).astimezone().isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2026-12-24T18:00", param, ctx)


class Variable(click.ParamType[tuple[str, str]]):
    """NAME=VALUE; gives both."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, separator, given = str(value).partition("=")
        if not separator:
            self.fail(f"{value!r} needs the form NAME=VALUE", param, ctx)
        return name, given


_GIVEN = "scripter.cli.schedule_options"


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    """`none` is an answer, an option left out is not."""
    assert option.name is not None
    if context.get_parameter_source(option.name) is not ParameterSource.DEFAULT:
        context.meta.setdefault(_GIVEN, {})[option.name] = value


def _option(*names: str, **more: Any) -> Callable[[F], F]:
    return click.option(*names, expose_value=False, callback=_remember, **more)


TIMES: tuple[Callable[[Any], Any], ...] = (
    _option("--zone", help="Whose clocks a crontab line means, such as Europe/Paris. UTC unless told."),
    _option("--every", "every_s", type=Span(), metavar="DURATION", help="At a steady pace instead: 90s, 5m, 12h."),
    _option("--epoch", type=Moment(), metavar="TIME", help="From when the pace is counted. 1970 unless told."),
    _option("--at", type=Moment(), metavar="TIME", help="Once instead, at this time."),
    _option("--from", "starts_at", type=Moment(none_too=True), metavar="TIME|none", help="Nothing is due before."),
    _option("--until", "ends_at", type=Moment(none_too=True), metavar="TIME|none", help="Nothing is due after."),
    _option("--jitter", "jitter_s", type=Span(), metavar="DURATION", help="Start up to this much later."),
)
POLICIES: tuple[Callable[[Any], Any], ...] = (
    _option("--name", help="What it is called."),
    _option("--owner", help="Who is asked about it, by name. You, unless told."),
    _option("--env", "environment", type=Variable(), multiple=True, help="A variable for its jobs; repeatable."),
    _option("--priority", type=PRIORITY, help="Of its jobs, where they wait."),
    _option("--overlap", type=click.Choice(_OVERLAPS), help="What a run does while another has not ended."),
    _option("--overlap-limit", type=click.IntRange(1, 100), help="How many may wait (queue) or run (allow)."),
    _option("--catch-up", type=click.Choice(_CATCH_UPS), help="Which late runs still take place."),
    _option("--catch-up-window", "catch_up_window_s", type=Span(), metavar="DURATION", help="If they are not older."),
    _option("--catch-up-cap", type=click.IntRange(1, 100), help="How many of them at most."),
    _option("--grace", "grace_s", type=Span(), metavar="DURATION", help="How late a run is not late yet."),
    _option("--blackout", "blackouts", type=PeriodType(), multiple=True, help=f"Nothing starts then: {FORMS}."),
    _option("--calendar", "calendars", multiple=True, help="Nothing starts in its periods; repeatable. none: none."),
)

EDITS = (_option("--no-blackouts", is_flag=True, help="Take all its own blackouts away."),)


def options(*groups: Sequence[Callable[[Any], Any]]) -> Callable[[F], F]:
    """Give a command these options, in this order; `given` tells what was said with them."""

    def decorate(command: F) -> F:
        for option in reversed([one for group in groups for one in group]):
            command = option(command)
        return command

    return decorate


def given() -> dict[str, Any]:
    """The fields of a schedule that the options of the present command name, as the API wants them; calendars and
    the owner still by name, `[]` for no calendars."""
    said: Mapping[str, Any] = click.get_current_context().meta.get(_GIVEN, {})
    fields = dict(said)
    if "environment" in fields:
        fields["environment"] = dict(fields["environment"])
    if "calendars" in fields:
        fields["calendars"] = [] if fields["calendars"] == (NONE,) else list(fields["calendars"])
    if "blackouts" in fields:
        fields["blackouts"] = list(fields["blackouts"])
    if fields.pop("no_blackouts", False):
        fields["blackouts"] = []
    if "every_s" in fields:
        fields["kind"] = "every"
    if "at" in fields:
        fields["kind"] = "once"
    return fields


def span(seconds: int) -> str:
    """`12 h`, `90 s`: the largest unit that is whole."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def overlap(schedule: Schedule) -> str:
    """What a run does while another of the same schedule has not ended."""
    limit = schedule["overlap_limit"]
    return {
        "skip": "skip the run",
        "queue": f"wait, at most {limit}",
        "allow": f"run beside it, at most {limit} at once",
        "replace": "stop the old one first",
        "fail": "fail",
    }[schedule["overlap"]]


def catch_up(schedule: Schedule) -> str:
    """Which runs that came too late still take place."""
    window = f"if not older than {span(schedule['catch_up_window_s'])}"
    late = f"later than {span(schedule['grace_s'])}"
    if schedule["catch_up"] == "none":
        return f"none that comes {late}"
    if schedule["catch_up"] == "latest":
        return f"the latest of those that come {late}, {window}"
    return f"those that come {late}, up to {schedule['catch_up_cap']}, {window}"
