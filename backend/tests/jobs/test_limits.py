"""One waiting job too many is refused: which limit, how long to stay away, and exactly so many in a rush."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask_openapi import OpenAPI
from line_rig import allow, at_once, claim, copies, share, start, waiting
from people import Browser, add_user, logged_in
from sqlalchemy import func, select

from scripter.access.models import AuditEntry, User
from scripter.context import Context
from scripter.jobs import service
from scripter.jobs.models import Job, JobEvent
from scripter.lib.errors import BadInput, TooMany
from scripter.scripts.models import Script

MakeScript = Callable[..., int]
LIMITS = ["script", "person", "queue"]


def limit(context: Context, kind: str, script_id: int, most: int) -> None:
    """Let no more than so many wait, by one of the three limits."""
    if kind == "script":
        share(context, script_id, max_queued=most)
    elif kind == "person":
        allow(context, max_queued_per_user=most)
    else:
        allow(context, max_queued=most)


def rows(context: Context) -> list[int | None]:
    with context.db.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in (Job, JobEvent, AuditEntry)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("script", "2 jobs are waiting, and of the script report no more than 2 may."),
        ("person", "2 jobs are waiting, and of those that anna has started no more than 2 may."),
        ("queue", "2 jobs are waiting, and of all scripts together no more than 2 may."),
    ],
)
def test_one_job_too_many_is_refused_by_name_and_leaves_nothing(
    context: Context, script: Script, anna: User, kind: str, words: str
) -> None:
    limit(context, kind, script.id, 2)
    start(context, script.id, by=anna), start(context, script.id, by=anna)
    before = rows(context)
    with pytest.raises(TooMany) as caught:
        start(context, script.id, by=anna)
    assert caught.value.message.startswith(words)
    assert rows(context) == before


def test_who_is_at_a_limit_does_not_keep_others_from_starting(
    context: Context, make_script: MakeScript, anna: User
) -> None:
    full, free, bert = make_script("full"), make_script("free"), add_user(context, "bert")
    share(context, full, max_queued=1)
    allow(context, max_queued_per_user=2)
    start(context, full, by=anna), start(context, free, by=anna)
    start(context, free, by=bert), start(context, free, by=bert)
    start(context, free)
    with pytest.raises(TooMany, match="bert"):
        start(context, free, by=bert)
    with pytest.raises(TooMany, match="full"):
        start(context, full)


@pytest.mark.parametrize("leave", ["claimed", "cancelled"])
def test_there_is_room_again_once_a_job_has_left_the_line(context: Context, script: Script, leave: str) -> None:
    share(context, script.id, max_queued=1)
    job = start(context, script.id)
    if leave == "claimed":
        claim(context)
    else:
        with context.db.transaction() as session:
            service.cancel(session, service.get(session, job.id), None)
    assert start(context, script.id).id != job.id


def test_a_known_key_finds_its_job_in_a_full_line(context: Context, script: Script) -> None:
    share(context, script.id, max_queued=1)
    assert start(context, script.id, idempotency_key="a").id == start(context, script.id, idempotency_key="a").id


def test_the_pause_is_about_as_long_as_a_job_takes_to_leave_the_line(context: Context, make_script: MakeScript) -> None:
    slow, quick = make_script("slow"), make_script("quick")
    for script, taken in ((quick, 20), (slow, 3)):
        copies(context, start(context, script), [0] * (taken - 1))
        for _ in range(taken):
            claim(context)
    pauses = []
    for script in (quick, slow):
        start(context, script)
        share(context, script, max_queued=1)
        with pytest.raises(TooMany) as caught:
            start(context, script)
        pauses.append(caught.value.retry_after_s)
    assert pauses == [3, 20]


@pytest.mark.parametrize(("taken", "seconds"), [(0, 60), (200, 1)])
def test_the_pause_has_bounds(context: Context, script: Script, taken: int, seconds: int) -> None:
    job = start(context, script.id)
    with context.db.transaction() as session:
        template = session.scalars(select(JobEvent)).one()
        session.add_all(JobEvent(job_id=job.id, at=template.at, was="queued", now="starting") for _ in range(taken))
    allow(context, max_queued=1)
    with pytest.raises(TooMany) as caught:
        start(context, script.id)
    assert caught.value.retry_after_s == seconds


def test_over_http_it_is_429_with_the_moment_to_try_again(context: Context, client: Browser, script: Script) -> None:
    share(context, script.id, max_queued=1)
    path = f"/api/scripts/{script.id}/jobs"
    assert client.post(path, json={}).status_code == 202
    refused = client.post(path, json={})
    assert (refused.status_code, refused.json["code"], refused.json["status"]) == (429, "too_many", 429)
    assert refused.headers["Retry-After"] == "60"
    assert refused.json["detail"] == (
        "1 jobs are waiting, and of the script report no more than 1 may. Nothing was started. Try again in 60 s, when"
        " some of them should have begun, or cancel some."
    )


@pytest.mark.parametrize("priority", [-11, 11])
def test_a_jobs_own_priority_is_held_to_its_bounds(
    context: Context, client: Browser, script: Script, priority: int
) -> None:
    with pytest.raises(BadInput) as caught:
        start(context, script.id, priority=priority)
    assert caught.value.fields[0].field == "priority"
    answer = client.post(f"/api/scripts/{script.id}/jobs", json={"priority": priority})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "priority")


def test_two_hundred_posts_at_once_are_each_accepted_or_told_to_come_back(
    app: OpenAPI, context: Context, anna: User, script: Script
) -> None:
    allow(context, max_queued=50)
    browsers = [logged_in(app, context, anna) for _ in range(200)]
    answers: list[int] = []

    def work(number: int) -> None:
        answers.append(browsers[number].post(f"/api/scripts/{script.id}/jobs", json={}).status_code)

    at_once(200, work)
    assert set(answers) == {202, 429}
    assert len(answers) == 200
    assert answers.count(202) == waiting(context) <= 50


class TestARush:
    """SQLite has one writer at a time; here two transactions can count at the same moment."""

    @pytest.fixture
    def database_url(self, mariadb_url: str) -> str:
        return mariadb_url

    @pytest.mark.parametrize("kind", LIMITS)
    def test_of_32_that_start_at_once_exactly_as_many_come_in_as_may(
        self, context: Context, script: Script, anna: User, kind: str
    ) -> None:
        limit(context, kind, script.id, 10)
        refused: list[TooMany] = []

        def work(_number: int) -> None:
            try:
                start(context, script.id, by=anna)
            except TooMany as error:
                refused.append(error)

        at_once(32, work)
        assert (waiting(context), len(refused)) == (10, 22)
