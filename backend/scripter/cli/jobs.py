"""`scripter run` and `scripter job ...`: executions and their logs."""

from __future__ import annotations

from typing import cast

import click

from scripter.cli import terminal
from scripter.cli.app import CANCELLED_BY_USER, App, Group, pass_app
from scripter.cli.attempts import Reached, Teller, telling
from scripter.cli.follow import LogLine, LogPrinter, follow
from scripter.cli.rules import PRIORITY
from scripter.cli.shapes import Attempt, Job, Start
from scripter.cli.wait import wait
from scripter.lib.errors import BadInput

FINAL = {"succeeded", "failed", "cancelled", "lost"}
STATUSES = ("queued", "starting", "running", "succeeded", "failed", "cancelled", "lost")

# As shells and `timeout` have them: too late, never begun, and 128 plus the signal by which the kernel sets the bound.
TIMED_OUT, NOT_STARTED, OUT_OF_MEMORY, DISK_LIMIT = 124, 125, 137, 153
_BY_REASON = {
    "timeout": TIMED_OUT,
    "deadline": TIMED_OUT,
    "out_of_memory": OUT_OF_MEMORY,
    "disk_limit": DISK_LIMIT,
    "cancelled": CANCELLED_BY_USER,
    "could_not_start": NOT_STARTED,
    "lost": NOT_STARTED,
}


def register(root: click.Group) -> None:
    root.command("run", context_settings={"ignore_unknown_options": False})(run)
    root.add_command(job)


@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--follow", "follows", is_flag=True, help="Show what it prints while it runs.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@click.option("--env", "environment", multiple=True, metavar="NAME=VALUE", help="Set an environment variable.")
@click.option("--version", type=click.IntRange(min=1), help="Run an older version.")
@click.option("--time-limit", type=click.IntRange(min=1), metavar="SECONDS", help="Stop it after this long.")
@click.option("--priority", type=PRIORITY, help="Where jobs wait, a higher one goes first.")
@click.option("--override", metavar="REASON", help="Start it in spite of the script's restriction, for this reason.")
@pass_app
def run(
    app: App,
    script: str,
    arguments: tuple[str, ...],
    follows: bool,
    detach: bool,
    environment: tuple[str, ...],
    version: int | None,
    time_limit: int | None,
    priority: int | None,
    override: str | None,
) -> None:
    """Run a script and exit as it does. Its arguments stand after --.

    With --follow its output is ours: stdout on stdout, stderr on stderr. Interrupting it does not end the job. A job
    that is tried again is waited for until its last attempt, which is the one that counts.
    """
    found = app.script(script)
    body: dict[str, object] = {"arguments": list(arguments), "environment": dict(map(_variable, environment))}
    wishes = {"version": version, "time_limit_s": time_limit, "priority": priority, "override_reason": override}
    body |= {key: value for key, value in wishes.items() if value is not None}
    started: Job = app.client.post(f"/api/scripts/{found['id']}/jobs", body)
    if detach:
        app.done(started, f"Job {started['id']} of {found['name']} is {started['status']}.")
        return
    ended = _to_the_end(app, started, follows)
    app.show(ended, lambda: _tell_end(ended))
    click.get_current_context().exit(exit_code(ended))


def exit_code(job: Job) -> int:
    """What `scripter run` exits with after this job."""
    if job["reason_code"] in _BY_REASON:
        return _BY_REASON[job["reason_code"]]
    if job["signal"] is not None:
        return 128 + job["signal"]
    if job["exit_code"] is not None:
        return job["exit_code"]
    return 0 if job["status"] == "succeeded" else 1


@click.group(cls=Group)
def job() -> None:
    """Jobs: what ran, runs, or waits to run."""


