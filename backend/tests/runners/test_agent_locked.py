"""What a script cannot do to its agent. The agent runs here as in a container: PID 1, root with three capabilities."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_harness import AS_IN_A_CONTAINER, USER, Bench, new_bench

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="changing users takes root")
OWNER = [12345, 12345]
PYTHON = "/usr/bin/python3"  # one that every user can read, as in an image; ours may lie in somebody's home


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A job directory of a worker that is not root."""
    with new_bench() as bench:
        bench.prefix, bench.python = AS_IN_A_CONTAINER, PYTHON
        bench.environment = {"PATH": "/usr/bin:/bin"}
        subprocess.run(["chown", "-R", f"{OWNER[0]}:{OWNER[1]}", bench.directory], check=True)
        yield bench


def test_the_script_is_its_own_user_without_any_power(bench: Bench) -> None:
    ran = bench.run(
        """
        import os
        print(os.getresuid(), os.getresgid(), os.getgroups(), os.getsid(0) == os.getpid())
        for line in open("/proc/self/status"):
            if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")):
                print(*line.split())
        """,
        user=USER,
        owner=OWNER,
    )
    assert ran.out.decode().splitlines() == [
        f"{(10001,) * 3} {(10001,) * 3} [] True",
        *(f"{name} 0000000000000000" for name in ("CapInh:", "CapPrm:", "CapEff:")),
        "CapAmb: 0000000000000000",
        "NoNewPrivs: 1",
    ]


def test_the_files_belong_to_the_worker(bench: Bench) -> None:
    ran = bench.run("import os; os.write(3, b'{}\\n'); print('x')", user=USER, owner=OWNER, log_limit_bytes=1000)
    for name in ("log", "events.jsonl", "exit.json"):
        status = (bench.directory / name).stat()
        assert (status.st_uid, status.st_gid) == tuple(OWNER), name
    assert ran.exit["message"] == "exit 0"
    ran.check_record()


def test_a_log_that_only_the_worker_may_write_is_continued(bench: Bench) -> None:
    log = bench.directory / "log"
    log.touch(mode=0o600)
    os.chown(log, *OWNER)
    assert bench.run("print('x')", user=USER, owner=OWNER).out == b"x\n"


@pytest.mark.parametrize(
    "name", ["log", "exit.json", "exit.json.part", "events.jsonl", "log.tail", "src/main.py", "src/new"]
)
def test_the_script_cannot_write_what_is_not_its_own(bench: Bench, name: str) -> None:
    ran = bench.run(
        f"""
        import os
        for deed in (lambda p: open(p, "a"), lambda p: open(p, "w"), os.unlink, lambda p: os.rename("mine", p)):
            open("mine", "w").close()
            try:
                deed({str(bench.directory / name)!r})
                print("done")
            except (PermissionError, FileNotFoundError):
                print("refused")
        """,
        user=USER,
        owner=OWNER,
    )
    assert ran.out == b"refused\n" * 4
    assert ran.exit["message"] == "exit 0"


@pytest.mark.parametrize(
    "deed",
    [
        "os.kill(1, 9)",
        "os.kill(1, 15)",
        "os.kill(1, 0)",
        "os.listdir('/proc/1/fd')",
        "os.open('/proc/1/fd/0', os.O_RDONLY)",
        "os.open('/proc/1/mem', os.O_RDWR)",
        "open('/proc/1/environ').read()",
        "os.setuid(0)",
        "os.setgroups([0])",
        "os.chown('.', 0, 0)",
        "ptrace(16, 1)",
    ],
)
def test_the_script_cannot_touch_the_agent(bench: Bench, deed: str) -> None:
    ran = bench.run(
        f"""
        import ctypes, os
        def ptrace(request, pid):
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.ptrace(request, pid, None, None) == -1:
                raise OSError(ctypes.get_errno(), "ptrace")
        try:
            {deed}
            print("done")
        except PermissionError:
            print("refused")
        """,
        user=USER,
        owner=OWNER,
    )
    assert ran.out == b"refused\n"


