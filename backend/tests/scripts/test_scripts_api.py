"""Scripts through the HTTP client: making, changing, versions, uploads, deletion, and every refusal."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from people import Browser
from sqlalchemy import event

from scripter.access.models import AuditEntry
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images import builds
from scripter.jobs import service as jobs
from scripter.runners.protocol import Built
from scripter.scripts import service
from scripter.scripts.models import Script, Version

MAIN = {"path": "main.py", "content": "print('hello')\n"}


@pytest.fixture
def image(client: Browser) -> dict[str, Any]:
    made = client.post("/api/images", json={"name": "Python"})
    assert made.status_code == 201, made.text
    return dict(made.json)


def make(client: Browser, image: dict[str, Any], **body: Any) -> dict[str, Any]:
    made = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "files": [MAIN], **body})
    assert made.status_code == 201, made.text
    return dict(made.json)


def fields(answer: Any) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [one["field"] for one in answer.json["errors"]]


def save(client: Browser, script: dict[str, Any], *files: dict[str, str], **body: Any) -> Any:
    return client.post(f"/api/scripts/{script['id']}/versions", json={"files": files, **body})


def src(context: Context, script: dict[str, Any]) -> dict[str, bytes]:
    home = context.data / "scripts" / str(script["id"]) / "src"
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


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


def test_a_save_freezes_a_version_with_author_time_digest_and_message(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image)
    saved = save(
        client, script, {**MAIN, "content": "print(2)"}, {"path": "lib/a.txt", "content": "a"}, message="two", base=1
    )
    assert saved.status_code == 201, saved.text
    version = saved.json
    assert (version["number"], version["message"], version["author"]["name"]) == (2, "two", "anna")
    assert [(file["path"], file["size"]) for file in version["files"]] == [("lib/a.txt", 1), ("main.py", 8)]
    assert src(context, script) == {"main.py": b"print(2)", "lib/a.txt": b"a"}
    assert client.get(f"/api/scripts/{script['id']}").json["version"] == {"id": version["id"], "number": 2}

    listed = client.get(f"/api/scripts/{script['id']}/versions").json["items"]
    assert [one["number"] for one in listed] == [2, 1]
    assert listed[0] == version
    old = client.get(f"/api/scripts/{script['id']}/versions/1").json
    assert [file["content"] for file in old["files"]] == ["print('hello')\n"]
    assert old["digest"] != version["digest"]


def test_saving_nothing_new_makes_no_version(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image)
    first = client.get(f"/api/scripts/{script['id']}/versions").json["items"][0]
    again = save(client, script, MAIN, message="again", base=1)
    assert (again.status_code, again.json) == (200, first)
    # An older state is something new when the latest is another.
    assert save(client, script, {**MAIN, "content": "2"}).json["number"] == 2
    back = save(client, script, MAIN)
    assert (back.status_code, back.json["number"], len(back.json["files"])) == (201, 3, 1)


def test_another_entry_is_a_new_version(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image, files=[MAIN, {"path": "b.py", "content": ""}])
    saved = save(client, script, MAIN, {"path": "b.py", "content": ""}, entry="b.py")
    assert (saved.status_code, saved.json["entry"]) == (201, "b.py")
    assert client.get(f"/api/scripts/{script['id']}").json["entry"] == "b.py"
    assert fields(save(client, script, MAIN)) == ["entry"]


def test_a_save_from_an_old_version_is_a_conflict(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image)
    save(client, script, {**MAIN, "content": "anna"}, base=1)
    late = save(client, script, {**MAIN, "content": "bert"}, base=1)
    assert late.status_code == 409
    assert "version 2" in late.json["detail"]
    # The same content twice is no quarrel: the answer to the first save may have been lost.
    assert save(client, script, {**MAIN, "content": "anna"}, base=1).status_code == 200


def test_saves_at_the_same_moment_take_turns(client: Browser, image: dict[str, Any], context: Context) -> None:
    script = make(client, image)

    def save_as(number: int) -> None:
        files = [SourceFile("main.py", str(number).encode())]
        context.db.run(
            lambda session: service.save_version(session, service.get(session, script["id"]), files, by=None)
        )

    threads = [threading.Thread(target=save_as, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = client.get(f"/api/scripts/{script['id']}/versions").json["items"]
    assert [version["number"] for version in listed] == list(range(9, 0, -1))
    latest = client.get(f"/api/scripts/{script['id']}/files").json["items"][0]["content"]
    assert src(context, script) == {"main.py": latest.encode()}


def test_syntax_errors_are_saved_with_a_warning(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image, files=[{"path": "main.py", "content": "a = 1\n\ndef x(:\n"}])
    version = client.get(f"/api/scripts/{script['id']}/versions/1").json
    assert version["warnings"] == ["main.py line 3: invalid syntax"]
    assert version["files"][0]["content"] == "a = 1\n\ndef x(:\n"


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfprint()\r\n", b"if 1:\n\tpass\n", b"#!/bin/sh\n\xf0\x9f\x90\x8d"])
def test_text_comes_back_byte_for_byte(client: Browser, image: dict[str, Any], content: bytes) -> None:
    script = make(client, image, files=[{"path": "main.py", "content": content.decode()}])
    file = client.get(f"/api/scripts/{script['id']}/files").json["items"][0]
    assert (file["encoding"], file["content"].encode(), file["size"]) == ("utf-8", content, len(content))


def test_bytes_that_are_no_text_travel_in_base64(client: Browser, image: dict[str, Any]) -> None:
    picture = base64.b64encode(b"\x89PNG\0\xff").decode()
    script = make(client, image, files=[MAIN, {"path": "a.png", "content": picture, "encoding": "base64"}])
    file = client.get(f"/api/scripts/{script['id']}/files").json["items"][0]
    assert file == {"path": "a.png", "content": picture, "encoding": "base64", "size": 6}


def upload(client: Browser, script: dict[str, Any], *parts: tuple[str, bytes], field: str = "files") -> Any:
    data = {field: [(io.BytesIO(content), name) for name, content in parts]}
    return client.post(f"/api/scripts/{script['id']}/files/upload", data=data, content_type="multipart/form-data")


def test_an_upload_adds_and_replaces_files(client: Browser, image: dict[str, Any], context: Context) -> None:
    script = make(client, image)
    done = upload(client, script, ("main.py", b"print(2)"), ("data/x.csv", b"1,2"))
    assert done.status_code == 201, done.text
    assert src(context, script) == {"main.py": b"print(2)", "data/x.csv": b"1,2"}
    assert upload(client, script, ("data/x.csv", b"1,2")).status_code == 200


def test_a_zip_archive_is_unpacked(client: Browser, image: dict[str, Any], context: Context) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lib/a.py", "A = 1")
        archive.writestr("main.py", "import lib.a")
    script = make(client, image)
    assert upload(client, script, ("all.zip", buffer.getvalue())).status_code == 201
    assert src(context, script) == {"lib/a.py": b"A = 1", "main.py": b"import lib.a"}


def test_a_bad_upload_says_which_entry_and_why(client: Browser, image: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.py", "")
    script = make(client, image)
    refused = upload(client, script, ("all.zip", buffer.getvalue()))
    assert refused.status_code == 422
    assert "../../evil.py" in refused.json["detail"]
    assert upload(client, script, ("../x.py", b"")).status_code == 422
    assert fields(upload(client, script, ("all.zip", b"\x89PNG"))) == ["files.0"]
    assert fields(upload(client, script, ("a.py", b""), field="stuff"))[0] == "files"
    empty = client.post(f"/api/scripts/{script['id']}/files/upload", data={}, content_type="multipart/form-data")
    assert 400 <= empty.status_code < 500
    assert client.get(f"/api/scripts/{script['id']}").json["version"]["number"] == 1


@pytest.mark.parametrize("network", ["none", "bridge", "egress"])
def test_every_network_mode_can_be_asked_for(client: Browser, image: dict[str, Any], network: str) -> None:
    script = make(client, image)
    assert client.patch(f"/api/scripts/{script['id']}", json={"network": network}).json["network"] == network


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


def test_a_script_has_a_share_that_can_be_set_and_taken_back(client: Browser, image: dict[str, Any]) -> None:
    def share(script: dict[str, Any]) -> tuple[Any, ...]:
        return script["priority"], script["max_running"], script["max_queued"]

    assert share(make(client, image)) == (0, None, None)
    script = make(client, image, name="Modest", priority=-10, max_running=1, max_queued=100_000)
    assert share(script) == (-10, 1, 100_000)
    path = f"/api/scripts/{script['id']}"
    assert share(client.patch(path, json={"priority": 10, "max_running": None}).json) == (10, None, 100_000)
    assert share(client.patch(path, json={"max_queued": None}).json) == (10, None, None)
    assert share(client.get(path).json) == (10, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("priority", 11), ("priority", -11), ("max_running", 0), ("max_running", 1_001), ("max_queued", 100_001)],
)
def test_a_share_outside_of_its_bounds_is_refused(
    client: Browser, image: dict[str, Any], field: str, value: int
) -> None:
    assert fields(client.post("/api/scripts", json={"name": "x", "image_id": image["id"], field: value})) == [field]
    assert fields(client.patch(f"/api/scripts/{make(client, image)['id']}", json={field: value})) == [field]


def test_a_script_runs_at_most_once_and_without_a_deadline_unless_told_otherwise(
    client: Browser, image: dict[str, Any]
) -> None:
    script = make(client, image)
    reasons = ["exit", "timeout", "out_of_memory", "signal", "could_not_start"]
    assert script["retries"] == {"count": 0, "delay_s": 10, "factor": 2, "reasons": reasons}
    assert script["deadline_s"] is None


def test_a_scripts_retries_are_set_one_by_one_and_its_deadline_is_taken_back(
    client: Browser, image: dict[str, Any]
) -> None:
    wished = {"count": 3, "reasons": ["lost", "exit", "lost"]}
    script = make(client, image, retries=wished, deadline_s=600)
    assert script["retries"] == {"count": 3, "delay_s": 10, "factor": 2, "reasons": ["exit", "lost"]}
    path = f"/api/scripts/{script['id']}"
    changed = client.patch(path, json={"retries": {"delay_s": 0, "factor": 1.5}}).json
    assert changed["retries"] == {"count": 3, "delay_s": 0, "factor": 1.5, "reasons": ["exit", "lost"]}
    assert changed["deadline_s"] == 600
    assert client.patch(path, json={"deadline_s": None}).json["deadline_s"] is None
    assert client.patch(path, json={"retries": {"count": 0}}).json["retries"]["count"] == 0
    assert client.get(path).json["retries"] == {"count": 0, "delay_s": 0, "factor": 1.5, "reasons": ["exit", "lost"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retries": {"count": -1}}, "retries.count"),
        ({"retries": {"count": 11}}, "retries.count"),
        ({"retries": {"count": 1.5}}, "retries.count"),
        ({"retries": {"count": "many"}}, "retries.count"),
        ({"retries": {"delay_s": 3_601}}, "retries.delay_s"),
        ({"retries": {"factor": 0.5}}, "retries.factor"),
        ({"retries": {"factor": 10.5}}, "retries.factor"),
        ({"retries": {"reasons": ["exit", "boredom"]}}, "retries.reasons.1"),
        ({"retries": {"reasons": ["cancelled"]}}, "retries.reasons.0"),
        ({"retries": {"reasons": "exit"}}, "retries.reasons"),
        ({"retries": {"times": 3}}, "retries.times"),
        ({"retries": 3}, "retries"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"deadline_s": 2_592_001}, "deadline_s"),
        ({"deadline_s": "soon"}, "deadline_s"),
    ],
)
def test_retries_and_deadlines_that_cannot_be_kept_are_refused_and_change_nothing(
    client: Browser, image: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    assert fields(client.post("/api/scripts", json={"name": "x", "image_id": image["id"], **body})) == [field]
    script = make(client, image)
    path = f"/api/scripts/{script['id']}"
    assert fields(client.patch(path, json={"name": "New", **body})) == [field]
    assert client.get(path).json == script


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


def test_what_a_killed_process_has_not_shown_is_shown_by_the_sweep(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image)
    home = context.data / "scripts" / str(script["id"])
    (home / ".src.state").unlink()
    (home / "src" / "main.py").write_text("old")
    with context.db.transaction() as session:
        service.sweep(session)
    assert src(context, script) == {"main.py": b"print('hello')\n"}


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