@job.command("list")
@click.option("--script", "script_name", help="Only jobs of this script.")
@click.option("--status", type=click.Choice(STATUSES), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@pass_app
def show_all(app: App, script_name: str | None, status: str | None, limit: int) -> None:
    """List jobs, newest first."""
    script_id = app.script(script_name)["id"] if script_name else None
    jobs: list[Job] = app.client.get("/api/jobs", script_id=script_id, status=status, limit=limit)["items"]
    rows = [
        (
            one["id"],
            one["script"]["name"],
            one["status"],
            _attempt(one),
            one["reason"] or one["waits_for"],
            one["trigger"],
            one["priority"] or None,
            terminal.when(one["created_at"]),
            terminal.duration(one["duration_s"]),
        )
        for one in jobs
    ]
    columns = ("ID", "SCRIPT", "STATUS", "ATTEMPT", "REASON", "TRIGGER", "PRIORITY", "CREATED", "TOOK")
    app.show(jobs, lambda: terminal.show_table(columns, rows, "There are no such jobs."))


@job.command("show")
@click.argument("job_id", metavar="JOB")
@pass_app
def show(app: App, job_id: str) -> None:
    """Show one job, by number or UUID."""
    found: Job = app.client.get(_path(job_id))
    app.show(found, lambda: _tell(found))


@job.command("log")
@click.argument("job_id", metavar="JOB")
@click.option("--follow", "follows", is_flag=True, help="Go on until the job ends.")
@click.option("--time", "timed", is_flag=True, help="Show when each line was printed, and to what.")
@pass_app
def log(app: App, job_id: str, follows: bool, timed: bool) -> None:
    """Print the log of a job. With --json each line is an object of its own."""
    printer = LogPrinter("json" if app.json else "timed" if timed else "plain")
    if follows:
        _follow(app, _path(job_id), printer)
        return
    for line in app.client.lines(f"{_path(job_id)}/log"):
        printer.print(LogLine.parse(line.decode(errors="replace")))


@job.command("cancel")
@click.argument("job_id", metavar="JOB")
@pass_app
def cancel(app: App, job_id: str) -> None:
    """Stop a job."""
    told: Job = app.client.post(f"{_path(job_id)}/cancel")
    stopped = told["status"] in FINAL
    app.done(told, f"Job {told['id']} is {told['status']}." if stopped else f"Job {told['id']} is being stopped.")


def _to_the_end(app: App, job: Job, follows: bool) -> Job:
    path = f"/api/jobs/{job['id']}"
    try:
        if follows:
            _follow(app, path, LogPrinter("stderr" if app.json else "split"))
        hear = Teller().hear if not (follows or app.json) else lambda found: None
        return cast("Job", wait(app, path, FINAL, f"Job {job['id']} of {job['script']['name']}", hear))
    except KeyboardInterrupt:
        told = (
            f"The job goes on. See it: scripter job log {job['id']} --follow; end it: scripter job cancel {job['id']}"
        )
        terminal.say(f"\n{told}", err=True)
        click.get_current_context().exit(CANCELLED_BY_USER)


def _follow(app: App, path: str, printer: LogPrinter) -> None:
    reached = Reached()
    with telling(app.client, path, reached):
        follow(app.client, f"{path}/log/stream", printer, reached.tell)


def _tell_end(job: Job) -> None:
    took = f" after {terminal.duration(job['duration_s'])}" if job["duration_s"] is not None else ""
    why = f" ({job['reason']})" if job["reason"] else ""
    terminal.say(terminal.line(f"Job {job['id']} {job['status']}{took}{why}."), err=True)


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise BadInput.at("--env", f"{text} needs the form NAME=VALUE")
    return name, value


def _path(job_id: str) -> str:
    if not job_id.replace("-", "").isalnum():
        raise BadInput.at("JOB", f"{job_id} is neither the number nor the UUID of a job")
    return f"/api/jobs/{job_id}"


def _tell(job: Job) -> None:
    terminal.show_facts(_facts(job))
    if job["max_attempts"] > 1:
        terminal.say("")
        rows = (_attempt_row(job, one) for one in job["attempts"])
        terminal.show_table(_ATTEMPT_COLUMNS, rows, "No attempt has begun yet.")


def _facts(job: Job) -> list[tuple[str, object]]:
    return [
        ("number", job["id"]),
        ("uuid", job["uuid"]),
        ("script", f"{job['script']['name']}, version {job['version']['number']}"),
        ("status", job["status"]),
        ("reason", job["reason"]),
        ("exit code", job["exit_code"]),
        ("trigger", job["trigger"]),
        ("arguments", " ".join(job["arguments"])),
        ("priority", job["priority"] or None),
        ("place in queue", job["queue_position"]),
        ("waits for", job["waits_for"]),
        ("beside others because", job["override_reason"]),
        ("attempt", _attempt(job)),
        ("tried again at", terminal.when(job["retry_at"])),
        ("deadline", terminal.when(job["deadline_at"])),
        ("created", terminal.when(job["created_at"])),
        ("started", terminal.when(job["started_at"])),
        ("start", _start(job, job)),
        ("finished", terminal.when(job["finished_at"])),
        ("took", terminal.duration(job["duration_s"])),
        ("worker", job["worker"]),
    ]


_ATTEMPT_COLUMNS = ("ATTEMPT", "STATUS", "REASON", "STARTED", "START", "TOOK", "MEMORY")


def _attempt_row(job: Job, one: Attempt) -> tuple[object, ...]:
    memory = one["peak_memory_bytes"]
    return (
        one["number"],
        one["status"],
        one["reason"],
        terminal.when(one["started_at"]),
        _start(job, one),
        terminal.duration(one["duration_s"]),
        None if memory is None else f"{memory / 2**20:.1f} MB",
    )


def _attempt(job: Job) -> str | None:
    """`2 of 4`; nothing for a job that is never tried again."""
    return f"{job['attempt']} of {job['max_attempts']}" if job["max_attempts"] > 1 else None


def _start(job: Job, one: Start) -> str | None:
    """`warm, 38 ms`: whether a container stood ready, and what passed until the script began."""
    kind = one["start_kind"] if job["runner"] == "docker" else None
    passed = None if one["start_ms"] is None else f"{one['start_ms']} ms"
    return ", ".join(told for told in (kind, passed) if told) or None
