"""Scripts through the HTTP client: making, listing, changing, starting, deletion, and every refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from people import Browser
from scripts_rig import MAIN, fields, make, save, src
from sqlalchemy import event

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.images import builds
from scripter.jobs import service as jobs
from scripter.runners.protocol import Built
from scripter.scripts.models import Script, Version


def test_a_new_script_has_its_first_version_and_the_limits_of_the_settings(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image, description="Sends it.", environment={"REGION": "eu"}, message="first")
    most = context.settings.jobs
    assert script["limits"] == {
        "time_limit_s": most.time_limit_s,
        "memory_mb": most.memory_mb,
        "cpus": most.cpus,
        "processes": most.processes,
    }
    assert script["version"]["number"] == 1
    assert script["image"] == {
        "id": image["id"],
        "name": "Python",
        "status": "dormant",
        "usable": False,
        "isolates": True,
    }
    assert (script["network"], script["environment"]) == ("none", {"REGION": "eu"})
    assert (script["last_job"], script["schedules"]) == (None, 0)
    assert client.get(f"/api/scripts/{script['id']}").json == script
    assert client.get("/api/scripts").json == {"items": [script], "next": None}
    assert src(context, script) == {"main.py": b"print('hello')\n"}


def test_a_script_without_files_says_hello(client: Browser, image: dict[str, Any]) -> None:
    made = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "entry": "start.py"})
    found = client.get(f"/api/scripts/{made.json['id']}/files").json
    assert [file["path"] for file in found["items"]] == ["start.py"]
    assert (found["entry"], found["version"]) == ("start.py", 1)


def test_scripts_are_listed_by_name_in_the_same_number_of_queries(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    for name in ("zebra", "Apple", "mango"):
        make(client, image, name=name)
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    event.listen(context.db.engine, "before_cursor_execute", count)
    try:
        three = client.get("/api/scripts")
        for_three = len(counted)
        make(client, image, name="kiwi")
        counted.clear()
        client.get("/api/scripts")
    finally:
        event.remove(context.db.engine, "before_cursor_execute", count)
    assert [one["name"] for one in three.json["items"]] == ["Apple", "mango", "zebra"]
    assert len(counted) == for_three


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "../etc/passwd"}, "name"),
        ({"name": 5}, "name"),
        ({"image_id": 999}, "image_id"),
        ({"image_id": 0}, "image_id"),
        ({"entry": "other.py"}, "entry"),
        ({"entry": "../main.py"}, "entry"),
        ({"entry": ""}, "entry"),
        ({"files": []}, "files"),
        ({"files": [{"path": "/main.py", "content": ""}]}, "files.0.path"),
        ({"files": [MAIN, {"path": "a\u0000b", "content": ""}]}, "files.1.path"),
        ({"files": [MAIN, {"path": "MAIN.py", "content": ""}]}, "files.1.path"),
        ({"files": [MAIN, {"path": "requirements.txt", "content": ""}]}, "files.1.path"),
        ({"files": [MAIN, {"path": "Dockerfile", "content": "FROM x"}]}, "files.1.path"),
        ({"files": [MAIN, {"path": "a.bin", "content": "%", "encoding": "base64"}]}, "files.1.content"),
        ({"files": [MAIN, {"path": "a.py", "content": "4pg=", "encoding": "base64"}]}, "files.1.content"),
        ({"files": [MAIN, {"path": "a.py"}]}, "files.1.content"),
        ({"files": [{**MAIN, "mode": 511}]}, "files.0.mode"),
        ({"files": [{"path": "main.py", "content": "", "encoding": "latin-1"}]}, "files.0.encoding"),
        ({"limits": {"time_limit_s": 0}}, "limits.time_limit_s"),
        ({"limits": {"time_limit_s": -1}}, "limits.time_limit_s"),
        ({"limits": {"time_limit_s": 10**9}}, "limits.time_limit_s"),
        ({"limits": {"time_limit_s": "5"}}, "limits.time_limit_s"),
        ({"limits": {"time_limit_s": True}}, "limits.time_limit_s"),
        ({"limits": {"memory_mb": 1}}, "limits.memory_mb"),
        ({"limits": {"memory_mb": 10**15}}, "limits.memory_mb"),
        ({"limits": {"memory_mb": "512mb"}}, "limits.memory_mb"),
        ({"limits": {"cpus": 0}}, "limits.cpus"),
        ({"limits": {"cpus": 1000}}, "limits.cpus"),
        ({"limits": {"processes": 0}}, "limits.processes"),
        ({"limits": {"processes": -1}}, "limits.processes"),
        ({"limits": {"disk": 1}}, "limits.disk"),
        ({"network": "host"}, "network"),
        ({"environment": {"1A": ""}}, "environment.1A"),
        ({"environment": {"A=B": ""}}, "environment.A=B"),
        ({"environment": {"LD_PRELOAD": "x"}}, "environment.LD_PRELOAD"),
        ({"environment": {"ld_preload": "x"}}, "environment.ld_preload"),
        ({"environment": {"PATH": "x"}}, "environment.PATH"),
        ({"environment": {"PYTHONPATH": "x"}}, "environment.PYTHONPATH"),
        ({"environment": {"DOCKER_HOST": "x"}}, "environment.DOCKER_HOST"),
        ({"environment": {"A": "x\u0000"}}, "environment.A"),
        ({"environment": {"A": 5}}, "environment.A"),
        ({"environment": {f"A{n}": "" for n in range(101)}}, "environment"),
        ({"message": "x" * 501}, "message"),
        ({"owner_id": 1}, "owner_id"),
        ({"latest_version_id": 1}, "latest_version_id"),
    ],
)
def test_bad_input_is_refused_naming_its_field_and_nothing_is_stored(
    client: Browser, image: dict[str, Any], context: Context, body: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "files": [MAIN], **body})
    assert answer.status_code == 422, answer.text
    assert fields(answer) == [field]
    with context.db.reading() as session:
        assert session.query(Script).count() == session.query(Version).count() == 0


def test_a_file_that_is_too_large_is_answered_with_413(client: Browser, image: dict[str, Any]) -> None:
    large = {"path": "main.py", "content": "#" * (11 * 1024 * 1024)}
    answer = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "files": [large]})
    assert answer.status_code == 413
    assert fields(answer) == ["files.0.content"]
    assert "at most 1.0 MB" in answer.json["detail"]


def test_two_scripts_cannot_have_the_same_name(client: Browser, image: dict[str, Any]) -> None:
    first, second = make(client, image, name="Job"), make(client, image, name="caf\u00e9")
    for name in ("job", "cafe\u0301"):
        body = {"name": name, "image_id": image["id"], "files": [MAIN]}
        assert fields(client.post("/api/scripts", json=body)) == ["name"]
    assert fields(client.patch(f"/api/scripts/{second['id']}", json={"name": "JOB"})) == ["name"]
    assert client.patch(f"/api/scripts/{first['id']}", json={"name": "JOB"}).json["name"] == "JOB"


def test_everything_but_the_files_can_be_changed(client: Browser, image: dict[str, Any]) -> None:
    other = client.post("/api/images", json={"name": "Other"}).json
    script = make(client, image)
    body = {
        "name": "New",
        "description": "d",
        "image_id": other["id"],
        "limits": {"memory_mb": 64, "cpus": 0.5},
        "network": "bridge",
        "environment": {"A": "b"},
    }
    changed = client.patch(f"/api/scripts/{script['id']}", json=body).json
    assert changed["image"]["name"] == "Other"
    assert changed["limits"] == {**script["limits"], "memory_mb": 64, "cpus": 0.5}
    assert (changed["name"], changed["network"], changed["environment"]) == ("New", "bridge", {"A": "b"})
    assert client.get(f"/api/scripts/{script['id']}").json == changed
    assert client.patch(f"/api/scripts/{script['id']}", json={}).json["name"] == "New"
    assert fields(client.patch(f"/api/scripts/{script['id']}", json={"image_id": 77})) == ["image_id"]
    assert fields(client.patch(f"/api/scripts/{script['id']}", json={"limits": {"memory_mb": 1}})) == [
        "limits.memory_mb"
    ]


def test_a_deleted_script_is_gone_with_its_files(client: Browser, image: dict[str, Any], context: Context) -> None:
    script = make(client, image)
    home: Path = context.data / "scripts" / str(script["id"])
    assert home.is_dir()
    assert client.delete(f"/api/scripts/{script['id']}").status_code == 204
    assert not home.exists()
    for path in ("", "/files", "/versions", "/versions/1"):
        assert client.get(f"/api/scripts/{script['id']}{path}").status_code == 404
    assert make(client, image)["id"] > script["id"]


@pytest.mark.parametrize(
    "path", ["/api/scripts/0", "/api/scripts/-1", f"/api/scripts/{2**63}", "/api/scripts/1 OR 1=1"]
)
def test_what_is_no_id_leads_nowhere(client: Browser, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_deed_stands_in_the_audit_trail(client: Browser, image: dict[str, Any], context: Context) -> None:
    script = make(client, image)
    save(client, script, {**MAIN, "content": "2"})
    client.patch(f"/api/scripts/{script['id']}", json={"description": "d"})
    client.delete(f"/api/scripts/{script['id']}")
    with context.db.reading() as session:
        rows = session.query(AuditEntry).filter_by(target=f"script:{script['id']}").order_by(AuditEntry.id)
        assert [row.tag for row in rows] == ["script:create", "script:save", "script:change", "script:delete"]


def test_a_script_whose_image_was_never_built_cannot_start(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image)
    refused = client.post(f"/api/scripts/{script['id']}/jobs", json={})
    assert refused.status_code == 409
    assert "Python is dormant" in refused.json["detail"]
    with context.db.reading() as session:
        assert jobs.last_of(session, [script["id"]]) == {}


def build(context: Context, client: Browser, image: dict[str, Any]) -> int:
    """A good build of the image, by a worker's hand."""
    started = client.post(f"/api/images/{image['id']}/builds").json
    with context.db.transaction() as session:
        builds.claim(session, started["id"], "bench:1", 1)
        built = Built("sha256:1", "3.11.2", 1000)
        builds.succeed(session, started["id"], "bench:1", built, isolates=False, steps=[])
    return int(started["id"])


