"""A process that dies at any step of a job's way: the job still runs exactly once and ends with a whole log.

Once each by default; `make crashes SEEDS=20` does it twenty times each, with other pauses and other scripts."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest
import requests

import testbed
from scripter import logstore
from scripter.lib import crash
from testbed.stack import Stack, separate

ENDS = {"succeeded", "failed", "cancelled", "lost"}
# The job gets the count of its lines and the seconds between them.
SOURCE = """\
import sys, time
for n in range(int(sys.argv[1])):
    print('line', n, flush=True)
    time.sleep(float(sys.argv[2]))
"""
SEEDS = range(int(os.environ.get("SCRIPTER_TEST_SEEDS", "1")))
# The cold steps are to be seen, so that this worker keeps nothing warm.
COLD = {"SCRIPTER_WORKER__WARM_MEMORY_MB": "0"}

# The steps at which one worker after another dies, before one lives on.
DEATHS = [
    ["claimed"],
    ["slot-made"],
    ["prepared"],
    ["go-sent"],
    ["start-recorded"],
    ["end-seen"],
    ["end-recorded"],
    ["discarded"],
    ["slot-removed"],
    ["slot-made", "cleared"],
    ["prepared", "taken-over"],
    ["start-recorded", "taken-over"],
]

# The steps of a start in a container that waited for it.
WARM_DEATHS = ["filled", "moved-in", "prepared", "go-sent", "start-recorded"]

# The same where a failed attempt is followed by another one.
DEATHS_OF_ATTEMPTS = [
    ["retry-written"],
    ["end-recorded"],
    ["discarded"],
    ["earlier-removed"],
    ["retry-written", "taken-over"],
    ["end-recorded", "earlier-removed", "earlier-removed"],
]
FAILS = "import os, sys\nprint('attempt', n := int(os.environ['SCRIPTER_ATTEMPT']))\nsys.exit(0 if n == 3 else n)\n"


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with separate(services, tmp_path_factory.mktemp("crash")) as stack:
        stack.set_up("web")
        yield stack


@pytest.fixture(scope="module")
def image(stack: Stack) -> Any:
    return stack.make_image("Bare")


@pytest.fixture(scope="module")
def script(stack: Stack, image: Any) -> Any:
    return stack.make_script(image, "Counter", SOURCE)


@pytest.fixture(scope="module")
def failing(stack: Stack, image: Any) -> Any:
    """A script that fails twice, and succeeds when it is tried a third time."""
    return stack.make_script(image, "Third", FAILS, retries={"count": 2, "delay_s": 2, "factor": 1})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("deaths", DEATHS, ids="+".join)
def test_a_worker_may_die_at_any_step(
    stack: Stack, services: testbed.Services, script: Any, deaths: list[str], seed: int
) -> None:
    chance = random.Random(f"{deaths} {seed}")
    stack.kill("worker")
    lines, job = begun(stack, script, chance)
    for step in deaths:
        stack.start("worker", **{crash.VARIABLE: step, **COLD})
        assert stack.wait_for_end("worker") == 137, stack.log("worker")[-2000:]
        pause(chance)
    stack.start("worker")
    check(stack, services, job, lines)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", WARM_DEATHS)
def test_a_worker_may_die_at_any_step_of_a_warm_start(
    stack: Stack, services: testbed.Services, script: Any, step: str, seed: int
) -> None:
    chance = random.Random(f"{step} {seed}")
    stack.wait_for(
        f"/jobs/{begun(stack, script, chance)[1]['id']}", ENDS
    )  # so that the next worker knows what is wanted
    stack.kill("worker")
    time.sleep(0.5)  # the engine may just have been making one for the worker that is gone
    until(lambda: not warm_ones(stack, services))
    stack.start("worker", **{crash.VARIABLE: step})
    until(lambda: warm_ones(stack, services))
    time.sleep(0.5)  # the engine says that it runs a moment before the worker knows
    lines, job = begun(stack, script, chance)
    assert stack.wait_for_end("worker") == 137, stack.log("worker")[-2000:]
    pause(chance)
    stack.start("worker")
    check(stack, services, job, lines)
    # What waited for a job when its worker died is not kept by anybody.
    until(lambda: not warm_ones(stack, services, "exited"))


def begun(stack: Stack, script: Any, chance: random.Random) -> tuple[int, Any]:
    """A new job that prints so many lines."""
    lines, between = chance.randint(1, 30), chance.uniform(0, 0.03)
    return lines, stack.call("POST", f"/scripts/{script['id']}/jobs", {"arguments": [str(lines), f"{between:.3f}"]})


def pause(chance: random.Random) -> None:
    """Some job goes on meanwhile, and some ends."""
    time.sleep(chance.choice([0, chance.uniform(0, 1)]))


def warm_ones(stack: Stack, services: testbed.Services, status: str = "running") -> list[Any]:
    engine = docker.DockerClient(base_url=services.docker_host)
    try:
        named = {"name": f"scripter-{instance(stack)}-warm-", "status": status}
        return list(engine.api.containers(all=True, filters=named))
    finally:
        engine.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("deaths", DEATHS_OF_ATTEMPTS, ids="+".join)
def test_a_worker_may_die_at_any_step_between_two_attempts(
    stack: Stack, services: testbed.Services, failing: Any, deaths: list[str], seed: int
) -> None:
    chance = random.Random(f"{deaths} {seed}")
    stack.kill("worker")
    job = stack.call("POST", f"/scripts/{failing['id']}/jobs", {})
    for step in deaths:
        stack.start("worker", **{crash.VARIABLE: step})
        assert stack.wait_for_end("worker") == 137, stack.log("worker")[-2000:]
        pause(chance)
    stack.start("worker")
    check_attempts(stack, services, job)


def test_a_worker_may_be_killed_while_a_job_waits_for_its_next_attempt(
    stack: Stack, services: testbed.Services, failing: Any
) -> None:
    stack.kill("worker")
    stack.start("worker")
    job = stack.call("POST", f"/scripts/{failing['id']}/jobs", {})
    for attempt in (2, 3):
        until(lambda attempt=attempt: waits_for(stack, job, attempt))  # type: ignore[misc]
        stack.kill("worker")
        stack.start("worker")
    check_attempts(stack, services, job)


def waits_for(stack: Stack, job: Any, attempt: int) -> bool:
    now = stack.call("GET", f"/jobs/{job['id']}")
    assert now["status"] not in ENDS, now
    return bool(now["status"] == "queued" and now["attempt"] == attempt)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", ["job-written", "job-committed"])
def test_a_web_process_may_die_while_it_starts_a_job(
    stack: Stack, services: testbed.Services, script: Any, step: str, seed: int
) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    address = f"{stack.url}/api/scripts/{script['id']}/jobs"
    body = {"arguments": [str(seed + 1), "0.01"]}
    stack.stop("web")
    stack.start("web", **{crash.VARIABLE: step})
    stack.wait_until_it_answers("web")
    with pytest.raises(requests.ConnectionError):
        stack.http.post(address, json=body, headers=key, timeout=30)
    stack.kill("web")
    stack.start("web")
    stack.wait_until_it_answers("web")
    before = {one["id"] for one in stack.call("GET", "/jobs")["items"]}
    again = stack.http.post(address, json=body, headers=key, timeout=30).json()
    # What was committed is found again, what was not is made now; either way there is one job.
    assert (again["id"] in before) == (step == "job-committed")
    check(stack, services, again, seed + 1)


def check(stack: Stack, services: testbed.Services, job: Any, lines: int) -> None:
    """It succeeded, began once, its log is whole, and nothing is left of it."""
    job = stack.wait_for(f"/jobs/{job['id']}", ENDS)
    assert (job["status"], job["reason"]) == ("succeeded", "exit 0"), job
    log = stack.http.get(f"{stack.url}/api/jobs/{job['id']}/log?plain=1", timeout=10).text
    assert [line for line in log.splitlines() if line.startswith("line")] == [f"line {n}" for n in range(lines)]
    check_nothing_is_left(stack, services, job)


def check_attempts(stack: Stack, services: testbed.Services, job: Any) -> None:
    """It failed twice and then succeeded; each attempt was made once and speaks in its own section of the log."""
    job = stack.wait_for(f"/jobs/{job['id']}", ENDS)
    assert (job["status"], job["reason"], job["attempt"]) == ("succeeded", "exit 0", 3), job
    assert [(one["number"], one["reason"]) for one in job["attempts"]] == [(1, "exit 1"), (2, "exit 2"), (3, "exit 0")]
    log = stack.http.get(f"{stack.url}/api/jobs/{job['id']}/log", timeout=10).content
    end = 0
    for one in job["attempts"]:
        assert one["log_start"] == end
        end = one["log_end"]
        lines = [logstore.parse(line) for line in log[one["log_start"] : end].splitlines()]
        assert [line.text.decode() for line in lines if not line.own] == [f"attempt {one['number']}"]
        assert sum(line.text.endswith(f"attempt {one['number']} of 3".encode()) for line in lines if line.own) == 1
    assert end == len(log) == job["log_size"]
    check_nothing_is_left(stack, services, job)


def check_nothing_is_left(stack: Stack, services: testbed.Services, job: Any) -> None:
    engine = docker.DockerClient(base_url=services.docker_host)
    try:
        named = {"name": f"scripter-{instance(stack)}-job-{job['id']}-"}
        until(lambda: not engine.api.containers(all=True, filters=named))
        until(lambda: not list((stack.data / "slots").glob(f"{job['id']}-*")))
    finally:
        engine.close()


def instance(stack: Stack) -> str:
    return (stack.data / "keys" / "instance").read_text().strip()


def until(true: Callable[[], object], patience_s: float = 90) -> None:
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
