from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from testbed import daemon, processes
from testbed.errors import ServiceError
from testbed.processes import Program


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Program]:
    mark = str(tmp_path / "mark")
    program = Program(
        command=(sys.executable, "-c", "print('awake', flush=True); import time; time.sleep(600)", mark),
        name=Path(sys.executable).name,
        mark=mark,
        log=tmp_path / "log",
    )
    yield program
    processes.kill(program)


def awake(program: Program) -> bool:
    return program.log.exists() and "awake" in program.log.read_text()


def test_a_started_program_is_found_until_it_is_stopped(sleeper: Program) -> None:
    daemon.start_and_wait(sleeper, lambda: awake(sleeper))
    assert len(processes.find(sleeper)) == 1
    processes.stop(sleeper, grace_seconds=10)
    assert processes.find(sleeper) == []


def test_the_same_program_of_another_testbed_is_neither_found_nor_killed(sleeper: Program, tmp_path: Path) -> None:
    daemon.start_and_wait(sleeper, lambda: awake(sleeper))
    stranger = replace(sleeper, mark=str(tmp_path / "another"))
    processes.kill(stranger)
    assert processes.find(stranger) == []
    assert len(processes.find(sleeper)) == 1


def test_another_program_that_only_names_the_mark_is_not_ours(sleeper: Program) -> None:
    with subprocess.Popen(["tail", "--follow", os.devnull, sleeper.mark], stderr=subprocess.DEVNULL) as reader:
        assert not processes.is_ours(reader.pid, sleeper)
        reader.kill()


def test_a_program_that_ignores_the_request_to_end_is_killed_after_the_grace(sleeper: Program) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + sleeper.command[2]
    program = replace(sleeper, command=(sys.executable, "-c", deaf, sleeper.mark))
    daemon.start_and_wait(program, lambda: awake(program))
    processes.stop(program, grace_seconds=0.2)
    assert processes.find(program) == []


def test_a_program_that_ends_while_it_starts_is_reported_with_the_end_of_its_log(sleeper: Program) -> None:
    program = replace(sleeper, command=(sys.executable, "-c", "raise SystemExit('the disk is full')", sleeper.mark))
    with pytest.raises(ServiceError, match=r"(?s)ended while it was starting.*the disk is full"):
        daemon.start_and_wait(program, lambda: False)


def test_a_missing_program_is_named_together_with_what_installs_it(sleeper: Program) -> None:
    with pytest.raises(ServiceError, match=r"no-such-program is not installed\. Run backend/provision"):
        processes.start(replace(sleeper, command=("no-such-program",)))


def test_only_the_children_of_a_process_are_killed() -> None:
    family = "import subprocess; child = subprocess.Popen(['sleep', '600']); print(flush=True); print(child.wait())"
    with subprocess.Popen([sys.executable, "-c", family], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        processes.kill_children([parent.pid])
        assert parent.stdout.readline() == f"{-signal.SIGKILL}\n"
        assert parent.wait() == 0


def test_a_program_that_other_tests_may_be_using_is_neither_stopped_nor_killed(
    sleeper: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.start_and_wait(sleeper, lambda: awake(sleeper))
    monkeypatch.setenv(processes.SHARED_VARIABLE, str(tmp_path))
    for break_it in (lambda: processes.stop(sleeper, grace_seconds=1), lambda: processes.kill(sleeper)):
        with pytest.raises(ServiceError, match=r"Other tests may be using.*pytest\.mark\.alone"):
            break_it()
    assert len(processes.find(sleeper)) == 1
    monkeypatch.delenv(processes.SHARED_VARIABLE)
