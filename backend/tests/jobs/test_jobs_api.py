"""Jobs through HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from people import Browser

from scripter.context import Context
from scripter.jobs import feed, moves, service, slots
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import Trigger
from scripter.lib.sse import Event
from scripter.scripts.models import Script


def start(client: Browser, script: Script, **wishes: Any) -> Any:
    return client.post(f"/api/scripts/{script.id}/jobs", json=wishes)


def started(client: Browser, script: Script, **wishes: Any) -> Any:
    answer = start(client, script, **wishes)
    assert answer.status_code == 202, answer.json
    return answer.json


def end(context: Context, job_id: int) -> None:
    """As if a worker had taken the job and failed to start it."""
    with context.db.transaction() as session:
        job = moves.claim_next(session, "w")
        assert job is not None
        assert job.id == job_id
        moves.finish(session, job, "w", could_not_start("for the test"))


def test_a_started_job_has_its_uuid_at_once_and_waits(client: Browser, script: Script) -> None:
    job = started(client, script, arguments=["a", "b c"], environment={"COLOUR": "red"}, time_limit_s=7)
    assert len(job["uuid"]) == 36
    assert (job["status"], job["queue_position"], job["moves"]) == ("queued", 1, ["cancel"])
    assert (job["arguments"], job["environment"], job["limits"]["time_limit_s"]) == (["a", "b c"], {"COLOUR": "red"}, 7)
    assert (job["trigger"], job["started_by"]["name"]) == ("person", "anna")


def test_a_job_is_found_by_number_and_by_uuid(client: Browser, script: Script) -> None:
    job = started(client, script)
    assert client.get(f"/api/jobs/{job['id']}").json == job
    assert client.get(f"/api/jobs/{job['uuid']}").json == job


@pytest.mark.parametrize(
    "key", ["0", "-1", str(2**63), "1 OR 1=1", "%00", "abc", "00000000-0000-0000-0000-000000000000"]
)
def test_what_is_no_job_is_not_found(client: Browser, key: str) -> None:
    assert client.get(f"/api/jobs/{key}").status_code == 404


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"time_limit_s": 0}, "time_limit_s"),
        ({"time_limit_s": -1}, "time_limit_s"),
        ({"time_limit_s": 10**9}, "time_limit_s"),
        ({"time_limit_s": "5"}, "time_limit_s"),
        ({"time_limit_s": True}, "time_limit_s"),
        ({"time_limit_s": 1.5}, "time_limit_s"),
        ({"arguments": "x"}, "arguments"),
        ({"arguments": [1]}, "arguments.0"),
        ({"arguments": ["x" * 5000]}, "arguments.0"),
        ({"arguments": ["a\0"]}, "arguments.0"),
        ({"environment": {"1A": "x"}}, "environment.1A"),
        ({"environment": {"LD_PRELOAD": "x"}}, "environment.LD_PRELOAD"),
        ({"environment": {"PATH": "x"}}, "environment.PATH"),
        ({"environment": {"A": 1}}, "environment.A"),
        ({"privileged": True}, "privileged"),
        ({"uid": 0}, "uid"),
    ],
)
def test_bad_wishes_are_refused_by_name_and_nothing_is_stored(
    client: Browser, script: Script, wishes: dict[str, Any], field: str
) -> None:
    answer = start(client, script, **wishes)
    assert answer.status_code == 422, answer.json
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert client.get("/api/jobs").json["items"] == []


def test_an_unknown_version_or_script_is_not_found(client: Browser, script: Script) -> None:
    assert start(client, script, version=99).status_code == 404
    assert client.post("/api/scripts/999/jobs", json={}).status_code == 404


def test_a_script_without_a_usable_image_is_refused_naming_the_image(client: Browser, make_script: Any) -> None:
    answer = client.post(f"/api/scripts/{make_script('orphan', built=False)}/jobs", json={})
    assert answer.status_code == 409
    assert "orphan" in answer.json["detail"]


def test_the_same_idempotency_key_starts_one_job(client: Browser, script: Script) -> None:
    ids = {
        client.post(f"/api/scripts/{script.id}/jobs", json={}, headers={"Idempotency-Key": "once"}).json["id"]
        for _ in range(3)
    }
    assert len(ids) == 1


def test_the_list_is_paged_by_key_and_filtered(client: Browser, script: Script) -> None:
    ids = [started(client, script)["id"] for _ in range(5)]
    client.post(f"/api/jobs/{ids[0]}/cancel")
    first = client.get("/api/jobs?limit=2").json
    assert [job["id"] for job in first["items"]] == ids[:2:-1]
    second = client.get(f"/api/jobs?limit=2&before={first['next']}").json
    assert [job["id"] for job in second["items"]] == ids[2:0:-1]
    assert [job["id"] for job in client.get("/api/jobs?status=cancelled").json["items"]] == [ids[0]]
    assert client.get(f"/api/jobs?script_id={script.id + 1}").json["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=ten", "limit"),
        ("before=abc", "before"),
        ("status=nice", "status"),
        ("sort=password;--", "sort"),
    ],
)
def test_a_bad_page_is_refused_by_name(client: Browser, query: str, field: str) -> None:
    answer = client.get(f"/api/jobs?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]


def test_cancelling_twice_is_a_conflict_in_words(client: Browser, script: Script) -> None:
    job = started(client, script)
    cancelled = client.post(f"/api/jobs/{job['id']}/cancel")
    assert cancelled.status_code == 202
    assert (cancelled.json["status"], cancelled.json["reason"]) == ("cancelled", "cancelled by anna")
    again = client.post(f"/api/jobs/{job['id']}/cancel")
    assert again.status_code == 409
    assert "ended already" in again.json["detail"]


def test_the_events_tell_what_happened(client: Browser, context: Context, script: Script) -> None:
    job = started(client, script)
    end(context, job["id"])
    told = client.get(f"/api/jobs/{job['id']}/events").json["items"]
    assert [one["now"] for one in told] == ["queued", "starting", "failed"]
    assert told[0]["why"] == "started by anna"
    assert told[-1]["why"] == "could not start: for the test"


def test_the_log_of_a_waiting_job_is_empty(client: Browser, script: Script) -> None:
    job = started(client, script)
    assert client.get(f"/api/jobs/{job['id']}/log").data == b""
    window = client.get(f"/api/jobs/{job['id']}/log/window").json
    assert window == {"text": "", "start": 0, "end": 0, "size": 0, "finished": False}


def test_the_live_log_resumes_at_the_byte_where_it_broke_off(client: Browser, context: Context, script: Script) -> None:
    job = started(client, script)
    lines = [f"2026-11-22T04:45:40.00000000{n}Z stdout F line {n}\n".encode() for n in range(5)]
    with context.db.reading() as session:
        path = slots.log_path(context, service.get(session, job["id"]))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(lines))
    end(context, job["id"])
    at = len(lines[0]) * 2
    streamed = client.get(f"/api/jobs/{job['id']}/log/stream", headers={"Last-Event-ID": str(at)}).get_data(
        as_text=True
    )
    assert "line 1" not in streamed
    assert [f"line {n}" in streamed for n in (2, 3, 4)] == [True] * 3
    assert f"id: {5 * len(lines[0])}" in streamed
    assert "event: end" in streamed


def test_the_feed_tells_each_change_once_and_resumes_by_its_id(context: Context, script: Script) -> None:
    jobs = [queue(context, script) for _ in range(3)]
    told = take(feed.changes(context, after=0, script_id=None))
    assert [event.data["id"] for event in told] == [job.id for job in jobs]  # type: ignore[index]
    assert take(feed.changes(context, after=int(told[-1].id or 0), script_id=None)) == []
    assert take(feed.changes(context, after=0, script_id=script.id + 1)) == []


def test_the_feed_does_not_lose_a_change_that_was_committed_late(context: Context, script: Script) -> None:
    """Ids are given out before rows are committed: a lower id can appear after a higher one."""
    from scripter.jobs.models import JobEvent

    job = queue(context, script)
    with context.db.transaction() as session:
        [first] = service.events(session)
        held = {"job_id": first.job_id, "at": first.at, "was": None, "now": first.now, "why": ""}
        session.add(JobEvent(id=first.id + 2, **held))
    changes = feed.changes(context, after=0, script_id=None)
    assert len(take(changes)) == 2
    with context.db.transaction() as session:
        session.add(JobEvent(id=first.id + 1, **held))
    late = take(changes)
    assert [event.id for event in late] == [first.id + 1]
    assert job.id == first.job_id


def queue(context: Context, script: Script) -> Job:
    with context.db.transaction() as session:
        return service.start(session, script, trigger=Trigger.API)


def take(changes: Any) -> list[Event]:
    """The events up to the next idle moment."""
    told = []
    for event in changes:
        if event is None:
            return told
        told.append(event)
    return told


def test_a_key_that_is_too_long_is_refused_by_name(client: Browser, script: Script) -> None:
    answer = client.post(f"/api/scripts/{script.id}/jobs", json={}, headers={"Idempotency-Key": "k" * 201})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == ["Idempotency-Key"]
