"""Real containers: jobs that waited are begun by priority and age, and no more of them at one time than may."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from job_rig import House
from line_rig import share, start

from scripter.jobs.models import Job
from scripter.jobs.states import Status

PLACES = 4
JOBS = 40


@pytest.fixture
def database_url(mariadb_url: str) -> str:
    return mariadb_url


def queue(house: House, jobs: int, *, seed: int) -> list[Job]:
    """So many waiting jobs of priorities by chance, in the order in which they should be taken."""
    by_chance = random.Random(seed)
    made = [start(house.context, house.script_id, priority=by_chance.randint(-10, 10)) for _ in range(jobs)]
    return sorted(made, key=lambda job: (-job.priority, job.id))


def began(job: Job) -> datetime:
    assert job.started_at is not None
    return job.started_at


def most_at_one_time(jobs: list[Job]) -> int:
    moments = [(began(job), 1) for job in jobs] + [(job.finished_at, -1) for job in jobs]
    running = most = 0
    for _, change in sorted(moments):
        running += change
        most = max(most, running)
    return most


def test_a_full_line_drains_by_priority_and_age_in_as_many_containers_as_there_are_places(docker_house: House) -> None:
    wanted = queue(docker_house, JOBS, seed=1)
    docker_house.worker("w:1", places=PLACES).start([])
    ended = [docker_house.ended(job) for job in wanted]
    assert {job.status for job in ended} == {Status.SUCCEEDED}
    assert [event.job_id for event in docker_house.events() if event.now == Status.STARTING] == [
        job.id for job in wanted
    ]
    assert most_at_one_time(ended) <= PLACES
    # Containers begin side by side; one that was taken later can only overtake those that are beginning meanwhile.
    for place, job in enumerate(ended):
        assert len([one for one in ended[:place] if began(one) > began(job)]) < PLACES


def test_a_script_of_one_job_at_a_time_never_has_two_containers_on_two_workers(docker_house: House) -> None:
    share(docker_house.context, docker_house.script_id, max_running=1)
    wanted = queue(docker_house, 6, seed=2)
    for name in ("w:1", "w:2"):
        docker_house.worker(name, places=PLACES).start([])
    ended = [docker_house.ended(job) for job in wanted]
    assert {job.status for job in ended} == {Status.SUCCEEDED}
    assert most_at_one_time(ended) == 1
    assert sorted(ended, key=began) == ended
