"""Scripts over HTTP: make and change them, save versions of their files, read them, delete."""

from __future__ import annotations

from typing import Annotated, cast

from flask_openapi import APIBlueprint
from pydantic import Field
from sqlalchemy.orm import Session

from scripter import fileview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.fileview import FileBody, UploadForm
from scripter.lib import http
from scripter.lib.http import Answer, Body, Page, Path, Problem, RowId
from scripter.runners.protocol import Network
from scripter.scripts import service, views
from scripter.scripts.models import Held, Restriction, RetryReason, Script
from scripter.scripts.service import Extras, Limits, RetryWishes, Saved, Settings
from scripter.scripts.views import ScriptFiles, ScriptList, ScriptView, VersionList, VersionView, WholeVersionView

bp = APIBlueprint("scripts", __name__, url_prefix="/api")

Description = Annotated[str, Field(max_length=5_000)]
Message = Annotated[str, Field(max_length=500)]
Priority = Annotated[int, Field(ge=service.PRIORITIES[0], le=service.PRIORITIES[1])]
MaxRunning = Annotated[int, Field(ge=service.RUNNING[0], le=service.RUNNING[1])]
MaxQueued = Annotated[int, Field(ge=service.WAITING[0], le=service.WAITING[1])]
RestrictionKey = Annotated[str, Field(max_length=1_000)]
Deadline = Annotated[int, Field(ge=service.DEADLINES_S[0], le=service.DEADLINES_S[1])]


class ScriptPath(Path):
    """One script."""

    script_id: RowId


class VersionPage(Page):
    """Which versions: with what was only tried, unless told otherwise."""

    drafts: bool = True


class VersionPath(ScriptPath):
    """One version of a script, by its number."""

    number: RowId


class ScriptLimits(Body):
    """What one job may use; what is left out stays, or is what the settings say."""

    time_limit_s: int | None = None
    memory_mb: int | None = None
    cpus: float | None = None
    processes: int | None = None

    def chosen(self) -> Limits:
        """Those that are given."""
        return cast("Limits", self.model_dump(exclude_none=True))


class ScriptRetries(Body):
    """When a job is tried again after an attempt of it has failed; what is left out stays.

    `count` attempts may follow the first. The pause before the n-th of them is `delay_s` * `factor` ** (n - 1) seconds,
    an hour at most. Only an attempt that ended for one of the `reasons` is followed by another.
    """

    count: Annotated[int, Field(ge=service.RETRIES[0], le=service.RETRIES[1])] | None = None
    delay_s: Annotated[int, Field(ge=service.PAUSES_S[0], le=service.PAUSES_S[1])] | None = None
    factor: Annotated[float, Field(ge=service.FACTORS[0], le=service.FACTORS[1])] | None = None
    reasons: list[RetryReason] | None = None

    def chosen(self) -> RetryWishes:
        """Those that are given."""
        return cast("RetryWishes", self.model_dump(exclude_none=True))


class NewScript(Body):
    """Without files it begins with one that says hello."""

    name: str
    image_id: RowId
    description: Description = ""
    entry: str = "main.py"
    files: list[FileBody] | None = None
    limits: ScriptLimits = ScriptLimits()
    network: Network = Network.NONE
    environment: dict[str, str] = Field(default_factory=dict)
    priority: Priority = 0
    max_running: MaxRunning | None = None
    max_queued: MaxQueued | None = None
    retries: ScriptRetries = ScriptRetries()
    deadline_s: Deadline | None = None
    restriction: Restriction = Restriction.NONE
    restriction_key: RestrictionKey = ""
    restriction_wait: Held = Held.WAIT
    message: Message = ""


class ChangeScript(Body):
    """What is left out stays as it is; files are changed by saving a version."""

    name: str | None = None
    description: Description | None = None
    image_id: RowId | None = None
    limits: ScriptLimits = ScriptLimits()
    network: Network | None = None
    environment: dict[str, str] | None = None
    priority: Priority | None = None
    # Null is an answer here: as many as there are.
    max_running: MaxRunning | None = None
    max_queued: MaxQueued | None = None
    retries: ScriptRetries = ScriptRetries()
    # And here: no deadline.
    deadline_s: Deadline | None = None
    restriction: Restriction | None = None
    restriction_key: RestrictionKey | None = None
    restriction_wait: Held | None = None


class SaveVersion(Body):
    """All files of the script. `base` is the number of the version that the editor started from.

    A `draft` can be run by its number, and changes nothing for schedules and for who runs the script elsewhere.
    """

    files: list[FileBody]
    entry: str | None = None
    message: Message = ""
    base: RowId | None = None
    draft: bool = False


@bp.get("/scripts", responses={200: ScriptList})
@needs(Scope.SCRIPT_READ)
def list_scripts() -> Answer:
    """All scripts, by name."""
    with guard.reading() as session:
        return http.show(ScriptList(items=views.of_scripts(session, service.listed(session))))


