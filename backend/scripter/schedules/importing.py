"""Crontab files become schedules, and schedules a crontab file. Used by the API.

`look` says what an import would make; `apply` makes exactly that, all of it or nothing. A schedule that there is
already is left alone, so the same file may come again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.lib import clock, http
from scripter.lib.clock import iso
from scripter.lib.errors import BadInput, FieldError, NotFound
from scripter.lib.names import name_key
from scripter.schedules import calendars, crontab, crontab_text, service, settings
from scripter.schedules.cron import quoted
from scripter.schedules.crontab import Difference, Entry
from scripter.schedules.models import Kind, Schedule
from scripter.schedules.service import Preview
from scripter.schedules.settings import Wishes
from scripter.schedules.views import NewSchedule
from scripter.schedules.zones import zone_of
from scripter.scripts import service as scripts
from scripter.scripts.models import Script

_SHOWN = 3
# What is carried by the comments of an export, where it is not as usual.
_CARRIED = (
    "kind", "every_s", "epoch", "at", "starts_at", "ends_at", "priority", "overlap", "overlap_limit",
    "catch_up", "catch_up_window_s", "catch_up_cap", "grace_s", "jitter_s", "blackouts",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be read, and how. `scripts`: which one a line starts, by the line's number; `script_id`: which one
    lines start that name none; `zone`: where the file says none; `leave_out`: lines that are not wanted."""

    text: str
    system: bool = False
    zone: str = "UTC"
    script_id: int | None = None
    scripts: Mapping[int, int] = field(default_factory=dict)
    leave_out: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What becomes of one line: a schedule with these wishes, unless it is left out, `exists` or has a `problem`."""

    entry: Entry
    left_out: bool = False
    script: Script | None = None
    wishes: Wishes = field(default_factory=Wishes)
    preview: Preview | None = None
    exists: int | None = None
    problem: str | None = None

    @property
    def is_new(self) -> bool:
        return not self.left_out and self.problem is None and self.exists is None


class Import(NamedTuple):
    """A crontab file, and what would become of it."""

    items: list[Item]
    differences: list[Difference]


class Export(NamedTuple):
    """A crontab file, and which schedules it does not hold, in words."""

    text: str
    left_out: list[str]


def look(session: Session, order: Order) -> Import:
    """What the import of a file would make. Stores nothing.

    Raises:
        BadInput: at `text` or `zone`.
    """
    zone_of(order.zone)
    read = crontab.read(order.text, system=order.system)
    known = {name_key(one.name): one for one in scripts.listed(session)}
    there = {_same(one): one.id for one in service.listed(session)}
    return Import([_item(session, one, order, known, there) for one in read.entries], read.differences)


def apply(session: Session, order: Order, *, by: User | None) -> list[Schedule]:
    """Make the schedules of a file that there are not yet, in its order.

    Raises:
        BadInput: at `text`, `zone`, or `lines.<number>` for each line that cannot become a schedule; nothing is made.
    """
    found = look(session, order)
    wrong = [FieldError(f"lines.{one.entry.line}", one.problem) for one in found.items if one.problem]
    if wrong:
        raise BadInput(f"{len(wrong)} of {len(found.items)} lines cannot become schedules, so none did.", fields=wrong)
    new = [one for one in found.items if one.is_new and one.script is not None]
    return [service.add(session, one.script.id, by=by, **one.wishes) for one in new if one.script is not None]


def export(session: Session, *, script_id: int | None = None) -> Export:
    """All schedules, or those of one script, as a crontab file that `look` reads back."""
    now = clock.now()
    found = service.listed(session, script_id=script_id)
    over = [one for one in found if one.at is not None and one.at <= now]
    text = crontab_text.write([_line(one) for one in found if one not in over], now)
    return Export(text, [f"Schedule {one.id} of {one.script.name} was due once, and that is over." for one in over])


def _item(
    session: Session, entry: Entry, order: Order, known: Mapping[str, Script], there: Mapping[object, int]
) -> Item:
    if entry.line in order.leave_out:
        return Item(entry=entry, left_out=True)
    if entry.problem is not None:
        return Item(entry=entry, problem=entry.problem)
    script = None
    try:
        script = _script(session, entry, order, known)
        wishes = _wishes(session, entry, order, script)
        draft = settings.new(script, clock.now(), None)
        settings.put(session, draft, wishes, clock.now())
        preview = service.preview(draft, count=_SHOWN)
    except BadInput as error:
        return Item(entry=entry, script=script, problem=error.message)
    return Item(entry=entry, script=script, wishes=wishes, preview=preview, exists=there.get(_same(draft)))


def _script(session: Session, entry: Entry, order: Order, known: Mapping[str, Script]) -> Script:
    """The script that is chosen for this line, or the one that its command names, or the one for all lines."""
    name = str(entry.settings.get("script") or entry.command.program)
    script_id = order.scripts.get(entry.line)
    if script_id is None and (found := known.get(name_key(name))):
        return found
    if script_id is None:
        script_id = order.script_id
    if script_id is None:
        named = f"There is no script {quoted(name)}. " if name else ""
        raise BadInput(f"{named}Say which script this line is to start.")
    try:
        return scripts.get(session, script_id)
    except NotFound as error:
        raise BadInput(error.message) from None


def _wishes(session: Session, entry: Entry, order: Order, script: Script) -> Wishes:
    """What the schedule is told: by the line, and before that by what Scripter wrote above it."""
    told: dict[str, object] = {
        "name": entry.name,
        "zone": entry.zone or order.zone,
        "enabled": entry.enabled,
        "arguments": list(entry.command.arguments),
        "environment": entry.environment,
        "jitter_s": entry.jitter_s,
        **({"cron": entry.cron} if entry.cron else {}),
        **entry.settings,
        "script_id": script.id,
    }
    told.pop("script", None)
    if "calendars" in told:
        told["calendars"] = _calendars(session, told["calendars"])
    try:
        return NewSchedule.model_validate_json(json.dumps(told)).wishes()
    except ValidationError as error:
        http.refuse(error)


def _calendars(session: Session, names: object) -> list[int]:
    """The calendars of these names, as an export gives them."""
    ids = {one.name_key: one.id for one in calendars.listed(session)}
    wanted = [str(one) for one in names] if isinstance(names, list) else []
    if missing := [one for one in wanted if name_key(one) not in ids]:
        raise BadInput(f"There is no calendar {', '.join(map(quoted, missing))}. Make it first.")
    return [ids[name_key(one)] for one in wanted]


def _same(schedule: Schedule) -> object:
    """What two schedules have in common that do the same at the same time."""
    when = (schedule.kind, schedule.cron, schedule.zone, schedule.every_s, schedule.epoch, schedule.at)
    with_what = (tuple(schedule.arguments), tuple(sorted(schedule.environment.items())))
    return (schedule.script_id or schedule.script.id, *when, *with_what)


def _line(schedule: Schedule) -> crontab_text.Line:
    usual = settings.new(schedule.script, schedule.created_at, None)
    given = {name: getattr(schedule, name) for name in _CARRIED if getattr(schedule, name) != getattr(usual, name)}
    if schedule.calendars:
        given["calendars"] = [one.name for one in schedule.calendars]
    return crontab_text.Line(
        script=schedule.script.name,
        cron=schedule.cron if schedule.kind == Kind.CRON else "",
        zone=schedule.zone,
        name=schedule.name,
        enabled=schedule.enabled,
        arguments=tuple(schedule.arguments),
        environment=schedule.environment,
        settings={name: iso(value) if isinstance(value, datetime) else value for name, value in given.items()},
    )
