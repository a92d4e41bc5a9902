"""Jobs that are tried again, on real runners: one log of several sections, deadlines, what earlier attempts leave."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from job_rig import WAITS, House, until
from sqlalchemy import update

from scripter import logstore
from scripter.jobs import moves, slots
from scripter.jobs.models import Job
from scripter.jobs.outcome import could_not_start
from scripter.jobs.states import FINAL, Reason, Status
from scripter.lib import clock
from scripter.logstore import Line
from scripter.runners.protocol import Go, Refused, Runner, Slot

DEAD = "w:dead"
FAILS_TWICE = """
import os, sys
attempt = int(os.environ["SCRIPTER_ATTEMPT"])
print("attempt", attempt, "speaks")
sys.exit(0 if attempt == 3 else attempt)
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def sections(house: House, job: Job) -> list[bytes]:
    """The log cut at the attempts' borders."""
    whole = slots.log_path(house.context, job).read_bytes()
    return [whole[one.log_start : one.log_end] for one in house.now(job).attempts]


def lines(section: bytes) -> list[Line]:
    return [logstore.parse(line) for line in section.splitlines()]


def skip_pause(house: House, job: Job) -> None:
    with house.context.db.transaction() as session:
        session.execute(update(Job).where(Job.id == job.id).values(retry_at=clock.now()))


def waits_for_attempt(house: House, job: Job, number: int) -> None:
    def so() -> bool:
        now = house.now(job)
        assert now.status not in FINAL, now.reason
        return (now.status, now.attempt) == (Status.QUEUED, number)

    until(so, f"the job to wait for attempt {number}")


def test_a_job_that_fails_twice_succeeds_and_each_attempt_has_its_own_section_of_the_log(house: House) -> None:
    house.source(FAILS_TWICE)
    house.policy(count=3, delay_s=0)
    job = house.queued()
    house.worker("w:1").start([])
    ended = house.ended(job)
    assert (ended.status, ended.reason, ended.attempt) == (Status.SUCCEEDED, "exit 0", 3)
    assert [(one.number, one.reason, one.exit_code) for one in ended.attempts] == [
        (1, "exit 1", 1),
        (2, "exit 2", 2),
        (3, "exit 0", 0),
    ]
    parts = sections(house, job)
    assert b"".join(parts) == slots.log_path(house.context, job).read_bytes()
    assert ended.log_bytes == sum(map(len, parts))
    for number, (part, row) in enumerate(zip(parts, ended.attempts, strict=True), 1):
        said = lines(part)
        assert [line.text.decode() for line in said if not line.own] == [f"attempt {number} speaks"]
        assert said[0].own
        assert said[0].text.decode().endswith(f"attempt {number} of 4")
        assert hashlib.sha256(part).hexdigest() == row.log_sha256
        assert row.started_at is not None
        assert row.finished_at is not None
        assert row.started_at <= row.finished_at
    assert house.moves(job) == [
        Status.QUEUED,
        *[Status.STARTING, Status.RUNNING, Status.QUEUED] * 2,
        *[Status.STARTING, Status.RUNNING, Status.SUCCEEDED],
    ]
    until(house.nothing_left, "the containers and slots of all attempts to be removed")


def test_without_a_policy_a_failing_script_runs_once_and_its_log_speaks_of_no_attempts(house: House) -> None:
    house.source("print('begun')\nraise SystemExit(3)")
    job = house.queued()
    house.worker("w:1").start([])
    assert house.ended(job).reason == "exit 3"
    assert house.begun(job) == 1
    assert not [line for line in lines(sections(house, job)[0]) if line.own and b"attempt" in line.text]


def test_a_job_that_waits_for_its_next_attempt_can_be_cancelled(house: House) -> None:
    house.source("print('begun')\nraise SystemExit(3)")
    house.policy(count=1, delay_s=3600)
    job = house.queued()
    house.worker("w:1").start([])
    waits_for_attempt(house, job, 2)
    house.cancel(job)
    assert house.ended(job).reason == "cancelled by anna"
    assert house.begun(job) == 1
    until(house.nothing_left, "the container and slot of the first attempt to be removed")


def test_a_worker_that_was_lost_with_its_container_costs_an_attempt_only_where_that_is_wished(house: House) -> None:
    house.source(WAITS)
    house.policy(count=1, delay_s=0, reasons=["lost"])
    job = house.claimed(DEAD)
    given_its_go(house, job)
    until(lambda: house.begun(job), "the script's first line")
    for slot in house.slots():
        house.runner.discard(slot)
    house.worker("w:next").start([DEAD])
    until(lambda: house.now(job).attempt == 2 and house.begun(job) == 2, "the second attempt")
    house.running(house.now(job))
    house.finish(house.now(job))
    ended = house.ended(job)
    assert [(one.status, one.reason_code) for one in ended.attempts] == [
        (Status.LOST, Reason.LOST),
        (Status.SUCCEEDED, Reason.EXIT),
    ]
    assert [b"finished" in part for part in sections(house, job)] == [False, True]


