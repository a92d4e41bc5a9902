"""What is the local runner's own: processes known for certain, the sandbox, and builds without a Dockerfile's commands."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from runner_rig import DOCKERFILE, MEBIBYTE, Rig, Watch, ended, go, log_of, until

from scripter.runners import local_sandbox, places
from scripter.runners.local import LocalRunner
from scripter.runners.local_process import Process
from scripter.runners.protocol import Ending, Limits, SlotGone

WAITING = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n"


@pytest.fixture(params=["bubblewrap", "plain"])
def rig(request: pytest.FixtureRequest) -> Rig:
    found = request.getfixturevalue(f"{request.param}_rig")
    assert isinstance(found, Rig)
    return found


def test_a_recycled_process_number_is_never_signalled() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        found = Process.of(child.pid)
        assert found and Process.parse(str(found)) == found
        earlier = Process(child.pid, str(int(found.start) - 1), found.boot)
        assert not earlier.alive
        earlier.signal(signal.SIGKILL)
        earlier.kill_tree()
        assert child.poll() is None
        found.signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL


def test_a_process_of_an_earlier_boot_is_not_alive() -> None:
    mine = Process.of(os.getpid())
    assert mine and mine.alive
    assert not Process(mine.pid, mine.start, "another-boot").alive


def test_a_zombie_does_not_count_as_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = Process.of(child.pid)
        assert found and found.alive and child.stdin
        child.stdin.close()
        until(lambda: not found.alive, "the child to end")
        assert Path(f"/proc/{child.pid}").exists()


def test_no_zombies_pile_up(rig: Rig) -> None:
    before = zombies()  # whatever else this test process has started
    for number in range(3):
        slot = rig.prepare("print('x')", name=f"job{number}")
        rig.runner.start(slot, go())
        ended(slot)

    def gone() -> bool:
        rig.runner.alive({})
        return zombies() <= before

    until(gone, "the children to be reaped")


def zombies() -> set[str]:
    """The ended children of this process that nobody has asked about."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # gone while we look
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) == os.getpid():
                found.add(path.parent.name)
    return found


def test_half_a_go_runs_nothing(rig: Rig) -> None:
    slot = rig.prepare("print('never')")
    assert isinstance(rig.runner, LocalRunner)
    rig.runner._inputs.hand_over(slot.name, b'{"version": 1, ')
    until(lambda: rig.runner.ending(slot) is not Ending.ALIVE, "the agent to leave")
    assert log_of(slot) == ""
    with pytest.raises(SlotGone):
        rig.runner.start(slot, go())


# A worker that is killed as soon as its agent runs: before it has written that down, or after.
DIES = """
import os, pickle, signal, sys
from scripter.runners import local_sandbox
from scripter.runners.local import LocalRunner

data, spec, sandboxed, recorded = pickle.load(sys.stdin.buffer)
write = LocalRunner._write

def die(runner, record):
    if recorded:
        write(runner, record)
    os.write(1, record.process.encode())
    os.kill(os.getpid(), signal.SIGKILL)

LocalRunner._write = die
if not sandboxed:
    local_sandbox.program = lambda: None
LocalRunner(data).prepare(spec)
"""


@pytest.mark.parametrize("recorded", [False, True])
def test_an_agent_whose_worker_was_killed_before_the_go_leaves_by_itself(
    rig: Rig, local_data: Path, recorded: bool
) -> None:
    spec = rig.spec("print('once')")
    given = pickle.dumps((local_data, spec, local_sandbox.program() is not None, recorded))
    worker = subprocess.run([sys.executable, "-c", DIES], input=given, capture_output=True, check=False)
    assert worker.returncode == -signal.SIGKILL, worker.stderr
    agent = Process.parse(worker.stdout.decode())
    until(lambda: not agent.alive, "the agent to leave")
    found = rig.runner.alive(rig.labels)
    assert [rig.runner.ending(slot) for slot in found] == [Ending.EXITED] * recorded
    for slot in found:
        with pytest.raises(SlotGone):
            rig.runner.start(slot, go())
        rig.runner.discard(slot)
    rig.runner.start(slot := rig.runner.prepare(spec), go())
    assert ended(slot).output == ["once"]


def test_a_script_over_its_memory_limit_gets_an_error(rig: Rig) -> None:
    limits = Limits(memory_bytes=200 * MEBIBYTE, cpus=1, processes=64)
    assert "MemoryError" in rig.run("bytearray(1024 ** 3)", spec={"limits": limits}).output


def test_bubblewrap_hides_scripter_s_data_and_the_network(bubblewrap_rig: Rig, local_data: Path) -> None:
    (local_data / "key").write_text("hidden")
    job = bubblewrap_rig.run(
        f"import os\nprint(os.path.exists({str(local_data / 'key')!r}))\nprint(os.listdir('/sys/class/net'), os.listdir('/tmp') == [])\n"
        "import socket\nprint(len(socket.if_nameindex()))\n"
        "try:\n    open('/etc/x', 'w')\nexcept OSError as error:\n    print(error.strerror)\n"
    )
    assert job.output[0] == "False"
    assert job.output[2:] == ["1", "Read-only file system"]


def test_a_build_says_which_lines_it_did_not_execute(plain_rig: Rig) -> None:
    watch = Watch()
    built = plain_rig.build(f"{DOCKERFILE}RUN apt-get install -y jq\n", watch, **{"requirements.txt": ""})
    plain_rig.runner.remove_image(built.reference)
    assert b"Without Docker the Dockerfile is not executed." in watch.said
    assert b"Not executed: line 4: RUN apt-get install -y jq\n" in watch.said
    assert b"line 3" not in watch.said


def test_a_half_made_environment_is_not_taken_for_an_image(plain_rig: Rig, local_data: Path) -> None:
    digest = "a" * 64
    (local_data / "venvs" / digest / "bin").mkdir(parents=True)
    assert not plain_rig.runner.has_image(f"venv:sha256:{digest}")


def test_a_failed_build_leaves_no_environment(plain_rig: Rig, local_data: Path) -> None:
    before = sorted((local_data / "venvs").iterdir())
    plain_rig.failed_build(DOCKERFILE, **{"requirements.txt": "six==99\n"})
    assert sorted((local_data / "venvs").iterdir()) == before


def test_passwords_of_the_worker_do_not_reach_a_build(plain_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTER_DATABASE__URL", "hidden-password")
    watch = Watch()
    plain_rig.failed_build(
        DOCKERFILE,
        watch,
        **{
            "requirements.txt": "./package\n",
            "package/pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
            "package/backend.py": "import os\nraise SystemExit(f'{sorted(os.environ.items())}')\n",
        },
    )
    assert b"PATH" in watch.said
    assert b"hidden-password" not in watch.said


def test_scripter_itself_may_lie_under_tmp(
    bubblewrap_rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = tmp_path / "checkout" / "agent.py"  # tmp_path is under /tmp, of which the sandbox shows nothing
    agent.parent.mkdir()
    shutil.copy(places.AGENT, agent)
    monkeypatch.setattr(places, "AGENT", agent)
    slot = bubblewrap_rig.prepare("print('here')")
    bubblewrap_rig.runner.start(slot, go())
    assert ended(slot).output == ["here"]
