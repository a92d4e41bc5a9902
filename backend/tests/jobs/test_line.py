"""The line of waiting jobs: its order, who is passed over, and what people are told while they wait."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from line_rig import active, allow, at_once, claim, copies, finish, share, start, statements, waiting
from people import Browser, add_user
from sqlalchemy import select, update

from scripter.access.models import User
from scripter.context import Context
from scripter.jobs import line, moves, service
from scripter.jobs.line import Standing
from scripter.jobs.models import Job, JobEvent
from scripter.jobs.service import Filter
from scripter.jobs.states import Status
from scripter.lib import clock
from scripter.scripts.models import Script
from scripter.upkeep.models import WorkerRow

MakeScript = Callable[..., int]


def order(context: Context) -> list[int]:
    """Ids in the order in which jobs are taken, until none may be."""
    taken = []
    while job := claim(context):
        taken.append(job.id)
    return taken


def standing(context: Context, job: Job) -> Standing:
    with context.db.reading() as session:
        return line.standings(session, [service.get(session, job.id)])[job.id]


def pause(context: Context, job: Job, seconds: float) -> None:
    """As if its first attempt had failed."""
    until = clock.now() + timedelta(seconds=seconds)
    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.id == job.id).values(retry_at=until, attempt=2))


def worker(context: Context, *, places: int, engine_answers: bool = True) -> None:
    now = clock.now()
    with context.db.transaction() as session:
        session.add(
            WorkerRow(
                run="w:1",
                name="w",
                runner="docker",
                isolates=True,
                notice="",
                engine_answers=engine_answers,
                places=places,
                running=0,
                started_at=now,
                seen_at=now,
            )
        )


def test_a_script_gives_its_priority_and_a_start_may_choose_another(context: Context, make_script: MakeScript) -> None:
    low, high = make_script("low"), make_script("high")
    share(context, low, priority=-1)
    share(context, high, priority=1)
    jobs = [
        start(context, low),
        start(context, high),
        start(context, low, priority=2),
        start(context, high, priority=-2),
        start(context, high),
    ]
    assert [job.priority for job in jobs] == [-1, 1, 2, -2, 1]
    assert order(context) == [jobs[number].id for number in (2, 1, 4, 0, 3)]


def test_a_script_at_its_limit_is_passed_over_and_nobody_waits_behind_it(
    context: Context, make_script: MakeScript
) -> None:
    narrow, wide = make_script("narrow"), make_script("wide")
    share(context, narrow, max_running=2)
    first, second, third, fourth = (start(context, narrow) for _ in range(4))
    behind = start(context, wide)
    assert order(context) == [first.id, second.id, behind.id]
    finish(context, first)
    assert order(context) == [third.id]
    share(context, narrow, max_running=None)
    assert order(context) == [fourth.id]


def test_a_person_at_the_limit_is_passed_over_and_what_schedules_start_is_nobodys(
    context: Context, make_script: MakeScript, anna: User
) -> None:
    script, other, bert = make_script("one"), make_script("two"), add_user(context, "bert")
    allow(context, max_running_per_user=1)
    annas = [start(context, script, by=anna), start(context, other, by=anna)]
    schedules = [start(context, script), start(context, script)]
    berts = start(context, other, by=bert)
    assert order(context) == [annas[0].id, schedules[0].id, schedules[1].id, berts.id]
    finish(context, annas[0])
    assert order(context) == [annas[1].id]


def test_a_job_that_pauses_before_another_attempt_is_passed_over_until_then(context: Context, script: Script) -> None:
    first, second, third = (start(context, script.id) for _ in range(3))
    pause(context, first, 60)
    pause(context, second, -1)
    assert order(context) == [second.id, third.id]


def test_thousands_of_jobs_of_a_script_at_its_limit_are_passed_over_in_one_statement(
    context: Context, make_script: MakeScript
) -> None:
    full, free = make_script("full"), make_script("free")
    running = start(context, full)
    claim(context)
    share(context, full, max_running=1)
    copies(context, start(context, full, priority=10), [10] * 3_000)
    job = start(context, free, priority=-10)
    with statements(context) as seen:
        taken = claim(context)
    assert taken is not None and taken.id == job.id
    assert len([one for one in seen if one.startswith("SELECT")]) == 4
    finish(context, running)
    taken = claim(context)
    assert taken is not None and taken.script_id == full


def test_without_limits_a_claim_takes_four_statements(context: Context, script: Script) -> None:
    copies(context, start(context, script.id), [0] * 100)
    with statements(context) as seen:
        job = claim(context)
        assert job is not None
        assert (job.script.name, job.version.number) == ("report", 1)
    assert [statement.split()[0] for statement in seen] == ["SELECT", "UPDATE", "INSERT", "SELECT"]


class TestWhatPeopleAreTold:
    def test_the_place_in_the_line_is_by_priority_and_age(self, context: Context, script: Script) -> None:
        jobs = [start(context, script.id, priority=priority) for priority in (0, -1, 5, 0)]
        assert [standing(context, job).position for job in jobs] == [2, 4, 1, 3]

    def test_a_limit_of_the_script(self, context: Context, script: Script) -> None:
        share(context, script.id, max_running=1)
        start(context, script.id)
        second, third = start(context, script.id), start(context, script.id)
        claim(context)
        assert standing(context, second) == Standing(1, "1 of 1 jobs of this script are running")
        assert standing(context, third) == Standing(2, "1 of 1 jobs of this script are running")

    def test_a_limit_of_the_person(self, context: Context, script: Script, anna: User) -> None:
        allow(context, max_running_per_user=1)
        start(context, script.id, by=anna)
        mine, nobodys = start(context, script.id, by=anna), start(context, script.id)
        claim(context)
        worker(context, places=2)
        assert standing(context, mine).waits_for == "1 of the 1 jobs that anna may run are running"
        assert standing(context, nobodys).waits_for is None

    def test_a_pause_before_another_attempt(self, context: Context, script: Script) -> None:
        paused, next_ = start(context, script.id), start(context, script.id)
        pause(context, paused, 60)
        assert standing(context, paused) == Standing(None, "it pauses before attempt 2")
        assert standing(context, next_).position == 1

    def test_workers_that_are_away_or_have_no_place(self, context: Context, script: Script) -> None:
        running, job = start(context, script.id), start(context, script.id)
        assert standing(context, job).waits_for == "no worker is running"
        worker(context, places=1, engine_answers=False)
        assert standing(context, job).waits_for == "the engine does not answer"
        with context.db.transaction() as session:
            session.execute(update(WorkerRow).values(engine_answers=True))
        assert standing(context, job) == Standing(2, None)
        claim(context)
        assert standing(context, job) == Standing(1, "all 1 places are taken")
        with context.db.reading() as session:
            assert line.standings(session, [service.get(session, running.id)]) == {}

    def test_a_page_of_jobs_asks_no_more_than_one_of_them(
        self, context: Context, client: Browser, script: Script
    ) -> None:
        job = start(context, script.id)
        with statements(context) as one:
            client.get("/api/jobs")
        copies(context, job, range(-10, 11))
        with statements(context) as many:
            answer = client.get("/api/jobs")
        assert len(many) == len(one)
        assert [item["queue_position"] for item in answer.json["items"][:3]] == [1, 2, 3]
        assert {item["waits_for"] for item in answer.json["items"]} == {"no worker is running"}
        assert client.get(f"/api/jobs/{job.id}").json["queue_position"] == 11


class TestManyHands:
    """SQLite has one writer at a time; here two transactions can count at the same moment."""

    @pytest.fixture
    def database_url(self, mariadb_url: str) -> str:
        return mariadb_url

    @pytest.mark.parametrize("kind", ["script", "person"])
    def test_who_counts_while_another_takes_the_last_place_waits_and_sees_it_taken(
        self, context: Context, script: Script, anna: User, kind: str
    ) -> None:
        if kind == "script":
            share(context, script.id, max_running=1)
        else:
            allow(context, max_running_per_user=1)
        start(context, script.id, by=anna)
        second = threading.Thread(target=claim, args=(context, "second"))
        with context.db.transaction() as session:
            head = line.first(session)
            # A more urgent one, so that the two are after different jobs.
            start(context, script.id, by=anna, priority=1)
            assert head is not None and line.has_room(session, head)
            second.start()
            second.join(0.5)
            assert moves.move(session, head.job_id, Status.QUEUED, Status.STARTING, {"worker": "first"})
        second.join()
        assert active(context, script.id) == 1

    def test_16_workers_never_let_more_jobs_run_than_may(self, context: Context, script: Script, anna: User) -> None:
        share(context, script.id, max_running=3)
        allow(context, max_running_per_user=2)
        annas, nobodys = start(context, script.id, by=anna), start(context, script.id)
        copies(context, annas, [0] * 9)
        copies(context, nobodys, [0] * 9)
        most: list[tuple[int, int]] = []

        def work(number: int) -> None:
            name = f"w{number}"
            while waiting(context):
                if job := claim(context, name):
                    most.append((active(context, script.id), active(context, script.id, Job.started_by_id == anna.id)))
                    finish(context, job, name)

        at_once(16, work)
        assert len(most) == 20
        assert max(of_script for of_script, _ in most) <= 3
        assert max(of_anna for _, of_anna in most) <= 2

    def test_hands_that_only_take_stop_at_the_limit(self, context: Context, script: Script) -> None:
        share(context, script.id, max_running=3)
        copies(context, start(context, script.id), [0] * 31)
        taken: list[int] = []

        def work(number: int) -> None:
            while active(context, script.id) < 3:
                if job := claim(context, f"w{number}"):
                    taken.append(job.id)

        at_once(16, work)
        assert len(taken) == len(set(taken)) == active(context, script.id) == 3

    def test_a_thousand_jobs_leave_the_line_in_order(self, context: Context, script: Script) -> None:
        by_chance = random.Random(1)
        copies(context, start(context, script.id), (by_chance.randint(-10, 10) for _ in range(999)))
        with context.db.reading() as session:
            jobs = session.execute(select(Job.id, Job.priority)).all()
        wanted = [job.id for job in sorted(jobs, key=lambda job: (-job.priority, job.id))]

        def work(number: int) -> None:
            name = f"w{number}"
            while claim(context, name):
                pass

        at_once(3, work)
        with context.db.reading() as session:
            taken = session.scalars(
                select(JobEvent.job_id).where(JobEvent.now == Status.STARTING).order_by(JobEvent.id)
            ).all()
            assert list(taken) == wanted
            assert service.listed(session, Filter(status=Status.QUEUED)) == []