def test_a_container_that_an_earlier_attempt_left_is_gone_before_the_next_one_begins(house: House) -> None:
    """Its worker died right after it had recorded an end that the container knew nothing of."""
    house.source(WAITS)
    house.policy(count=1, delay_s=0)
    job = house.claimed(DEAD)
    given_its_go(house, job)
    until(lambda: house.begun(job), "the script's first line")
    with house.context.db.transaction() as session:
        assert moves.finish(session, job, DEAD, could_not_start("for the test"))
    first = house.directory(job)
    worker = house.worker("w:next")
    worker.start([DEAD])
    until(lambda: house.begun(job) == 2, "the second attempt")
    assert [slots.owner(house.context, slot.name) for slot in house.slots()] == [(job.id, 2)]
    assert not first.exists()
    house.running(house.now(job))
    house.finish(house.now(job))
    assert house.ended(job).status == Status.SUCCEEDED
    assert house.output(job) == ["begun", "begun", "finished"]


def test_what_an_earlier_attempt_left_is_removed_while_the_job_waits_for_the_next_one(house: House) -> None:
    house.source(WAITS)
    house.policy(count=1, delay_s=3600)
    job = house.claimed(DEAD)
    given_its_go(house, job)
    with house.context.db.transaction() as session:
        assert moves.finish(session, job, DEAD, could_not_start("for the test"))
    house.worker("w:next").start([DEAD])
    until(house.nothing_left, "the container and slot of the first attempt to be removed")
    assert house.now(job).status == Status.QUEUED


def test_a_running_attempt_is_stopped_at_the_deadline_and_says_which_limit_it_was(house: House) -> None:
    house.source(WAITS)
    house.policy(deadline_s=4, count=3, delay_s=0)
    job = house.queued()
    house.worker("w:1").start([])
    ended = house.ended(job)
    assert (ended.status, ended.reason_code) == (Status.FAILED, Reason.DEADLINE)
    assert ended.reason == "stopped at the deadline of 4 s"
    assert len(ended.attempts) == 1


def test_a_waiting_job_is_ended_at_its_deadline_by_a_worker_that_has_no_place_for_it(house: House) -> None:
    house.source(WAITS)
    busy = house.queued()
    house.worker("w:1", places=1).start([])
    house.running(busy)
    house.policy(deadline_s=1)
    waiting = house.queued()
    assert house.ended(waiting).reason == "the deadline of 1 s passed before it began"
    assert house.now(busy).status == Status.RUNNING
    house.finish(busy)
    house.ended(busy)


def test_a_job_whose_deadline_passes_while_it_is_prepared_does_not_begin(house: House) -> None:
    house.policy(deadline_s=600)
    job = house.claimed("w:1")
    with house.context.db.transaction() as session:
        passed = clock.now() - timedelta(seconds=1)
        session.execute(update(Job).values(created_at=passed - timedelta(seconds=600), deadline_at=passed))
    attempt = house.attempt("w:1", job)
    assert not attempt.begin()
    attempt.clean()
    assert house.now(job).reason == "the deadline of 600 s passed before it began"
    assert house.begun(job) == 0
    assert house.nothing_left()


class Deaf:
    """A runner that hands over the go and does not hear that it came through."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def __getattr__(self, name: str) -> object:
        return getattr(self._runner, name)

    def start(self, slot: Slot, go: Go) -> None:
        self._runner.start(slot, go)
        until(lambda: slots.has_begun(slot.directory), "the agent to take its go")
        raise Refused("Nobody knows.")


def test_an_attempt_whose_go_came_through_though_the_engine_said_no_is_followed_and_not_made_again(
    house: House,
) -> None:
    house.source(WAITS)
    house.policy(count=1, delay_s=0)
    job = house.claimed("w:1")
    attempt = house.attempt("w:1", job, Deaf(house.runner))  # type: ignore[arg-type]
    assert attempt.begin()
    until(lambda: house.begun(job), "the script's first line")
    house.finish(job)
    attempt.follow()
    attempt.clean()
    ended = house.now(job)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
    assert house.output(job) == ["begun", "finished"]


def test_the_limit_of_a_log_is_shared_out_among_the_attempts(house: House) -> None:
    limit = house.context.settings.jobs.log_limit_mb * 2**20
    house.policy(count=3)
    job = house.claimed("w:1")
    assert slots.go(house.context, job, "", 0).log_limit_bytes == limit // 4
    job.attempt, job.log_bytes = 4, limit // 4
    assert slots.go(house.context, job, "", 0).log_limit_bytes == limit - limit // 4
    house.policy(count=0)
    house.cancel(job)
    assert slots.go(house.context, house.claimed("w:1"), "", 0).log_limit_bytes == limit


def given_its_go(house: House, job: Job) -> None:
    slots.make(house.context, job)
    slot = house.runner.prepare(slots.spec(house.context, job))
    house.runner.start(slot, slots.go(house.context, job, "cold start", 0))
    with house.context.db.transaction() as session:
        assert moves.mark_running(session, job, DEAD, 1, "cold")


def test_a_job_that_pauses_keeps_no_worker_from_making_containers_ready_for_others(docker_house: House) -> None:
    docker_house.source("raise SystemExit(3)")
    docker_house.policy(count=1, delay_s=3600)
    job = docker_house.queued()
    docker_house.worker("w:1").start([])
    waits_for_attempt(docker_house, job, 2)
    until(docker_house.warm, "a container that waits for another job")
