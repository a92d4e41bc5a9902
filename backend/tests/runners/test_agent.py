from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from agent_harness import AS_IN_A_CONTAINER, SOURCE, Bench, new_bench

PYTHONS = [Path("/usr/bin/python3"), *sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with new_bench() as bench:
        yield bench


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
    time.sleep(0.3)
    process.terminate()
    assert process.wait(timeout=20) == 0
    assert not (bench.directory / "exit.json").exists()
    process.stdin.close()
    process.stderr.close()


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


# Each of these prints or fails in its own way; run by the agent and by `python main.py` it has to come out the same.
SAME_AS_PYTHON: dict[str, str | bytes] = {
    "names": """
        import os, sys
        print(__name__, __file__, __package__, __spec__, __doc__, __cached__, type(__loader__).__name__)
        print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals(), sorted(globals()))
        """,
    "helper modules": "import helper; print(helper.VALUE)",
    "streams": """
        import sys
        print(sys.stdout.name, sys.stdout.encoding, sys.stdout.mode, sys.stdout.errors, sys.stderr.errors)
        print(sys.stdin.read() == "", sys.stdout is sys.__stdout__, sys.stdout.isatty())
        print("ü", "\\udcff", file=sys.stderr)
        """,
    "exception": """
        def inner():
            raise ValueError("ü")
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("outer") from error
        """,
    "syntax error": "print('never')\nif True print(1)\n",
    "source in another encoding": "# -*- coding: latin-1 -*-\nprint('ü')\n".encode("latin-1"),
    "exit with words": "import sys; sys.exit('no more disks')",
    "exit with a number": "import sys; sys.exit(3)",
    "exit without": "import sys; sys.exit()",
    "exit at once": "import os; os._exit(7)",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "signal": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "own excepthook": "import sys; sys.excepthook = lambda *a: print(a[0], a[2].tb_frame.f_code.co_name); 1 / 0",
    "atexit and threads": """
        import atexit, threading, time
        atexit.register(print, "at the end")
        threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
        print("main is through")
        """,
    "destructors": """
        class Thing:
            def __del__(self):
                print("gone")
        thing = Thing()
        """,
    "several processes": """
        import multiprocessing, pickle
        class Point:
            pass
        def square(n):
            return n * n
        if __name__ == "__main__":
            print(pickle.loads(pickle.dumps(Point())).__class__ is Point)
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(pool.map(square, range(4)))
        """,
    "sub-interpreter": """
        import subprocess, sys
        print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True).stdout)
        """,
    "recursion": """
        def deeper(n):
            deeper(n + 1)
        try:
            deeper(0)
        except RecursionError as error:
            print(error)
        """,
    "future import": """
        from __future__ import annotations
        def f(x: undefined): ...
        print(f.__annotations__)
        """,
    "no future import": "def f(x: int): ...\nprint(f.__annotations__)",
    "signals": """
        import signal
        for number in ("SIGTERM", "SIGINT", "SIGPIPE", "SIGCHLD"):
            print(number, signal.getsignal(getattr(signal, number)))
        print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))
        """,
    "inspection": "import inspect\ndef f(): return 1\nprint(inspect.getsource(f))",
}


@pytest.mark.parametrize("name", SAME_AS_PYTHON)
def test_a_script_runs_as_python_itself_would_run_it(bench: Bench, name: str) -> None:
    bench.write({"helper.py": "VALUE = 42\n"})
    ran = bench.run(SAME_AS_PYTHON[name], arguments=["x"])
    plain = subprocess.run(
        [sys.executable, str(bench.directory / "src/main.py"), "x"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=bench.directory / "work",
        env={**bench.environment, "LANG": "C.UTF-8", "HOME": str(bench.directory / "work")},
        # As in a terminal: a shell that has put these tests into the background has them leave this signal alone.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (ran.out, ran.err) == (plain.stdout, plain.stderr)
    code = -ran.exit["signal"] if ran.exit["signal"] else ran.exit["exit_code"]
    assert code == plain.returncode
    ran.check_record()


def test_source_that_is_not_utf_8_is_a_syntax_error_of_the_script(bench: Bench) -> None:
    ran = bench.run(b"print('\xff')\n")
    assert b"SyntaxError" in ran.err and b"in <module>" not in ran.err
    assert ran.exit["exit_code"] == 1


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_the_agent_runs_on_every_python_at_hand(bench: Bench, python: Path) -> None:
    version = subprocess.run([python, "-c", "import sys; print(sys.version_info[1])"], capture_output=True).stdout
    if int(version) < 8:
        pytest.skip("older than 3.8")
    bench.python = str(python)
    ran = bench.run("import os; os.write(3, b'{}\\n'); print('here', flush=True); 1 / 0", secrets={"A": "ZeroDivision"})
    assert ran.out == b"here\n"
    assert b"***Error: division by zero\n" in ran.err
    assert len(ran.events) == 1
    assert ran.exit["exit_code"] == 1


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


@pytest.mark.parametrize(
    ("entry", "source", "expected"),
    [
        ("a.sh", "echo $0 $1 $HOME", b"SRC/a.sh one WORK\n"),
        ("a.sh", "echo ${BASH_VERSION:+bash}", b"bash\n"),
        ("tool", "#!/bin/sh -e\necho $1; false; echo never", b"one\n"),
        ("tool", "#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1])", b"one\n"),
        ("a.sh", "yes | head -n 1", b"y\n"),
        ("deep/er/main.py", "import sys; print(sys.path[0])", b"SRC/deep/er\n"),
    ],
)
def test_other_files_are_run_by_their_interpreter(bench: Bench, entry: str, source: str, expected: bytes) -> None:
    ran = bench.run(source, entry, arguments=["one"])
    directory = str(bench.directory).encode()
    assert ran.out == expected.replace(b"SRC", directory + b"/src").replace(b"WORK", directory + b"/work")
    assert ran.err == b""


@pytest.mark.parametrize(
    ("entry", "source", "words"),
    [
        ("data.txt", "hello", "nothing says how to run data.txt"),
        ("tool", "#!/opt/nothing/here\n", "the program '/opt/nothing/here' cannot be started: No such file"),
    ],
)
def test_what_cannot_be_started_says_why(bench: Bench, entry: str, source: str, words: str) -> None:
    ran = bench.run(source, entry)
    assert ran.exit["reason"] == "could_not_start"
    assert ran.exit["exit_code"] is None
    assert words in ran.exit["message"]
    assert any(words in line for line in ran.own)
    assert (ran.out, ran.err) == (b"", b"")


def test_a_missing_entry_file_says_so(bench: Bench) -> None:
    process = bench.start()
    bench.send(process, entry="gone.py")
    ran = bench.end(process)
    assert ran.exit["message"] == "could not start: the entry file gone.py cannot be read: No such file or directory"


def test_variables_that_python_reads_at_its_start_take_effect(bench: Bench) -> None:
    ran = bench.run(
        "import sys; print(sys.flags.optimize, sys.argv)", environment={"PYTHONOPTIMIZE": "2"}, arguments=["x"]
    )
    assert ran.out.decode() == f"2 ['{bench.directory}/src/main.py', 'x']\n"


def test_only_the_standard_streams_and_the_report_descriptor_are_open(bench: Bench) -> None:
    ran = bench.run(
        """
        import os
        for number in range(256):
            try:
                print(number, os.readlink(f"/proc/self/fd/{number}").partition(":")[0])
            except OSError:
                pass
        """
    )
    assert ran.out == b"0 /dev/null\n1 pipe\n2 pipe\n3 pipe\n"


def test_files_in_the_agents_own_directory_pass_for_no_module(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = bench.directory / "artifacts"
    (trap / "json.py").write_text("raise SystemExit('trapped')")
    monkeypatch.chdir(trap)
    ran = bench.run("print('safe')")
    assert (ran.out, ran.complaints) == (b"safe\n", b"")


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