def test_secrets_stand_nowhere_that_other_processes_can_read(bench: Bench) -> None:
    ran = bench.run(
        """
        import os
        canary = os.environ.pop("TOKEN").encode()
        for name in ("cmdline", "environ", "comm", "status"):
            for pid in ("1", "self"):
                try:
                    print(name, pid, canary in open(f"/proc/{pid}/{name}", "rb").read())
                except PermissionError:
                    print(name, pid, "refused")
        """,
        user=USER,
        owner=OWNER,
        secrets={"TOKEN": "hunter2hunter2"},
    )
    assert b"True" not in ran.out and ran.out.count(b"\n") == 8
    assert b"cmdline 1 False\n" in ran.out


def test_the_script_can_open_its_own_streams_by_name(bench: Bench) -> None:
    ran = bench.run(
        "echo one > /dev/stdout; echo two > /dev/stderr; echo '{}' > /dev/fd/3", "a.sh", user=USER, owner=OWNER
    )
    assert (ran.out, ran.err, len(ran.events)) == (b"one\n", b"two\n", 1)
    ran = bench.run("open('/dev/stdout', 'a').write('three\\n')", user=USER, owner=OWNER)
    assert ran.out == b"one\nthree\n"


def test_work_and_artifacts_are_the_scripts_to_write(bench: Bench) -> None:
    ran = bench.run(
        """
        import os
        print(os.getcwd() == os.environ["HOME"])
        open("a", "w").close()
        open(os.environ["SCRIPTER_ARTIFACTS"] + "/b", "w").close()
        """,
        user=USER,
        owner=OWNER,
    )
    assert (ran.out, ran.err) == (b"True\n", b"")
    assert (bench.directory / "artifacts/b").stat().st_mode & 0o777 == 0o644


def test_the_agent_can_stop_a_script_of_another_user(bench: Bench) -> None:
    source = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    ran = bench.run(source, user=USER, owner=OWNER, time_limit_s=0.5, grace_s=0.3)
    assert (ran.exit["reason"], ran.exit["signal"]) == ("timed_out", 9)


def test_a_fork_bomb_ends_with_its_job(bench: Bench) -> None:
    source = "ulimit -u 200; f() { f | f & }; f; sleep 60"
    bench.write({"a.sh": source})
    process = bench.start()
    bench.send(process, entry="a.sh", user=USER, owner=OWNER, time_limit_s=1.0, grace_s=0.2)
    ran = bench.end(process)
    assert ran.exit["reason"] in ("timed_out", "exited")
    assert [pid for pid in Path("/proc").glob("[0-9]*") if stands_in(pid, bench.directory)] == []


def stands_in(process: Path, directory: Path) -> bool:
    """Whether the process has its current directory in there; other jobs of the same user may run on this machine."""
    try:
        return (process / "cwd").readlink().is_relative_to(directory)
    except OSError:
        return False


def test_what_the_script_leaves_in_its_work_directory_is_removed_for_a_worker_that_could_not(bench: Bench) -> None:
    (bench.directory / "artifacts" / "kept").touch()
    ran = bench.run(
        """
        import os
        os.makedirs("a/b/c")
        os.symlink("/", "a/root")
        os.symlink("../../artifacts", "a/artifacts")
        for name in ("x", "a/y", "a/b/c/z"):
            open(name, "w").close()
        os.chmod("a/b", 0o700)
        """,
        user=USER,
        owner=OWNER,
    )
    assert ran.exit["message"] == "exit 0"
    assert list((bench.directory / "work").iterdir()) == []
    assert (bench.directory / "artifacts" / "kept").exists()


def test_a_directory_that_cannot_be_emptied_does_not_keep_the_end_from_being_recorded(bench: Bench) -> None:
    ran = bench.run(
        """
        import os
        os.makedirs("a/b")
        os.chmod("a", 0o000)
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        """,
        user=USER,
        owner=OWNER,
    )
    assert ran.exit["message"] == "exit 0"
    subprocess.run(["rm", "-rf", str(bench.directory / "work" / "d")], check=True)
