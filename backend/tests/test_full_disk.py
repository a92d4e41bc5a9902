"""What people are told when the data directory's disk is full, can only be read, or takes no more files; and that
everything goes on once there is room again, without a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from people import Browser
from small_disk import MEGABYTE, SmallDisk, small_disk

from scripter import logstore
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.context import Context
from scripter.images import builder, builds
from scripter.lib import disk as room
from scripter.logstore import Writer
from scripter.runners.local import LocalRunner
from scripter.upkeep import service as upkeep
from scripter.upkeep.service import Beat

LARGE = "x" * 900_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", files=4000) as found:
        yield found


@pytest.fixture
def settings(disk: SmallDisk, sqlite_url: str) -> Settings:
    """The database lies elsewhere, as MariaDB's does."""
    data = disk.path / "data"
    data.mkdir()
    return Settings(data=Data(directory=str(data), min_free_mb=8), database=DatabaseSettings(url=sqlite_url))


@pytest.fixture
def script(client: Browser) -> dict[str, Any]:
    image = client.post("/api/images", json={"name": "Python"}).json
    files = [{"path": "main.py", "content": "print('first')\n"}]
    made = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "files": files})
    assert made.status_code == 201, made.text
    return dict(made.json)


def save(client: Browser, script: dict[str, Any], content: str) -> Any:
    files = [{"path": "main.py", "content": content}, {"path": "more.txt", "content": f"more\n{content}"}]
    return client.post(f"/api/scripts/{script['id']}/versions", json={"files": files})


def refused(answer: Any, words: str) -> None:
    assert (answer.status_code, answer.content_type) == (507, "application/problem+json")
    problem = answer.json
    assert (problem["code"], problem["title"]) == ("disk_full", "Disk full")
    assert problem["detail"] == f"Nothing was saved: {words}. Free some room and try again."


def drafts(context: Context) -> list[Path]:
    return [file for file in (context.data / "objects").rglob(".*") if file.is_file()]


FULL = "the disk of the data directory is full"


def test_a_save_that_finds_no_room_is_refused_whole_and_succeeds_later(
    client: Browser, script: dict[str, Any], context: Context, disk: SmallDisk
) -> None:
    disk.fill(but=MEGABYTE)  # the first of the two files goes in
    refused(save(client, script, LARGE), FULL)
    assert drafts(context) == []
    versions = client.get(f"/api/scripts/{script['id']}/versions").json["items"]
    assert [one["number"] for one in versions] == [1]
    disk.make_room()
    assert save(client, script, LARGE).status_code == 201
    assert (context.data / "scripts" / str(script["id"]) / "src" / "more.txt").read_text() == f"more\n{LARGE}"


def test_an_upload_that_finds_no_room_is_refused(client: Browser, script: dict[str, Any], disk: SmallDisk) -> None:
    disk.fill()
    parts = {"files": (BytesIO(b"1,2\n" * 75_000), "data.csv")}
    refused(
        client.post(f"/api/scripts/{script['id']}/files/upload", data=parts, content_type="multipart/form-data"), FULL
    )


def test_a_disk_that_takes_no_more_files_is_full(client: Browser, script: dict[str, Any], disk: SmallDisk) -> None:
    disk.use_up_files()
    refused(save(client, script, "print('second')\n"), FULL)
    disk.make_room()
    assert save(client, script, "print('second')\n").status_code == 201


def test_a_disk_that_can_only_be_read_is_told_of(client: Browser, script: dict[str, Any], disk: SmallDisk) -> None:
    disk.remount("ro")
    words = "the disk of the data directory can only be read"
    refused(save(client, script, "print('second')\n"), words)
    assert client.get("/api/system").json["disk"]["shortage"] == words
    assert client.get(f"/api/scripts/{script['id']}/files").status_code == 200
    disk.remount("rw")
    assert save(client, script, "print('second')\n").status_code == 201


def test_what_is_shown_of_a_saved_version_comes_later_if_there_was_no_room_for_it(
    client: Browser, script: dict[str, Any], context: Context, disk: SmallDisk
) -> None:
    disk.fill(but=2 * MEGABYTE)  # enough to store the files, not to show them
    assert save(client, script, LARGE).status_code == 201
    shown = context.data / "scripts" / str(script["id"]) / "src"
    assert (shown / "main.py").read_text() == "print('first')\n"
    assert [path.name for path in shown.parent.iterdir() if path.is_dir()] == ["src"]


