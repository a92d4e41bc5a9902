"""A crash of any container, and a restart of all, while jobs run: nothing is lost, and no log has a gap."""

from __future__ import annotations

from typing import Any

import pytest
from compose_rig import COUNT, MARKS, counted, ended, lines_of, patient, run, text_of, until

from testbed.composed import Composed

pytestmark = MARKS

SERVICES = ("nginx", "api", "streams", "worker", "clock", "rabbitmq", "mariadb")
# So many lines take a service longer than to fall and come back.
LINES = 60


@pytest.fixture(scope="module")
def script(member: Composed, image: Any) -> Any:
    return member.make_script(image, "Counting", COUNT)


def started_at(stack: Composed, service: str) -> str:
    return str(stack.containers()[service].attrs["State"]["StartedAt"])


def start_and_see_lines(member: Composed, script: Any, lines: int) -> Any:
    """A job that is in the middle of its work."""
    job = run(member, script, str(lines))
    until(lambda: "line 3\n" in text_of(member, job))
    return job


@pytest.mark.parametrize("service", SERVICES)
def test_a_running_job_and_one_started_meanwhile_survive_a_crash(member: Composed, script: Any, service: str) -> None:
    running = start_and_see_lines(member, script, LINES)
    before = started_at(member, service)
    member.crash(service)
    meanwhile = patient(lambda: run(member, script, "5"))
    member.wait_until(lambda: started_at(member, service) != before, f"a new {service}")
    for job, lines in ((running, LINES), (meanwhile, 5)):
        assert ended(member, job)["status"] == "succeeded", job
        assert lines_of(member, job) == counted(lines)
    member.wait_until_well()


def test_a_running_job_survives_a_restart_of_everything(member: Composed, script: Any) -> None:
    running = start_and_see_lines(member, script, 200)
    member.compose("restart")
    assert ended(member, running)["status"] == "succeeded"
    assert lines_of(member, running) == counted(200)
    member.wait_until_well()
    assert patient(lambda: ended(member, run(member, script, "5")))["status"] == "succeeded"
