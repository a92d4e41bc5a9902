"""The bound on what a script holds on the disk: what counts, how it ends, and what is tried to get around it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import pytest
from agent_harness import AS_IN_A_CONTAINER, USER, Bench, Ran, new_bench

MEGABYTE = 2**20
LIMIT_MB = 16
DISK = {"bytes": LIMIT_MB * MEGABYTE, "files": 500}
# Ends by itself, long after the agent should have ended it.
WAIT = "\nimport time; print('waits', flush=True); time.sleep(30); print('was left alone')"


@pytest.fixture
def bench() -> Iterator[Bench]:
    """As in a container, where the script is a user of its own."""
    with new_bench() as bench:
        bench.prefix, bench.python = AS_IN_A_CONTAINER, "/usr/bin/python3"
        bench.environment = {"PATH": "/usr/bin:/bin"}
        for place in ("work", "artifacts"):
            os.chown(bench.directory / place, *USER)
        yield bench


@pytest.fixture(params=["as the script's user", "as ourselves", "as ourselves without root"])
def either(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """As in a container, and as the local runner does it: without a user of the script's own."""
    if request.param == "as the script's user":
        yield request.getfixturevalue("bench")
        return
    with new_bench() as bench:
        if request.param == "as ourselves without root":
            bench.prefix, bench.python = (
                ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"],
                "/usr/bin/python3",
            )
            bench.environment = {"PATH": "/usr/bin:/bin"}
            for place in (bench.directory, *bench.directory.iterdir()):
                os.chown(place, 12345, 12345)
        yield bench


def run(bench: Bench, source: str, **changes: object) -> Ran:
    return bench.run(source, disk=DISK, user=USER if bench.prefix == AS_IN_A_CONTAINER else None, **changes)


def ended_by_the_bound(ran: Ran, words: str) -> None:
    assert ran.exit["reason"] == "disk_limit", (ran.exit, ran.out, ran.err)
    assert ran.exit["message"] == words
    assert ran.own[-1].startswith(f"job 6f1f2a0e-6d0c-4b53-9f5e-0f6f9d3c8a11: {words}; took")
    assert b"was left alone" not in ran.out
    ran.check_record()


TOO_MUCH = {
    "in many files": "for n in range(40): open(f'f{n}', 'wb').write(bytes(2**20))",
    "in work and artifacts together": """
import os
for place in (".", os.environ["SCRIPTER_ARTIFACTS"]):
    for n in range(10): open(f"{place}/f{n}", "wb").write(bytes(2**20))
""",
    "in reserved room": "import os; os.posix_fallocate(os.open('a', os.O_CREAT | os.O_RDWR), 0, 16 * 2**20);"
    "os.posix_fallocate(os.open('b', os.O_CREAT | os.O_RDWR), 0, 9 * 2**20)",
    "without a name": """
import os
held = [os.open(f"f{n}", os.O_CREAT | os.O_RDWR) for n in range(40)]
for n, fd in enumerate(held):
    os.unlink(f"f{n}")
    os.write(fd, bytes(2**20))
""",
    "that never had a name": """
import os
held = [os.open(".", os.O_TMPFILE | os.O_RDWR) for n in range(40)]
for fd in held:
    os.write(fd, bytes(2**20))
""",
    "held by a grandchild": """
import subprocess, sys
code = '''
import os, time
held = [os.open(".", os.O_TMPFILE | os.O_RDWR) for n in range(40)]
for fd in held:
    os.write(fd, bytes(2**20))
time.sleep(30)
'''
subprocess.Popen(["setsid", sys.executable, "-c", code])
""",
    "behind closed doors": """
import os
for mode in (0o000, 0o300, 0o400):
    os.mkdir(f"d{mode}")
    for n in range(10): open(f"d{mode}/f{n}", "wb").write(bytes(2**20))
    os.chmod(f"d{mode}", mode)
""",
    "deep down": """
import os
for n in range(100):
    os.mkdir("d"); os.chdir("d")
for n in range(40): open(f"f{n}", "wb").write(bytes(2**20))
""",
}


@pytest.mark.parametrize("how", TOO_MUCH)
def test_a_script_that_takes_too_much_of_the_disk_is_ended(either: Bench, how: str) -> None:
    ended_by_the_bound(run(either, TOO_MUCH[how] + WAIT), f"used more than {LIMIT_MB} MB of disk")


TOO_MANY = {
    "files": "for n in range(600): open(f'f{n}', 'w')",
    "directories": "import os\nfor n in range(600): os.mkdir(f'd{n}')",
    "links": "import os\nfor n in range(600): os.symlink('/', f'l{n}')",
    "names of one file": "import os\nopen('f', 'w')\nfor n in range(1100): os.link('f', f'l{n}')",
    "named pipes": "import os\nfor n in range(600): os.mkfifo(f'p{n}')",
}


@pytest.mark.parametrize("what", TOO_MANY)
def test_a_script_that_makes_too_many_files_is_ended(bench: Bench, what: str) -> None:
    ended_by_the_bound(run(bench, TOO_MANY[what] + WAIT), "made more than 500 files")


def test_a_script_that_nests_directories_without_end_is_ended(bench: Bench) -> None:
    deep = "import os\nfor n in range(300): os.mkdir('d'); os.chdir('d')"
    ended_by_the_bound(run(bench, deep + WAIT), "nested directories more than 256 deep")


