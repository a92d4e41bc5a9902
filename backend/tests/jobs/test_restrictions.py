"""Jobs that may not run beside each other: who waits, who is refused, and exactly one however many hands reach."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from line_rig import at_once, claim, copies, finish, share, start, waiting
from people import Browser

from scripter.access.models import AuditEntry, User
from scripter.context import Context
from scripter.jobs import restrictions, service, views
from scripter.jobs.models import Job
from scripter.jobs.states import ACTIVE
from scripter.lib.errors import BadInput
from scripter.scripts.models import Held, Restriction, Script

MakeScript = Callable[..., int]


def restrict(context: Context, script_id: int, kind: Restriction, key: str = "", held: Held = Held.WAIT) -> None:
    share(context, script_id, restriction=kind, restriction_key=key, restriction_wait=held)  # type: ignore[arg-type]


def told(context: Context, job: Job) -> tuple[str | None, int | None]:
    with context.db.reading() as session:
        view = views.view(session, service.get(session, job.id))
        return view.waits_for, view.waits_for_job_id


def test_jobs_of_one_script_follow_each_other_and_others_pass(
    context: Context, make_script: MakeScript, anna: User
) -> None:
    one, other = make_script("one"), make_script("other")
    restrict(context, one, Restriction.SELF)
    first, second, free = start(context, one), start(context, one, by=anna), start(context, other)
    assert [job.id for job in (claim(context), claim(context)) if job] == [first.id, free.id]
    assert claim(context) is None
    assert told(context, second) == (f"job {first.id} has the script", first.id)
    held = claim_again = None
    with context.db.reading() as session:
        held = session.get_one(Job, first.id)
    finish(context, held)
    claim_again = claim(context)
    assert claim_again is not None and claim_again.id == second.id


def test_a_key_holds_for_all_scripts_that_name_it_with_the_same_value(
    context: Context, make_script: MakeScript
) -> None:
    one, other = make_script("one"), make_script("other")
    restrict(context, one, Restriction.KEY, "db-{REGION}")
    restrict(context, other, Restriction.KEY, "db-eu")
    eu = start(context, one, environment={"REGION": "eu"})
    us = start(context, one, environment={"REGION": "us"})
    same = start(context, other)
    assert [job.restriction for job in (eu, us, same)] == ["key:db-eu", "key:db-us", "key:db-eu"]
    assert {job.id for job in (claim(context), claim(context)) if job} == {eu.id, us.id}
    assert claim(context) is None
    assert told(context, same) == (f"job {eu.id} has the key db-eu", eu.id)
    with pytest.raises(BadInput, match="needs a value for REGION"):
        start(context, one)


def test_global_scripts_exclude_only_each_other(context: Context, make_script: MakeScript) -> None:
    scripts = [make_script(name) for name in ("one", "other", "free")]
    restrict(context, scripts[0], Restriction.GLOBAL)
    restrict(context, scripts[1], Restriction.GLOBAL)
    jobs = [start(context, script) for script in scripts]
    assert {job.id for job in (claim(context), claim(context)) if job} == {jobs[0].id, jobs[2].id}
    assert claim(context) is None


def test_where_a_script_says_not_to_wait_its_job_is_refused_by_the_name_of_the_other(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    restrict(context, script, Restriction.SELF, held=Held.REFUSE)
    first = client.post(f"/api/scripts/{script}/jobs", json={}).get_json()
    refused = client.post(f"/api/scripts/{script}/jobs", json={})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "restricted")
    assert f"may not run beside job {first['id']} of report, which is queued" in refused.get_json()["detail"]
    client.post(f"/api/jobs/{first['id']}/cancel")
    assert client.post(f"/api/scripts/{script}/jobs", json={}).status_code in (200, 201, 202)


def test_a_restriction_is_set_and_checked_over_http(client: Browser, make_script: MakeScript) -> None:
    path = f"/api/scripts/{make_script()}"
    assert client.get(path).get_json()["restriction"] == "none"
    changed = client.patch(path, json={"restriction": "key", "restriction_key": "db-{X}", "restriction_wait": "refuse"})
    assert {name: changed.get_json()[name] for name in ("restriction", "restriction_key", "restriction_wait")} == {
        "restriction": "key", "restriction_key": "db-{X}", "restriction_wait": "refuse",
    }  # fmt: skip
    for key in ("", "a{b", "{}", "x" * 101):
        refused = client.patch(path, json={"restriction_key": key})
        assert [one["field"] for one in refused.get_json()["errors"]] == ["restriction_key"]


def test_a_name_that_is_too_long_is_kept_as_its_digest(script: Script) -> None:
    script.restriction, script.restriction_key = Restriction.KEY, "{A}"
    long, other = (restrictions.of(script, {"A": letter * 5000}) or "" for letter in "ab")
    assert len(long) <= 100 and long != other
    assert restrictions.of(script, {"A": "a" * 5000}) == long


def test_of_many_hands_that_reach_at_once_never_two_hold_the_same(context: Context, make_script: MakeScript) -> None:
    one, other = make_script("one"), make_script("other")
    restrict(context, one, Restriction.KEY, "shared")
    restrict(context, other, Restriction.KEY, "shared")
    for script in (one, other):
        copies(context, start(context, script), [0] * 9)
    seen: list[int] = []
    beside: list[int] = []
    guard = threading.Lock()

    def reach(number: int) -> None:
        for _ in range(40):
            job = claim(context, f"w{number}")
            if job is None:
                continue
            with context.db.reading() as session:
                active = session.query(Job).where(Job.status.in_(ACTIVE)).count()
            with guard:
                seen.append(job.id)
                beside.append(active)
            finish(context, job, f"w{number}")

    at_once(6, reach)
    while (left := claim(context)) is not None:
        seen.append(left.id)
        finish(context, left)
    assert sorted(set(seen)) == sorted(seen) and len(seen) == 20
    assert set(beside) <= {1}
    assert waiting(context) == 0


def test_of_many_starts_at_once_one_is_let_in_where_nobody_waits(context: Context, make_script: MakeScript) -> None:
    script = make_script()
    restrict(context, script, Restriction.GLOBAL, held=Held.REFUSE)
    refused: list[str] = []

    def try_to_start(_number: int) -> None:
        try:
            start(context, script)
        except restrictions.Restricted as error:
            refused.append(error.message)

    at_once(8, try_to_start)
    assert (waiting(context), len(refused)) == (1, 7)


def test_a_person_with_a_reason_starts_a_job_beside_others_and_those_after_it_wait_for_it(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script = make_script()
    restrict(context, script, Restriction.SELF, held=Held.REFUSE)
    path = f"/api/scripts/{script}/jobs"
    first = client.post(path, json={}).get_json()
    assert client.post(path, json={}).status_code == 409
    beside = client.post(path, json={"override_reason": " The first one hangs. "}).get_json()
    assert (beside["override_reason"], beside["restriction"]) == ("The first one hangs.", f"self:{script}")
    assert first["override_reason"] is None
    restrict(context, script, Restriction.SELF, held=Held.WAIT)
    waits = start(context, script)
    taken = [job for job in (claim(context), claim(context)) if job]
    assert [job.id for job in taken] == [first["id"], beside["id"]]
    assert claim(context) is None
    finish(context, taken[0])
    assert claim(context) is None and told(context, waits) == (f"job {beside['id']} has the script", beside["id"])
    finish(context, taken[1])
    last = claim(context)
    assert last is not None and last.id == waits.id
    with context.db.reading() as session:
        entry = session.query(AuditEntry).where(AuditEntry.target == f"job:{beside['id']}").one()
        assert entry.detail["override_reason"] == "The first one hangs."
        assert entry.by_id is not None


def test_an_override_needs_a_reason_and_a_restriction(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    script, free = make_script(), make_script("free")
    restrict(context, script, Restriction.SELF)
    for which, reason in ((script, "  "), (script, "x" * 301), (free, "Urgent.")):
        refused = client.post(f"/api/scripts/{which}/jobs", json={"override_reason": reason})
        assert refused.status_code == 422
        assert [one["field"] for one in refused.get_json()["errors"]] == ["override_reason"]
    assert waiting(context) == 0
