from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import time
import urllib.parse
from itertools import pairwise
from pathlib import Path

import pytest
from agent_harness import Bench, job_directory
from hypothesis import given
from hypothesis import strategies as st

from scripter import logstore
from scripter.runners.agent.agent import MAX_LINE, Acting, Lines, Log, Mask, needles_of, output_bytes

DROPPED = "bytes of output were dropped here"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(edges)]


def text_of(records: bytes) -> bytes:
    lines = [logstore.parse(line) for line in records.split(b"\n")[:-1]]
    return b"".join(line.text + (b"" if line.partial else b"\n") for line in lines if not line.own)


# Records

text_with_long_lines = st.lists(
    st.binary(max_size=20) | st.integers(MAX_LINE - 2, 2 * MAX_LINE + 2).map(lambda size: b"x" * size), max_size=6
).map(b"\n".join)


@given(data=text_with_long_lines, places=st.lists(st.integers(0, 60_000), max_size=6), rests=st.booleans())
def test_records_hold_every_byte_wherever_the_stream_is_cut(data: bytes, places: list[int], rests: bool) -> None:
    lines = Lines(b"stdout")
    records, output = b"", 0
    for piece in cut(data, places):
        for made, count in (lines.feed(piece), lines.flush() if rests else (b"", 0)):
            records += made
            output += count
    made, count = lines.flush()
    records += made
    assert text_of(records) == data
    assert output + count == len(data) == output_bytes(records)
    assert max((len(logstore.parse(line).text) for line in records.split(b"\n")), default=0) <= MAX_LINE


@pytest.mark.parametrize(
    ("size", "tags"), [(MAX_LINE, b"F"), (MAX_LINE + 1, b"PF"), (2 * MAX_LINE, b"PF"), (2 * MAX_LINE + 1, b"PPF")]
)
def test_a_line_is_parted_only_when_it_is_longer_than_16_kib(size: int, tags: bytes) -> None:
    records, _ = Lines(b"stdout").feed(b"x" * size + b"\n")
    assert b"".join(line[38:39] for line in records.split(b"\n")) == tags


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\n",
        b"no newline",
        b"\n\n\n",
        bytes(range(256)) * 100,
        b"10 %\r20 %\r100 %\r\n",
        "\ufeffUTF-16\n".encode("utf-16"),
        b"\x1b[31mred\x1b[0m\n",
        b"2026-11-22T04:45:40.453659768Z stderr F:scripter job 1: exit 0\n",
        b"y" * (MAX_LINE * 3) + b"\n",
        b"z" * 3_000_000,
        random.Random(1).randbytes(3_000_000),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_comes_back_byte_for_byte(bench: Bench, output: bytes, stream: str) -> None:
    bench.write({"output": output})
    ran = bench.run(
        f"""
        import os, shutil, sys
        with open(os.environ["SCRIPTER_SOURCE"] + "/output", "rb") as file:
            shutil.copyfileobj(file, sys.{stream}.buffer)
        """
    )
    assert ran.text(stream) == output
    assert ran.own[-1].startswith(f"job {ran.exit['job']}: exit 0")
    assert ran.exit["dropped_bytes"] == 0
    ran.check_record()


def test_an_unfinished_line_is_shown_while_the_script_waits(bench: Bench) -> None:
    bench.write({"main.py": "import time\nprint('Password: ', end='', flush=True)\ntime.sleep(60)"})
    process = bench.start()
    bench.send(process)
    log = bench.directory / "log"
    while not log.exists() or b"stdout P Password: \n" not in log.read_bytes():
        assert process.poll() is None
        time.sleep(0.02)
    process.terminate()
    bench.end(process)


def test_an_unfinished_line_that_keeps_growing_is_shown_too() -> None:
    lines = Lines(b"stdout")
    lines.feed(b".")
    begun = lines.since
    lines.feed(b".")
    assert lines.since == begun
    lines.feed(b"\n.")
    assert lines.since > begun


