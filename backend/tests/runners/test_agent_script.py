"""The agent's script is as if Python itself, or its own interpreter, had run it; on every Python at hand."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from agent_harness import Bench

PYTHONS = [Path("/usr/bin/python3"), *sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))]
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
