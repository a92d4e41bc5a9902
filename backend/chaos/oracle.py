"""The invariants I1 to I8, one function each: given all the evidence, every violation in a sentence. Pure.

I7, the audit chain, is not among them: Scripter's audit trail is not chained yet, and the report says so."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from chaos import adoption
from chaos.cast import Account
from chaos.evidence import Event, Evidence, JobFacts
from chaos.inside import output
from chaos.plan import ATTEMPTS, How
from scripter import logstore

FINAL = frozenset({"succeeded", "failed", "cancelled", "lost"})
SETTLED = frozenset({"ran", "skipped", "missed", "caught_up"})

# How a job of each kind ends: (status, code of the reason).
ENDS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "failing": frozenset({("failed", "exit")}),
        "polite": frozenset({("cancelled", "cancelled")}),
        "stubborn": frozenset({("cancelled", "cancelled")}),
        "overdue": frozenset({("failed", "timeout")}),
        "retried": frozenset({("failed", "exit")}),
        # Its cancellation may have come when it was over already.
        "regretted": frozenset({("cancelled", "cancelled"), ("succeeded", "exit")}),
    }
)
USUAL_END = frozenset({("succeeded", "exit")})

AGREE_S = 30.0
STARTING_S = 60.0
FRESH_S = 30.0
# A worker that was frozen goes on with what it was about to do, and looks then whether the job is still its own.
THAWED_S = 5.0
# Beside five in a hundred: connections that pools keep, whose number depends on what happened at one time.
SPARE_FILES, SPARE_THREADS = 24, 12

Violations = Iterator[str]


def judge(evidence: Evidence) -> list[str]:
    """Every violation of every invariant, each with the invariant's number."""
    return [f"{name}: {text}" for name, check in INVARIANTS.items() for text in check(evidence)]


def every_promise_is_kept(evidence: Evidence) -> Violations:
    """I1: every accepted job, and every due time, has come to the end that it should have."""
    for job_id in evidence.missing:
        yield f"job {job_id} was accepted, and nobody knows it any more"
    for job_id in evidence.unknown:
        yield f"job {job_id} was run, and nobody asked for it"
    for job in evidence.jobs:
        yield from wrong_end(job)
    yield from _wrong_due_times(evidence)
    for text in evidence.complaints:
        yield f"a client was let down: {text}"
    for text in evidence.account.deaths:
        yield f"a process could not live with its neighbours' deaths: {text}"


def wrong_end(job: JobFacts) -> Violations:
    wanted = ENDS.get(job.kind, USUAL_END)
    if job.status not in FINAL:
        yield f"job {job.id} ({job.kind}) has no end: it is still {job.status}"
    elif (job.status, job.reason_code) not in wanted:
        yield f"job {job.id} ({job.kind}) ended as {job.status} ({job.reason})"
    elif job.reason_code == "exit" and job.exit_code != output.exit_code(job.prints, job.seed):
        yield f"job {job.id} ({job.kind}) ended with exit code {job.exit_code}"
    elif job.attempts < ATTEMPTS.get(job.kind, 1):
        yield f"job {job.id} ({job.kind}) was given up after {job.attempts} attempts"


def _wrong_due_times(evidence: Evidence) -> Violations:
    rows = Counter((one.schedule_id, one.due_at) for one in evidence.due)
    for schedule_id, moments in evidence.due_wanted.items():
        for moment in moments:
            if rows[schedule_id, moment] != 1:
                yield f"schedule {schedule_id} has {rows[schedule_id, moment]} records of its due time {moment:.0f}"
    for one in evidence.due:
        if one.outcome not in SETTLED or (one.outcome in {"missed", "skipped"} and not one.reason):
            yield f"schedule {one.schedule_id}, due {one.due_at:.0f}: {one.outcome}, reason {one.reason!r}"


