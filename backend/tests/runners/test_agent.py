"""The agent from its go to its exit record: what it waits for, hands on, writes down and refuses."""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import pytest
from agent_harness import AS_IN_A_CONTAINER, SOURCE, Bench
from runner_rig import until


def test_the_agent_is_written_for_python_3_8_and_the_standard_library_alone() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_agent_fits_on_a_command_line() -> None:
    assert len(SOURCE.encode()) < 128 * 1024, "Linux takes no longer argument."


@pytest.mark.parametrize("given", [b"", b'{"version": 1, "job": "torn off'])
def test_without_a_go_the_agent_leaves_quietly_and_writes_nothing(bench: Bench, given: bytes) -> None:
    process = bench.start()
    _, complaints = process.communicate(given)
    assert (process.returncode, complaints) == (0, b"")
    assert sorted(path.name for path in bench.directory.iterdir()) == ["artifacts", "src", "work"]


def test_a_waiting_agent_that_is_told_to_leave_does_so(bench: Bench) -> None:
    process = bench.start()
    assert process.stderr is not None and process.stdin is not None
    until(lambda: signal.SIGTERM in heard_by(process.pid), "the agent to listen")
    process.terminate()
    assert process.wait(timeout=20) == 0
    assert not (bench.directory / "exit.json").exists()
    process.stdin.close()
    process.stderr.close()


def heard_by(pid: int) -> set[int]:
    """The signals for which the process has a handler of its own."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1], 16)
    return {number for number in range(1, 65) if caught >> (number - 1) & 1}


def test_a_script_finds_its_arguments_environment_and_secrets(bench: Bench) -> None:
    ran = bench.run(
        """
        import os, sys
        print(sys.argv[1:], os.environ["COLOUR"], len(os.environ["TOKEN"]), os.environ["SCRIPTER_JOB"])
        """,
        arguments=["a b", "--x=ü"],
        environment={"COLOUR": "blue"},
        secrets={"TOKEN": "0123456789"},
    )
    assert ran.out.decode() == f"['a b', '--x=ü'] blue 10 {ran.exit['job']}\n"
    ran.check_record()


def test_the_environment_is_the_scripts_alone(bench: Bench) -> None:
    bench.environment |= {"AWS_SECRET_ACCESS_KEY": "the worker's", "SCRIPTER_DATABASE__URL": "the worker's"}
    ran = bench.run("import json, os; print(json.dumps(dict(os.environ)))")
    found = json.loads(ran.out)
    directory = str(bench.directory)
    assert found.pop("PATH")
    assert found == {
        "HOME": f"{directory}/work",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "SCRIPTER_JOB": ran.exit["job"],
        "SCRIPTER_SOURCE": f"{directory}/src",
        "SCRIPTER_ARTIFACTS": f"{directory}/artifacts",
        "SCRIPTER_REPORT_FD": "3",
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="a PID namespace of its own takes root")
def test_in_a_container_the_environment_of_the_image_is_passed_on(bench: Bench) -> None:
    bench.prefix = AS_IN_A_CONTAINER
    bench.environment |= {"MODEL_DIRECTORY": "/models", "SCRIPTER_INTERNAL": "x"}
    ran = bench.run("import os; print(os.environ['MODEL_DIRECTORY'], 'SCRIPTER_INTERNAL' in os.environ)")
    assert ran.out == b"/models False\n"


@pytest.mark.parametrize(
    ("source", "reason", "code", "sig", "message"),
    [
        ("", "exited", 0, None, "exit 0"),
        ("raise SystemExit(3)", "exited", 3, None, "exit 3"),
        ("import os; os.kill(os.getpid(), 15)", "signal", None, 15, "ended by signal 15 (SIGTERM)"),
        ("import os; os.kill(os.getpid(), 9)", "signal", None, 9, "ended by signal 9 (SIGKILL)"),
    ],
)
def test_the_exit_record_tells_how_it_ended(
    bench: Bench, source: str, reason: str, code: int | None, sig: int | None, message: str
) -> None:
    record = bench.run(source).exit
    assert (record["reason"], record["exit_code"], record["signal"]) == (reason, code, sig)
    assert record["message"] == message


def test_the_exit_record_has_times_and_use(bench: Bench) -> None:
    record = bench.run("import time; x = bytearray(50_000_000); time.sleep(0.2); sum(range(3_000_000))").exit
    started, finished = (datetime.fromisoformat(record[name]) for name in ("started_at", "finished_at"))
    assert 0.2 <= record["duration_s"] <= (finished - started).total_seconds() + 0.001
    assert record["peak_memory_bytes"] > 50_000_000
    assert 0 < record["cpu_seconds"] < 30
    assert not (bench.directory / "exit.json.part").exists()


def test_lines_of_scripters_own_frame_the_log_and_name_the_job(bench: Bench) -> None:
    ran = bench.run("print('hello')", banner=["started cold in 412 ms", "two\nlines"])
    first, second, last = ran.own
    assert first.endswith(": started cold in 412 ms") and second.endswith(": two lines")
    assert ": exit 0; took " in last
    assert [line.own for line in ran.lines] == [True, True, False, True]


def test_a_log_that_exists_is_appended_to(bench: Bench) -> None:
    (bench.directory / "log").write_bytes(b"2026-11-22T04:45:40.453659768Z stdout F earlier\ntorn")
    ran = bench.run("print('later')")
    assert ran.exit["log_start"] == 52
    assert ran.log.split(b"\n")[1] == b"torn"
    assert ran.lines[2].text == b"later"


def test_a_log_that_is_a_link_is_not_written(bench: Bench) -> None:
    (bench.directory / "other").write_bytes(b"")
    (bench.directory / "log").symlink_to(bench.directory / "other")
    ran = bench.run("print('x')")
    assert ran.exit["reason"] == "could_not_start"
    assert ran.exit["message"].startswith("could not start: the log cannot be opened: ")
    assert (bench.directory / "other").read_bytes() == b""


def test_a_go_of_another_version_is_refused_in_words(bench: Bench) -> None:
    ran = bench.run("print('x')", version=2)
    assert ran.exit["reason"] == "could_not_start"
    assert "prepared for another version of Scripter" in ran.exit["message"]
    assert ran.log == b""


def test_limits_are_set_where_no_container_sets_them(bench: Bench) -> None:
    ran = bench.run(
        "import resource as r; print(r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_CORE)[0]); bytearray(2 * 10**9)",
        limits={"memory_bytes": 500_000_000, "processes": 500},
    )
    assert ran.out == b"500000000 0\n"
    assert ran.err.endswith(b"MemoryError\n")


def test_a_go_that_cannot_be_read_ends_the_agent_with_an_error(bench: Bench) -> None:
    process = bench.start()
    _, complaints = process.communicate(b"nonsense\n")
    assert process.returncode == 1
    assert b"JSONDecodeError" in complaints
    assert not (bench.directory / "exit.json").exists()


def test_a_signal_name_is_part_of_the_message(bench: Bench) -> None:
    ran = bench.run(f"import os; os.kill(os.getpid(), {signal.SIGRTMIN + 3})")
    assert "a real-time signal" in ran.exit["message"]