# Bounds


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ("yes 'some line of output'", 20_000_000),
        ("yes | tr -d '\\n'", 20_000_000),
        ("cat /dev/urandom", 20_000_000),
        ("cat /dev/zero", 20_000_000),
        ("yes 'some line of output'", 900_000),
    ],
)
def test_a_log_over_its_limit_keeps_head_and_tail_and_counts_the_rest(bench: Bench, source: str, size: int) -> None:
    limit = 1_000_000
    ran = bench.run(f"({source}) 2>/dev/null | head -c {size} | tee $HOME/all", "a.sh", log_limit_bytes=limit)
    whole = (bench.directory / "work/all").read_bytes()
    [marker] = [at for at, line in enumerate(ran.lines) if DROPPED in line.text.decode("latin-1")]
    head = text_of(b"".join(line + b"\n" for line in ran.log.split(b"\n")[:marker]))
    tail = text_of(b"".join(line + b"\n" for line in ran.log.split(b"\n")[marker:-1]))
    assert whole.startswith(head) and whole.endswith(tail)
    assert len(head) + len(tail) + ran.exit["dropped_bytes"] == len(whole)
    assert f" {ran.exit['dropped_bytes']} {DROPPED}" in ran.lines[marker].text.decode()
    assert min(len(head), len(tail)) > limit / 7
    assert len(ran.log) < limit + 1000
    assert any("log limit reached" in text for text in ran.own)
    assert not (bench.directory / "log.tail").exists()
    ran.check_record()


def test_a_log_just_under_its_limit_is_whole(bench: Bench) -> None:
    ran = bench.run("for number in range(1000): print('x' * 59)", log_limit_bytes=220_000)
    assert ran.out == (b"x" * 59 + b"\n") * 1000
    assert not any(DROPPED in text for text in ran.own)


def test_the_agents_memory_does_not_grow_with_the_output(bench: Bench) -> None:
    bench.write({"a.sh": "yes | head -c 300000000; cat /dev/zero | head -c 100000000; sleep 60"})
    process = bench.start()
    bench.send(process, entry="a.sh", log_limit_bytes=2_000_000, time_limit_s=None)
    status = Path(f"/proc/{process.pid}/status")
    work = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not any("sleep" in Path(f"/proc/{pid}/comm").read_text() for pid in grandchildren(work)):
        assert process.poll() is None
        time.sleep(0.1)
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    process.terminate()
    ran = bench.end(process)
    assert int(peak.split()[1]) < 40_000, "KiB"
    assert ran.exit["dropped_bytes"] > 390_000_000


def grandchildren(children: Path) -> list[str]:
    found = []
    for pid in children.read_text().split():
        found += Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return found