@bp.post("/scripts", responses={201: ScriptView})
@needs(Scope.SCRIPT_WRITE)
def create_script(body: NewScript) -> Answer:
    """Make a script with its first version."""
    extras = Extras(
        description=body.description,
        limits=body.limits.chosen(),
        network=body.network,
        environment=body.environment,
        priority=body.priority,
        max_running=body.max_running,
        max_queued=body.max_queued,
        retries=body.retries.chosen(),
        deadline_s=body.deadline_s,
        restriction=body.restriction,
        restriction_key=body.restriction_key,
        restriction_wait=body.restriction_wait,
    )
    with guard.transaction() as session:
        script = service.create(
            session,
            body.name,
            image_id=body.image_id,
            entry=body.entry,
            files=None if body.files is None else fileview.given(body.files),
            message=body.message,
            by=guard.current_user(),
            **extras,
        )
        return _show(session, service.get(session, script.id), 201)


@bp.get("/scripts/<int:script_id>", responses={200: ScriptView})
@needs(Scope.SCRIPT_READ)
def show_script(path: ScriptPath) -> Answer:
    """One script."""
    with guard.reading() as session:
        return _show(session, service.get(session, path.script_id))


@bp.patch("/scripts/<int:script_id>", responses={200: ScriptView})
@needs(Scope.SCRIPT_WRITE)
def change_script(path: ScriptPath, body: ChangeScript) -> Answer:
    """Change everything but the files."""
    with guard.transaction() as session:
        script = service.get(session, path.script_id)
        service.change(session, script, by=guard.current_user(), **_settings(body))
        return _show(session, script)


@bp.delete("/scripts/<int:script_id>", responses={204: None, 409: Problem})
@needs(Scope.SCRIPT_WRITE)
def delete_script(path: ScriptPath) -> Answer:
    """Remove the script with its versions, schedules, jobs and logs, unless a job of it waits or runs."""
    with guard.transaction() as session:
        service.delete_script(session, service.get(session, path.script_id), by=guard.current_user())
    return http.no_content()


@bp.get("/scripts/<int:script_id>/files", responses={200: ScriptFiles})
@needs(Scope.SCRIPT_READ)
def show_files(path: ScriptPath) -> Answer:
    """The files of the latest version with their contents."""
    with guard.reading() as session:
        return http.show(views.files(session, service.get(session, path.script_id)))


@bp.post("/scripts/<int:script_id>/files/upload", responses={200: VersionView, 201: VersionView, 409: Problem})
@needs(Scope.SCRIPT_WRITE)
def upload_files(path: ScriptPath, form: UploadForm) -> Answer:
    """Add or replace files as a new version: parts named `files`, or one zip archive. 200 if nothing is new."""
    files = fileview.uploaded(form)
    with guard.transaction() as session:
        script = service.get(session, path.script_id)
        return _show_saved(service.add_files(session, script, files, by=guard.current_user()))


@bp.post("/scripts/<int:script_id>/versions", responses={200: VersionView, 201: VersionView, 409: Problem})
@needs(Scope.SCRIPT_WRITE)
def save_version(path: ScriptPath, body: SaveVersion) -> Answer:
    """Freeze these files as a version. 200 with the latest one if nothing is new."""
    files = fileview.given(body.files)
    with guard.transaction() as session:
        saved = service.save_version(
            session,
            service.get(session, path.script_id),
            files,
            entry=body.entry,
            message=body.message,
            base=body.base,
            draft=body.draft,
            by=guard.current_user(),
        )
        return _show_saved(saved)


@bp.get("/scripts/<int:script_id>/versions", responses={200: VersionList, 422: Problem})
@needs(Scope.SCRIPT_READ)
def list_versions(path: ScriptPath, query: VersionPage) -> Answer:
    """The script's versions, newest first; without those that were only tried if `drafts` is false."""
    with guard.reading() as session:
        script = service.get(session, path.script_id)
        rows = service.history(session, script, before=query.before, limit=query.limit, drafts=query.drafts)
        after = rows[-1].id if len(rows) == query.limit else None
        return http.show(VersionList(items=[views.version(row) for row in rows], next=after))


@bp.get("/scripts/<int:script_id>/versions/<int:number>", responses={200: WholeVersionView})
@needs(Scope.SCRIPT_READ)
def show_version(path: VersionPath) -> Answer:
    """One version with its files."""
    with guard.reading() as session:
        row = service.version(session, service.get(session, path.script_id), path.number)
        return http.show(views.whole_version(session, row))


def _show(session: Session, script: Script, status: int = 200) -> Answer:
    return http.show(views.of_scripts(session, [script])[0], status)


def _show_saved(saved: Saved) -> Answer:
    return http.show(views.version(saved.version), 201 if saved.is_new else 200)


def _settings(body: ChangeScript) -> Settings:
    settings = Settings(limits=body.limits.chosen())
    if wishes := body.retries.chosen():
        settings["retries"] = wishes
    if body.name is not None:
        settings["name"] = body.name
    if body.description is not None:
        settings["description"] = body.description
    if body.image_id is not None:
        settings["image_id"] = body.image_id
    if body.network is not None:
        settings["network"] = body.network
    if body.environment is not None:
        settings["environment"] = body.environment
    if body.priority is not None:
        settings["priority"] = body.priority
    if "max_running" in body.model_fields_set:
        settings["max_running"] = body.max_running
    if "max_queued" in body.model_fields_set:
        settings["max_queued"] = body.max_queued
    if "deadline_s" in body.model_fields_set:
        settings["deadline_s"] = body.deadline_s
    if body.restriction is not None:
        settings["restriction"] = body.restriction
    if body.restriction_key is not None:
        settings["restriction_key"] = body.restriction_key
    if body.restriction_wait is not None:
        settings["restriction_wait"] = body.restriction_wait
    return settings
