"""Collects the evidence when everything has been healed: asks the product, looks at disk, engine and broker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pika
import requests
from pika.exceptions import AMQPError

from chaos.client import Accepted, Client
from chaos.events import Recorder
from chaos.evidence import Due, Event, JobFacts

OPEN = ("queued", "starting", "running")
_QUEUES = ("jobs", "builds", "ticks")
_LOOK_S = 0.5
_LIMIT = 200


class Gatherer:
    """Reads what the product says (`client`), and what can be seen without it."""

    def __init__(self, client: Client, data: Path, instance: str, recorder: Recorder) -> None:
        self._client = client
        self._data = data
        self._all = f"scripter-{instance}-"
        self._prefix = f"{self._all}job-"
        self._recorder = recorder

    def wait_until_agreed(self, patience_s: float) -> tuple[float | None, str]:
        """Until the running jobs are the living containers; after how long, and how they differ if they never do."""
        began = time.monotonic()
        while True:
            # A job may end between the two looks; then the next pair of looks shows them alike.
            running = {job["id"] for job in self.listed("status=running")}
            living = {int(name.removeprefix(self._prefix).split("-")[0]) for name in self.job_containers()}
            if running == living:
                return time.monotonic() - began, ""
            if time.monotonic() - began > patience_s:
                return None, f"jobs {sorted(running - living)}, containers {sorted(living - running)}"
            time.sleep(_LOOK_S)

    def wait_until_ended(self, patience_s: float) -> None:
        """Until no job waits or runs, and nothing is left of those that have, or until patience is over."""
        self._wait(lambda: not any(self.listed(f"status={status}") for status in OPEN), patience_s)
        self._wait(lambda: not self.job_containers() and not self.slots(), patience_s)

    def listed(self, query: str) -> list[Any]:
        """All jobs that the product lists for this query."""
        jobs: list[Any] = []
        before = ""
        while True:
            page = self._client.get(f"/jobs?{query}&limit={_LIMIT}{before}")
            jobs += page["items"]
            if page["next"] is None:
                return jobs
            before = f"&before={page['next']}"

    def job_containers(self) -> list[str]:
        return sorted(name for name in self._recorder.present() if name.startswith(self._prefix))

    def slots(self) -> list[str]:
        """The slot directories of jobs; those of containers that wait for one have no number in front."""
        return sorted(path.name for path in (self._data / "slots").glob("[0-9]*-*"))

    def warm_apart(self, patience_s: float) -> list[str]:
        """Containers that wait for a job and have no slot directory, and the other way round, if that stays so.

        Where a worker was killed while it made or removed one, the other half lies there until its sweep.
        """
        self._wait(lambda: not self._unmatched_warm(), patience_s)
        return sorted(self._unmatched_warm())

    def _unmatched_warm(self) -> set[str]:
        waiting = {name.removeprefix(self._all) for name in self._recorder.present()}
        directories = {path.name for path in (self._data / "slots").glob("warm-*")}
        return {name for name in waiting if name.startswith("warm-")} ^ directories

    def facts(self, job: Any, kind: str, accepted: Accepted | None) -> JobFacts:
        """What the product says about one job, and its log as it lies on the disk."""
        events = self._client.get(f"/jobs/{job['id']}/events")["items"]
        prints, seed = (
            (accepted.wish.prints, accepted.wish.seed) if accepted else (job["arguments"][0], int(job["arguments"][1]))
        )
        log = next((self._data / "scripts" / str(job["script"]["id"]) / "logs").glob(f"*__{job['id']}.log"), None)
        return JobFacts(
            id=job["id"],
            uuid=job["uuid"],
            kind=kind,
            prints=prints,
            seed=seed,
            cancelled=bool(accepted and accepted.cancelled),
            status=job["status"],
            reason_code=job["reason_code"],
            reason=job["reason"],
            exit_code=job["exit_code"],
            attempts=job.get("attempt", 1),
            log_size=job["log_size"],
            log=log.read_bytes() if log else b"",
            events=tuple(Event(moment(one["at"]), one["was"], one["now"], one["why"]) for one in events),
        )

    def due(self, schedule_id: int) -> list[Due]:
        """The records of a schedule's due times, but for those that lie ahead."""
        rows = self._client.get(f"/schedules/{schedule_id}/occurrences?limit={_LIMIT}")["items"]
        return [
            Due(schedule_id, moment(row["due_at"]), row["outcome"], row["reason"], row["job_id"])
            for row in rows
            if moment(row["due_at"]) <= time.time()
        ]

    def _wait(self, holds: Callable[[], bool], patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while not holds() and time.monotonic() < deadline:
            time.sleep(_LOOK_S)


def moment(text: str) -> float:
    """Seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def queue_lengths(url: str) -> dict[str, int]:
    """Messages by queue, the delayed and the dead ones with them; -1 where the broker does not say."""
    lengths: dict[str, int] = {}
    for name in (f"{queue}{kind}" for queue in _QUEUES for kind in ("", ".DQ", ".XQ")):
        try:
            with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
                lengths[name] = connection.channel().queue_declare(name, passive=True).method.message_count
        except AMQPError:
            lengths[name] = -1
    return lengths


def secrets_in(places: Iterable[tuple[str, bytes]], canaries: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each place that holds one of the `canaries` (value by name)."""
    for place, content in places:
        yield from (f"{name} is in {place}" for name, value in canaries.items() if value.encode() in content)


def command_lines() -> Iterator[tuple[str, bytes]]:
    """Of every process of this machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield f"the command line of process {path.parent.name}", path.read_bytes()
        except OSError:
            continue


def health(url: str) -> int:
    try:
        return requests.get(f"{url}/api/health", timeout=10).status_code
    except requests.RequestException:
        return 0


def as_json(value: object) -> str:
    """For people who look into the run's directory afterwards."""
    return json.dumps(value, indent=1, default=_as_dictionary)


def _as_dictionary(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