def test_a_script_is_not_deleted_while_a_job_of_it_waits(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    build_id = build(context, client, image)
    script = make(client, image)
    assert (script["image"]["usable"], script["image"]["isolates"]) == (True, False)
    job = client.post(f"/api/scripts/{script['id']}/jobs", json={}).json
    shown = client.get(f"/api/scripts/{script['id']}").json["last_job"]
    assert (shown["id"], shown["uuid"], shown["status"]) == (job["id"], job["uuid"], "queued")
    refused = client.delete(f"/api/scripts/{script['id']}")
    assert (refused.status_code, "waiting or running" in refused.json["detail"]) == (409, True)
    # Nor is the built image that it waits to run on taken from it.
    client.post(f"/api/images/{image['id']}/destroy")
    with context.db.reading() as session:
        assert builds.leftovers(session) == []
    client.post(f"/api/jobs/{job['id']}/cancel")
    with context.db.reading() as session:
        assert [left.build_id for left in builds.leftovers(session)] == [build_id]
    assert client.delete(f"/api/scripts/{script['id']}").status_code == 204
    assert client.get(f"/api/jobs/{job['id']}").status_code == 404


def test_a_script_counts_its_schedules_and_takes_them_with_it(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image)
    for cron in ("0 3 * * *", "0 4 * * *"):
        body = {"script_id": script["id"], "cron": cron}
        assert client.post("/api/schedules", json=body).status_code == 201
    assert client.get(f"/api/scripts/{script['id']}").json["schedules"] == 2
    assert client.delete(f"/api/scripts/{script['id']}").status_code == 204
    assert client.get("/api/schedules").json["items"] == []
