"""Searching logs: against a naive search over whole lines, with parts of lines, binary bytes and bounds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import Browser

from scripter import logstore
from scripter.context import Context
from scripter.images import builds, service
from scripter.images.models import Build
from scripter.logstore import Bounds, Found
from scripter.logstore import search as searching

AT = b"2026-11-22T04:45:40.453659768Z"


def record(text: bytes, *, tag: bytes = b"F", stream: bytes = b"stdout") -> bytes:
    return b"%s %s %s %s\n" % (AT, stream, tag, text)


def find(log: Path, text: str, start: int = 0, *, case: bool = False, word: bool = False, **more: object) -> Found:
    return logstore.find(log, logstore.sought(text, case=case, word=word), start, **more)  # type: ignore[arg-type]


def texts(found: Found) -> list[bytes]:
    return [hit.text for hit in found.hits]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def naive(records: list[tuple[bytes, bytes, bytes]], sought: bytes) -> list[int]:
    """Offsets of the records in which a match ends, found by joining the parts of each stream's lines."""
    hits, offset, line = [], 0, {b"stdout": b"", b"stderr": b""}
    for stream, tag, text in records:
        before = b"" if tag == b"F:scripter" else line[stream]
        whole = before + text
        if any(whole[at : at + len(sought)] == sought for at in range(len(whole)) if at + len(sought) > len(before)):
            hits.append(offset)
        if tag != b"F:scripter":
            line[stream] = whole if tag == b"P" else b""
        offset += len(record(text, tag=tag, stream=stream))
    return hits


RECORDS = st.lists(
    st.tuples(
        st.sampled_from([b"stdout", b"stderr"]),
        st.sampled_from([b"F", b"P", b"F:scripter"]),
        st.text("ab\xe4", max_size=6).map(str.encode)
        | st.binary(max_size=6).map(lambda text: text.replace(b"\n", b"")),
    ),
    max_size=25,
)


@given(records=RECORDS, text=st.text("ab\xe4", min_size=1, max_size=4), limit=st.integers(1, 4))
def test_page_by_page_a_search_finds_what_a_naive_one_finds(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[bytes, bytes, bytes]], text: str, limit: int
) -> None:
    log = tmp_path_factory.mktemp("log") / "a.log"
    log.write_bytes(b"".join(record(text, tag=tag, stream=stream) for stream, tag, text in records))
    hits, at = [], 0
    while True:
        found = find(log, text, at, case=True, bounds=Bounds(hits=limit))
        hits += [hit.offset for hit in found.hits]
        at = found.end
        if at == found.size:
            break
    assert hits == naive(records, text.encode())


@given(lines=st.lists(st.binary(max_size=12), max_size=20), text=st.text("ab", min_size=1, max_size=2))
def test_bytes_of_any_kind_are_searched(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], text: str
) -> None:
    log = tmp_path_factory.mktemp("log") / "a.log"
    data = b"\n".join(lines)
    log.write_bytes(data)
    found = find(log, text, complete=True)
    assert texts(found) == [line for line in data.split(b"\n") if text.encode() in line.lower()]
    assert found.end == len(data)


def test_blocks_may_end_anywhere(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_bytes(b"".join(record(b"line %d" % number) for number in range(200)))
    monkeypatch.setattr(searching, "BLOCK_BYTES", 100)
    assert texts(find(log, "LINE 19")) == [b"line 19", *(b"line 19%d" % number for number in range(10))]


def test_times_and_streams_are_not_text(log: Path) -> None:
    log.write_bytes(record(b"one") + record(b"stdout F"))
    assert texts(find(log, "stdout")) == [b"stdout F"]
    assert texts(find(log, "2026-11-22T")) == []


def test_case_counts_only_when_asked_also_beyond_ascii(log: Path) -> None:
    log.write_bytes(record("ÜBUNG macht".encode()) + record("übung Macht".encode()))
    assert len(find(log, "Übung").hits) == 2
    assert len(find(log, "MACHT").hits) == 2
    assert texts(find(log, "übung", case=True)) == ["übung Macht".encode()]
    assert texts(find(log, "macht", case=True)) == ["ÜBUNG macht".encode()]


def test_signs_of_regular_expressions_are_text(log: Path) -> None:
    log.write_bytes(record(b"a.c (x+)*$") + record(b"abc"))
    assert texts(find(log, "a.c")) == [b"a.c (x+)*$"]
    assert texts(find(log, "(x+)*$")) == [b"a.c (x+)*$"]


def test_whole_words_only_when_asked(log: Path) -> None:
    log.write_bytes(record(b"port") + record(b"import") + record(b"the port.") + record("portä".encode()))
    assert texts(find(log, "port", word=True)) == [b"port", b"the port."]


def test_a_text_across_the_parts_of_a_line_is_a_hit_where_it_ends(log: Path) -> None:
    parts = [record(b"nee", tag=b"P"), record(b"stderr says", stream=b"stderr"), record(b"dle")]
    log.write_bytes(b"".join(parts))
    (hit,) = find(log, "needle").hits
    assert hit.offset == len(parts[0] + parts[1])
    # Asking again from there on gives it too: what came before is looked at.
    assert len(find(log, "needle", hit.offset).hits) == 1


def test_neighbours_come_with_a_hit_as_far_as_there_are_any(log: Path) -> None:
    log.write_bytes(b"".join(record(b"line %d" % number) for number in range(6)))
    (hit,) = find(log, "line 1", context=3).hits
    assert hit.before == [b"line 0"]
    assert hit.after == [b"line 2", b"line 3", b"line 4"]
    (hit,) = find(log, "line 5", context=2).hits
    assert (hit.before, hit.after) == ([b"line 3", b"line 4"], [])


def test_neighbours_are_whole_lines_or_left_out(log: Path) -> None:
    log.write_bytes(record(b"far") + record(b"x" * searching.CONTEXT_BYTES) + record(b"near") + record(b"here"))
    (hit,) = find(log, "here", context=10).hits
    assert hit.before == [b"near"]


def test_a_long_line_is_shown_around_its_match(log: Path) -> None:
    log.write_bytes(record(b"x" * 9_000 + b"needle" + b"y" * 6_000))
    (text,) = texts(find(log, "needle"))
    assert b"needle" in text
    assert text.startswith("…".encode()) and text.endswith("…".encode())
    assert len(text) < searching.SHOWN_BYTES + 10


def test_a_search_stops_after_its_share_of_bytes_or_time_and_says_where(log: Path) -> None:
    log.write_bytes(record(b"x" * 1_000) * 1_000)
    for bounds in (Bounds(size_bytes=1), Bounds(time=timedelta(0))):
        found = find(log, "y", bounds=bounds)
        assert 0 < found.end <= searching.BLOCK_BYTES < found.size
        assert log.read_bytes()[found.end - 1] == ord("\n")


def test_the_unfinished_last_line_is_searched_once_the_log_is_complete(log: Path) -> None:
    log.write_bytes(record(b"one") + AT + b" stdout F on")
    found = find(log, "on")
    assert (texts(found), found.end) == ([b"one"], len(record(b"one")))
    assert texts(find(log, "on", found.end, complete=True)) == [b"on"]


def test_no_log_holds_nothing(log: Path) -> None:
    assert find(log, "x", 700) == Found([], 0, 0)


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "ValueError: no",
        "ERROR: exit 3",
        "a.b.NoSuchException",
        "panic: x",
        "Fatal",
    ],
)
def test_lines_that_tell_of_an_error_are_known(log: Path, line: str) -> None:
    log.write_bytes(record(b"all is well") + record(line.encode()) + record(b"error again"))
    assert texts(logstore.find(log, logstore.ERRORS, bounds=Bounds(hits=1))) == [line.encode()]