def nothing_ran_twice(evidence: Evidence) -> Violations:
    """I2: a script begins at most once per attempt, no container is made for an attempt that has begun (but
    for what `_made_again` says), and no attempt
    that the retry policy does not know of. Who succeeded has begun."""
    attempts = {job.uuid: job.attempts for job in evidence.jobs}
    starts = Counter(entry.job for entry in evidence.ledger if entry.word == "start")
    slots = Counter(entry.slot for entry in evidence.ledger if entry.word == "start" and entry.slot)
    for uuid, number in starts.items():
        if number > attempts.get(uuid, 1):
            yield f"the script of job {uuid} began {number} times"
    for slot, number in slots.items():
        if number > 1:
            yield f"the script in slot {slot} began {number} times"
    for job in evidence.jobs:
        if job.status == "succeeded" and not starts[job.uuid]:
            yield f"job {job.id} is said to have succeeded, and its script never began"
        if job.attempts > (allowed := ATTEMPTS.get(job.kind, 1)):
            yield f"job {job.id} had {job.attempts} attempts; its script allows {allowed}"
    yield from _made_again(evidence)


def _made_again(evidence: Evidence) -> Violations:
    """A container that came under the name of an attempt when its script had begun already.

    But for one that a worker made which had been frozen on the way to it: no engine can tell that the job is another's
    by now. Its script does not begin, which the ledger would tell."""
    thaws = _thaws(evidence.account)
    numbers = {job.uuid: job.id for job in evidence.jobs}
    began: dict[str, float] = {}
    for entry in evidence.ledger:
        slot = entry.slot or f"{numbers.get(entry.job)}-1"
        if entry.word == "start":
            began.setdefault(f"scripter-{evidence.instance}-job-{slot}", entry.at)
    for one in evidence.sightings:
        made_late = one.what in {"create", "rename"} and one.at > began.get(one.name, math.inf)
        if made_late and not any(0 <= one.at - thaw <= THAWED_S for thaw in thaws):
            yield f"{one.name} got another container ({one.container[:12]}) when its script had begun"


def _thaws(account: Account) -> list[float]:
    """When those that were frozen were let go on."""
    frozen = [strike for strike in account.strikes if strike.how is How.FREEZE]
    return [
        min((one.at for one in account.starts if one.name == strike.name and one.at > strike.at), default=math.inf)
        for strike in frozen
    ]


def rows_and_containers_agree(evidence: Evidence) -> Violations:
    """I3: soon after the healing the running jobs are the living containers, and no job stays in its start."""
    if evidence.agreed_after_s is None or evidence.agreed_after_s > AGREE_S:
        yield f"{AGREE_S:.0f} s after the healing, running jobs and living containers differed: {evidence.apart}"
    for job in evidence.jobs:
        for began, ended in _starts_of(job.events):
            away = adoption.overlap(evidence.account.outages, began, ended, adoption.NEEDED)
            if ended - began - away > STARTING_S:
                yield f"job {job.id} was starting for {ended - began:.0f} s, and only {away:.0f} s of it by an outage"


def _starts_of(events: tuple[Event, ...]) -> Iterator[tuple[float, float]]:
    began: float | None = None
    for event in events:
        if event.now == "starting":
            began = event.at if began is None else began
        elif began is not None:
            yield began, event.at
            began = None


def every_log_is_whole(evidence: Evidence) -> Violations:
    """I4: the log holds the bytes that the script wrote; all of them, or the first of them and a line that says why."""
    began = {entry.job for entry in evidence.ledger if entry.word == "start"}
    for job in evidence.jobs:
        for text in log_faults(job, began=job.uuid in began):
            yield f"the log of job {job.id} ({job.kind}, {job.status}) {text}"


def log_faults(job: JobFacts, *, began: bool) -> Violations:
    """What is wrong with the log of one job, if anything."""
    if job.log_size != len(job.log):
        yield f"has {len(job.log)} bytes, and the product says {job.log_size}"
    if not began:
        return
    own, written = read_log(job.log)
    if not own or not job.log.splitlines()[-1].split(b" ", 3)[2].endswith(b":scripter"):
        yield "does not end with a line of Scripter's own that says how the job ended"
    let_finish = job.prints not in output.ENDLESS and job.status != "cancelled"
    for stream in (1, 2):
        fault = _differs(written[stream], job, stream, whole=let_finish)
        if fault:
            yield f"{fault}, on {'stdout' if stream == 1 else 'stderr'}"


