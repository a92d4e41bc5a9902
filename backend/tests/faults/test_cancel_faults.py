"""People who cancel at the very moment at which a job ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from fault_rig import ENDS, Rig
from sqlalchemy.orm import Session

from scripter.access.models import User
from scripter.context import Context
from scripter.jobs import moves, service
from scripter.jobs.outcome import Outcome
from scripter.jobs.states import FINAL, Reason, Status, Trigger
from scripter.lib.errors import Conflict
from scripter.scripts.models import Script

RACES, REAL_RACES = 40, 10


def test_of_an_end_and_two_cancellations_at_the_same_moment_one_wins(
    context: Context, anna: User, script: Script
) -> None:
    """Fault 31: on both kinds of database, the moves alone."""
    with ThreadPoolExecutor(3) as people:
        for _ in range(RACES):
            job_id = running(context, script)
            together = threading.Barrier(3)
            ended = people.submit(finish, context, job_id, together)
            cancels = [people.submit(cancel, context, job_id, anna, together) for _ in range(2)]
            assert ended.result()  # a cancellation of what runs only asks
            asked = [one.result() for one in cancels]
            with context.db.reading() as session:
                job = service.get(session, job_id)
                events = service.events(session, job_id=job_id)
            assert job.status == Status.SUCCEEDED
            assert (job.cancel_requested_at is not None) == any(asked)
            assert sum(Status(event.now) in FINAL for event in events) == 1


def running(context: Context, script: Script) -> int:
    def begin(session: Session) -> int:
        service.start(session, session.get_one(Script, script.id), trigger=Trigger.API)
        job = moves.claim_next(session, "w:1")
        assert job is not None
        assert moves.mark_running(session, job, "w:1", 1, "cold")
        return job.id

    return context.db.run(begin)


def finish(context: Context, job_id: int, together: threading.Barrier) -> bool:
    together.wait()
    good = Outcome(status=Status.SUCCEEDED, code=Reason.EXIT, reason="exit 0", exit_code=0)
    return context.db.run(lambda session: moves.finish(session, service.get(session, job_id), "w:1", good))


def cancel(context: Context, job_id: int, by: User, together: threading.Barrier) -> bool:
    together.wait()
    try:
        context.db.run(lambda session: service.cancel(session, service.get(session, job_id), by))
    except Conflict:
        return False
    return True


def test_real_jobs_that_are_cancelled_twice_as_they_end_come_to_one_end(rig: Rig) -> None:
    """Fault 31: through API, worker and container."""
    headers = {"Authorization": f"Bearer {rig.stack.token}"}
    for race in range(REAL_RACES):
        job = rig.count(2, 0.1)
        time.sleep(0.06 * race)  # from before its start to after its end
        address = f"{rig.stack.url}/api/jobs/{job['id']}/cancel"
        with ThreadPoolExecutor(2) as people:
            answers = list(people.map(lambda url: requests.post(url, headers=headers, timeout=30), [address] * 2))
        assert {answer.status_code for answer in answers} <= {202, 409}
        ended = rig.ended(job)
        assert ended["status"] in ("cancelled", "succeeded"), ended
        assert [event["now"] in ENDS for event in rig.events(job)].count(True) == 1
    rig.nothing_left()
