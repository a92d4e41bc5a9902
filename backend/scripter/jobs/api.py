"""Jobs over HTTP: start, list, watch, cancel, read their logs."""

from __future__ import annotations

from typing import Annotated

from flask_openapi import APIBlueprint
from pydantic import BaseModel, Field, model_validator

from scripter import logview
from scripter.access import guard
from scripter.access.guard import needs
from scripter.access.scopes import Scope
from scripter.jobs import feed, service, slots, views
from scripter.jobs.models import Job
from scripter.jobs.service import Filter
from scripter.jobs.states import FINAL, Status, Trigger
from scripter.jobs.views import JobEventList, JobList, JobView, Named, PeopleView
from scripter.lib import http
from scripter.lib.errors import BadInput, NotFound
from scripter.lib.http import Answer, Body, Page, Path, Problem, Query, RowId
from scripter.logfeed import End
from scripter.logview import (
    FirstErrorQuery,
    FirstErrorView,
    LogQuery,
    SearchQuery,
    SearchView,
    StreamQuery,
    WindowQuery,
    WindowView,
)
from scripter.scripts import service as scripts

bp = APIBlueprint("jobs", __name__, url_prefix="/api")

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class ScriptPath(Path):
    script_id: RowId


class JobPath(Path):
    """A job by its number or its UUID."""

    job: Annotated[str, Field(pattern=rf"^([1-9][0-9]{{0,18}}|{UUID})$")]

    @property
    def key(self) -> int | str:
        if "-" in self.job:
            return self.job
        if int(self.job) > http.LARGEST_ID:
            raise NotFound
        return int(self.job)


class StartJob(Body):
    """What differs from the script's own settings, if anything."""

    version: RowId | None = None
    arguments: list[str] = Field(default_factory=list)
    environment: dict[str, str] = Field(default_factory=dict)
    time_limit_s: Annotated[int, Field(ge=1, le=86_400)] | None = None
    priority: Annotated[int, Field(ge=scripts.PRIORITIES[0], le=scripts.PRIORITIES[1])] | None = None
    # Why it is to run beside jobs that hold the script's restriction, and not to wait or be refused.
    override_reason: Annotated[str, Field(max_length=10_000)] | None = None


class StartHeaders(BaseModel):
    """Two posts with the same key start one job: a client that heard no answer may safely try again."""

    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(None, alias="Idempotency-Key")


class JobQuery(Page):
    script_id: RowId | None = None
    image_id: RowId | None = None
    schedule_id: RowId | None = None
    status: Status | None = None
    trigger: Trigger | None = None
    started_by_id: RowId | None = None
    since: http.Moment | None = None
    until: http.Moment | None = None
    # The number of one of the script's versions.
    version: RowId | None = None

    @model_validator(mode="after")
    def _of_a_script(self) -> JobQuery:
        if self.version is not None and self.script_id is None:
            raise BadInput.at("version", "Say of which script, with script_id.")
        return self


class FeedQuery(Query):
    script_id: RowId | None = None


class EventQuery(Query):
    after: Annotated[int, Field(ge=0, le=http.LARGEST_ID)] = 0


@bp.post(
    "/scripts/<int:script_id>/jobs",
    responses={202: JobView, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem},
)
@needs(Scope.JOB_START)
def start_job(path: ScriptPath, header: StartHeaders, body: StartJob) -> Answer:
    """Queue one execution of the script. Send an `Idempotency-Key` to make it safe to try again."""
    key = header.idempotency_key
    who = guard.current_identity()
    with guard.transaction() as session:
        job = service.start(
            session,
            scripts.get(session, path.script_id),
            trigger=Trigger.PERSON if who.token_id is None else Trigger.API,
            by=who.user,
            version=body.version,
            arguments=body.arguments,
            environment=body.environment,
            time_limit_s=body.time_limit_s,
            priority=body.priority,
            override_reason=body.override_reason,
            idempotency_key=None if key is None else f"user:{who.user.id}:{key}",
        )
    # Only now: the workers know of it, and whoever else starts jobs of this script need not wait for our words.
    with guard.reading() as session:
        return http.show(views.view(session, service.get(session, job.id)), 202)


