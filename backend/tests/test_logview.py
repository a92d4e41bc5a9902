"""Log files over HTTP, asked through the log of a build: ranges, windows, the live stream, and bad input."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from people import Browser

from scripter.context import Context
from scripter.images import builds, service
from scripter.images.models import Build
from scripter.lib.errors import NotFound
from scripter.logstore import Writer
from scripter.logview import RangeNotSatisfiable, byte_range

WORKER = "bench:1"


@pytest.fixture
def build(context: Context) -> Build:
    """A build that runs."""
    with context.db.transaction() as session:
        image = service.create(session, "Python", by=None)
        made = service.start_build(session, image, by=None)
        builds.claim(session, made.id, WORKER, 1)
    return made


@pytest.fixture
def log(context: Context, build: Build) -> Iterator[Writer]:
    with context.logs.write_build(build.image_id, build.id, build.number) as writer:
        yield writer


def end(context: Context, build: Build) -> None:
    with context.db.transaction() as session:
        builds.fail(session, build.id, WORKER, "Line 2 failed.")


def on_disk(context: Context, build: Build) -> bytes:
    return context.logs.build_path(build.image_id, build.id).read_bytes()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", (0, 10)),
        ("bytes=0-0", (0, 1)),
        ("bytes=3-5", (3, 6)),
        ("bytes= 3 - 5 ", (3, 6)),
        ("bytes=3-999", (3, 10)),
        ("bytes=9-", (9, 10)),
        ("bytes=-4", (6, 10)),
        ("bytes=-999", (0, 10)),
        ("bytes=5-3", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=\u0661-", None),
        ("bytes=1.5-", None),
    ],
)
def test_a_range_header_is_read_as_the_standard_says(header: str | None, expected: tuple[int, int] | None) -> None:
    assert byte_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        byte_range(header, 10)


def test_the_whole_log_is_downloaded_byte_for_byte(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"one\ntwo \xff\n" + b"x" * 300_000 + b"\n")
    answer = client.get(f"/api/builds/{build.id}/log")
    assert (answer.status_code, answer.data) == (200, on_disk(context, build))
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Content-Disposition" not in answer.headers


def test_any_part_of_it_can_be_asked_for(client: Browser, context: Context, build: Build, log: Writer) -> None:
    log.write(b"".join(b"line %d\n" % number for number in range(20_000)))
    whole = on_disk(context, build)
    for start, stop in ((0, 1), (17, 400_000), (len(whole) - 5, len(whole)), (99, 100)):
        part = client.get(f"/api/builds/{build.id}/log", headers={"Range": f"bytes={start}-{stop - 1}"})
        assert (part.status_code, part.data) == (206, whole[start:stop])
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


def test_a_part_that_is_not_there_is_answered_with_416_and_the_size(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"one\n")
    size = len(on_disk(context, build))
    answer = client.get(f"/api/builds/{build.id}/log", headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert answer.content_type == "application/problem+json"


def test_with_if_range_all_is_sent(client: Browser, build: Build, log: Writer) -> None:
    log.write(b"one\n")
    headers = {"Range": "bytes=0-1", "If-Range": '"tag"'}
    assert client.get(f"/api/builds/{build.id}/log", headers=headers).status_code == 200


def test_a_log_that_has_not_begun_is_empty(client: Browser, build: Build) -> None:
    answer = client.get(f"/api/builds/{build.id}/log")
    assert (answer.status_code, answer.data) == (200, b"")
    window = client.get(f"/api/builds/{build.id}/log/window").json
    assert window == {"text": "", "start": 0, "end": 0, "size": 0, "finished": False}


def test_the_plain_log_is_what_was_printed(client: Browser, build: Build, log: Writer) -> None:
    log.write(b"one\n" + b"x" * 40_000 + b"\n")
    log.own("step 1 took 2 s")
    answer = client.get(f"/api/builds/{build.id}/log?plain=1&download=1", headers={"Range": "bytes=0-1"})
    assert answer.status_code == 200
    own = f"[scripter] build {build.number}: step 1 took 2 s\n".encode()
    assert answer.data == b"one\n" + b"x" * 40_000 + b"\n" + own
    assert f'filename="build-{build.id}.log"' in answer.headers["Content-Disposition"]


def test_windows_end_with_whole_lines_and_lead_from_one_to_the_next(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"".join(b"line %d\n" % number for number in range(100)))
    text, offset = "", 0
    while offset < len(on_disk(context, build)):
        window = client.get(f"/api/builds/{build.id}/log/window?offset={offset}&limit=500").json
        assert window["text"].endswith("\n")
        assert window["start"] == offset
        text, offset = text + window["text"], window["end"]
    assert text.encode() == on_disk(context, build)


def test_bytes_that_are_no_text_count_as_many_as_they_are(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write("é and \udcff\udcfe, torn \udce2\udc82\n".encode("utf-8", "surrogateescape"))
    window = client.get(f"/api/builds/{build.id}/log/window").json
    assert window["text"].endswith("é and \x1a\x1a, torn \x1a\x1a\n")
    assert len(window["text"].encode()) == window["end"] - window["start"]


def test_the_last_lines_can_be_asked_for(client: Browser, context: Context, build: Build, log: Writer) -> None:
    log.write(b"".join(b"line %d\n" % number for number in range(100)))
    window = client.get(f"/api/builds/{build.id}/log/window?tail=2").json
    assert [line.split(" ", 3)[3] for line in window["text"].splitlines()] == ["line 98", "line 99"]
    assert window["end"] == window["size"] == len(on_disk(context, build))


def test_beyond_the_end_there_is_nothing_and_the_present_size(client: Browser, build: Build, log: Writer) -> None:
    log.write(b"one\n")
    size = client.get(f"/api/builds/{build.id}/log/window").json["size"]
    window = client.get(f"/api/builds/{build.id}/log/window?offset=999999").json
    assert window == {"text": "", "start": size, "end": size, "size": size, "finished": False}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("window?offset=-1", "offset"),
        ("window?offset=1.5", "offset"),
        ("window?offset=abc", "offset"),
        ("window?offset=99999999999999999999", "offset"),
        ("window?limit=0", "limit"),
        ("window?limit=99999999999", "limit"),
        ("window?tail=1e12", "tail"),
        ("window?tail=0", "tail"),
        ("window?tail=1000000000000", "tail"),
        ("window?tail=5&offset=5", "tail"),
        ("window?start=5", "start"),
        ("stream?from=-1", "from"),
        ("stream?from=x", "from"),
    ],
)
def test_a_bad_place_is_refused_naming_its_field(client: Browser, build: Build, query: str, field: str) -> None:
    answer = client.get(f"/api/builds/{build.id}/log/{query}")
    assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, [field])


def events(body: bytes) -> list[dict[str, Any]]:
    """The events of a stream: name, id and data."""
    found = []
    for block in body.decode().split("\n\n"):
        parts = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith((":", "retry")))
        if "event" in parts:
            found.append({"event": parts["event"], "id": parts.get("id"), "data": json.loads(parts["data"])})
    return found


def test_the_stream_of_an_ended_build_gives_its_log_and_its_end(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"one\ntwo\n")
    log.close()
    end(context, build)
    answer = client.get(f"/api/builds/{build.id}/log/stream")
    assert answer.content_type.startswith("text/event-stream")
    whole = on_disk(context, build)
    assert events(answer.data) == [
        {"event": "log", "id": str(len(whole)), "data": {"text": whole.decode(), "start": 0, "end": len(whole)}},
        {"event": "end", "id": None, "data": {"status": "failed", "reason": "Line 2 failed."}},
    ]


def test_a_viewer_who_comes_back_misses_and_repeats_nothing(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"one\ntwo\n")
    log.close()
    end(context, build)
    whole = on_disk(context, build)
    seen = whole.index(b"\n") + 1
    address = f"/api/builds/{build.id}/log/stream"
    by_header = client.get(f"{address}?from=0", headers={"Last-Event-ID": str(seen)})
    by_query = client.get(f"{address}?from={seen}")
    for answer in (by_header, by_query):
        assert events(answer.data)[0]["data"]["text"] == whole[seen:].decode()
    assert client.get(address, headers={"Last-Event-ID": "x"}).status_code == 422


def test_a_live_stream_goes_on_until_the_build_has_ended(
    client: Browser, context: Context, build: Build, log: Writer
) -> None:
    log.write(b"one\n")

    def work() -> None:
        log.write(b"two\n")
        log.close()
        end(context, build)

    answer = client.get(f"/api/builds/{build.id}/log/stream")
    worker = threading.Thread(target=work)
    body = b""
    for part in answer.iter_encoded():
        body += part
        if b"one" in part:
            worker.start()
    worker.join()
    found = events(body)
    assert "".join(one["data"]["text"] for one in found[:-1]).encode() == on_disk(context, build)
    assert found[-1]["data"]["status"] == "failed"
    answer.close()


def test_a_log_of_nothing_is_not_found(client: Browser, context: Context) -> None:
    for query in ("", "/window", "/stream"):
        assert client.get(f"/api/builds/77/log{query}").status_code == 404
    with context.db.reading() as session, pytest.raises(NotFound):
        builds.get(session, 77)