@pytest.mark.parametrize("line", ["0 errors", "mean_squared_error 0.1", "errorless", "exceptional", "last_error=None"])
def test_lines_that_only_look_like_an_error_are_passed_over(log: Path, line: str) -> None:
    log.write_bytes(record(line.encode()))
    assert logstore.find(log, logstore.ERRORS).hits == []


@pytest.fixture
def build(context: Context) -> Build:
    """A build that runs and has printed."""
    with context.db.transaction() as session:
        image = service.create(session, "Python", by=None)
        made = service.start_build(session, image, by=None)
        builds.claim(session, made.id, "bench:1", 1)
    with context.logs.write_build(made.image_id, made.id, made.number) as writer:
        writer.write(b"one\ntwo \xff\nERROR: three\nfour\n")
    return made


def test_a_search_over_http_gives_hits_with_context_and_where_to_go_on(client: Browser, build: Build) -> None:
    answer = client.get(f"/api/builds/{build.id}/log/search?q=O&context=1&limit=2").json
    assert [(hit["text"], hit["before"], hit["after"]) for hit in answer["hits"]] == [
        ("one", [], ["two \ufffd"]),
        ("two \ufffd", ["one"], ["ERROR: three"]),
    ]
    assert answer["end"] < answer["size"] and answer["finished"] is False
    rest = client.get(f"/api/builds/{build.id}/log/search?q=o&from={answer['end']}").json
    assert [hit["text"] for hit in rest["hits"]] == ["ERROR: three", "four"]
    assert rest["end"] == rest["size"]
    window = client.get(f"/api/builds/{build.id}/log/window?offset={rest['hits'][1]['offset']}").json
    assert window["text"].endswith(" stdout F four\n") and window["text"].count("\n") == 1


def test_the_first_error_is_found_over_http(client: Browser, build: Build) -> None:
    first = client.get(f"/api/builds/{build.id}/log/first-error").json
    assert first["text"] == "ERROR: three"
    after = client.get(f"/api/builds/{build.id}/log/first-error?from={first['end']}").json
    assert (after["offset"], after["text"], after["end"]) == (None, None, after["size"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("search", "q"),
        ("search?q=", "q"),
        ("search?q=a%0Ab", "q"),
        ("search?q=a%0A", "q"),
        (f"search?q={'x' * 201}", "q"),
        ("search?q=a&limit=0", "limit"),
        ("search?q=a&limit=201", "limit"),
        ("search?q=a&context=11", "context"),
        ("search?q=a&from=-1", "from"),
        ("search?q=a&case=perhaps", "case"),
        ("search?q=a&regex=true", "regex"),
        ("first-error?from=x", "from"),
    ],
)
def test_a_bad_search_is_refused_naming_its_field(client: Browser, build: Build, query: str, field: str) -> None:
    answer = client.get(f"/api/builds/{build.id}/log/{query}")
    assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, [field])


def test_the_log_of_nothing_cannot_be_searched(client: Browser) -> None:
    for query in ("builds/77/log/search?q=a", "builds/77/log/first-error", "jobs/77/log/search?q=a"):
        assert client.get(f"/api/{query}").status_code == 404
    assert client.get("/api/jobs/77/log/first-error").status_code == 404
