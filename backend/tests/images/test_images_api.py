"""Images through the HTTP client: states, files, builds as rows, deletion; the worker's part is done by hand."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from people import Browser
from sqlalchemy import event, update

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.images import builds, service, tasks
from scripter.images.models import Build, Image, Leftover
from scripter.lib import clock
from scripter.lib.errors import Conflict
from scripter.runners.protocol import Built

FROM = {"path": "Dockerfile", "content": "FROM python:3.11-slim\n"}
WORKER = "bench:1"


def make(client: Browser, **body: Any) -> dict[str, Any]:
    made = client.post("/api/images", json={"name": "Python", **body})
    assert made.status_code == 201, made.text
    return dict(made.json)


def fields(answer: Any) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [one["field"] for one in answer.json["errors"]]


def start(client: Browser, image: dict[str, Any]) -> dict[str, Any]:
    started = client.post(f"/api/images/{image['id']}/builds")
    assert started.status_code == 202, started.text
    return dict(started.json)


def claimed(context: Context, build: dict[str, Any]) -> int:
    with context.db.transaction() as session:
        assert builds.claim(session, build["id"], WORKER, 5) is not None
    return int(build["id"])


def succeeded(context: Context, build: dict[str, Any], reference: str = "sha256:1") -> None:
    build_id = claimed(context, build)
    built = Built(reference, "3.11.2", 1000)
    with context.db.transaction() as session:
        builds.succeed(session, build_id, WORKER, built, isolates=True, steps=[])


def failed(context: Context, build: dict[str, Any]) -> None:
    build_id = claimed(context, build)
    with context.db.transaction() as session:
        builds.fail(session, build_id, WORKER, "Line 1 failed.")


def show(client: Browser, image: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/api/images/{image['id']}").json)


def save(client: Browser, image: dict[str, Any], *files: dict[str, str], **body: Any) -> Any:
    return client.put(f"/api/images/{image['id']}/files", json={"files": files, **body})


def references_left(context: Context) -> list[str]:
    with context.db.reading() as session:
        return [left.reference for left in session.query(Leftover).order_by(Leftover.id)]


def test_a_new_image_is_dormant_and_begins_with_a_dockerfile_for_python(client: Browser, context: Context) -> None:
    image = make(client, description="For reports.")
    assert (image["status"], image["built"], image["last_build"], image["scripts"]) == ("dormant", None, None, [])
    most = context.settings.builds
    assert image["limits"] == {"memory_mb": most.memory_mb, "time_limit_s": most.time_limit_s}
    files = client.get(f"/api/images/{image['id']}/files").json
    assert [file["path"] for file in files["items"]] == ["Dockerfile", "requirements.txt"]
    assert "pip install --no-cache-dir -r requirements.txt" in files["items"][0]["content"]
    assert files["digest"] == image["files_digest"]
    src = context.data / "images" / str(image["id"]) / "src"
    assert sorted(path.name for path in src.iterdir()) == ["Dockerfile", "requirements.txt"]
    assert client.get("/api/images").json == {"items": [image], "next": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": None}, "name"),
        ({"description": "x" * 5001}, "description"),
        ({"files": []}, "files"),
        ({"files": [{"path": "a.txt", "content": ""}]}, "files"),
        ({"files": [{"path": "Dockerfile", "content": ""}]}, "files.0.content"),
        ({"files": [{"path": "Dockerfile", "content": "RUN ls"}]}, "files.0.content"),
        ({"files": [{"path": "Dockerfile", "content": "# syntax=x\nFROM a"}]}, "files.0.content"),
        ({"files": [{"path": "Dockerfile", "content": "FROM a\nWORKDIR /proc/self/fd/8"}]}, "files.0.content"),
        ({"files": [{"path": "Dockerfile", "content": "FROM a\nRUN --mount=type=bind,from=b ls"}]}, "files.0.content"),
        ({"files": [FROM, {"path": "requirements.txt", "content": "--index-url http://evil"}]}, "files.1.content"),
        ({"files": [FROM, {"path": "requirements.txt", "content": "requests>=2,<1"}]}, "files.1.content"),
        ({"files": [FROM, {"path": ".dockerignore", "content": ""}]}, "files.1.path"),
        ({"files": [FROM, {"path": "../x", "content": ""}]}, "files.1.path"),
        ({"files": [FROM, {"path": "dockerfile", "content": ""}]}, "files.1.path"),
        ({"limits": {"memory_mb": 1}}, "limits.memory_mb"),
        ({"limits": {"memory_mb": 10**15}}, "limits.memory_mb"),
        ({"limits": {"time_limit_s": 0}}, "limits.time_limit_s"),
        ({"limits": {"time_limit_s": "60"}}, "limits.time_limit_s"),
        ({"status": "ready"}, "status"),
    ],
)
def test_bad_input_is_refused_naming_its_field_and_nothing_is_stored(
    client: Browser, context: Context, body: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/images", json={"name": "Python", **body})
    assert answer.status_code == 422, answer.text
    assert fields(answer) == [field]
    with context.db.reading() as session:
        assert session.query(Image).count() == 0
    assert not (context.data / "images").exists()


def test_two_images_cannot_have_the_same_name(client: Browser) -> None:
    make(client, name="Base")
    assert fields(client.post("/api/images", json={"name": "BASE"})) == ["name"]


def test_files_are_saved_as_a_whole_while_dormant(client: Browser, context: Context) -> None:
    image = make(client)
    saved = save(client, image, FROM, base_digest=image["files_digest"])
    assert saved.status_code == 200, saved.text
    assert [file["path"] for file in saved.json["items"]] == ["Dockerfile"]
    assert show(client, image)["files_digest"] == saved.json["digest"]
    src = context.data / "images" / str(image["id"]) / "src"
    assert [path.name for path in src.iterdir()] == ["Dockerfile"]
    late = save(client, image, {**FROM, "content": "FROM x\n"}, base_digest=image["files_digest"])
    assert late.status_code == 409


def test_an_upload_adds_files(client: Browser) -> None:
    image = make(client)
    data = {"files": [(io.BytesIO(b"six\n"), "requirements.txt"), (io.BytesIO(b"x"), "conf/a.txt")]}
    done = client.post(f"/api/images/{image['id']}/files/upload", data=data, content_type="multipart/form-data")
    assert done.status_code == 200, done.text
    found = {file["path"]: file["content"] for file in done.json["items"]}
    assert (list(found), found["requirements.txt"]) == (["Dockerfile", "conf/a.txt", "requirements.txt"], "six\n")
    data = {"files": [(io.BytesIO(b"-r x\n"), "requirements.txt")]}
    bad = client.post(f"/api/images/{image['id']}/files/upload", data=data, content_type="multipart/form-data")
    assert (bad.status_code, "-r is not allowed" in bad.json["detail"]) == (422, True)


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


def test_an_image_that_scripts_use_is_not_deleted_and_they_are_named(client: Browser, context: Context) -> None:
    image = make(client)
    for name in ("Nightly", "Audit"):
        body = {"name": name, "image_id": image["id"]}
        assert client.post("/api/scripts", json=body).status_code == 201
    refused = client.delete(f"/api/images/{image['id']}")
    assert (refused.status_code, "Audit, Nightly" in refused.json["detail"]) == (409, True)
    assert [script["name"] for script in show(client, image)["scripts"]] == ["Audit", "Nightly"]


def test_a_deleted_image_is_gone_with_its_files_and_logs(client: Browser, context: Context) -> None:
    image = make(client)
    build = start(client, image)
    succeeded(context, build)
    context.logs.write_build(image["id"], build["id"], 1).close()
    assert (context.data / "images" / str(image["id"]) / "build.log").exists()
    assert client.delete(f"/api/images/{image['id']}").status_code == 204
    assert not (context.data / "images" / str(image["id"])).exists()
    for path in (
        f"images/{image['id']}",
        f"images/{image['id']}/files",
        f"builds/{build['id']}",
        f"builds/{build['id']}/log",
    ):
        assert client.get(f"/api/{path}").status_code == 404
    assert references_left(context) == ["sha256:1"]
    assert make(client)["id"] > image["id"]


def test_builds_are_listed_newest_first_in_pages(client: Browser, context: Context) -> None:
    image = make(client)
    for _ in range(3):
        failed(context, start(client, image))
    first = client.get(f"/api/images/{image['id']}/builds?limit=2").json
    assert [build["number"] for build in first["items"]] == [3, 2]
    rest = client.get(f"/api/images/{image['id']}/builds?limit=2&before={first['next']}").json
    assert ([build["number"] for build in rest["items"]], rest["next"]) == ([1], None)
    assert fields(client.get(f"/api/images/{image['id']}/builds?limit=1000000000")) == ["limit"]


def test_images_are_listed_by_name_in_the_same_number_of_queries(client: Browser, context: Context) -> None:
    for name in ("zebra", "Apple"):
        image = make(client, name=name)
        succeeded(context, start(client, image))
        client.post("/api/scripts", json={"name": name, "image_id": image["id"]})
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    event.listen(context.db.engine, "before_cursor_execute", count)
    try:
        two = client.get("/api/images").json
        for_two = len(counted)
        succeeded(context, start(client, make(client, name="mango")))
        counted.clear()
        client.get("/api/images")
    finally:
        event.remove(context.db.engine, "before_cursor_execute", count)
    assert [one["name"] for one in two["items"]] == ["Apple", "zebra"]
    assert len(counted) == for_two


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


def test_every_deed_stands_in_the_audit_trail(client: Browser, context: Context) -> None:
    image = make(client)
    save(client, image, FROM)
    client.patch(f"/api/images/{image['id']}", json={"name": "Other"})
    client.post(f"/api/builds/{start(client, image)['id']}/cancel")
    client.delete(f"/api/images/{image['id']}")
    with context.db.reading() as session:
        rows = session.query(AuditEntry).filter_by(target=f"image:{image['id']}").order_by(AuditEntry.id)
        verbs = [row.tag.removeprefix("image:") for row in rows]
    assert verbs == ["create", "save", "change", "build", "build_cancel", "destroy", "delete"]
