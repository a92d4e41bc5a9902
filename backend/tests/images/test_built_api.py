"""What lies in built images, what is different between them, and who uses them, with the HTTP client."""

from __future__ import annotations

from typing import Any

import pytest
from images_rig import FROM, WORKER, claimed, make, save, start, succeeded
from people import Browser
from sqlalchemy import update

from scripter.context import Context
from scripter.images import builds, comparing
from scripter.images.comparing import Difference, FileChange, PackageChange
from scripter.jobs.models import Job
from scripter.runners.protocol import Base, Built, Contents, Layer, Package, PackageKind


def package(name: str, version: str, kind: PackageKind = PackageKind.PYTHON) -> Package:
    return Package(kind, name, version)


def built(
    context: Context, build: dict[str, Any], *packages: Package, size: int = 1000, digest: str = "sha256:b"
) -> None:
    build_id = claimed(context, build)
    told = Contents(packages, False, (Layer("FROM", 900), Layer("RUN pip install", 100)))
    made = Built(f"sha256:{build_id}", "3.11.2", size, Base("python:3.11-slim", digest))
    with context.db.transaction() as session:
        builds.succeed(session, build_id, WORKER, made, contents=told, isolates=True, steps=[])


def rebuilt(
    client: Browser, context: Context, image: dict[str, Any], *packages: Package, **more: Any
) -> dict[str, Any]:
    build = start(client, image)
    built(context, build, *packages, **more)
    return build


def test_packages_and_layers_are_shown_as_they_were_read(client: Browser, context: Context) -> None:
    build = rebuilt(client, context, make(client), package("six", "1.17.0"), package("bash", "5.2", PackageKind.SYSTEM))
    found = client.get(f"/api/builds/{build['id']}/packages").json
    assert found["packages"] == [
        {"kind": "python", "name": "six", "version": "1.17.0"},
        {"kind": "system", "name": "bash", "version": "5.2"},
    ]
    assert (found["known"], found["cut"], found["base"], found["base_digest"]) == (
        True,
        False,
        "python:3.11-slim",
        "sha256:b",
    )
    assert found["layers"][1] == {"made_by": "RUN pip install", "size_bytes": 100}


def test_of_a_build_that_did_not_tell_nothing_is_known(client: Browser, context: Context) -> None:
    build = start(client, make(client))
    assert client.get(f"/api/builds/{build['id']}/packages").json["known"] is False
    succeeded(context, build)
    assert client.get(f"/api/builds/{build['id']}/packages").json["known"] is False


def test_a_build_is_held_against_the_last_good_one(client: Browser, context: Context) -> None:
    image = make(client)
    first = rebuilt(client, context, image, package("six", "1.16.0"), package("idna", "3.4"))
    client.post(f"/api/images/{image['id']}/destroy")
    save(client, image, FROM)
    second = rebuilt(
        client, context, image, package("six", "1.17.0"), package("attrs", "25.1"), size=1500, digest="sha256:c"
    )
    found = client.get(f"/api/builds/{second['id']}/changes").json
    assert (found["before"]["id"], found["before"]["version"], found["after"]["version"]) == (first["id"], 1, 2)
    assert (found["before"]["size_bytes"], found["after"]["size_bytes"]) == (1000, 1500)
    assert (found["before"]["base_digest"], found["after"]["base_digest"]) == ("sha256:b", "sha256:c")
    assert found["files"] == [
        {"path": "Dockerfile", "kind": "changed"},
        {"path": "requirements.txt", "kind": "removed"},
    ]
    assert found["packages"] == [
        {"package": "python", "name": "attrs", "kind": "added", "before": None, "after": "25.1"},
        {"package": "python", "name": "idna", "kind": "removed", "before": "3.4", "after": None},
        {"package": "python", "name": "six", "kind": "changed", "before": "1.16.0", "after": "1.17.0"},
    ]
    turned = client.get(f"/api/builds/{first['id']}/changes?against={second['id']}").json
    assert [one["kind"] for one in turned["files"]] == ["changed", "added"]


def test_the_first_build_has_nothing_to_be_held_against(client: Browser, context: Context) -> None:
    build = rebuilt(client, context, make(client))
    found = client.get(f"/api/builds/{build['id']}/changes").json
    assert (found["before"], found["files"], found["packages"]) == (None, [], None)


