"""What a script reports through its descriptor: kept with its time, and bounded."""

from __future__ import annotations

from datetime import datetime

import pytest
from agent_harness import Bench


def test_reports_are_kept_with_their_time(bench: Bench) -> None:
    ran = bench.run(
        """
        import os, subprocess
        fd = int(os.environ["SCRIPTER_REPORT_FD"])
        os.write(fd, b'{"counter": {"done": 1}}\\n{"half": ')
        os.write(fd, b'true}\\n')
        subprocess.run(["sh", "-c", "echo '{\\"child\\": 1}' >&3"], pass_fds=[fd])
        os.write(fd, b'{"no newline": 1}')
        """
    )
    assert [event["report"] for event in ran.events] == [
        {"counter": {"done": 1}},
        {"half": True},
        {"child": 1},
        {"no newline": 1},
    ]
    assert all(datetime.fromisoformat(event["at"]).tzinfo for event in ran.events)


@pytest.mark.parametrize("line", [b"[1]", b"nonsense", b'{"a": NaN}', b"\xff\xfe", b"[" * 60_000, b'"x"', b""])
def test_a_report_that_is_no_object_is_left_out_with_one_warning(bench: Bench, line: bytes) -> None:
    bench.write({"line": line})
    ran = bench.run(
        """
        import os
        line = open(os.environ["SCRIPTER_SOURCE"] + "/line", "rb").read()
        for record in (line, line, b'{"good": 1}'):
            with open(3, "wb", closefd=False) as reports:
                reports.write(record + b"\\n")
        """
    )
    assert [event["report"] for event in ran.events] == [{"good": 1}]
    assert len([text for text in ran.own if "not a JSON object" in text]) == 1


def test_a_report_that_is_too_long_is_left_out_and_the_next_one_kept(bench: Bench) -> None:
    ran = bench.run(
        """
        with open(3, "w", closefd=False) as reports:
            for size in (10, 65_527, 65_528, 1_000_000, 20):
                reports.write('{"a":"' + "x" * size + '"}\\n')
        """
    )
    assert [len(event["report"]["a"]) for event in ran.events] == [10, 65_527, 65_528, 20]
    assert len([text for text in ran.own if "longer than 65536 bytes" in text]) == 1


def test_reports_are_bounded(bench: Bench) -> None:
    ran = bench.run(
        """
        with open(3, "w", closefd=False) as reports:
            for number in range(1000):
                reports.write('{"n":%d,"a":"%s"}\\n' % (number, "x" * 60_000))
        print("went on")
        """
    )
    assert 7 * 2**20 < (bench.directory / "events.jsonl").stat().st_size <= 8 * 2**20 + 100
    assert [event["report"]["n"] for event in ran.events] == list(range(len(ran.events)))
    assert len([text for text in ran.own if "the rest is left out" in text]) == 1
    assert ran.out == b"went on\n"
