"""Images through the HTTP client: making, files, lists, deletion, and every refusal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from images_rig import FROM, fields, make, references_left, save, show, start, succeeded
from people import Browser
from sqlalchemy import event

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.images.models import Image


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
