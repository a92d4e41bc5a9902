from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_harness import AS_IN_A_CONTAINER, Bench, Ran, new_bench

POLITE = """
import signal, sys, time
def leave(*_):
    print("leaving politely")
    sys.exit(5)
signal.signal(signal.SIGTERM, leave)
print("ready")
time.sleep(60)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready")
while True:
    time.sleep(60)
"""
# A child in its own session whose parent is gone: it belongs to no process group of the script's.
DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open("daemon", "w") as file:
            file.write(str(os.getpid()))
        print("from the daemon", flush=True)
        time.sleep(60)
    os._exit(0)
while not os.path.exists("daemon"):
    time.sleep(0.01)
"""


@pytest.fixture(params=["as a child process", "as in a container"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Both ways to reach every process: as PID 1, and as a subreaper among others."""
    with new_bench() as bench:
        if request.param == "as in a container":
            if os.geteuid() != 0:
                pytest.skip("a PID namespace of its own takes root")
            bench.prefix = AS_IN_A_CONTAINER
        yield bench


def log_of(bench: Bench) -> bytes:
    path = bench.directory / "log"
    return path.read_bytes() if path.exists() else b""


def started(
    bench: Bench, source: str, ready: Callable[[], bool] | None = None, **go: object
) -> subprocess.Popen[bytes]:
    bench.write({"main.py": source})
    process = bench.start()
    bench.send(process, **go)
    while not (ready() if ready else b"ready\n" in log_of(bench)):
        assert process.poll() is None
        time.sleep(0.01)
    return process


