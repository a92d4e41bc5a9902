from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scripter.cli import doctor_remote, main
from scripter.cli.follow import LogLine
from scripter.cli.jobs import exit_code

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    return CliRunner(env={"XDG_CONFIG_HOME": str(tmp_path), "SCRIPTER_URL": NOBODY, "SCRIPTER_TOKEN": "scr_x"})


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        here = (*path, name)
        found += commands(command, here) if isinstance(command, click.Group) else [here]
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_has_help_and_knows_json(runner: CliRunner, path: tuple[str, ...]) -> None:
    told = runner.invoke(main, [*path, "--help"])
    assert told.exit_code == 0
    assert "--json" in told.output
    assert main.get_command(click.Context(main), path[0]) is not None


def test_help_tells_the_exit_codes(runner: CliRunner) -> None:
    assert "124      it ran out of time" in runner.invoke(main, ["--help"]).output


@pytest.mark.parametrize(
    "arguments",
    [["image", "list"], ["script", "show", "x"], ["run", "x"], ["job", "log", "1"], ["schedule", "preview", "@daily"]],
)
def test_without_a_server_a_command_says_so_and_asks_to_try_again(runner: CliRunner, arguments: list[str]) -> None:
    told = runner.invoke(main, arguments)
    assert told.exit_code == 75
    assert f"No Scripter answers at {NOBODY} (connection refused)" in told.stderr
    assert told.stdout == ""


def test_with_json_an_error_is_json_on_stdout_and_nothing_else(runner: CliRunner) -> None:
    told = runner.invoke(main, ["image", "list", "--json"])
    assert told.exit_code == 75
    assert json.loads(told.stdout)["error"]["code"] == "unavailable"
    assert told.stderr == ""


def test_destruction_needs_yes_where_nobody_can_be_asked(runner: CliRunner) -> None:
    from scripter.cli.app import App
    from scripter.lib.errors import BadInput

    with runner.isolation(), pytest.raises(BadInput, match="--yes"):
        App().confirm("Delete everything?", yes=False)


def test_the_doctor_names_what_is_wrong_and_what_to_do(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "scripter" / "credentials.json"
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o644)
    told = runner.invoke(main, ["doctor", "--json"])
    assert told.exit_code == 1
    findings = {one["about"]: one for one in json.loads(told.stdout)}
    assert findings["credentials"]["level"] == "problem"
    assert findings["credentials"]["remedy"] == f"chmod 600 {file}"
    assert findings["server"]["level"] == "problem"
    assert "scripter up" in findings["server"]["remedy"]


def test_the_doctor_says_how_much_room_there_is() -> None:
    well = doctor_remote._of_disk({"free_mb": 5000, "min_free_mb": 1024, "shortage": None})
    assert (well.level, well.found) == ("ok", "5000 MB are free")
    short = doctor_remote._of_disk({"free_mb": 12, "min_free_mb": 1024, "shortage": "only 12 MB are free on the disk"})
    assert (short.level, short.found) == ("problem", "only 12 MB are free on the disk")
    assert "until 1024 MB (`data.min_free_mb`) are free" in short.remedy


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(runner: CliRunner, shell: str) -> None:
    assert "_SCRIPTER_COMPLETE" in runner.invoke(main, ["completion", shell]).output


def test_the_shell_gets_our_commands_completed() -> None:
    asked = {"_SCRIPTER_COMPLETE": "bash_complete", "COMP_WORDS": "scripter schedule p", "COMP_CWORD": "2"}
    program = [sys.executable, "-c", "from scripter.cli import main; main(prog_name='scripter')"]
    told = subprocess.run(program, env=asked, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["plain,pause", "plain,pause-all", "plain,preview"]


def test_the_clock_tells_every_mistake_in_the_settings_at_once(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server]\nport = 'many'\n[jobs]\nmemory = 5\n")
    told = runner.invoke(main, ["clock", "--config", str(file)])
    assert told.exit_code == 2
    assert "server.port" in told.stderr
    assert "jobs.memory: there is no such setting" in told.stderr


def test_the_clock_is_not_needed_without_a_broker(runner: CliRunner, tmp_path: Path) -> None:
    told = runner.invoke(main, ["clock", "--data", str(tmp_path / "data")])
    assert told.exit_code == 2
    assert "queue.url" in told.stderr


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ({"status": "succeeded", "reason_code": None, "exit_code": 0, "signal": None}, 0),
        ({"status": "failed", "reason_code": "exit", "exit_code": 3, "signal": None}, 3),
        ({"status": "failed", "reason_code": "timeout", "exit_code": None, "signal": 15}, 124),
        ({"status": "failed", "reason_code": "deadline", "exit_code": None, "signal": None}, 124),
        ({"status": "failed", "reason_code": "out_of_memory", "exit_code": None, "signal": 9}, 137),
        ({"status": "failed", "reason_code": "disk_limit", "exit_code": 0, "signal": None}, 153),
        ({"status": "cancelled", "reason_code": "cancelled", "exit_code": None, "signal": 15}, 130),
        ({"status": "failed", "reason_code": "signal", "exit_code": None, "signal": 11}, 139),
        ({"status": "failed", "reason_code": "could_not_start", "exit_code": None, "signal": None}, 125),
        ({"status": "lost", "reason_code": "lost", "exit_code": None, "signal": None}, 125),
    ],
)
def test_run_exits_as_the_script_did(job: dict[str, object], code: int) -> None:
    assert exit_code(job) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (
            "2026-11-22T04:45:40.1Z stdout F hello  world",
            ("2026-11-22T04:45:40.1Z", "stdout", True, False, "hello  world"),
        ),
        ("2026-11-22T04:45:40.1Z stderr P part", ("2026-11-22T04:45:40.1Z", "stderr", False, False, "part")),
        ("2026-11-22T04:45:40.1Z stdout F ", ("2026-11-22T04:45:40.1Z", "stdout", True, False, "")),
        ("2026-11-22T04:45:40.1Z stderr F:scripter end", ("2026-11-22T04:45:40.1Z", "stderr", True, True, "end")),
    ],
)
def test_log_lines_are_taken_apart(line: str, parsed: tuple[object, ...]) -> None:
    assert LogLine.parse(line) == parsed
