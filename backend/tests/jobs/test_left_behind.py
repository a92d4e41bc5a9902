"""What scripts can put where Scripter looks: links, pipes, nests without end. Nothing is followed, and nobody hangs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from job_rig import HELLO, House, until

from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.jobs import attempt
from scripter.jobs.states import Reason, Status
from scripter.runners import local_sandbox

# In both of the script's places; `OUTSIDE` is a directory that is not the job's.
EVERYTHING = """
import os, socket
for place in (".", os.environ["SCRIPTER_ARTIFACTS"]):
    os.chdir(place)
    for name, to in (("l1", "OUTSIDE"), ("l2", "OUTSIDE/precious"), ("l3", "."), ("l4", "/proc/self/fd/0"), ("l5", "..")):
        os.symlink(to, name)
    os.mkfifo("pipe")
    socket.socket(socket.AF_UNIX).bind("socket")
    open("file", "w").write("x")
    for n in range(50): os.link("file", f"hard{n}")
    for mode in (0o000, 0o200, 0o400):
        os.makedirs(f"d{mode}/e"); open(f"d{mode}/e/f", "w").close(); os.chmod(f"d{mode}", mode)
    for deed in (lambda: os.mknod("device", 0o20666, os.makedev(1, 5)), lambda: os.link("OUTSIDE/precious", "stolen")):
        try:
            deed()
        except OSError:
            pass
    for _ in range(200): os.mkdir("n"); os.chdir("n")
    os.chdir(os.environ["HOME"])
print("begun")
"""

# Where nothing isolates scripts, they can also write beside the agent's own files.
AT_THE_AGENTS_PLACE = {
    "pipes": "os.mkfifo(at('events.jsonl')); os.mkfifo(at('log.tail')); os.mkfifo(at('exit.json'))",
    "links": "for name in ('events.jsonl', 'log.tail', 'exit.json'): os.symlink('OUTSIDE/precious', at(name))",
    "hard links": "for name in ('events.jsonl', 'log.tail', 'exit.json'): os.link('OUTSIDE/precious', at(name))",
    "a record of a gigabyte": "open(at('exit.json'), 'wb').truncate(2**30)",
    "a record of its own making": "open(at('exit.json'), 'w').write('[' * 100_000)",
    "a link instead of the record to be": "os.unlink(at('exit.json.part')); os.symlink('OUTSIDE/precious', at('exit.json.part'))",
    "a directory for the record": "os.mkdir(at('exit.json'))",
    "a link instead of everything": "os.rename(at('.'), at('.') + '.gone'); os.symlink('OUTSIDE', at('.'))",
}


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return Settings(data=Data(directory=str(data)), database=DatabaseSettings(url=sqlite_url))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("{}")
    return outside


def untouched(outside: Path) -> bool:
    return [path.name for path in outside.iterdir()] == ["precious"] and (outside / "precious").read_text() == "{}"


@pytest.fixture(params=["docker", "local"])
def house(request: pytest.FixtureRequest) -> House:
    found = request.getfixturevalue(f"{request.param}_house")
    assert isinstance(found, House)
    return found


def test_whatever_a_script_leaves_is_removed_and_nothing_that_it_points_at(house: House, outside: Path) -> None:
    house.source(EVERYTHING.replace("OUTSIDE", str(outside)))
    house.worker("w:1").start([])
    job = house.ended(house.queued())
    assert (job.status, job.reason) == (Status.SUCCEEDED, "exit 0")
    until(lambda: not os.path.lexists(house.directory(job)), "the slot to be removed")
    assert untouched(outside)


@pytest.mark.parametrize("what", AT_THE_AGENTS_PLACE)
def test_where_nothing_isolates_a_script_cannot_lead_the_worker_astray_either(
    local_house: House, outside: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_sandbox, "program", lambda: None)
    if what == "a link instead of everything":
        # The worker looks so late that the script is over by then.
        monkeypatch.setattr(attempt, "TAKEN_POLL_S", 1.0)
    source = f"""
import os
def at(name): return os.path.normpath(os.path.join(os.environ["SCRIPTER_SOURCE"], "..", name))
{AT_THE_AGENTS_PLACE[what]}
os.write(3, b'{{"message": "hello"}}\\n')
print("begun")
"""
    local_house.source(source.replace("OUTSIDE", str(outside)))
    local_house.worker("w:1").start([])
    job = local_house.ended(local_house.queued())
    # The agent's account may be gone by now; what the script has put in its place is never taken for it.
    assert (job.status, job.reason_code) in ((Status.SUCCEEDED, Reason.EXIT), (Status.LOST, Reason.LOST))
    until(lambda: not os.path.lexists(local_house.directory(job)), "the slot to be removed")
    assert untouched(outside)
    local_house.source(HELLO)
    assert local_house.ended(local_house.queued()).status == Status.SUCCEEDED
