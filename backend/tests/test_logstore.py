from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripter import logstore
from scripter.logstore import Chunk, LogStore, NotALog, Writer
from scripter.logstore.records import MAX_LINE_BYTES
from scripter.logstore.writer import BUILD_TAIL_BYTES

AT = b"2026-11-22T04:45:40.453659768Z"
OWN = AT + b" stderr F:scripter job 1: started\n"


def record(text: bytes, *, tag: bytes = b"F", stream: bytes = b"stdout") -> bytes:
    return b"%s %s %s %s\n" % (AT, stream, tag, text)


def text_of(log: bytes, *, own: bool = True) -> bytes:
    return b"".join(logstore.plain([log], own=own))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def test_a_job_log_lies_where_the_layout_says_and_its_name_is_in_utc(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    path = LogStore(tmp_path).job_path(7, "0b0e", at)
    assert path == tmp_path / "scripts/7/logs/2026-11-21T23-02-03__0b0e.log"


def test_the_newest_build_is_also_the_images_build_log(tmp_path: Path) -> None:
    store = LogStore(tmp_path)
    for build in (1, 2):
        with store.write_build(5, build, build) as writer:
            writer.write(b"from build %d\n" % build)
    newest = tmp_path / "images/5/build.log"
    assert newest.samefile(store.build_path(5, 2))
    assert text_of(newest.read_bytes()) == b"from build 2\n"
    assert text_of(store.build_path(5, 1).read_bytes()) == b"from build 1\n"
    assert sorted(entry.name for entry in newest.parent.iterdir()) == ["build.log", "builds"]


def test_beginning_the_log_of_a_build_again_leaves_no_litter(tmp_path: Path) -> None:
    store = LogStore(tmp_path)
    store.write_build(5, 1, 1).close()
    store.write_build(5, 1, 1).close()
    assert sorted(entry.name for entry in (tmp_path / "images/5").iterdir()) == ["build.log", "builds"]


def test_a_log_can_be_made_under_two_names_and_again_without_harm(tmp_path: Path) -> None:
    path, slot = tmp_path / "logs" / "x.log", tmp_path / "log"
    logstore.create(path, also=slot)
    slot.write_bytes(b"kept\n")
    logstore.create(path, also=slot)
    assert path.read_bytes() == b"kept\n"


def test_another_file_in_the_place_of_the_second_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"somebody else's")
    with pytest.raises(NotALog):
        logstore.create(tmp_path / "x.log", also=tmp_path / "log")


@pytest.mark.parametrize("verb", [logstore.read, logstore.create])
def test_links_and_directories_are_not_read_nor_written(tmp_path: Path, verb: object) -> None:
    (tmp_path / "secret").write_bytes(b"root:x\n")
    (tmp_path / "link.log").symlink_to(tmp_path / "secret")
    (tmp_path / "folder.log").mkdir()
    assert callable(verb)
    for name in ("link.log", "folder.log"):
        with pytest.raises(NotALog):
            verb(tmp_path / name)


def test_a_log_nobody_has_written_to_is_empty(log: Path) -> None:
    assert logstore.read(log, 10) == Chunk(b"", 0, 0, 0)
    assert logstore.tail(log, 3) == Chunk(b"", 0, 0, 0)


def test_reading_beyond_the_end_gives_nothing_and_the_size(log: Path) -> None:
    log.write_bytes(b"one\n")
    assert logstore.read(log, 99) == Chunk(b"", 4, 4, 4)


def test_an_unfinished_last_line_waits_until_the_log_is_complete(log: Path) -> None:
    log.write_bytes(b"one\ntw")
    assert logstore.read(log) == Chunk(b"one\n", 0, 4, 6)
    assert logstore.read(log, 4) == Chunk(b"", 4, 4, 6)
    assert logstore.read(log, 4, complete=True) == Chunk(b"tw", 4, 6, 6)


