"""The list of jobs: what its filters leave, its pages, and that many jobs make none of it slow."""

from __future__ import annotations

import pytest
from listing_rig import FIRST, make_many, minute
from people import Browser
from sqlalchemy import delete, select, update

from scripter.context import Context
from scripter.jobs.models import Job
from scripter.scripts.models import Script


@pytest.fixture
def many(context: Context, script: Script) -> Context:
    make_many(context, script)
    return context


def listed(client: Browser, query: str) -> list[int]:
    answer = client.get(f"/api/jobs?{query}")
    assert answer.status_code == 200, answer.json
    return [job["id"] for job in answer.json["items"]]


def test_a_span_of_time_is_listed_page_by_page_without_gap_or_repeat(client: Browser, many: Context) -> None:
    span = "since=2026-01-01T10:00:00Z&until=2026-01-01T12:30:00%2B00:30"
    seen: list[int] = []
    while page := listed(client, f"{span}&limit=50" + (f"&before={seen[-1]}" if seen else "")):
        seen += page
    assert seen == [FIRST + number for number in range(719, 599, -1)]


def test_jobs_of_the_same_moment_are_on_one_page_or_the_next(client: Browser, many: Context) -> None:
    with many.db.transaction() as session:
        for job in session.scalars(select(Job).where(Job.id.between(FIRST + 10, FIRST + 19))):
            job.created_at = minute(10)
    span = "since=2026-01-01T00:10:00Z&until=2026-01-01T00:11:00Z&limit=4"
    first = listed(client, span)
    second = listed(client, f"{span}&before={first[-1]}")
    assert first + second == [FIRST + number for number in range(19, 11, -1)]


def test_a_page_after_a_job_that_is_deleted_is_refused_where_nobody_knows_its_time(
    client: Browser, many: Context
) -> None:
    with many.db.transaction() as session:
        session.execute(delete(Job).where(Job.id == FIRST + 700))
    refused = client.get(f"/api/jobs?since=2026-01-01T10:00:00Z&before={FIRST + 700}")
    assert (refused.status_code, "from its beginning" in refused.json["detail"]) == (409, True)
    assert listed(client, f"before={FIRST + 700}&limit=2") == [FIRST + 699, FIRST + 698]


def test_a_later_page_goes_on_beyond_any_gap_of_numbers(client: Browser, many: Context) -> None:
    far = FIRST - 500_000
    with many.db.transaction() as session:
        session.execute(update(Job).where(Job.id.between(FIRST, FIRST + 3)).values(id=Job.id - (FIRST - far)))
    found = [FIRST + 5, FIRST + 4, far + 3, far + 2]
    assert listed(client, f"before={FIRST + 6}&limit=4") == found
    assert listed(client, f"before={FIRST + 6}&limit=2") == found[:2]
    assert listed(client, f"status=succeeded&before={FIRST + 6}&limit=4") == found


def test_conditions_are_all_asked_for_at_once(client: Browser, many: Context) -> None:
    found = listed(client, "status=lost&trigger=api&since=2026-01-01T08:00:00Z&until=2026-01-02T00:00:00Z")
    assert found == [FIRST + 1000, FIRST + 500]
    assert listed(client, "status=lost&trigger=person") == []


def test_people_who_started_jobs_can_be_chosen_and_filtered_by(client: Browser, script: Script, many: Context) -> None:
    assert client.get("/api/jobs/people").json == {"items": []}
    job = client.post(f"/api/scripts/{script.id}/jobs", json={}).json
    [anna] = client.get("/api/jobs/people").json["items"]
    assert anna == job["started_by"]
    assert listed(client, f"started_by_id={anna['id']}") == [job["id"]]
    assert listed(client, f"started_by_id={anna['id'] + 1}") == []


def test_the_jobs_of_one_version_are_asked_for_by_its_number(client: Browser, script: Script) -> None:
    job = client.post(f"/api/scripts/{script.id}/jobs", json={}).json
    assert listed(client, f"script_id={script.id}&version={job['version']['number']}") == [job["id"]]
    assert listed(client, f"script_id={script.id}&version={job['version']['number'] + 1}") == []
    refused = client.get("/api/jobs?version=1")
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == ["version"]


@pytest.mark.parametrize("bad", ["since=yesterday", "since=2026-01-01T00:00:00", "until=0001-01-01T00:00:00%2B14:00"])
def test_a_moment_that_is_none_is_refused_by_name(client: Browser, bad: str) -> None:
    answer = client.get(f"/api/jobs?{bad}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [bad.partition("=")[0]]
