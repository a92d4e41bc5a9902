"""Jobs on a disk that fills up: before they begin, while their place is made, while they run; and on one job's bound."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from job_rig import HELLO, WAITS, House, until
from small_disk import MEGABYTE, SmallDisk, small_disk

from scripter import logstore
from scripter.config import Data, Jobs, Settings
from scripter.config import Database as DatabaseSettings
from scripter.jobs import slots
from scripter.jobs.models import Job
from scripter.jobs.states import Reason, Status

# Waits in the middle until the test lets it go on.
PRINTS = """
import os, time
for n in range(500):
    print(n, "y" * 1000, flush=True)
    if n == 200:
        print("begun", flush=True)
        while not os.path.exists("finish"):
            time.sleep(0.01)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", files=4000) as found:
        yield found


@pytest.fixture
def settings(disk: SmallDisk, sqlite_url: str) -> Settings:
    """The database lies elsewhere, as MariaDB's does."""
    data = disk.path / "data"
    data.mkdir()
    return Settings(
        data=Data(directory=str(data), min_free_mb=8),
        database=DatabaseSettings(url=sqlite_url),
        jobs=Jobs(disk_limit_mb=16),
    )


@pytest.fixture(params=["docker", "local"])
def house(request: pytest.FixtureRequest) -> House:
    found = request.getfixturevalue(f"{request.param}_house")
    assert isinstance(found, House)
    return found


def test_jobs_wait_for_room_and_begin_once_there_is_some(local_house: House, disk: SmallDisk) -> None:
    local_house.worker("w:1").start([])
    disk.fill(but=4 * MEGABYTE)
    jobs = [local_house.queued() for _ in range(2)]
    time.sleep(1)  # several rounds of the worker
    assert [local_house.moves(job) for job in jobs] == [["queued"], ["queued"]]
    disk.make_room()
    assert [local_house.ended(job).status for job in jobs] == [Status.SUCCEEDED] * 2


def test_a_job_that_finds_the_disk_full_before_it_has_a_place_waits_on(local_house: House, disk: SmallDisk) -> None:
    local_house.source(f"{HELLO}\n#{'x' * 900_000}")
    job = local_house.claimed("w:1")
    disk.fill(but=MEGABYTE // 2)
    assert not local_house.attempt("w:1", job).begin()
    assert local_house.now(job).status == Status.QUEUED
    assert local_house.events()[-1].why == "back to the queue: the disk of the data directory is full"
    assert list((local_house.context.data / "slots").iterdir()) == []
    disk.make_room()
    local_house.worker("w:2").start([])
    assert local_house.ended(job).status == Status.SUCCEEDED


def test_a_full_disk_cuts_logs_and_nothing_else_and_all_goes_on_afterwards(house: House, disk: SmallDisk) -> None:
    house.source(PRINTS)
    house.worker("w:1").start([])
    first, second = [house.running(house.queued()) for _ in range(2)]
    disk.fill()
    house.finish(first)
    cut = house.ended(first)
    assert (cut.status, cut.reason_code, cut.exit_code) == (Status.SUCCEEDED, Reason.EXIT, 0)
    assert cut.reason == "exit 0; the disk was full, and output is missing in the log"
    numbers = logged(house, cut)
    missing = set(range(500)) - numbers
    assert set(range(201)) <= numbers
    assert cut.log_dropped_bytes == sum(len(f"{n} \n") + 1000 for n in missing) > 0
    disk.make_room()
    house.finish(second)
    whole = house.ended(second)
    assert (whole.reason, whole.log_dropped_bytes) == ("exit 0", 0)
    assert logged(house, whole) == set(range(500))
    house.source(HELLO)
    assert house.ended(house.queued()).status == Status.SUCCEEDED


def logged(house: House, job: Job) -> set[int]:
    """The numbers of the lines in the log, of which every byte is as it was recorded."""
    data = slots.log_path(house.context, job).read_bytes()
    lines = [logstore.parse(line) for line in data.splitlines()]
    assert data.endswith(b"\n")
    assert all(line.at is not None for line in lines)
    assert job.log_sha256 == hashlib.sha256(data).hexdigest()
    return {int(line.text.split()[0]) for line in lines if line.text.endswith(b"y")}


def test_a_job_that_takes_more_of_the_disk_than_it_may_is_ended_and_what_it_took_is_free_again(
    house: House, disk: SmallDisk
) -> None:
    take = "for n in range(60): open(f'f{n}', 'wb').write(bytes(2**20)); time.sleep(0.02)"
    house.source(f"import time\n{take}\ntime.sleep(600)  # does not end before the agent has looked")
    house.worker("w:1").start([])
    job = house.ended(house.queued())
    assert (job.status, job.reason_code) == (Status.FAILED, Reason.DISK_LIMIT)
    assert job.reason == "used more than 16 MB of disk"
    until(lambda: not house.directory(job).exists(), "the slot to be removed")


class TestSqlite:
    @pytest.fixture
    def settings(self, disk: SmallDisk, sqlite_template: Path) -> Settings:
        """Everything on one disk, the database too, as in one process without services."""
        data = disk.path / "data"
        data.mkdir()
        (data / "scripter.db").write_bytes(sqlite_template.read_bytes())
        return Settings(data=Data(directory=str(data), min_free_mb=8))

    def test_an_end_that_finds_no_room_in_the_database_is_recorded_later(
        self, local_house: House, disk: SmallDisk
    ) -> None:
        local_house.source(WAITS)
        local_house.worker("w:1").start([])
        job = local_house.running(local_house.queued())
        disk.fill()
        local_house.finish(job)
        until(lambda: slots.has_ended(local_house.directory(job)) or self._is_recorded(local_house, job), "the record")
        time.sleep(1)  # several tries of the worker
        disk.make_room()
        assert local_house.ended(job).status == Status.SUCCEEDED

    def _is_recorded(self, house: House, job: Job) -> bool:
        return house.now(job).status == Status.SUCCEEDED
