"""What the API answers with, as far as the command line looks at it."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Named(TypedDict):
    id: int
    name: str


class File(TypedDict):
    path: str
    content: str
    encoding: str


class Built(TypedDict):
    build_id: int
    reference: str
    python: str
    size_bytes: int
    finished_at: str


class FailedStep(TypedDict):
    line: int | None
    instruction: str
    error: str


class Build(TypedDict):
    id: int
    image_id: int
    number: int
    status: str
    reason: str | None
    failed_step: FailedStep | None
    duration_s: float | None


class Image(Named):
    description: str
    status: str
    changed_since_build: bool
    built: Built | None
    last_build: Build | None
    scripts: list[Named]
    updated_at: str


class Template(TypedDict):
    key: str
    title: str
    offers: str
    files: list[File]


class Problem(TypedDict):
    path: str
    line: int | None
    severity: str
    message: str
    remedy: str


class Package(TypedDict):
    kind: str
    name: str
    version: str


class Contents(TypedDict):
    known: bool
    packages: list[Package]


class VersionBuild(TypedDict):
    number: int
    status: str


class ImageVersion(TypedDict):
    number: int
    message: str
    author: Named | None
    created_at: str
    builds: list[VersionBuild]


class ScriptImage(Named):
    status: str
    usable: bool


class JobSummary(TypedDict):
    id: int
    uuid: str
    status: str
    reason: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    duration_s: float | None


class VersionRef(TypedDict):
    id: int
    number: int


class Retries(TypedDict):
    count: int
    delay_s: int
    factor: float
    reasons: list[str]


class Script(Named):
    description: str
    image: ScriptImage
    entry: str
    version: VersionRef
    network: str
    environment: dict[str, str]
    retries: Retries
    deadline_s: int | None
    priority: int
    max_running: int | None
    max_queued: int | None
    restriction: str
    restriction_key: str
    restriction_wait: str
    last_job: JobSummary | None
    schedules: int
    next_at: str | None
    updated_at: str


class Version(TypedDict):
    id: int
    number: int
    entry: str
    message: str
    created_at: str
    warnings: list[str]


class Start(TypedDict):
    start_kind: str | None
    start_ms: int | None


class Attempt(Start):
    number: int
    status: str
    reason: str | None
    started_at: str | None
    duration_s: float | None
    peak_memory_bytes: int | None
    log_end: int | None


class Job(JobSummary, Start):
    runner: str
    script: Named
    version: VersionRef
    trigger: str
    arguments: list[str]
    exit_code: int | None
    signal: int | None
    reason_code: str | None
    attempt: int
    max_attempts: int
    attempts: list[Attempt]
    retry_at: str | None
    deadline_at: str | None
    priority: int
    queue_position: int | None
    waits_for: str | None
    override_reason: str | None
    worker: str | None


class Due(TypedDict):
    utc: str
    local: str
    note: str | None
    planned_at: str


class ClockChange(TypedDict):
    utc: str
    words: str


class Preview(TypedDict):
    words: str
    next: list[Due]
    last: list[Due]
    changes: list[ClockChange]


class Occurrence(TypedDict):
    due_at: str
    outcome: str
    reason: str | None
    job_id: int | None
    late_ms: int | None


class Pause(TypedDict):
    since: str
    reason: str
    paused_by: Named | None


class Paused(TypedDict):
    pause: Pause | None


Weekly = TypedDict("Weekly", {"days": list[str], "from": str, "to": str})
Period = TypedDict(
    "Period", {"from": str | None, "to": str | None, "weekly": Weekly | None, "date": str | None, "reason": str}
)


class Calendar(Named):
    zone: str
    periods: list[Period]


class Schedule(Named):
    script: Named
    kind: str
    cron: str
    zone: str
    enabled: bool
    pause: Pause | None
    words: str
    trouble: str | None
    arguments: list[str]
    environment: dict[str, str]
    starts_at: str | None
    ends_at: str | None
    priority: int | None
    owner: Named | None
    overlap: str
    overlap_limit: int
    catch_up: str
    catch_up_window_s: int
    catch_up_cap: int
    grace_s: int
    jitter_s: int
    blackouts: list[Period]
    calendars: list[Named]
    next_at: str | None
    next: list[Due]
    last: Occurrence | None


class Gap(TypedDict):
    due_at: str
    was: str | None
    reason: str | None
    fill: bool


class Window(TypedDict):
    runs: int
    most: int
    due: int
    items: list[Gap]


class Difference(TypedDict):
    line: int | None
    code: str
    words: str


class ImportItem(TypedDict):
    line: int
    text: str
    name: str
    script: Named | None
    words: str | None
    zone: str | None
    enabled: bool
    arguments: list[str]
    left_out: bool
    exists: int | None
    problem: str | None


class Imported(TypedDict):
    items: list[ImportItem]
    differences: list[Difference]
    new: int
    problems: int


class Token(TypedDict):
    id: int
    name: str
    prefix: str
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    token: NotRequired[str]


class Session(TypedDict):
    user: Named | None
    setup_needed: bool
    csrf: str | None
    version: str


class Health(TypedDict):
    status: str
    database: bool
    queue: bool
    runner: bool | None


class RunnerFacts(TypedDict):
    kind: str | None
    isolates: bool | None
    notice: str | None


class ClockFacts(TypedDict):
    last_tick_at: str | None
    late: bool


class WorkerFacts(TypedDict):
    name: str
    alive: bool
    seen_at: str


class QueueFacts(TypedDict):
    kind: str
    reachable: bool


class DiskFacts(TypedDict):
    free_mb: int
    min_free_mb: int
    shortage: str | None


class System(TypedDict):
    version: str
    mode: str
    runner: RunnerFacts
    clock: ClockFacts
    workers: list[WorkerFacts]
    queue: QueueFacts
    disk: DiskFacts