@given(
    data=st.binary(max_size=200) | st.lists(st.binary(max_size=9), max_size=30).map(b"\n".join),
    limit=st.integers(1, 64),
)
def test_chunks_of_any_size_lose_and_repeat_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, limit: int
) -> None:
    log = tmp_path_factory.mktemp("log") / "a.log"
    log.write_bytes(data)
    read = b""
    while len(read) < len(data):
        chunk = logstore.read(log, len(read), limit, complete=True)
        assert chunk.data and chunk.start == len(read) and chunk.end == chunk.start + len(chunk.data)
        # Inside a line only if that line is longer than the limit.
        assert (
            chunk.data.endswith(b"\n")
            or chunk.end == len(data)
            or (b"\n" not in chunk.data and len(chunk.data) == limit)
        )
        read += chunk.data
    assert read == data


@given(
    lines=st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"") + b"\n"), max_size=20),
    count=st.integers(0, 25),
    limit=st.integers(1, 300),
)
def test_the_tail_is_the_last_whole_lines_as_far_as_they_fit(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], count: int, limit: int
) -> None:
    log = tmp_path_factory.mktemp("log") / "a.log"
    log.write_bytes(b"".join(lines) + b"unfinished")
    size = log.stat().st_size
    chunk = logstore.tail(log, count, limit)
    expected = [line for at, line in enumerate(lines) if at >= len(lines) - count]
    while expected and len(b"".join(expected)) > max(0, limit - len(b"unfinished") - (limit < size)):
        expected.pop(0)
    assert chunk.data == b"".join(expected)
    assert log.read_bytes()[chunk.start : chunk.end] == chunk.data


def test_following_sees_every_byte_once_while_the_log_grows(log: Path) -> None:
    lines = [b"line %d\n" % number for number in range(500)]
    over = threading.Event()

    def write() -> None:
        with log.open("ab", buffering=0) as file:
            for line in lines:
                file.write(line[:3])
                file.write(line[3:])
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = [chunk for chunk in logstore.follow(log, 0, over.is_set, timedelta(milliseconds=1)) if chunk]
    writer.join()
    assert b"".join(chunk.data for chunk in seen) == b"".join(lines)
    assert all(chunk.data.endswith(b"\n") for chunk in seen)


def test_following_an_idle_log_gives_the_caller_time_to_ping(log: Path) -> None:
    answers = iter([False, False, True])
    log.write_bytes(b"one\n")
    seen = list(logstore.follow(log, 0, lambda: next(answers), timedelta(0)))
    assert seen == [Chunk(b"one\n", 0, 4, 4), None, None]


def test_what_is_written_just_before_the_end_is_still_followed(log: Path) -> None:
    def finished() -> bool:
        log.write_bytes(b"one\ntorn")
        return True

    assert b"".join(chunk.data for chunk in logstore.follow(log, 0, finished) if chunk) == b"one\ntorn"


def test_a_record_is_parsed_with_its_time_stream_and_kind() -> None:
    line = logstore.parse(record(b"a \r\xff b", tag=b"P", stream=b"stderr"))
    assert (line.stream, line.partial, line.own, line.text) == ("stderr", True, False, b"a \r\xff b")
    assert line.at == datetime(2026, 11, 22, 4, 45, 40, 453659, UTC)


def test_output_that_imitates_our_own_lines_is_the_scripts() -> None:
    assert not logstore.parse(record(OWN.rstrip(b"\n"))).own
    assert logstore.parse(OWN).own


@pytest.mark.parametrize(
    "line", [b"", b"torn", b"2026-11-22T04:45 stdout F x", AT + b" stdin F x", AT + b" stdout X x"]
)
def test_bytes_that_are_no_record_are_kept_as_text(line: bytes) -> None:
    assert logstore.parse(line + b"\n") == logstore.Line(None, "stdout", False, False, line)