def stop(bench: Bench, process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> Ran:
    os.kill(agent_pid(bench, process), number)
    return bench.end(process)


def agent_pid(bench: Bench, process: subprocess.Popen[bytes]) -> int:
    """The agent is the child of `unshare` where that stands in for the engine."""
    if not bench.prefix:
        return process.pid
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_script_leaves_on_its_own_when_cancelled(bench: Bench, number: int) -> None:
    ran = stop(bench, started(bench, POLITE), number)
    assert (ran.exit["reason"], ran.exit["exit_code"], ran.exit["message"]) == ("cancelled", 5, "cancelled")
    assert ran.out == b"ready\nleaving politely\n"
    ran.check_record()


def test_a_stubborn_script_is_killed_after_its_grace(bench: Bench) -> None:
    ran = stop(bench, started(bench, STUBBORN, grace_s=0.3))
    assert (ran.exit["reason"], ran.exit["signal"]) == ("cancelled", 9)


def test_without_grace_it_is_killed_at_once(bench: Bench) -> None:
    ran = stop(bench, started(bench, STUBBORN, grace_s=0))
    assert (ran.exit["reason"], ran.exit["signal"]) == ("cancelled", 9)


def test_cancelling_again_does_not_shorten_the_grace(bench: Bench) -> None:
    source = POLITE.replace('print("leaving politely")', 'print("leaving", flush=True); time.sleep(0.5)')
    process = started(bench, source)
    for _ in range(5):
        os.kill(agent_pid(bench, process), signal.SIGTERM)
    ran = bench.end(process)
    assert (ran.exit["reason"], ran.exit["exit_code"]) == ("cancelled", 5)


@pytest.mark.parametrize(("source", "code", "sig"), [(POLITE, 5, None), (STUBBORN, None, 9)])
def test_the_time_limit_ends_it(bench: Bench, source: str, code: int | None, sig: int | None) -> None:
    ran = bench.run(source, time_limit_s=1.5, grace_s=0.5)
    assert (ran.exit["reason"], ran.exit["exit_code"], ran.exit["signal"]) == ("timed_out", code, sig)
    assert ran.exit["message"] == "timed out after 1.5 s"
    assert ran.exit["duration_s"] >= 1.5
    ran.check_record()


def test_without_a_time_limit_it_runs_on(bench: Bench) -> None:
    assert bench.run("import time; time.sleep(0.3)", time_limit_s=None).exit["message"] == "exit 0"


def test_term_reaches_the_whole_process_group(bench: Bench) -> None:
    source = """
    (trap 'echo child was told; exit 0' TERM; echo half; sleep 60 & wait) &
    trap 'wait; echo parent was told; exit 4' TERM
    sleep 0.2
    echo ready
    sleep 60 & wait
    """
    bench.write({"a.sh": source})
    process = bench.start()
    bench.send(process, entry="a.sh")
    while b"ready\n" not in log_of(bench):
        time.sleep(0.01)
    ran = stop(bench, process)
    assert b"child was told\n" in ran.out and b"parent was told\n" in ran.out
    assert ran.exit["exit_code"] == 4


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_what_a_script_leaves_running_is_killed_and_its_output_kept(bench: Bench) -> None:
    ran = bench.run(DAEMON)
    assert ran.exit["message"] == "exit 0"
    assert ran.out == b"from the daemon\n"
    if not bench.prefix:
        assert gone(int((bench.directory / "work/daemon").read_text()))


def test_a_cancelled_script_takes_its_daemons_with_it(bench: Bench) -> None:
    ran = stop(bench, started(bench, DAEMON + 'print("ready", flush=True); time.sleep(60)'), signal.SIGTERM)
    assert (ran.exit["reason"], ran.exit["signal"]) == ("cancelled", 15)
    if not bench.prefix:
        assert gone(int((bench.directory / "work/daemon").read_text()))


def test_a_script_does_not_outlive_its_agent(bench: Bench) -> None:
    process = started(bench, 'open("pid", "w").write(str(__import__("os").getpid()))\n' + STUBBORN)
    script = int((bench.directory / "work/pid").read_text())
    stop(bench, process, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while not bench.prefix and not gone(script):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not (bench.directory / "exit.json").exists()


def test_all_that_lies_in_the_pipes_is_read_before_the_end(bench: Bench) -> None:
    ran = bench.run("import os\nos.write(1, b'x' * 60_000)\nos._exit(0)")
    assert ran.out == b"x" * 60_000


def test_orphans_are_reaped_while_the_script_runs(bench: Bench) -> None:
    ran = bench.run(
        """
        import os, subprocess, time
        for _ in range(20):
            subprocess.run(["sh", "-c", "true & true &"])
        time.sleep(0.3)
        states = [open(f"/proc/{p}/stat").read().rpartition(")")[2].split()[:2] for p in os.listdir("/proc") if p.isdigit()]
        print([state for state in states if state == ["Z", str(os.getppid())]])
        """
    )
    assert ran.out == b"[]\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="a memory limit of its own takes root")
@pytest.mark.parametrize("source", ["bytearray(10**9)", "b = []\nwhile True: b.append(' ' * 10**6)"])
def test_out_of_memory_is_told_from_any_other_kill(bench: Bench, memory_limit: list[str], source: str) -> None:
    bench.prefix = [*memory_limit, *bench.prefix]
    ran = bench.run(source)
    assert (ran.exit["reason"], ran.exit["signal"]) == ("out_of_memory", 9)
    assert ran.exit["message"].startswith("out of memory")
    ran.check_record()


@pytest.mark.skipif(os.geteuid() != 0, reason="a memory limit of its own takes root")
def test_a_child_that_ran_out_of_memory_is_mentioned(bench: Bench, memory_limit: list[str]) -> None:
    bench.prefix = [*memory_limit, *bench.prefix]
    source = (
        "import subprocess, sys\nsys.exit(subprocess.run([sys.executable, '-c', 'bytearray(10**9)']).returncode == -9)"
    )
    ran = bench.run(source)
    assert (ran.exit["reason"], ran.exit["exit_code"]) == ("exited", 1)
    assert "was killed for want of memory" in ran.exit["message"]


@pytest.fixture
def memory_limit(tmp_path: Path) -> Iterator[list[str]]:
    """A command prefix that puts what follows under 64 MB, by the control groups of either version."""
    root = Path("/sys/fs/cgroup")
    parent = root / "memory" if (root / "memory").is_dir() else root
    group = parent / f"scripter-test-{os.getpid()}"
    group.mkdir()
    limits = {"memory.limit_in_bytes", "memory.max", "memory.memsw.limit_in_bytes", "memory.swap.max"}
    for name in sorted(limits & {path.name for path in group.iterdir()}):
        (group / name).write_text("0" if "swap.max" in name else str(64 * 2**20))
    yield ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"]
    while (group / "cgroup.procs").read_text():
        time.sleep(0.02)
    group.rmdir()
