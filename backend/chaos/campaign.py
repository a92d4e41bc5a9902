"""One campaign: sets the stage, lets the plan happen, heals everything, and collects the evidence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from sqlalchemy.engine import make_url

import testbed
from chaos import gather
from chaos.cast import PROCESSES, Cast
from chaos.client import Client
from chaos.events import Recorder
from chaos.evidence import Due, Evidence, JobFacts, Vitals
from chaos.gather import Gatherer
from chaos.inside.witness import NOTES
from chaos.ledger import Ledger
from chaos.oracle import AGREE_S, FINAL
from chaos.plan import ATTEMPTS, WORKERS, Plan, Strike, Wish
from testbed.stack import PASSWORD, Stack, separate

PLACES = 4
_ENVIRONMENT = {"SCRIPTER_WORKER__PLACES": str(PLACES), "SCRIPTER_JOBS__GRACE_S": "2"}
_INSIDE = Path(__file__).with_name("inside")
_WARM_UP = 2 * PLACES
# Long enough for a whole backlog on a busy machine; a campaign that is well ends much earlier.
_END_S = 240.0
# Two sweeps of a worker and some.
_SWEPT_S = 150.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Everything that a campaign plays with."""

    stack: Stack
    cast: Cast
    client: Client
    recorder: Recorder
    ledger: Ledger
    gatherer: Gatherer
    instance: str
    scripts: dict[str, int]
    schedule: int
    scheduled_from: float


def run(plan: Plan, directory: Path, say: Say) -> Evidence:
    """Play the plan with everything below `directory`; gives what the oracle judges by."""
    services = testbed.services()
    with separate(services, directory, _ENVIRONMENT, processes=("web",)) as stack:
        stack.set_up("web")
        with _staged(stack, services, directory) as stage:
            before = _warmed_up(stage)
            say(f"the stage is set; {plan.length_s:.0f} s of strikes begin")
            healed = threading.Event()
            with stage.cast.watched():
                _play(plan, stage, healed, say)
                say("everything is healed; waiting for the last jobs")
                return _evidence(plan, stage, before)


@contextmanager
def _staged(stack: Stack, services: testbed.Services, directory: Path) -> Iterator[Stage]:
    cast = Cast(stack, services)
    for name in PROCESSES:
        if name != "web":
            cast.start(name)
    instance = _instance(stack)
    recorder = Recorder(services.docker_host, f"scripter-{instance}-")
    recorder.start()
    ledger = Ledger(directory / "ledger.jsonl", stack.data / "slots", _gateway(services.docker_host))
    ledger.start()
    try:
        scripts = _scripts(stack)
        schedule = stack.call(
            "POST",
            "/schedules",
            {
                "script_id": scripts["none"],
                "cron": "* * * * *",
                "arguments": ["short", "7", NOTES],
                # Jobs may wait for minutes here; each due time is to have its own.
                "overlap": "allow",
                "overlap_limit": 100,
            },
        )
        client = Client(stack.url, stack.token, scripts, ledger.address)
        gatherer = Gatherer(client, stack.data, instance, recorder)
        yield Stage(stack, cast, client, recorder, ledger, gatherer, instance, scripts, schedule["id"], time.time())
    finally:
        ledger.close()
        recorder.close()


def _instance(stack: Stack) -> str:
    """The name that this installation gives its containers; the first worker makes it."""
    path = stack.data / "keys" / "instance"
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return path.read_text().strip()


def _gateway(docker_host: str) -> str:
    """The address of this machine on the engine's bridge, which no other machine can reach."""
    with closing(docker.APIClient(base_url=docker_host, version="auto")) as client:
        return str(client.inspect_network("bridge")["IPAM"]["Config"][0]["Gateway"])


def _scripts(stack: Stack) -> dict[str, int]:
    """The image and the scripts; gives their ids by name."""
    image = stack.make_image("Chaos")
    source = [{"path": path.name, "content": path.read_text()} for path in sorted(_INSIDE.glob("[a-z]*.py"))]
    again = {"count": ATTEMPTS["retried"] - 1, "delay_s": 1, "factor": 1, "reasons": ["exit"]}
    ways: dict[str, dict[str, object]] = {"none": {}, "bridge": {"network": "bridge"}, "retried": {"retries": again}}
    common = {"image_id": image["id"], "files": source, "limits": {"memory_mb": 64, "cpus": 0.5}}
    return {
        name: stack.call("POST", "/scripts", {"name": f"Chaos {name}", **common, **way})["id"]
        for name, way in ways.items()
    }


def _warmed_up(stage: Stage) -> dict[str, tuple[int, int]]:
    """Fill all places once; then the processes have opened what they keep open. Gives their open files and threads."""
    arguments = ["short", "1", NOTES]
    jobs = [
        stage.stack.call("POST", f"/scripts/{stage.scripts['none']}/jobs", {"arguments": arguments})
        for _ in range(_WARM_UP)
    ]
    for job in jobs:
        stage.stack.wait_for(f"/jobs/{job['id']}", set(FINAL))
    return {name: stage.cast.vitals(name) for name in PROCESSES}