def test_plain_text_joins_the_parts_of_a_line() -> None:
    log = record(b"ab", tag=b"P") + record(b"cd", tag=b"P") + record(b"", tag=b"F") + record(b"e")
    assert text_of(log) == b"abcd\ne\n"


def test_plain_text_of_a_last_line_without_newline_has_none() -> None:
    assert text_of(record(b"ab", tag=b"P")) == b"ab"


def test_plain_text_shows_our_lines_marked_or_not_at_all() -> None:
    log = record(b"ab", tag=b"P") + OWN + record(b"c")
    assert text_of(log) == b"ab\n[scripter] job 1: started\nc\n"
    assert text_of(log, own=False) == b"abc\n"


def test_a_line_that_the_other_stream_broke_into_is_not_given_a_second_end() -> None:
    log = record(b"ab", tag=b"P") + record(b"oops", stream=b"stderr") + record(b"")
    assert text_of(log) == b"ab\noops\n"


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(edges)]


@given(
    records=st.lists(
        st.builds(
            record,
            st.binary(max_size=6).map(lambda text: text.replace(b"\n", b"")),
            tag=st.sampled_from([b"F", b"P", b"F:scripter"]),
            stream=st.sampled_from([b"stdout", b"stderr"]),
        ),
        max_size=12,
    ),
    places=st.lists(st.integers(0, 700), max_size=5),
)
def test_plain_text_does_not_depend_on_where_the_chunks_are_cut(records: list[bytes], places: list[int]) -> None:
    log = b"".join(records)
    assert b"".join(logstore.plain(cut(log, places))) == b"".join(
        logstore.plain(record + b"\n" for record in log.split(b"\n")[:-1])
    )


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_what_a_build_prints_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    log = tmp_path_factory.mktemp("log") / "build.log"
    with Writer(log, "build 1") as writer:
        for piece in pieces:
            writer.write(piece)
    assert text_of(log.read_bytes()) == b"".join(pieces)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("size", [MAX_LINE_BYTES - 1, MAX_LINE_BYTES, MAX_LINE_BYTES + 1, 5 * MAX_LINE_BYTES])
def test_a_long_line_of_a_build_is_written_in_parts(log: Path, size: int, end: bytes) -> None:
    with Writer(log, "build 1") as writer:
        writer.write(b"x" * size + end)
    lines = [logstore.parse(line) for line in log.read_bytes().split(b"\n")[:-1]]
    assert max(len(line.text) for line in lines) <= MAX_LINE_BYTES
    assert lines[-1].partial is (end == b"")
    assert text_of(log.read_bytes()) == b"x" * size + end


def test_our_lines_in_a_build_log_name_the_build_and_stay_one_line(log: Path) -> None:
    with Writer(log, "build 9") as writer:
        writer.write(b"half")
        writer.own("step 1\nof 2")
    assert text_of(log.read_bytes()) == b"half\n[scripter] build 9: step 1 of 2\n"


def test_a_build_that_prints_too_much_keeps_its_head_and_its_end(log: Path) -> None:
    count = 60_000
    with Writer(log, "build 1", limit=100_000) as writer:
        for number in range(count):
            writer.write(b"line %d\n" % number)
    data = log.read_bytes()
    kept = text_of(data, own=False).split(b"\n")
    assert len(data) < 100_000 + BUILD_TAIL_BYTES + 1000
    assert kept[0] == b"line 0"
    assert kept[-2] == b"line %d" % (count - 1)
    whole = sum(len(record(b"line %d" % number)) for number in range(count))
    own = sum(len(line) + 1 for line in data.split(b"\n") if b" F:scripter " in line)
    assert b"%d bytes of the log were dropped here" % (whole - (len(data) - own)) in data


def test_several_threads_write_whole_lines(log: Path) -> None:
    writer = Writer(log, "build 1")

    def write() -> None:
        for _ in range(200):
            writer.write(b"one line\n")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    writer.close()
    assert text_of(log.read_bytes()) == b"one line\n" * 800