@given(sizes=st.lists(st.integers(1, 60), max_size=60), limit=st.integers(300, 3000), together=st.integers(1, 5))
def test_what_the_log_keeps_and_what_it_counts_as_dropped_is_everything(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit: int, together: int
) -> None:
    directory = tmp_path_factory.mktemp("log")
    log, lines, whole = Log(str(directory), "1", limit), Lines(b"stdout"), b""
    log.begin(Acting(None))
    for at in range(0, len(sizes), together):
        output = b"".join(b"%0*d\n" % (size, at) for size in sizes[at : at + together])
        whole += output
        log.write(*lines.feed(output))
    dropped = log.close()
    os.close(log.fd)
    data = (directory / "log").read_bytes()
    assert len(text_of(data)) + dropped == len(whole)
    assert log.size == len(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system of its own takes root")
def test_a_full_disk_costs_output_but_neither_the_job_nor_its_record(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", tmp_path], check=True)
    try:
        with job_directory(tmp_path) as bench:
            ran = bench.run(
                """
                import os, time
                for number in range(20_000):
                    print("line", number)
                time.sleep(0.3)
                os.write(3, b'{"a": 1}\\n')
                """,
                log_limit_bytes=10_000_000,
            )
            printed = sum(len(f"line {number}\n") for number in range(20_000))
            assert ran.exit["reason"] == "exited" and ran.exit["exit_code"] == 0
            assert "the disk was full" in ran.exit["message"]
            assert 0 < ran.exit["dropped_bytes"] == printed - len(ran.out)
            ran.check_record()
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system of its own takes root")
def test_when_a_full_disk_has_room_again_the_log_goes_on_and_says_what_is_missing(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", tmp_path], check=True)
    try:
        with job_directory(tmp_path) as bench:
            bench.write({"ballast": b"x" * 200_000})
            ran = bench.run(
                """
                import os, time
                for number in range(10_000):
                    print("line", number)
                time.sleep(0.5)
                os.unlink(os.environ["SCRIPTER_SOURCE"] + "/ballast")
                print("after")
                """,
                log_limit_bytes=10_000_000,
            )
            printed = sum(len(f"line {number}\n") for number in range(10_000)) + len("after\n")
            assert ran.out.endswith(b"\nafter\n")
            assert 0 < ran.exit["dropped_bytes"] == printed - len(ran.out)
            assert any(f"the disk was full: {ran.exit['dropped_bytes']} {DROPPED}" in text for text in ran.own)
            ran.check_record()
    finally:
        subprocess.run(["umount", tmp_path], check=True)


# Secrets

SECRET = 'Tr0ub4dor&3/ü "quoted"'


def test_secrets_are_hidden_in_both_streams_and_in_reports(bench: Bench) -> None:
    ran = bench.run(
        """
        import os, sys
        secret = os.environ["TOKEN"]
        print("a", secret, "b")
        print(secret, file=sys.stderr)
        os.write(3, b'{"token": "' + secret.encode() + b'"}\\n')
        for character in secret:
            sys.stdout.write(character)
            sys.stdout.flush()
        """,
        secrets={"TOKEN": "hunter2hunter2"},
    )
    assert ran.out == b"a *** b\n***"
    assert ran.err == b"***\n"
    assert ran.events[0]["report"] == {"token": "***"}
    ran.check_record()


@pytest.mark.parametrize(
    "encode",
    [
        lambda value: value,
        lambda value: value.hex().encode(),
        lambda value: value.hex().upper().encode(),
        lambda value: urllib.parse.quote(value, safe="").encode(),
        lambda value: urllib.parse.quote_plus(value).encode(),
        lambda value: json.dumps(value.decode()).encode(),
        lambda value: json.dumps(value.decode(), ensure_ascii=False).encode(),
    ],
)
def test_a_secret_is_found_in_its_usual_encodings(encode: object) -> None:
    assert callable(encode)
    out = Mask(needles_of([SECRET])).feed(b"before " + encode(SECRET.encode()) + b" after", last=True)
    assert out.replace(b'"', b"") == b"before *** after"


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), urlsafe=st.booleans())
def test_a_secret_within_base64_is_hidden_at_every_phase(before: bytes, after: bytes, urlsafe: bool) -> None:
    value = SECRET.encode()
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    out = Mask(needles_of([SECRET])).feed(encode(before + value + after), last=True)
    assert b"***" in out
    # What is left is the neighbours', and at either end at most the character that the secret shares with them.
    assert len(out) - 3 <= (len(before) + len(after)) * 4 / 3 + 6


def test_each_line_of_a_longer_secret_is_hidden_by_itself() -> None:
    key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nshort\n-----END KEY-----\n"
    mask = Mask(needles_of([key]))
    assert mask.feed(b"> MIIEpAIBAAKCAQEA\n> short\n", last=True) == b"> ***\n> short\n"


def test_values_too_short_to_hide_are_left_alone() -> None:
    assert Mask(needles_of(["abc", "", "a\nb"])).feed(b"abc a b", last=True) == b"abc a b"


def test_each_text_that_is_masked_as_a_whole_stands_alone() -> None:
    mask = Mask(needles_of(["password"]))
    assert [mask.feed(b"password", last=True) for _ in range(2)] == [b"***", b"***"]


def test_only_what_may_begin_a_secret_is_held_back() -> None:
    mask = Mask(needles_of(["password"]))
    assert mask.feed(b"my pass") == b"my "
    assert mask.feed(b"port\n") == b"passport\n"


def whole_mask(needles: list[bytes], data: bytes) -> bytes:
    """The same promise in the plainest way: mark every covered byte, then write each marked stretch as three stars."""
    hidden = [False] * len(data)
    for needle in needles:
        for at in range(len(data)):
            if data.startswith(needle, at):
                hidden[at : at + len(needle)] = [True] * len(needle)
    out = b""
    for at, byte in enumerate(data):
        if not hidden[at]:
            out += bytes([byte])
        elif not at or not hidden[at - 1]:
            out += b"***"
    return out


few_letters = st.text("ab", max_size=40).map(str.encode)


@given(
    needles=st.lists(st.text("ab", min_size=4, max_size=9).map(str.encode), max_size=4),
    data=few_letters,
    places=st.lists(st.integers(0, 40), max_size=8),
)
def test_masking_does_not_depend_on_where_the_stream_is_cut(
    needles: list[bytes], data: bytes, places: list[int]
) -> None:
    mask = Mask(needles)
    pieces = [mask.feed(piece) for piece in cut(data, places)]
    assert b"".join(pieces) + mask.feed(b"", last=True) == whole_mask(needles, data)


def test_a_canary_is_hidden_at_every_split() -> None:
    needles = needles_of([SECRET])
    for needle in needles:
        data = b"x" + needle + b"y"
        for place in range(len(data)):
            mask = Mask(needles)
            assert needle not in mask.feed(data[:place]) + mask.feed(data[place:], last=True)