HARMLESS = {
    "a file full of holes": "open('f', 'wb').truncate(15 * 2**20); open('g', 'wb').truncate(15 * 2**20)",
    "one file under many names": """
import os
open("f", "wb").write(bytes(6 * 2**20))
for n in range(20): os.link("f", f"l{n}")
""",
    "one file in many hands": """
import os
fd = os.open(".", os.O_TMPFILE | os.O_RDWR)
os.write(fd, bytes(6 * 2**20))
held = [os.dup(fd) for n in range(20)]
""",
    "links that lead outside, or nowhere, or round": """
import os
for to in ("/", "/usr", "/proc", ".", "..", "nowhere", "/dev/zero", "/dev/stdin"):
    os.symlink(to, to.replace("/", "_").replace(".", "dot"))
""",
    "what nobody may open": """
import os
os.mkfifo("pipe")
import socket; socket.socket(socket.AF_UNIX).bind("socket")
open("closed", "w"); os.chmod("closed", 0)
""",
    "what comes and goes": """
for n in range(60):
    open(f"f{n % 3}", "wb").write(bytes(4 * 2**20))
""",
    "what is moved about": """
import os, time
os.mkdir("d")
for n in range(9): open(f"d/f{n}", "wb").write(bytes(2**20))
until = time.monotonic() + 0.5
while time.monotonic() < until:
    os.rename("d", os.environ["SCRIPTER_ARTIFACTS"] + "/d")
    os.rename(os.environ["SCRIPTER_ARTIFACTS"] + "/d", "d")
""",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_a_script_within_its_bounds_is_left_alone(bench: Bench, what: str) -> None:
    ran = run(bench, HARMLESS[what] + "\nimport time; time.sleep(0.5); print('done')")
    assert (ran.exit["reason"], ran.exit["exit_code"]) == ("exited", 0), (ran.exit, ran.err)
    assert ran.out == b"done\n"


def test_a_closed_directory_is_closed_again_once_it_is_measured(bench: Bench) -> None:
    source = """
        import os, time
        os.mkdir("d"); open("d/f", "w"); os.chmod("d", 0o000)
        time.sleep(0.5)
        print(oct(os.stat("d").st_mode & 0o777))
    """
    assert run(bench, source).out == b"0o0\n"


def test_one_file_cannot_grow_past_the_bound(bench: Bench) -> None:
    ran = run(bench, "open('f', 'wb').write(bytes(40 * 2**20))")
    assert b"OSError: [Errno 27] File too large" in ran.err
    assert ran.exit["reason"] == "exited"


def test_a_program_that_the_kernel_ends_for_a_large_file_says_so(bench: Bench) -> None:
    ran = run(bench, "#!/bin/sh\nexec dd if=/dev/zero of=f bs=1M count=40 2>/dev/null", entry="tool")
    assert ran.exit["signal"] == 25
    ended_by_the_bound(ran, f"used more than {LIMIT_MB} MB of disk in one file")


def test_the_bound_on_files_is_not_one_on_the_log(bench: Bench) -> None:
    ran = run(bench, "print('x' * 999, file=open('/dev/stdout', 'w')); print(('y' * 999 + '\\n') * 40_000, end='')")
    assert ran.exit["reason"] == "exited"
    assert ran.exit["log_bytes"] > 40_000_000


def test_a_script_that_is_told_about_the_disk_may_end_in_peace(bench: Bench) -> None:
    # It may have taken up to an eighth more before it hears of that.
    source = """
        import signal, sys, time
        def leave(*_):
            print("tidied up", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, leave)
        for n in range(18): open(f"f{n}", "wb").write(bytes(2**20))
        time.sleep(30)
    """
    ran = run(bench, source)
    assert ran.out == b"tidied up\n"
    ended_by_the_bound(ran, f"used more than {LIMIT_MB} MB of disk")


def test_a_script_that_goes_on_taking_is_not_waited_for(either: Bench) -> None:
    source = """
        import os, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for n in range(4):
            if os.fork() == 0:
                break
        n = 0
        while True:
            n += 1
            open(f"{os.getpid()}-{n}", "wb").write(bytes(2**18))
    """
    ran = run(either, source, grace_s=50)
    assert ran.exit["signal"] == 9
    ended_by_the_bound(ran, f"used more than {LIMIT_MB} MB of disk")


def test_a_script_that_struggles_against_being_measured_is_ended(bench: Bench) -> None:
    source = """
        import os
        os.mkdir("d")
        for n in range(40): open(f"d/f{n}", "wb").write(bytes(2**20))
        for n in range(4):
            if os.fork() == 0:
                break
        while True:
            os.chmod("d", 0o000)
    """
    assert run(bench, source).exit["reason"] == "disk_limit"


def test_nothing_outside_is_touched_through_a_link_put_in_the_way(bench: Bench) -> None:
    outside = bench.directory / "outside"
    outside.mkdir(mode=0o700)
    source = """
        import os
        os.mkdir("d"); os.chmod("d", 0)
        os.mkdir("e")
        os.symlink(os.environ["SCRIPTER_SOURCE"] + "/../outside", "e/l")
        for n in range(10000):
            os.rename("d", "x"); os.symlink("../outside", "d"); os.unlink("d"); os.rename("x", "d")
    """
    ran = run(bench, source)
    assert ran.exit["reason"] == "exited"
    assert stat.S_IMODE(outside.stat().st_mode) == 0o700
