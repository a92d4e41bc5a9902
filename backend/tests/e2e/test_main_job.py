"""The main job, end to end: web, worker and clock as separate processes, MariaDB, RabbitMQ, a real Docker engine."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from gate import Gate, before

import testbed
from scripter import logstore
from scripter.jobs.states import FINAL
from testbed.stack import Stack, separate

ENDS = {status.value for status in FINAL}

DOCKERFILE = """FROM python:3.11-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
"""

TWO_FILES = [
    {
        "path": "main.py",
        "content": "import sys\nimport six\nimport helper\n"
        "print(helper.greeting(sys.argv[1]), six.__name__)\nprint('to stderr', file=sys.stderr)\n",
    },
    {"path": "helper.py", "content": "def greeting(name):\n    return f'hello {name}'\n"},
]


@pytest.fixture(scope="module")
def vhost(services: testbed.Services) -> Iterator[str]:
    with services.vhost(f"main_job_{secrets.token_hex(4)}") as url:
        yield url


@pytest.fixture(scope="module")
def broker_gate(vhost: str) -> Iterator[Gate]:
    """The way to the broker, which other tests use as well."""
    with before(vhost) as gate:
        yield gate


@pytest.fixture(scope="module")
def stack(
    services: testbed.Services, vhost: str, broker_gate: Gate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    environment = {"SCRIPTER_JOBS__GRACE_S": "2", "SCRIPTER_QUEUE__URL": broker_gate.way_to(vhost)}
    with separate(services, tmp_path_factory.mktemp("stack"), environment) as stack:
        stack.set_up("web")
        yield stack


@pytest.fixture(scope="module")
def image(stack: Stack) -> Any:
    """An image whose build installs a real package from the package index."""
    # Not one that the engine has built before and would take from its cache.
    image = stack.make_image("With six", DOCKERFILE, f"# {secrets.token_hex(4)}\nsix==1.17.0\n")
    return stack.call("GET", f"/images/{image['id']}")


@pytest.fixture
def script(stack: Stack, image: Any, request: pytest.FixtureRequest) -> Any:
    return make(stack, image, request.node.name[:80], TWO_FILES)


def make(stack: Stack, image: Any, name: str, files: list[dict[str, str]], **more: Any) -> Any:
    return stack.call("POST", "/scripts", {"name": name, "image_id": image["id"], "files": files, **more})


def run(stack: Stack, script: Any, **wishes: Any) -> Any:
    return stack.call("POST", f"/scripts/{script['id']}/jobs", wishes)


def ended(stack: Stack, job: Any) -> Any:
    return stack.wait_for(f"/jobs/{job['id']}", ENDS)


def text_of(stack: Stack, job: Any) -> str:
    return stack.http.get(f"{stack.url}/api/jobs/{job['id']}/log?plain=1", timeout=10).text


def source(text: str) -> list[dict[str, str]]:
    return [{"path": "main.py", "content": text}]


def test_the_image_is_ready_and_its_build_log_can_be_read(stack: Stack, image: Any) -> None:
    assert image["status"] == "ready"
    assert image["built"]["reference"].startswith("sha256:")
    assert image["built"]["python"].startswith("3.11")
    path = stack.data / "images" / str(image["id"]) / "build.log"
    lines = [logstore.parse(line) for line in path.read_bytes().splitlines()]
    assert any(b"Successfully installed six" in line.text for line in lines)


def test_a_script_of_two_files_runs_in_a_container_and_leaves_a_complete_log(stack: Stack, script: Any) -> None:
    job = ended(stack, run(stack, script, arguments=["anna"]))
    assert (job["status"], job["reason"], job["exit_code"]) == ("succeeded", "exit 0", 0)
    [path] = (stack.data / "scripts" / str(script["id"]) / "logs").iterdir()
    assert path.name.endswith(f"__{job['id']}.log")
    lines = [logstore.parse(line) for line in path.read_bytes().splitlines()]
    said = [(line.stream, line.text) for line in lines if not line.own]
    assert sorted(said) == [("stderr", b"to stderr"), ("stdout", b"hello anna six")]
    assert any(job["uuid"].encode() in line.text for line in lines if line.own)


def test_no_container_and_no_slot_is_left(stack: Stack, services: testbed.Services, script: Any) -> None:
    job = ended(stack, run(stack, script, arguments=["anna"]))
    slots = stack.data / "slots"
    wait_until(lambda: not any(path.name.startswith(f"{job['id']}-") for path in slots.iterdir()))


def test_a_failing_script_tells_its_exit_code(stack: Stack, image: Any) -> None:
    script = make(stack, image, "Exit 3", source("raise SystemExit(3)"))
    job = ended(stack, run(stack, script))
    assert (job["status"], job["reason"], job["exit_code"]) == ("failed", "exit 3", 3)


def test_a_running_job_is_cancelled(stack: Stack, image: Any) -> None:
    script = make(stack, image, "Sleeper", source("import time\nprint('asleep', flush=True)\ntime.sleep(600)"))
    job = stack.wait_for(f"/jobs/{run(stack, script)['id']}", {"running"})
    wait_until(lambda: "asleep" in text_of(stack, job))
    stack.call("POST", f"/jobs/{job['id']}/cancel")
    job = ended(stack, job)
    assert (job["status"], job["reason"]) == ("cancelled", "cancelled by anna")


def test_a_job_past_its_time_limit_is_ended_and_says_so(stack: Stack, image: Any) -> None:
    script = make(
        stack,
        image,
        "Too slow",
        source("import time\ntime.sleep(600)"),
        limits={"time_limit_s": 1, "memory_mb": 64, "cpus": 1.0, "processes": 32},
    )
    job = ended(stack, run(stack, script))
    assert (job["status"], job["reason"]) == ("failed", "timed out after 1 s")


def test_a_job_out_of_memory_is_told_as_that(stack: Stack, image: Any) -> None:
    script = make(
        stack,
        image,
        "Hungry",
        source("x = bytearray(10**9)\nprint(len(x))"),
        limits={"time_limit_s": 60, "memory_mb": 64, "cpus": 1.0, "processes": 32},
    )
    job = ended(stack, run(stack, script))
    assert (job["status"], job["reason"]) == ("failed", "out of memory (limit 64 MB)")


def test_a_queued_job_survives_kill_minus_nine_of_the_worker(stack: Stack, script: Any) -> None:
    stack.kill("worker")
    job = run(stack, script, arguments=["anna"])
    assert stack.call("GET", f"/jobs/{job['id']}")["status"] == "queued"
    stack.start("worker")
    assert ended(stack, job)["status"] == "succeeded"
    assert text_of(stack, job).count("hello anna") == 1


def test_a_running_job_survives_kill_minus_nine_of_the_worker(stack: Stack, image: Any) -> None:
    text = "import time\nfor n in range(40):\n    print('line', n, flush=True)\n    time.sleep(0.1)\n"
    script = make(stack, image, "Forty lines", source(text))
    job = stack.wait_for(f"/jobs/{run(stack, script)['id']}", {"running"})
    wait_until(lambda: "line 3" in text_of(stack, job))
    stack.kill("worker")
    time.sleep(1)
    stack.start("worker")
    job = ended(stack, job)
    assert job["status"] == "succeeded", job
    said = [line for line in text_of(stack, job).splitlines() if line.startswith("line")]
    assert said == [f"line {n}" for n in range(40)]


def test_a_live_viewer_misses_nothing_and_repeats_nothing(stack: Stack, image: Any) -> None:
    text = "import time\nfor n in range(60):\n    print('line', n, flush=True)\n    time.sleep(0.03)\n"
    script = make(stack, image, "Watched", source(text))
    job = run(stack, script)
    pieces, at, done = [], None, False
    while not done:  # a connection that breaks after every second event
        headers = {} if at is None else {"Last-Event-ID": at}
        for number, (name, data, event_id) in enumerate(events(stack, f"/jobs/{job['id']}/log/stream", headers)):
            if name == "log":
                pieces.append(json.loads(data)["text"])
                at = event_id
            if name == "end":
                done = True
                break
            if number % 2 == 1:
                break
    whole = stack.http.get(f"{stack.url}/api/jobs/{job['id']}/log", timeout=10).text
    assert "".join(pieces) == whole


def test_a_schedule_fires_by_itself(stack: Stack, script: Any) -> None:
    schedule = stack.call(
        "POST",
        "/schedules",
        {"script_id": script["id"], "cron": "* * * * *", "zone": "UTC", "arguments": ["the clock"]},
    )
    found: list[Any] = []

    def fired() -> bool:
        found[:] = stack.call("GET", f"/jobs?script_id={script['id']}&trigger=schedule")["items"]
        return bool(found) and found[-1]["status"] in ENDS

    wait_until(fired)
    stack.call("PATCH", f"/schedules/{schedule['id']}", {"enabled": False})
    job = found[-1]
    assert (job["status"], job["schedule_id"]) == ("succeeded", schedule["id"])
    assert job["due_at"].endswith(":00Z")
    assert "hello the clock" in text_of(stack, job)
    ran = [
        one
        for one in stack.call("GET", f"/schedules/{schedule['id']}/occurrences")["items"]
        if one["job_id"] == job["id"]
    ]
    assert [one["outcome"] for one in ran] == ["ran"]


def test_with_the_broker_away_starting_still_answers_and_the_job_runs(
    stack: Stack, broker_gate: Gate, script: Any
) -> None:
    broker_gate.shut()
    try:
        job = run(stack, script, arguments=["anyway"])
        assert ended(stack, job)["status"] == "succeeded"
    finally:
        broker_gate.mend()


def test_a_live_file_is_under_both_names(stack: Stack, image: Any) -> None:
    script = make(stack, image, "Linked", source("import time\nprint('here', flush=True)\ntime.sleep(3)"))
    job = stack.wait_for(f"/jobs/{run(stack, script)['id']}", {"running"})
    [path] = (stack.data / "scripts" / str(script["id"]) / "logs").iterdir()
    assert (stack.data / "slots" / f"{job['id']}-1" / "log").samefile(path)
    ended(stack, job)


def wait_until(look: Any, timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while not look():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def events(stack: Stack, path: str, headers: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """The events of a live stream, as (name, data, id)."""
    with requests.get(
        f"{stack.url}/api{path}", headers={**stack.http.headers, **headers}, stream=True, timeout=30
    ) as answer:
        answer.raise_for_status()
        event: dict[str, str] = {}
        for line in answer.iter_lines(decode_unicode=True):
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                if "event" in event:
                    yield event["event"], event.get("data", ""), event.get("id", "")
                event = {}
