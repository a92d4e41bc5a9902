"""The oracle finds what it is there to find: made-up witnesses, each with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chaos import oracle
from chaos.cast import Account, Moment, Outage
from chaos.events import Sighting
from chaos.evidence import Due, Event, Evidence, JobFacts, Vitals
from chaos.inside import output
from chaos.ledger import Entry
from chaos.plan import How
from scripter.logstore.records import record

NAME = "scripter-abc-job-1-1"
STREAMS = {1: b"stdout", 2: b"stderr"}


def log_of(kind: str, seed: int, pieces: int | None = None, last: bytes = b"exited with 0; took 1.0 s") -> bytes:
    """As the agent writes it: the first `pieces` of the output by lines, then a line of its own."""
    records = [record(b"F:scripter", b"cold start in 5 ms")]
    rest = {1: b"", 2: b""}
    for number, piece in enumerate(output.pieces(kind, seed)):
        if number == pieces:
            break
        *lines, rest[piece.stream] = (rest[piece.stream] + piece.data).split(b"\n")
        records += [record(b"F", line, STREAMS[piece.stream]) for line in lines]
    records += [record(b"F", one, STREAMS[stream]) for stream, one in rest.items() if one]
    return b"".join([*records, record(b"F:scripter", last)])


def job(**what: object) -> JobFacts:
    """A short job that went well; `what` differs."""
    kind = str(what.get("kind", "short"))
    log = what.pop("log", None) or log_of(kind, 3)
    assert isinstance(log, bytes)
    events = (
        Event(1, None, "queued", "started by anna"),
        Event(2, "queued", "starting", "taken by worker-a:11"),
        Event(3, "starting", "running", "cold start in 900 ms"),
        Event(5, "running", "succeeded", "exit 0"),
    )
    usual = JobFacts(
        id=1,
        uuid="one",
        kind=kind,
        prints=kind,
        seed=3,
        cancelled=False,
        status="succeeded",
        reason_code="exit",
        reason="exit 0",
        exit_code=0,
        log_size=len(log),
        log=log,
        events=events,
    )
    return replace(usual, **what)  # type: ignore[arg-type]


def retried(*, attempts: int) -> JobFacts:
    """A job that failed in each of its attempts."""
    log = log_of("failing", 3) * attempts
    ended = {"status": "failed", "exit_code": output.exit_code("failing", 3), "log": log}
    return job(kind="retried", prints="failing", attempts=attempts, **ended)


def test_a_job_that_failed_in_all_its_attempts_is_as_it_should_be() -> None:
    ledger = tuple(replace(START, slot=f"1-{number}") for number in (1, 2, 3))
    assert oracle.judge(replace(WELL, jobs=(retried(attempts=3),), ledger=ledger)) == []


START, END = Entry(3.0, "start", "one", "1-1"), Entry(4.0, "end", "one", "1-1")
WELL = Evidence(
    instance="abc",
    jobs=(job(),),
    due=(Due(1, 60.0, "ran", None, 9),),
    due_wanted={1: (60.0,)},
    ledger=(START, END),
    sightings=(
        Sighting(2.0, "create", "c1", NAME),
        Sighting(2.5, "start", "c1", NAME),
        Sighting(5.0, "destroy", "c1", NAME),
    ),
    queues={"jobs": 0, "jobs.XQ": 0},
    vitals={"worker-a": Vitals(50, 55, 20, 22)},
)


def test_a_campaign_that_went_well_has_no_violation() -> None:
    assert oracle.judge(WELL) == []


# What is wrong, and what the oracle must say of it.
WRONG: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "a job was forgotten": (lambda e: replace(e, missing=(7,)), "I1: job 7 was accepted, and nobody knows it"),
    "a job was made up": (lambda e: replace(e, unknown=(8,)), "I1: job 8 was run, and nobody asked"),
    "a job never ends": (
        lambda e: replace(e, jobs=(job(status="running", reason_code=None),)),
        "I1: job 1 (short) has no end: it is still running",
    ),
    "a job is lost": (
        lambda e: replace(e, jobs=(job(status="lost", reason_code="lost", reason="gone"),)),
        "I1: job 1 (short) ended as lost (gone)",
    ),
    "a failure is called a success": (
        lambda e: replace(e, jobs=(job(kind="failing", prints="failing"),)),
        "I1: job 1 (failing) ended as succeeded",
    ),
    "an exit code is wrong": (
        lambda e: replace(e, jobs=(job(exit_code=5),)),
        "I1: job 1 (short) ended with exit code 5",
    ),
    "a client was let down": (lambda e: replace(e, complaints=("500",)), "I1: a client was let down: 500"),
    "a process died": (
        lambda e: replace(e, account=Account(deaths=["web ended by itself"])),
        "I1: a process could not live with its neighbours' deaths",
    ),
    "a due time has no record": (lambda e: replace(e, due=()), "I1: schedule 1 has 0 records of its due time 60"),
    "a due time has two records": (lambda e: replace(e, due=e.due * 2), "I1: schedule 1 has 2 records"),
    "a due time was never settled": (
        lambda e: replace(e, due=(Due(1, 60.0, "planned", None, None),)),
        "I1: schedule 1, due 60: planned",
    ),
    "a due time was missed without a reason": (
        lambda e: replace(e, due=(Due(1, 60.0, "missed", None, None),)),
        "I1: schedule 1, due 60: missed",
    ),
    "a script began twice, by notes": (
        lambda e: replace(e, ledger=(START, replace(START, at=3.5), END)),
        "I2: the script of job one began 2 times",
    ),
    "a script began twice, over TCP": (
        lambda e: replace(e, ledger=(replace(START, slot=None), replace(START, slot=None, at=9.0))),
        "I2: the script of job one began 2 times",
    ),
    "a success never began": (
        lambda e: replace(e, ledger=()),
        "I2: job 1 is said to have succeeded, and its script never",
    ),
    "there was an attempt too many": (lambda e: replace(e, jobs=(job(attempts=2),)), "I2: job 1 had 2 attempts"),
    "a job was given up too early": (
        lambda e: replace(e, jobs=(retried(attempts=2),)),
        "I1: job 1 (retried) was given up after 2 attempts",
    ),
    "there was a retry too many": (lambda e: replace(e, jobs=(retried(attempts=4),)), "I2: job 1 had 4 attempts"),
    "an attempt's section is missing in the log": (
        lambda e: replace(e, jobs=(replace(retried(attempts=3), log=log_of("failing", 3)),)),
        "I4: the log of job 1 (retried, failed) differs",
    ),
    "an attempt began twice": (
        lambda e: replace(e, jobs=(retried(attempts=3),), ledger=(START, replace(START, slot="1-2"), START)),
        "I2: the script in slot 1-1 began 2 times",
    ),
    "a container was made for a job that had begun": (
        lambda e: replace(e, sightings=(*e.sightings, Sighting(4.0, "create", "c2", NAME))),
        f"I2: {NAME} got another container (c2)",
    ),
    "a warm container was given to a job that had begun": (
        lambda e: replace(e, ledger=(replace(START, slot=None),), sightings=(Sighting(4.0, "rename", "c2", NAME),)),
        f"I2: {NAME} got another container (c2)",
    ),
    "rows and containers never agreed": (
        lambda e: replace(e, agreed_after_s=None, apart="jobs [1], containers []"),
        "I3: 30 s after the healing, running jobs and living containers differed: jobs [1], containers []",
    ),
    "a job stayed in its start": (
        lambda e: replace(
            e,
            jobs=(job(events=(Event(2, "queued", "starting", ""), Event(80, "starting", "running", ""))),),
            account=Account(outages=[Outage("mariadb", 10, 20)]),
        ),
        "I3: job 1 was starting for 78 s, and only 10 s of it",
    ),
    "the product is wrong about a log's size": (lambda e: replace(e, jobs=(job(log_size=3),)), "I4: the log of job 1"),
    "a container is left over": (lambda e: replace(e, containers_left=("c9",)), "I5: container c9 is left over"),
    "a slot directory is left over": (lambda e: replace(e, slots_left=("4-1",)), "I5: slot directory 4-1 is left over"),
    "half of a waiting place is left over": (
        lambda e: replace(e, warm_apart=("warm-a-1",)),
        "I5: of warm-a-1, which waits for a job, there is only",
    ),
    "a message is left over": (lambda e: replace(e, queues={"jobs": 2}), "I5: 2 messages are left in the queue jobs"),
    "a message is dead": (
        lambda e: replace(e, queues={"ticks.XQ": 1}),
        "I5: 1 messages are left in the queue ticks.XQ",
    ),
    "files stay open": (
        lambda e: replace(e, vitals={"worker-a": Vitals(50, 90, 20, 20)}),
        "I5: worker-a has 90 files open; it had 50",
    ),
    "threads stay": (lambda e: replace(e, vitals={"web": Vitals(50, 50, 20, 44)}), "I5: web has 44 threads; it had 20"),
    "a secret is seen": (lambda e: replace(e, secrets_found=("it is in x",)), "I6: it is in x"),
    "it says that it is unwell": (lambda e: replace(e, health=503), "I8: GET /api/health is answered 503"),
    "a new job does not end": (lambda e: replace(e, fresh_job="not at its end", fresh_job_s=60.0), "I8: a new job was"),
    "a new job takes too long": (lambda e: replace(e, fresh_job_s=31.0), "I8: a new job was succeeded after 31.0 s"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_oracle_sees_that(wrong: str) -> None:
    spoil, words = WRONG[wrong]
    found = oracle.judge(spoil(WELL))
    assert any(one.startswith(words) for one in found), found


def test_a_time_of_starting_that_an_outage_explains_is_none() -> None:
    events = (Event(2, "queued", "starting", ""), Event(80, "starting", "running", ""))
    account = Account(outages=[Outage("mariadb", 10, 40), Outage("dockerd", 30, 60)])
    assert oracle.judge(replace(WELL, jobs=(job(events=events),), account=account)) == []


@pytest.mark.parametrize(("thawed_at", "forgiven"), [(3.9, True), (4.1, False), (-2.0, False)])
def test_a_container_may_come_late_from_a_worker_that_was_frozen_on_the_way_to_it(
    thawed_at: float, forgiven: bool
) -> None:
    account = Account([Moment(-9.0, "worker-a", How.FREEZE)], [Moment(thawed_at, "worker-a")])
    late = replace(WELL, sightings=(*WELL.sightings, Sighting(4.0, "create", "c2", NAME)), account=account)
    assert (oracle.judge(late) == []) is forgiven
    twice = oracle.judge(replace(late, ledger=(*WELL.ledger, *WELL.ledger)))
    assert any("I2: the script of job one began" in one for one in twice), twice


@pytest.mark.parametrize("kind", ["short", "long", "loud", "failing", "streams", "garbage"])
def test_a_whole_log_is_whole(kind: str) -> None:
    assert list(oracle.log_faults(job(kind=kind), began=True)) == []


WHOLE = log_of("short", 3)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (b"", "does not end with a line of Scripter's own"),
        (b"".join(WHOLE.splitlines(keepends=True)[:-1]), "does not end with a line of Scripter's own"),
        (b"".join(line for n, line in enumerate(WHOLE.splitlines(keepends=True)) if n != 2), "differs from what"),
        (WHOLE.replace(b"000001", b"000007"), "differs from what"),
        (log_of("short", 3, pieces=2), "differs from what"),
        (WHOLE + log_of("short", 3), "bytes that the script did not write"),
    ],
    ids=["empty", "no last word", "a line is missing", "a byte is another", "cut short", "twice"],
)
def test_a_log_that_is_not_whole_is_found_out(log: bytes, words: str) -> None:
    found = list(oracle.log_faults(replace(job(), log=log, log_size=len(log)), began=True))
    assert any(words in one for one in found), found


def endless(log: bytes) -> JobFacts:
    return job(kind="polite", log=log, status="cancelled", reason_code="cancelled", exit_code=None)


def test_a_cancelled_job_may_have_printed_only_the_beginning() -> None:
    for pieces in (0, 1, 5):
        log = log_of("polite", 3, pieces, last=b"cancelled; took 1 s")
        assert list(oracle.log_faults(endless(log), began=True)) == []


def test_a_cancelled_job_may_be_cut_in_the_middle_of_a_line() -> None:
    line = next(output.pieces("polite", 3)).data[:9]
    log = record(b"F", line) + record(b"F:scripter", b"cancelled; took 1 s")
    assert list(oracle.log_faults(endless(log), began=True)) == []


def test_a_cancelled_job_may_not_miss_anything_before_its_last_line() -> None:
    lines = log_of("polite", 3, 5).splitlines(keepends=True)
    found = list(oracle.log_faults(endless(b"".join(lines[:2] + lines[3:])), began=True))
    assert any("differs from what" in one for one in found), found


def test_a_job_that_never_began_needs_no_log() -> None:
    assert list(oracle.log_faults(replace(job(), log=b"", log_size=0), began=False)) == []
