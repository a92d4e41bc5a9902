"""The Docker engine dies and comes back while jobs run. These tests break the engine that all others use."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from runner_rig import BASE, Rig, Watch, ended, go, until

import testbed
from scripter.runners.protocol import Ending, RunnerUnavailable, SlotGone

pytestmark = [
    pytest.mark.alone,
    # The SDK never closes the socket with which it failed to connect.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

COUNTS = """
import time
print("ready", flush=True)
for number in range(2000):
    print(number, flush=True)
    time.sleep(0.005)
"""


@pytest.fixture
def breakable(services: testbed.Services) -> Iterator[testbed.Services]:
    if not services.can_break("dockerd"):
        pytest.skip("the Docker engine was given, so it is not ours to break")
    yield services
    # While the filter above still holds.
    gc.collect()


def test_a_running_job_loses_nothing_when_the_engine_is_killed(docker_rig: Rig, breakable: testbed.Services) -> None:
    slot = docker_rig.started(COUNTS)
    breakable.kill("dockerd")
    try:
        with pytest.raises(RunnerUnavailable):
            docker_rig.runner.ending(slot)
        job = ended(slot)
    finally:
        breakable.start("dockerd")
    assert job.output == ["ready", *map(str, range(2000))]
    assert (job.exit["reason"], job.exit["exit_code"]) == ("exited", 0)
    until(lambda: docker_rig.runner.ending(slot) is Ending.EXITED, "the engine to notice")


def test_a_running_job_is_found_and_stopped_through_the_new_engine(
    docker_rig: Rig, breakable: testbed.Services
) -> None:
    slot = docker_rig.started(COUNTS)
    breakable.restart("dockerd")
    [found] = docker_rig.again().alive(docker_rig.labels)
    docker_rig.runner.stop(found)
    assert ended(slot).exit["reason"] == "cancelled"


def test_a_slot_that_waited_while_the_engine_was_killed_is_of_no_use_and_runs_nothing(
    docker_rig: Rig, breakable: testbed.Services
) -> None:
    slot = docker_rig.prepare("print('never')")
    breakable.restart("dockerd")
    with pytest.raises(SlotGone):
        docker_rig.runner.start(slot, go())
    assert list(slot.directory.glob("exit.json*")) == []
    docker_rig.runner.discard(slot)
    assert docker_rig.runner.ending(slot) is Ending.GONE


def test_a_build_whose_engine_dies_says_so(docker_rig: Rig, breakable: testbed.Services) -> None:
    def kill_once(watch: Watch) -> bool:
        if len(watch.steps) == 2 and breakable.own["dockerd"].answers():
            breakable.kill("dockerd")
        return False

    try:
        with pytest.raises(RunnerUnavailable, match="The build has stopped"):
            docker_rig.build(f"FROM {BASE}\nRUN echo {docker_rig.mark} && sleep 600\n", Watch(kill_once))
    finally:
        breakable.start("dockerd")