def test_where_one_of_two_did_not_tell_its_packages_only_files_are_held_against_each_other(
    client: Browser, context: Context
) -> None:
    image = make(client)
    succeeded(context, start(client, image))
    build = rebuilt(client, context, image, package("six", "1"))
    assert client.get(f"/api/builds/{build['id']}/changes").json["packages"] is None


def test_only_builds_of_the_same_image_are_held_against_each_other(client: Browser, context: Context) -> None:
    one = rebuilt(client, context, make(client, name="One"))
    other = rebuilt(client, context, make(client, name="Other"))
    assert client.get(f"/api/builds/{one['id']}/changes?against={other['id']}").status_code == 404
    assert client.get(f"/api/builds/{one['id']}/changes?against=x").status_code == 422


def test_equal_builds_have_no_changes() -> None:
    stored = [{"kind": "python", "name": "six", "version": "1"}, {"kind": "python", "name": "six", "version": "2"}]
    assert comparing.packages(stored, list(reversed(stored))) != []
    assert comparing.packages(stored, stored) == []
    assert comparing.packages(stored, []) == [PackageChange("python", "six", Difference.REMOVED, "1, 2", None)]
    entry = {"path": "a", "sha256": "0", "size": 1, "executable": False}
    assert comparing.files([entry], [entry]) == []
    assert comparing.files([], [entry]) == [FileChange("a", Difference.ADDED)]


def test_who_uses_an_image_is_told_with_schedules_and_jobs_that_are_not_over(client: Browser, context: Context) -> None:
    image = make(client)
    rebuilt(client, context, image)
    script = client.post("/api/scripts", json={"name": "Nightly", "image_id": image["id"]}).json
    on = client.post("/api/schedules", json={"script_id": script["id"], "cron": "0 3 * * *"}).json
    client.post("/api/schedules", json={"script_id": script["id"], "cron": "0 4 * * *", "enabled": False})
    over, waits = (client.post(f"/api/scripts/{script['id']}/jobs", json={}).json for _ in range(2))
    with context.db.transaction() as session:
        session.execute(update(Job).where(Job.id == over["id"]).values(status="succeeded"))
    found = client.get(f"/api/images/{image['id']}/uses").json
    assert found["scripts"] == [{"id": script["id"], "name": "Nightly"}]
    assert [(one["name"], one["enabled"], one["next_at"] is None) for one in found["schedules"]] == [
        ("0 3 * * *", True, False),
        ("0 4 * * *", False, True),
    ]
    assert found["schedules"][0]["id"] == on["id"]
    assert [(one["id"], one["status"], one["script"]["name"]) for one in found["jobs"]] == [
        (waits["id"], "queued", "Nightly")
    ]
    assert client.get("/api/images/99/uses").status_code == 404


def test_problems_of_present_and_of_edited_files_are_told(client: Browser) -> None:
    bad = [{"path": "Dockerfile", "content": "FROM python\nRUN sudo ls\n"}]
    told = client.post("/api/images/problems", json={"files": bad}).json["items"]
    assert [(one["line"], one["rule"], one["severity"]) for one in told] == [
        (1, "no-tag", "warning"),
        (2, "sudo", "warning"),
    ]
    image = make(client, files=bad)
    assert client.get(f"/api/images/{image['id']}/problems").json["items"] == told
    assert client.get("/api/images/99/problems").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": [{"path": "../x", "content": ""}]}, "files.0.path"),
        ({"files": [{"path": "x", "content": "?", "encoding": "base64"}]}, "files.0.content"),
        ({}, "files"),
        ({"files": [], "more": 1}, "more"),
    ],
)
def test_files_that_cannot_be_are_refused_when_they_are_checked(
    client: Browser, body: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/images/problems", json=body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_templates_are_there_to_start_from(client: Browser) -> None:
    found = client.get("/api/images/templates").json["items"]
    assert found[0]["key"] == "python"
    assert (
        client.post(
            "/api/images",
            json={
                "name": "x",
                "files": [{"path": file["path"], "content": file["content"]} for file in found[1]["files"]],
            },
        ).status_code
        == 201
    )
