"""What every runner promises about a job, asked of each of them on its real engine."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from runner_rig import Rig, ended, go, log_of, until

from scripter.runners.protocol import Ending, ImageGone, NameTaken, Runner, Slot, SlotGone

SECRET = "correct-horse-battery"
WAITING = "import time\nprint('ready', flush=True)\ntime.sleep(600)\n"
POLITE = """
import os, signal, sys, time
def leave(*_):
    os.write(1, b"bye\\n")  # print may be at work on "ready" just now
    sys.exit(4)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def with_children(mark: str) -> str:
    """A script with a child in a session of its own, and a grandchild whose parent has left."""
    sleeper = f"[sys.executable, '-c', 'import time; time.sleep(600)', '{mark}']"
    return (
        "import os, subprocess, sys, time\n"
        f"subprocess.Popen({sleeper}, start_new_session=True)\n"
        f"if os.fork() == 0:\n    subprocess.Popen({sleeper})\n    os._exit(0)\n"
        "os.wait()\ntime.sleep(0.5)\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )


def test_what_a_script_prints_is_in_the_log_file_in_order(rig: Rig) -> None:
    # Each stream keeps its order; between the two there is none.
    job = rig.run("import sys\nprint('one')\nprint('two')\nprint('aside', file=sys.stderr)")
    assert [line for line in job.output if line != "aside"] == ["one", "two"]
    assert "aside" in job.output


def test_the_exit_code_is_recorded(rig: Rig) -> None:
    job = rig.run("import sys\nsys.exit(3)")
    assert (job.exit["reason"], job.exit["exit_code"]) == ("exited", 3)


def test_an_uncaught_error_shows_its_traceback_and_counts_as_failure(rig: Rig) -> None:
    job = rig.run("1 / 0")
    assert job.exit["exit_code"] == 1
    assert "ZeroDivisionError: division by zero" in job.output


def test_a_signal_that_ends_the_script_is_named(rig: Rig) -> None:
    job = rig.run("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert job.exit["signal"] == signal.SIGSEGV


def test_arguments_and_environment_arrive_as_given(rig: Rig) -> None:
    job = rig.run(
        "import os, sys\nprint(sys.argv[1:])\nprint(os.environ['GREETING'])",
        arguments=("--name", "a b", "$(id)", ""),
        environment={"GREETING": "grüß dich"},
    )
    assert job.output == ["['--name', 'a b', '$(id)', '']", "grüß dich"]


def test_a_go_of_many_kilobytes_arrives_whole(rig: Rig) -> None:
    arguments = tuple("x" * 1000 for _ in range(400))
    assert rig.run("import sys\nprint(sum(map(len, sys.argv[1:])))", arguments=arguments).output == ["400000"]


def test_the_worker_s_own_environment_does_not_reach_the_script(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTER_DATABASE__URL", SECRET)
    monkeypatch.setenv("OTHER", SECRET)
    job = rig.run("import os\nprint(sorted(os.environ))\nprint(any('horse' in v for v in os.environ.values()))")
    assert job.output[1] == "False"
    assert "'OTHER'" not in job.output[0]


def test_secrets_reach_the_script_but_not_its_log(rig: Rig) -> None:
    job = rig.run("import os\nprint(len(os.environ['TOKEN']))\nprint(os.environ['TOKEN'])", secrets={"TOKEN": SECRET})
    assert job.output[0] == str(len(SECRET))
    assert SECRET not in job.log


def test_a_secret_is_in_no_file_and_on_no_command_line(rig: Rig) -> None:
    rig.started(WAITING, secrets={"TOKEN": SECRET})
    files = [path for path in rig.directory.rglob("*") if path.is_file()]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert rig.processes(SECRET) == []


def test_a_script_of_two_files_imports_its_neighbour(rig: Rig) -> None:
    job = rig.run({"main.py": "import helper\nprint(helper.WORD)", "helper.py": "WORD = 'from next door'"})
    assert job.output == ["from next door"]


def test_a_script_writes_to_its_work_and_artifact_directories(rig: Rig) -> None:
    slot = rig.prepare(
        "import os\nopen('here', 'w').write('w')\nopen(os.environ['SCRIPTER_ARTIFACTS'] + '/out', 'w').write('a')"
    )
    rig.runner.start(slot, go())
    assert ended(slot).exit["exit_code"] == 0
    assert (slot.directory / "work" / "here").read_text() == "w"
    assert (slot.directory / "artifacts" / "out").read_text() == "a"


def test_the_packages_of_the_image_can_be_imported(rig: Rig) -> None:
    assert rig.run("import six\nprint(six.__version__)").output == ["1.17.0"]


def test_nothing_runs_before_the_go(rig: Rig) -> None:
    slot = rig.prepare("print('too early')")
    assert rig.runner.ending(slot) is Ending.ALIVE
    assert not (slot.directory / "log").exists()


def test_a_waiting_slot_that_is_stopped_leaves_without_a_trace(rig: Rig) -> None:
    slot = rig.prepare("print('never')")
    # The agent must have begun to listen; before that a container's first process takes no signal at all.
    until(lambda: rig.runner.stop(slot) or rig.runner.ending(slot) is Ending.EXITED, "the slot to leave")
    assert not (slot.directory / "exit.json").exists()
    assert not (slot.directory / "log").exists()


def test_a_script_over_its_time_limit_is_stopped(rig: Rig) -> None:
    job = rig.run(WAITING, time_limit_s=1, grace_s=1)
    assert job.exit["reason"] == "timed_out"


def test_stopping_lets_a_polite_script_say_goodbye(rig: Rig) -> None:
    slot = rig.started(POLITE)
    rig.runner.stop(slot)
    job = ended(slot)
    assert job.exit["reason"] == "cancelled"
    assert job.output[-1] == "bye"


def test_stopping_ends_a_script_that_ignores_it_after_its_grace(rig: Rig) -> None:
    slot = rig.started(STUBBORN, grace_s=0.5)
    rig.runner.stop(slot)
    job = ended(slot)
    assert (job.exit["reason"], job.exit["signal"]) == ("cancelled", signal.SIGKILL)


def test_stopping_twice_and_after_the_end_does_no_harm(rig: Rig) -> None:
    slot = rig.started(POLITE)
    rig.runner.stop(slot)
    rig.runner.stop(slot)
    ended(slot)
    until(lambda: rig.runner.ending(slot) is Ending.EXITED, "the end")
    rig.runner.stop(slot)
    rig.runner.kill(slot)
    assert ended(slot).exit["exit_code"] == 4


def test_the_end_of_a_script_is_the_end_of_its_children(rig: Rig) -> None:
    slot = rig.started(with_children(rig.mark), grace_s=0.5)
    assert len(rig.processes()) >= 2
    rig.runner.stop(slot)
    ended(slot)
    until(lambda: rig.processes() == [], "the children to be gone")


def test_killing_ends_everything_without_an_exit_record(rig: Rig) -> None:
    slot = rig.started(with_children(rig.mark))
    rig.runner.kill(slot)
    until(lambda: rig.runner.ending(slot) is Ending.KILLED, "the end")
    until(lambda: rig.processes() == [], "the children to be gone")
    assert not (slot.directory / "exit.json").exists()


def test_a_restarted_worker_finds_the_running_job_and_stops_it(rig: Rig) -> None:
    slot = rig.started(POLITE)
    runner = rig.again()
    [found] = runner.alive(rig.labels)
    assert (found.name, found.reference, found.directory) == (slot.name, slot.reference, slot.directory)
    assert found.labels.items() >= rig.labels.items()
    assert runner.ending(found) is Ending.ALIVE
    runner.stop(found)
    assert ended(slot).exit["reason"] == "cancelled"


def test_an_ended_slot_is_still_listed_until_it_is_discarded(rig: Rig) -> None:
    slot = rig.prepare("print('done')")
    rig.runner.start(slot, go())
    ended(slot)
    until(lambda: rig.runner.ending(slot) is Ending.EXITED, "the end")
    assert [one.name for one in rig.runner.alive(rig.labels)] == [slot.name]
    rig.runner.discard(slot)
    assert rig.runner.alive(rig.labels) == []


def test_other_labels_are_not_listed(rig: Rig) -> None:
    rig.prepare()
    assert rig.runner.alive({**rig.labels, "scripter.other": "1"}) == []


def test_discarding_ends_what_runs_and_may_be_repeated(rig: Rig) -> None:
    slot = rig.started(with_children(rig.mark))
    rig.runner.discard(slot)
    rig.runner.discard(slot)
    assert rig.runner.ending(slot) is Ending.GONE
    until(lambda: rig.processes() == [], "the children to be gone")


def test_a_name_is_given_away_once(rig: Rig) -> None:
    slot = rig.prepare()
    with pytest.raises(NameTaken):
        rig.prepare()
    assert [one.reference for one in rig.runner.alive(rig.labels)] == [slot.reference]


def test_of_many_who_want_a_name_at_the_same_time_one_gets_it(rig: Rig) -> None:
    spec = rig.spec()

    def tried(runner: Runner) -> Slot | None:
        with suppress(NameTaken):
            return runner.prepare(spec)
        return None

    runners = [rig.again() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        slots = [slot for slot in pool.map(tried, runners) if slot is not None]
    assert [one.reference for one in rig.runner.alive(rig.labels)] == [slot.reference for slot in slots]
    assert len(slots) == 1


def test_the_name_of_an_ended_slot_is_taken_until_it_is_discarded(rig: Rig) -> None:
    slot = rig.prepare("print('once')")
    rig.runner.start(slot, go())
    ended(slot)
    with pytest.raises(NameTaken):
        rig.prepare()
    rig.runner.discard(slot)
    assert rig.prepare().name == slot.name


def test_a_second_go_does_not_run_the_script_again(rig: Rig) -> None:
    slot = rig.started("import time\nprint('ready', flush=True)\ntime.sleep(1)\n")
    with suppress(SlotGone):
        rig.runner.start(slot, go())
    assert ended(slot).output == ["ready"]


def test_a_go_for_a_slot_that_has_ended_runs_nothing(rig: Rig) -> None:
    slot = rig.prepare("print('never')")
    rig.runner.kill(slot)
    until(lambda: rig.runner.ending(slot) is not Ending.ALIVE, "the end")
    with suppress(SlotGone):
        rig.runner.start(slot, go())
    assert list(slot.directory.glob("exit.json*")) == []
    assert log_of(slot) == ""


def test_a_go_for_a_discarded_slot_is_refused(rig: Rig) -> None:
    slot = rig.prepare()
    rig.runner.discard(slot)
    with pytest.raises(SlotGone):
        rig.runner.start(slot, go())


def test_an_unknown_image_is_named_as_gone(rig: Rig) -> None:
    for reference in (f"sha256:{'0' * 64}", f"venv:sha256:{'0' * 64}"):
        assert not rig.runner.has_image(reference)
        with pytest.raises(ImageGone):
            rig.prepare(image=reference)


def test_many_jobs_run_beside_each_other(rig: Rig) -> None:
    def one(number: int) -> list[str]:
        slot = rig.prepare(f"print({number})", name=f"job{number}")
        rig.runner.start(slot, go())
        return ended(slot).output

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(6))) == [[str(number)] for number in range(6)]