@bp.get("/jobs", responses={200: JobList, 401: Problem, 409: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def list_jobs(query: JobQuery) -> Answer:
    """Jobs, newest first."""
    which = Filter(**query.model_dump(exclude={"before", "limit"}))
    with guard.reading() as session:
        jobs = service.listed(session, which, before=query.before, limit=query.limit)
        after = jobs[-1].id if len(jobs) == query.limit else None
        return http.show(JobList(items=views.views(session, jobs), next=after))


@bp.get("/jobs/people", responses={200: PeopleView, 401: Problem})
@needs(Scope.JOB_READ)
def list_people() -> Answer:
    """Who has started jobs: whom the list of jobs can be filtered by."""
    with guard.reading() as session:
        people = [Named(id=user.id, name=user.name) for user in service.starters(session)]
    return http.show(PeopleView(items=people))


@bp.get("/jobs/stream", responses={**logview.STREAM_RESPONSES, 401: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def stream_jobs(query: FeedQuery) -> Answer:
    """Every change of a job's state as it happens: events `job`, resumable by `Last-Event-ID`."""
    return http.sse(feed.changes(guard.context(), after=logview.last_event_id(), script_id=query.script_id))


@bp.get("/jobs/<job>", responses={200: JobView, 401: Problem, 404: Problem})
@needs(Scope.JOB_READ)
def show_job(path: JobPath) -> Answer:
    """One job."""
    with guard.reading() as session:
        return http.show(views.view(session, service.get(session, path.key)))


@bp.post("/jobs/<job>/cancel", responses={202: JobView, 401: Problem, 404: Problem, 409: Problem})
@needs(Scope.JOB_CANCEL)
def cancel_job(path: JobPath) -> Answer:
    """Stop a job: at once while it waits, with TERM, grace and KILL while it runs."""
    with guard.transaction() as session:
        job = service.cancel(session, service.get(session, path.key), guard.current_user())
        return http.show(views.view(session, job), 202)


@bp.get("/jobs/<job>/events", responses={200: JobEventList, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def list_events(path: JobPath, query: EventQuery) -> Answer:
    """What happened to the job, oldest first."""
    with guard.reading() as session:
        job = service.get(session, path.key)
        rows = service.events(session, job_id=job.id, after=query.after)
        return http.show(JobEventList(items=[views.event(row) for row in rows]))


@bp.get("/jobs/<job>/log", responses={**logview.LOG_RESPONSES, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def show_log(path: JobPath, query: LogQuery) -> Answer:
    """The log file as it is: whole, or by a Range header."""
    with guard.reading() as session:
        job = service.get(session, path.key)
        file = slots.log_path(guard.context(), job)
    return logview.download(file, query, file.name)


@bp.get("/jobs/<job>/log/window", responses={200: WindowView, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def show_window(path: JobPath, query: WindowQuery) -> Answer:
    """A piece of the log, for scrolling."""
    with guard.reading() as session:
        job = service.get(session, path.key)
    return logview.window(slots.log_path(guard.context(), job), query, finished=job.status in FINAL)


@bp.get("/jobs/<job>/log/search", responses={200: SearchView, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def search_log(path: JobPath, query: SearchQuery) -> Answer:
    """The lines of the log that hold a text. One answer covers part of a large log: go on at `end`."""
    with guard.reading() as session:
        job = service.get(session, path.key)
    return logview.search(slots.log_path(guard.context(), job), query, finished=job.status in FINAL)


@bp.get("/jobs/<job>/log/first-error", responses={200: FirstErrorView, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def show_first_error(path: JobPath, query: FirstErrorQuery) -> Answer:
    """The first line of the log that tells of an error. One answer covers part of a large log: go on at `end`."""
    with guard.reading() as session:
        job = service.get(session, path.key)
    return logview.first_error(slots.log_path(guard.context(), job), query, finished=job.status in FINAL)


@bp.get("/jobs/<job>/log/stream", responses={**logview.STREAM_RESPONSES, 401: Problem, 404: Problem, 422: Problem})
@needs(Scope.JOB_READ)
def stream_log(path: JobPath, query: StreamQuery) -> Answer:
    """The log as it grows: events `log` with the byte offset as id, and `end` when the job has ended."""
    context = guard.context()
    with guard.reading() as session:
        job = service.get(session, path.key)

    def ended() -> End | None:
        with context.db.reading() as session:
            found = session.get(Job, job.id)
            if found is None:
                return End("gone", "The job was deleted.")
            return End(found.status, found.reason) if found.status in FINAL else None

    return logview.stream(slots.log_path(context, job), query, ended)