class TestSqlite:
    @pytest.fixture
    def settings(self, disk: SmallDisk, sqlite_template: Path) -> Settings:
        (disk.path / "scripter.db").write_bytes(sqlite_template.read_bytes())
        data = disk.path / "data"
        data.mkdir()
        return Settings(
            data=Data(directory=str(data)), database=DatabaseSettings(url=f"sqlite:///{disk.path}/scripter.db")
        )

    def test_a_database_without_room_is_told_of_and_goes_on_later(
        self, client: Browser, script: dict[str, Any], disk: SmallDisk
    ) -> None:
        disk.fill()
        answers = [client.post("/api/images", json={"name": f"Image {n}", "description": "d" * 1000}) for n in range(9)]
        assert {answer.status_code for answer in answers} <= {201, 503, 507}
        last = answers[-1]
        assert last.status_code in (503, 507)
        assert "full" in last.json["detail"] or "database" in last.json["detail"]
        assert client.get("/api/images").status_code == 200
        disk.make_room()
        assert client.post("/api/images", json={"name": "Later"}).status_code == 201


def test_too_little_room_is_seen_in_health_and_system(client: Browser, disk: SmallDisk) -> None:
    assert client.get("/api/health").json["disk"] is True
    disk.fill(but=5 * MEGABYTE)
    health, system = client.get("/api/health"), client.get("/api/system")
    assert (health.status_code, health.json["status"], health.json["disk"]) == (200, "degraded", False)
    found = system.json["disk"]
    assert found["min_free_mb"] == 8
    assert found["shortage"] == f"only {found['free_mb']} MB are free on the disk of the data directory"
    disk.make_room()
    assert client.get("/api/health").json["disk"] is True
    assert client.get("/api/system").json["disk"]["shortage"] is None


def test_a_waiting_job_says_what_it_waits_for(context: Context, disk: SmallDisk) -> None:
    context.worker = "w:1"
    with context.db.transaction() as session:
        beat = Beat(name="w", runner=LocalRunner(context.data), places=2, running=0, engine_answers=True)
        upkeep.beat(session, beat)
    disk.fill(but=5 * MEGABYTE)
    with context.db.reading() as session:
        words = upkeep.hindrance(session, 0)
    assert words is not None
    assert re.fullmatch(r"only \d+ MB are free on the disk of the data directory", words)
    disk.make_room()
    with context.db.reading() as session:
        assert upkeep.hindrance(session, 0) is None


def test_few_files_left_are_a_shortage_too(disk: SmallDisk) -> None:
    found = room.room(disk.path)
    assert room.shortage(found, 8) is None
    assert room.shortage(found._replace(free_files=12), 8) == (
        "only 12 more files can be made on the disk of the data directory"
    )
    assert room.shortage(found._replace(free_files=None), 8) is None
    assert room.shortage(found._replace(free_mb=0), 0) is None


def test_no_build_begins_without_room_and_it_says_why(client: Browser, context: Context, disk: SmallDisk) -> None:
    disk.fill(but=5 * MEGABYTE)
    context.worker, runner = "bench:1", LocalRunner(context.data)
    with context.db.transaction() as session:
        upkeep.beat(session, Beat("bench", runner, places=1, running=0, engine_answers=True))
    image = client.post("/api/images", json={"name": "Python"}).json
    build = client.post(f"/api/images/{image['id']}/builds").json
    builder.begin(context, runner, build["id"])
    waiting = client.get(f"/api/builds/{build['id']}").json
    assert waiting["status"] == "queued"
    assert waiting["waits_for"].endswith("MB are free on the disk of the data directory")
    disk.make_room()
    assert client.get(f"/api/builds/{build['id']}").json["waits_for"] is None
    with context.db.transaction() as session:
        assert builds.claim(session, build["id"], "bench:1", 1) is not None


def test_a_builds_log_says_how_much_the_disk_did_not_take(disk: SmallDisk) -> None:
    path = disk.path / "build.log"
    with Writer(path, "build 1") as log:
        log.write(b"before\n")
        disk.fill()
        for number in range(2000):
            log.write(b"%04d %s\n" % (number, b"y" * 1000))
        disk.make_room()
        log.write(b"after\n")
    text = path.read_bytes()
    lines = [logstore.parse(line) for line in text.splitlines()]
    assert all(line.at is not None for line in lines)
    own = [line.text.decode() for line in lines if line.own]
    kept = [line for line in lines if line.text.endswith(b"y")]
    per_line = len(b"2026-11-22T04:45:40.453659768Z stdout F 0000 \n") + 1000
    found = [
        re.fullmatch(r"build 1: the disk .* is full: (\d+) bytes of the log were dropped here", text) for text in own
    ]
    assert sum(int(one[1]) for one in found if one) == (2000 - len(kept)) * per_line > 0
    assert (lines[0].text, lines[-1].text) == (b"before", b"after")
