"""Versions through the HTTP client: saves and their quarrels, files and bytes, uploads."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from typing import Any

import pytest
from people import Browser
from scripts_rig import MAIN, fields, make, save, src

from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.scripts import service


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
