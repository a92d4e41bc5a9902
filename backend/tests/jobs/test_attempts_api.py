"""Attempts as they look over HTTP, and the log of a job that waits between two of them."""

from __future__ import annotations

import threading
from typing import Any

from people import Browser
from sqlalchemy import update

from scripter.context import Context
from scripter.jobs import moves, service, slots
from scripter.jobs.models import Job
from scripter.jobs.outcome import Outcome
from scripter.jobs.states import Reason, Status
from scripter.lib import clock
from scripter.scripts.models import Script

EXIT_3 = Outcome(status=Status.FAILED, code=Reason.EXIT, reason="exit 3", exit_code=3, log_dropped_bytes=2)
EXIT_0 = Outcome(status=Status.SUCCEEDED, code=Reason.EXIT, reason="exit 0", exit_code=0)
LINE = b"2026-11-22T04:45:40.000000001Z stdout F attempt %d\n"


def started(client: Browser, script: Script, **settings: Any) -> Any:
    settings = {"retries": {"count": 1, "delay_s": 60}, **settings}
    assert client.patch(f"/api/scripts/{script.id}", json=settings).status_code == 200
    answer = client.post(f"/api/scripts/{script.id}/jobs", json={})
    assert answer.status_code == 202, answer.json
    return answer.json


def begin(context: Context, job_id: int) -> Job:
    """As if the pause were over and a worker had taken the job, whose script has written its one line."""

    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.id == job_id).values(retry_at=None))
    with context.db.transaction() as session:
        job = moves.claim_next(session, "w")
        assert job is not None
        assert moves.mark_running(session, job, "w", 12, "cold")
    path = slots.log_path(context, job)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(LINE % job.attempt)
    return job


def end(context: Context, job: Job, outcome: Outcome) -> None:
    with context.db.transaction() as session:
        assert moves.finish(session, job, "w", outcome)


def test_a_job_that_has_not_been_taken_has_no_attempts_yet(client: Browser, script: Script) -> None:
    job = started(client, script, deadline_s=600)
    assert (job["attempt"], job["max_attempts"], job["attempts"], job["retry_at"]) == (1, 2, [], None)
    assert job["deadline_at"] > job["created_at"]
    assert started(client, script, deadline_s=None, retries={"count": 0})["max_attempts"] == 1


def test_the_attempt_that_is_under_way_is_shown_with_those_that_have_ended(
    client: Browser, context: Context, script: Script
) -> None:
    job = started(client, script)
    path = f"/api/jobs/{job['id']}"
    end(context, begin(context, job["id"]), EXIT_3)
    waiting = client.get(path).json
    assert (waiting["status"], waiting["attempt"], waiting["moves"]) == ("queued", 2, ["cancel"])
    assert waiting["retry_at"] > clock.iso(clock.now())
    assert (waiting["reason"], waiting["exit_code"], waiting["started_at"], waiting["worker"]) == (None,) * 4
    assert (waiting["queue_position"], waiting["waits_for"]) == (None, "it pauses before attempt 2")
    second = begin(context, job["id"])
    first, present = client.get(path).json["attempts"]
    size = len(LINE % 1)
    assert (first["number"], first["status"], first["reason"], first["reason_code"]) == (1, "failed", "exit 3", "exit")
    assert (first["log_start"], first["log_end"], first["log_dropped_bytes"]) == (0, size, 2)
    assert (first["start_kind"], first["start_ms"], first["worker"]) == ("cold", 12, "w")
    assert first["duration_s"] >= 0
    assert (present["number"], present["status"], present["log_start"], present["log_end"]) == (
        2,
        "running",
        size,
        None,
    )
    assert (present["finished_at"], present["log_dropped_bytes"]) == (None, None)
    end(context, second, EXIT_0)
    ended = client.get(path).json
    assert [one["log_end"] for one in ended["attempts"]] == [size, 2 * size]
    assert (ended["status"], ended["log_size"], ended["log_dropped_bytes"]) == ("succeeded", 2 * size, 2)
    assert client.get("/api/jobs").json["items"] == [ended]


def test_the_events_say_why_a_job_waits_again(client: Browser, context: Context, script: Script) -> None:
    job = started(client, script)
    end(context, begin(context, job["id"]), EXIT_3)
    told = client.get(f"/api/jobs/{job['id']}/events").json["items"][-1]
    assert (told["was"], told["now"]) == ("running", "queued")
    assert told["why"] == "attempt 1 failed: exit 3; attempt 2 of 2 begins in 60 s"


def test_a_job_that_waits_for_its_next_attempt_is_cancelled(client: Browser, context: Context, script: Script) -> None:
    job = started(client, script)
    end(context, begin(context, job["id"]), EXIT_3)
    answer = client.post(f"/api/jobs/{job['id']}/cancel")
    assert (answer.status_code, answer.json["status"], answer.json["reason"]) == (202, "cancelled", "cancelled by anna")
    assert answer.json["retry_at"] is None
    assert [one["status"] for one in answer.json["attempts"]] == ["failed"]


def test_a_viewer_of_the_log_is_taken_along_from_one_attempt_to_the_next(
    client: Browser, context: Context, script: Script
) -> None:
    job = started(client, script)
    path = f"/api/jobs/{job['id']}/log"
    end(context, begin(context, job["id"]), EXIT_3)
    assert client.get(f"{path}/window").json["finished"] is False
    seen: list[str] = []
    viewer = threading.Thread(target=lambda: seen.append(client.get(f"{path}/stream").get_data(as_text=True)))
    viewer.start()
    viewer.join(2)  # longer than it takes to ask whether the job has ended
    assert viewer.is_alive()
    end(context, begin(context, job["id"]), EXIT_0)
    viewer.join()
    assert ["attempt 1" in seen[0], "attempt 2" in seen[0]] == [True, True]
    assert seen[0].count("event: end") == 1
    assert '"succeeded"' in seen[0]
    with context.db.reading() as session:
        assert len(service.get(session, job["id"]).attempts) == 2
