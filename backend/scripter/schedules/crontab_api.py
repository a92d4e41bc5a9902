"""Crontab files over HTTP: what an import would make, the import itself, and the export."""

from __future__ import annotations

from typing import Annotated

from flask_openapi import APIBlueprint
from pydantic import Field

from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.lib import http
from scripter.lib.http import Answer, Problem
from scripter.schedules import importing
from scripter.schedules.importing import Import, Item, Order
from scripter.schedules.views import DueView, Named, Text

bp = APIBlueprint("crontabs", __name__, url_prefix="/api")

LineNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class LineScript(http.Body):
    """Which script a line of the file starts."""

    line: LineNumber
    script_id: http.RowId


class ExportQuery(http.Query):
    """Of which script the schedules are wanted; of all unless told."""

    script_id: http.RowId | None = None


class ImportWish(http.Body):
    """A crontab file. `system`: its sixth column is the user. `script_id`: for lines that name no script of ours.
    `zone`: where the file says none. `leave_out`: the numbers of lines that are not wanted."""

    text: Annotated[str, Field(max_length=1_000_000)]
    system: bool = False
    zone: Text = "UTC"
    script_id: http.RowId | None = None
    scripts: tuple[LineScript, ...] = ()
    leave_out: tuple[LineNumber, ...] = ()

    def order(self) -> Order:
        return Order(
            text=self.text,
            system=self.system,
            zone=self.zone,
            script_id=self.script_id,
            scripts={one.line: one.script_id for one in self.scripts},
            leave_out=frozenset(self.leave_out),
        )


class DifferenceView(http.View):
    """What is not as cron has it. `line` is null where it is said of the whole file."""

    line: int | None
    code: str
    words: str


class ImportItemView(http.View):
    """What becomes of one line: a new schedule, unless it is `left_out`, `exists` (the schedule that it is already) or
    has a `problem`."""

    line: int
    text: str
    name: str
    command: str
    script: Named | None
    words: str | None
    cron: str | None
    zone: str | None
    enabled: bool
    arguments: list[str]
    environment: dict[str, str]
    next: list[DueView]
    is_new: bool
    left_out: bool
    exists: int | None
    problem: str | None

    @classmethod
    def of(cls, item: Item) -> ImportItemView:
        entry, wishes = item.entry, item.wishes
        return cls(
            line=entry.line,
            text=entry.text,
            name=wishes.get("name", entry.name),
            command=entry.command.text,
            script=Named.model_validate(item.script) if item.script else None,
            words=item.preview.words if item.preview else None,
            cron=entry.cron or None,
            zone=wishes.get("zone", entry.zone),
            enabled=wishes.get("enabled", entry.enabled),
            arguments=list(wishes.get("arguments", ())),
            environment=dict(wishes.get("environment", {})),
            next=[DueView.of(one) for one in item.preview.next] if item.preview else [],
            is_new=item.is_new,
            left_out=item.left_out,
            exists=item.exists,
            problem=item.problem,
        )


class ImportView(http.View):
    """What an import would make: `new` schedules, if no line has a problem."""

    items: list[ImportItemView]
    differences: list[DifferenceView]
    new: int
    problems: int

    @classmethod
    def of(cls, found: Import) -> ImportView:
        return cls(
            items=[ImportItemView.of(one) for one in found.items],
            differences=[DifferenceView.model_validate(one) for one in found.differences],
            new=sum(one.is_new for one in found.items),
            problems=sum(one.problem is not None for one in found.items),
        )


class ImportedView(http.View):
    """The schedules that were made, in the order of the file."""

    ids: list[int]


class ExportView(http.View):
    """A crontab file; `left_out` says which schedules it does not hold."""

    text: str
    left_out: list[str]


@bp.post("/schedules/import/preview", responses={200: ImportView})
@needs(Scope.SCHEDULE_READ)
def preview_import(body: ImportWish) -> Answer:
    """What a crontab file would become, line by line, and what differs from cron. Stores nothing."""
    with guard.reading() as session:
        return http.show(ImportView.of(importing.look(session, body.order())))


@bp.post("/schedules/import", responses={201: ImportedView, 422: Problem})
@needs(Scope.SCHEDULE_WRITE)
def import_crontab(body: ImportWish) -> Answer:
    """Make the schedules of a crontab file that there are not yet: all of them, or none if one cannot be made."""
    with guard.transaction() as session:
        made = importing.apply(session, body.order(), by=guard.current_user())
        return http.show(ImportedView(ids=[one.id for one in made]), 201)


@bp.get("/schedules/export", responses={200: ExportView})
@needs(Scope.SCHEDULE_READ)
def export_crontab(query: ExportQuery) -> Answer:
    """All schedules, or those of one script, as a crontab file that can be imported again."""
    with guard.reading() as session:
        found = importing.export(session, script_id=query.script_id)
        return http.show(ExportView(text=found.text, left_out=found.left_out))