def _play(plan: Plan, stage: Stage, healed: threading.Event, say: Say) -> None:
    """Every wish and every strike in a thread of its own, at its time; then everything is brought back."""
    began = time.monotonic()
    campaign = f"chaos-{plan.seed}"
    wishes: list[threading.Thread] = []
    strikes: list[threading.Thread] = []
    deeds: list[Wish | Strike] = sorted([*plan.wishes, *plan.strikes], key=lambda one: one.at_s)
    for deed in deeds:
        time.sleep(max(0.0, began + deed.at_s - time.monotonic()))
        if isinstance(deed, Strike):
            say(f"{deed.at_s:7.1f} s  {deed.how} {deed.victim}, for {deed.down_s:.1f} s")
            strikes.append(threading.Thread(target=stage.cast.strike, args=(deed, healed)))
            strikes[-1].start()
        else:
            wishes.append(threading.Thread(target=stage.client.run, args=(deed, campaign)))
            wishes[-1].start()
    time.sleep(max(0.0, began + plan.length_s - time.monotonic()))
    healed.set()
    for thread in [*strikes, *wishes]:
        thread.join()
    stage.stack.wait_until_it_answers("web")


def _evidence(plan: Plan, stage: Stage, before: dict[str, tuple[int, int]]) -> Evidence:
    gatherer, client = stage.gatherer, stage.client
    agreed_after_s, apart = gatherer.wait_until_agreed(AGREE_S)
    gatherer.wait_until_ended(_END_S)
    fresh_job, fresh_job_s = _fresh_job(stage)
    stage.stack.call("PATCH", f"/schedules/{stage.schedule}", {"enabled": False})
    gatherer.wait_until_ended(_END_S)
    due = gatherer.due(stage.schedule)
    jobs, missing, unknown = _jobs(stage, due)
    return Evidence(
        instance=stage.instance,
        jobs=jobs,
        missing=missing,
        unknown=unknown,
        due=tuple(due),
        due_wanted={stage.schedule: _minutes(stage.scheduled_from, time.time())},
        ledger=tuple(stage.ledger.entries()),
        sightings=tuple(stage.recorder.sightings()),
        account=stage.cast.account,
        agreed_after_s=agreed_after_s,
        apart=apart,
        containers_left=tuple(gatherer.job_containers()),
        slots_left=tuple(gatherer.slots()),
        warm_apart=tuple(gatherer.warm_apart(_SWEPT_S)),
        queues=gather.queue_lengths(stage.stack.environment["SCRIPTER_QUEUE__URL"]),
        vitals={name: Vitals(*_pairs(before[name], stage.cast.vitals(name))) for name in (*WORKERS, "web")},
        secrets_found=tuple(gather.secrets_in(_places(stage, jobs), _canaries(stage.stack))),
        complaints=tuple(client.complaints),
        health=gather.health(stage.stack.url),
        fresh_job=fresh_job,
        fresh_job_s=fresh_job_s,
    )


def _fresh_job(stage: Stage) -> tuple[str, float]:
    """How a new job ends, and how long that takes."""
    began = time.monotonic()
    wish = {"arguments": ["short", "1", NOTES]}
    job = stage.stack.call("POST", f"/scripts/{stage.scripts['none']}/jobs", wish)
    try:
        return str(stage.stack.wait_for(f"/jobs/{job['id']}", set(FINAL), 60)["status"]), time.monotonic() - began
    except AssertionError:
        return "not at its end", time.monotonic() - began


def _jobs(stage: Stage, due: list[Due]) -> tuple[tuple[JobFacts, ...], tuple[int, ...], tuple[int, ...]]:
    """The jobs of the campaign; those that were promised and are not there; those that nobody asked for."""
    accepted = {one.job_id: one for one in stage.client.accepted}
    listed = {
        job["id"]: job for script in stage.scripts.values() for job in stage.gatherer.listed(f"script_id={script}")
    }
    scheduled = {one.job_id for one in due}
    # The first ones filled the places and the last one showed that all is well; they carried no key of a wish.
    extra = sorted(set(listed) - set(accepted) - scheduled)
    own = {*extra[:_WARM_UP], *extra[-1:]}
    facts = [
        stage.gatherer.facts(
            listed[job_id], accepted[job_id].wish.kind if job_id in accepted else "short", accepted.get(job_id)
        )
        for job_id in sorted(listed)
        if job_id in accepted or job_id in scheduled
    ]
    return tuple(facts), tuple(sorted(set(accepted) - set(listed))), tuple(one for one in extra if one not in own)


def _minutes(began: float, ended: float) -> tuple[float, ...]:
    """Every full minute between two moments, but for the last one, which may just be happening."""
    first = 60 * (int(began) // 60 + 1)
    return tuple(float(moment) for moment in range(first, int(ended) - 60, 60))


def _pairs(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int, int, int]:
    return before[0], after[0], before[1], after[1]


def _canaries(stack: Stack) -> dict[str, str]:
    """What nobody may ever read anywhere, by what it is."""
    database, queue = (stack.environment[name] for name in ("SCRIPTER_DATABASE__URL", "SCRIPTER_QUEUE__URL"))
    return {
        "the password of the database": make_url(database).password or "",
        "the password of the broker": make_url(queue).password or "",
        "the password of the first user": PASSWORD,
        "an API token": stack.token,
    }


def _places(stage: Stage, jobs: tuple[JobFacts, ...]) -> Iterator[tuple[str, bytes]]:
    yield from ((f"the log of job {job.id}", job.log) for job in jobs)
    yield from stage.recorder.inspected()
    yield from gather.command_lines()
    yield from ((f"{name}.log", stage.stack.log_path(name).read_bytes()) for name in PROCESSES)


def keep(evidence: Evidence, plan: Plan, directory: Path) -> None:
    """Write down everything but the logs, which lie there anyhow, for people who look into a violation."""
    jobs: list[Any] = [{**_fields(job), "log": f"{len(job.log)} bytes"} for job in evidence.jobs]
    (directory / "evidence.json").write_text(gather.as_json({**_fields(evidence), "jobs": jobs, "plan": plan}))


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