def read_log(log: bytes) -> tuple[list[bytes], Mapping[int, bytes]]:
    """The lines of Scripter's own, and what the script wrote, by stream: joined again from its records."""
    own: list[bytes] = []
    written: dict[int, list[bytes]] = {1: [], 2: []}
    for raw in log.removesuffix(b"\n").split(b"\n") if log else ():
        line = logstore.parse(raw)
        if line.own:
            own.append(line.text)
        else:
            written[1 if line.stream == "stdout" else 2].append(line.text if line.partial else line.text + b"\n")
    return own, {stream: b"".join(parts) for stream, parts in written.items()}


def _differs(found: bytes, job: JobFacts, stream: int, *, whole: bool) -> str:
    """In words where the bytes are not those that the script wrote; empty when they are."""
    at = 0
    # One section for each attempt, one after the other.
    for piece in chain.from_iterable(output.pieces(job.prints, job.seed) for _ in range(job.attempts)):
        if not whole and at >= len(found):
            return ""
        if piece.stream != stream:
            continue
        part = found[at : at + len(piece.data)]
        if part != piece.data:
            cut_here = piece.data.startswith(part.removesuffix(b"\n")) and at + len(part) >= len(found)
            if not whole and cut_here:
                return ""
            return f"differs from what the script wrote after byte {at}"
        at += len(part)
    rest = found[at:]
    # A last line without an end gets one in the log.
    return "" if rest in {b"", b"\n"} else f"holds {len(rest)} bytes that the script did not write"


def nothing_is_left_over(evidence: Evidence) -> Violations:
    """I5: no container, directory, message, open file or thread stays behind."""
    for name in evidence.containers_left:
        yield f"container {name} is left over"
    for name in evidence.slots_left:
        yield f"slot directory {name} is left over"
    for name in evidence.warm_apart:
        yield f"of {name}, which waits for a job, there is only the container or only the directory"
    for name, number in evidence.queues.items():
        if number:
            yield f"{number} messages are left in the queue {name}"
    for name, one in evidence.vitals.items():
        if one.files_after > one.files_before * 1.05 + SPARE_FILES:
            yield f"{name} has {one.files_after} files open; it had {one.files_before}"
        if one.threads_after > one.threads_before * 1.05 + SPARE_THREADS:
            yield f"{name} has {one.threads_after} threads; it had {one.threads_before}"


def no_secret_is_seen(evidence: Evidence) -> Violations:
    """I6: passwords and tokens are in no job's log, no container's record, no command line and no log of a process."""
    yield from evidence.secrets_found


def it_is_well(evidence: Evidence) -> Violations:
    """I8: it says that it is well, and a new job runs at once."""
    if evidence.health != 200:
        yield f"GET /api/health is answered {evidence.health}"
    if evidence.fresh_job != "succeeded" or evidence.fresh_job_s > FRESH_S:
        yield f"a new job was {evidence.fresh_job} after {evidence.fresh_job_s:.1f} s"


INVARIANTS: Mapping[str, Callable[[Evidence], Violations]] = MappingProxyType(
    {
        "I1": every_promise_is_kept,
        "I2": nothing_ran_twice,
        "I3": rows_and_containers_agree,
        "I4": every_log_is_whole,
        "I5": nothing_is_left_over,
        "I6": no_secret_is_seen,
        "I8": it_is_well,
    }
)


def remade_containers(evidence: Evidence) -> int:
    """How many attempts got a second container, the first one having been removed before its script began."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for one in evidence.sightings:
        ids[one.name].add(one.container)
    return sum(len(containers) - 1 for containers in ids.values())
