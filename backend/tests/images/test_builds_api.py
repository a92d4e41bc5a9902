"""An image's way through its builds, with the HTTP client: states, cancelling, leases; the worker's part is done by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from images_rig import FROM, WORKER, claimed, failed, fields, make, references_left, save, show, start, succeeded
from people import Browser
from sqlalchemy import update

from scripter.context import Context
from scripter.images import builds, service, tasks
from scripter.images.models import Build
from scripter.lib import clock
from scripter.lib.errors import Conflict
from scripter.runners.protocol import Built


def test_while_it_builds_only_name_and_description_can_be_changed(client: Browser, context: Context) -> None:
    image = make(client)
    build = start(client, image)
    assert (build["status"], build["number"], build["started_by"]["name"]) == ("queued", 1, "anna")
    assert show(client, image)["status"] == "building"
    refused = save(client, image, FROM)
    assert (refused.status_code, "being built" in refused.json["detail"]) == (409, True)
    assert client.patch(f"/api/images/{image['id']}", json={"limits": {"memory_mb": 100}}).status_code == 409
    assert client.patch(f"/api/images/{image['id']}", json={"name": "New", "description": "d"}).json["name"] == "New"
    for path in ("builds", "destroy"):
        again = client.post(f"/api/images/{image['id']}/{path}")
        assert (again.status_code, "being built" in again.json["detail"]) == (409, True)
    assert client.delete(f"/api/images/{image['id']}").status_code == 409


def test_a_ready_image_has_to_be_destroyed_before_its_files_can_be_edited(client: Browser, context: Context) -> None:
    image = make(client)
    succeeded(context, start(client, image))
    ready = show(client, image)
    assert (ready["status"], ready["built"]["reference"], ready["last_build"]["status"]) == (
        "ready",
        "sha256:1",
        "succeeded",
    )
    refused = save(client, image, FROM)
    assert (refused.status_code, "Destroy the image first" in refused.json["detail"]) == (409, True)
    assert client.patch(f"/api/images/{image['id']}", json={"limits": {"memory_mb": 100}}).status_code == 409
    dormant = client.post(f"/api/images/{image['id']}/destroy").json
    assert (dormant["status"], dormant["built"]) == ("dormant", None)
    assert references_left(context) == ["sha256:1"]
    assert save(client, image, FROM).status_code == 200
    assert (
        client.patch(f"/api/images/{image['id']}", json={"limits": {"memory_mb": 100}}).json["limits"]["memory_mb"]
        == 100
    )


def test_the_last_good_build_stays_in_use_while_a_new_one_runs_and_fails(client: Browser, context: Context) -> None:
    image = make(client)
    succeeded(context, start(client, image), "sha256:old")
    build = start(client, image)
    for end in (None, failed):
        if end:
            end(context, build)
        with context.db.transaction() as session:
            assert service.usable(session, image["id"]).reference == "sha256:old"
    assert show(client, image)["status"] == "failed"
    assert show(client, image)["built"]["reference"] == "sha256:old"
    save(client, image, FROM)
    assert show(client, image)["changed_since_build"] is True
    succeeded(context, start(client, image), "sha256:new")
    assert show(client, image)["built"]["reference"] == "sha256:new"
    assert show(client, image)["changed_since_build"] is False
    assert references_left(context) == ["sha256:old"]


def test_an_image_without_a_good_build_cannot_be_used_and_says_why(client: Browser, context: Context) -> None:
    image = make(client)

    def refusal() -> str:
        with context.db.transaction() as session, pytest.raises(Conflict) as caught:
            service.usable(session, image["id"])
        return caught.value.message

    assert refusal() == "The image Python is dormant: build it first."
    build = start(client, image)
    assert refusal() == "The image Python is being built. Wait until it is ready."
    failed(context, build)
    assert refusal() == "The image Python has failed to build. Mend it and build it again."


def test_a_waiting_build_is_cancelled_at_once(client: Browser, context: Context) -> None:
    image = make(client)
    build = start(client, image)
    cancelled = client.post(f"/api/builds/{build['id']}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (202, "cancelled")
    assert cancelled.json["reason"] == "Cancelled by anna before it began."
    assert show(client, image)["status"] == "failed"
    assert client.post(f"/api/builds/{build['id']}/cancel").status_code == 409
    with context.db.transaction() as session:
        assert builds.claim(session, build["id"], WORKER, 5) is None


def test_a_running_build_is_told_to_stop(client: Browser, context: Context) -> None:
    image = make(client)
    build_id = claimed(context, start(client, image))
    asked = client.post(f"/api/builds/{build_id}/cancel")
    assert (asked.status_code, asked.json["status"]) == (202, "running")
    with context.db.transaction() as session:
        assert builds.cancelled_by(session, build_id) == "anna"
        builds.stop(session, build_id, WORKER, "anna", [])
    ended = client.get(f"/api/builds/{build_id}").json
    assert (ended["status"], ended["reason"]) == ("cancelled", "Cancelled by anna.")


def test_a_build_is_claimed_by_one_worker_and_only_while_it_has_a_place(client: Browser, context: Context) -> None:
    first, second = start(client, make(client, name="A")), start(client, make(client, name="B"))
    with context.db.transaction() as session:
        assert builds.claim(session, first["id"], WORKER, 1) is not None
        assert builds.claim(session, first["id"], "other:1", 1) is None
        assert builds.claim(session, second["id"], WORKER, 1) is None
        assert builds.claim(session, second["id"], "other:1", 1) is not None


def test_the_build_of_a_killed_worker_is_closed_when_its_lease_has_run_out(client: Browser, context: Context) -> None:
    image = make(client)
    build_id = claimed(context, start(client, image))
    with context.db.transaction() as session:
        service.sweep(session)
        assert builds.get(session, build_id).status == "running"
        session.execute(update(Build).values(lease_until=clock.now() - timedelta(seconds=1)))
        service.sweep(session)
    ended = client.get(f"/api/builds/{build_id}").json
    assert ended["status"] == "failed"
    assert ended["reason"] == "The worker stopped during the build. Start the build again."
    assert show(client, image)["status"] == "failed"


def test_a_worker_that_comes_back_closes_the_builds_of_its_earlier_run_at_once(
    client: Browser, context: Context
) -> None:
    build_id = claimed(context, start(client, make(client)))
    with context.db.transaction() as session:
        service.adopt(session, ["other:1"])
        assert builds.get(session, build_id).status == "running"
        service.adopt(session, [WORKER])
    assert client.get(f"/api/builds/{build_id}").json["status"] == "failed"


def test_a_worker_that_was_believed_dead_changes_nothing_any_more(client: Browser, context: Context) -> None:
    image = make(client)
    build_id = claimed(context, start(client, image))
    with context.db.transaction() as session:
        service.adopt(session, [WORKER])
    with context.db.transaction() as session:
        assert not builds.renew(session, build_id, WORKER)
        builds.succeed(session, build_id, WORKER, Built("sha256:late", "3.11.2", 1), isolates=True, steps=[])
    assert show(client, image)["built"] is None
    assert references_left(context) == ["sha256:late"]


def test_a_lost_ring_is_rung_again(client: Browser, context: Context) -> None:
    build = start(client, make(client))
    broker = context.queue.broker
    rung = []
    broker.enqueue, enqueue = (lambda message, **_: rung.append((message.actor_name, *message.args))), broker.enqueue
    try:
        with context.db.transaction() as session:
            service.sweep(session)
        assert rung == []
        with context.db.transaction() as session:
            session.execute(update(Build).values(created_at=clock.now() - timedelta(minutes=5)))
            service.sweep(session)
    finally:
        broker.enqueue = enqueue
    assert rung == [("images.build", build["id"])]


def test_builds_are_listed_newest_first_in_pages(client: Browser, context: Context) -> None:
    image = make(client)
    for _ in range(3):
        failed(context, start(client, image))
    first = client.get(f"/api/images/{image['id']}/builds?limit=2").json
    assert [build["number"] for build in first["items"]] == [3, 2]
    rest = client.get(f"/api/images/{image['id']}/builds?limit=2&before={first['next']}").json
    assert ([build["number"] for build in rest["items"]], rest["next"]) == ([1], None)
    assert fields(client.get(f"/api/images/{image['id']}/builds?limit=1000000000")) == ["limit"]


def test_what_a_job_still_needs_is_no_leftover_yet(
    client: Browser, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make(client)
    build = start(client, image)
    succeeded(context, build)
    client.post(f"/api/images/{image['id']}/destroy")
    needed = {build["id"]}
    monkeypatch.setattr(builds, "in_use", [lambda _session, ids: needed & set(ids)])
    with context.db.reading() as session:
        assert builds.leftovers(session) == []
        needed.clear()
        assert [left.reference for left in builds.leftovers(session)] == ["sha256:1"]


def test_without_a_runner_rings_are_left_to_others(client: Browser, context: Context) -> None:
    build = start(client, make(client))
    tasks.build(context, build["id"])
    tasks.tidy(context)
    assert client.get(f"/api/builds/{build['id']}").json["status"] == "queued"
