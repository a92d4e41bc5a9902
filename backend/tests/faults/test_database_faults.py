"""A database that is killed under everybody, and one file with many writers."""

from __future__ import annotations

import multiprocessing
import time

import pytest
from fault_rig import Rig, until
from sqlalchemy import select, update

from scripter.access.models import FailedLogin
from scripter.lib import clock
from scripter.lib.db import Database

PROCESSES, WRITES = 20, 15


@pytest.mark.alone
def test_while_the_database_is_away_jobs_run_on_and_afterwards_everybody_goes_on_by_themselves(rig: Rig) -> None:
    """Faults 16 and 17."""
    ends_meanwhile, runs_on = rig.count(30, 0.1), rig.count(120, 0.1)
    for job in (ends_meanwhile, runs_on):
        rig.begun(job)
    before = {name: rig.stack.pid(name) for name in ("web", "worker", "clock")}
    rig.services.kill("mariadb")
    try:
        for _ in range(40):  # more than there are threads and connections
            answer = rig.stack.http.get(f"{rig.stack.url}/api/jobs", timeout=30)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), answer.text
            assert answer.json()["code"] == "unavailable"
        until(lambda: list((rig.stack.data / "slots").glob(f"{ends_meanwhile['id']}-*/exit.json")), "a script's end")
        time.sleep(3)  # so that the worker has tried in vain to record it
    finally:
        rig.services.start("mariadb")
    rig.stack.wait_until_it_answers("web")
    rig.counted(ends_meanwhile, 30)
    rig.counted(runs_on, 120)
    rig.counted(rig.count(3), 3)
    assert {name: rig.stack.pid(name) for name in before} == before
    rig.nothing_left()


@pytest.mark.alone
def test_a_database_that_is_restarted_under_load_loses_no_job_that_was_accepted(rig: Rig) -> None:
    """Fault 16."""
    accepted = []
    for number in range(16):
        if number == 4:
            rig.services.kill("mariadb")
        if number == 12:
            rig.services.start("mariadb")
        try:
            accepted.append(rig.count(1, 0))
        except AssertionError as error:
            assert " 503 " in str(error)
    assert len(accepted) >= 8
    for job in accepted:
        rig.counted(job, 1)


def test_twenty_processes_write_one_sqlite_file_and_none_is_told_that_it_is_locked(sqlite_url: str) -> None:
    """Fault 19."""
    database = Database(sqlite_url)
    with database.transaction() as session:
        now = clock.now()
        session.add(FailedLogin(key="a", fails=0, failed_at=now, blocked_until=now))
    database.close()
    # Forked, so that twenty of them do not take half a minute to begin.
    forks = multiprocessing.get_context("fork")
    writers = [forks.Process(target=write, args=(sqlite_url,)) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    database = Database(sqlite_url)
    with database.reading() as session:
        assert session.get_one(FailedLogin, "a").fails == PROCESSES * WRITES
    database.close()


def write(url: str) -> None:
    """Reads first and writes then, in one transaction, as most of ours do; with others that only read."""
    database = Database(url)
    for _ in range(WRITES):
        with database.transaction() as session:
            fails = session.scalars(select(FailedLogin.fails).where(FailedLogin.key == "a")).one()
            session.execute(update(FailedLogin).values(fails=fails + 1))
        with database.reading() as session:
            session.get_one(FailedLogin, "a")
    database.close()
