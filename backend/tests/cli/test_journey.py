"""The whole job by the command line, against a running Scripter with a real Docker engine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import testbed
from testbed.stack import PASSWORD, Stack, embedded

PROGRAM = str(Path(sys.executable).with_name("scripter"))

SOURCE = """
import os, sys, time
wish = sys.argv[1:]
print("out", *wish, flush=True)
print("err", file=sys.stderr, flush=True)
if "exit3" in wish: sys.exit(3)
if "second" in wish and os.environ["SCRIPTER_ATTEMPT"] != "2": sys.exit(4)
if "sleep" in wish: time.sleep(600)
if "count" in wish:
    for number in range(60):
        print("line", number, flush=True)
        time.sleep(0.1)
if "eat" in wish: data = [bytearray(1_000_000) for _ in range(100_000)]
if "colours" in wish: print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 end")
"""


class Shell:
    """Somebody's shell, logged in by `scripter login`."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self.environment = {"PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": str(home), "HOME": str(home), "TZ": "UTC"}
        told = self(["login", stack.url, "--name", "anna", "--password-stdin"], stdin=PASSWORD + "\n")
        assert told.returncode == 0, told.stderr

    def __call__(
        self, arguments: list[str], *, stdin: str = "", timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments], env=self.environment, input=stdin, capture_output=True, text=True, timeout=timeout
        )

    def json(self, *arguments: str, code: int = 0) -> Any:
        own = arguments.index("--") if "--" in arguments else len(arguments)
        told = self([*arguments[:own], "--json", *arguments[own:]])
        assert told.returncode == code, told.stdout + told.stderr
        return json.loads(told.stdout)


@pytest.fixture(scope="module")
def stack(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with embedded(services, tmp_path_factory.mktemp("journey"), {"SCRIPTER_JOBS__GRACE_S": "2"}) as stack:
        stack.set_up("up")
        yield stack


@pytest.fixture(scope="module")
def shell(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(stack, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def image(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image that was made and built by the command line."""
    directory = tmp_path_factory.mktemp("image")
    (directory / "Dockerfile").write_text("FROM python:3.11-slim\nRUN echo built by hand\n")
    (directory / "requirements.txt").write_text("")
    assert shell(["image", "create", "tools", "--from", str(directory)]).returncode == 0
    built = shell(["image", "build", "tools", "--follow"], timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "built by hand" in built.stdout
    assert "succeeded" in built.stderr
    return "tools"


@pytest.fixture(scope="module")
def script(shell: Shell, image: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("script") / "job.py"
    file.write_text(SOURCE)
    made = shell.json("script", "create", "worker bee", "--image", image, "--from", str(file))
    assert (made["entry"], made["image"]["name"]) == ("job.py", "tools")
    return "worker bee"


def wait_until_one_runs(shell: Shell, script: str) -> None:
    deadline = time.monotonic() + 60
    while not any(job["status"] == "running" for job in shell.json("job", "list", "--script", script)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_run_gives_output_arguments_and_exit_code_as_the_script_did(shell: Shell, script: str) -> None:
    told = shell(["run", script, "--follow", "--", "exit3", "--x"])
    assert told.returncode == 3
    assert told.stdout == "out exit3 --x\n"
    assert "err\n" in told.stderr
    assert "exit 3" in told.stderr


def test_run_without_follow_waits_and_says_only_how_it_ended(shell: Shell, script: str) -> None:
    told = shell(["run", script])
    assert (told.returncode, told.stdout) == (0, "")
    assert "succeeded" in told.stderr


def test_run_with_json_prints_the_job_and_nothing_else(shell: Shell, script: str) -> None:
    job = shell.json("run", script, "--follow", "--", "exit3", code=3)
    assert (job["status"], job["exit_code"], job["arguments"]) == ("failed", 3, ["exit3"])


def test_following_goes_on_over_attempts_and_the_last_one_counts(shell: Shell, script: str) -> None:
    policy = ["--retries", "2", "--retry-delay", "1", "--retry-on", "exit", "--priority", "4"]
    assert shell(["script", "update", script, *policy, "--deadline", "600"]).returncode == 0
    told = shell(["run", script, "--follow", "--", "second"])
    assert told.returncode == 0, told.stderr
    assert told.stdout == "out second\nout second\n"
    assert "Attempt 1 failed (exit 4). Attempt 2 of 3" in told.stderr
    job = shell.json("job", "list", "--limit", "1")[0]
    assert (job["priority"], [one["exit_code"] for one in job["attempts"]]) == (4, [4, 0])
    shown = shell(["job", "show", str(job["id"])]).stdout
    assert "2 of 3" in shown and "exit 4" in shown
    assert {one["start_kind"] for one in job["attempts"]} <= {"warm", "cold"}
    assert f"{job['start_kind']}, {job['start_ms']} ms" in shown
    reset = shell.json("script", "update", script, "--retries", "0", "--deadline", "none", "--priority", "0")
    assert (reset["retries"]["count"], reset["deadline_s"], reset["priority"]) == (0, None, 0)


def test_a_start_beyond_the_limit_is_refused_in_words_with_75(shell: Shell, script: str) -> None:
    shell.json("script", "update", script, "--max-running", "1", "--max-queued", "1")
    running = shell.json("run", script, "--detach", "--", "sleep")
    wait_until_one_runs(shell, script)
    waiting = shell.json("run", script, "--detach", "--", "sleep")
    refused = shell.json("run", script, "--priority", "10", code=75)["error"]
    assert refused["code"] == "too_many"
    assert f"of the script {script} no more than 1 may" in refused["message"]
    assert refused["retry_after_s"] >= 1
    assert "1 of 1 jobs of this script are running" in shell(["job", "list", "--script", script]).stdout
    for job in (waiting, running):
        shell(["job", "cancel", str(job["id"])])
    shell.json("script", "update", script, "--max-running", "none", "--max-queued", "none")


def test_a_run_with_a_reason_goes_beside_the_one_that_holds_the_restriction(shell: Shell, script: str) -> None:
    nothing = shell.json("run", script, "--override", "It hangs.", code=2)["error"]
    assert "nothing to override" in json.dumps(nothing)
    shell.json("script", "update", script, "--restriction", "self", "--restriction-wait", "refuse")
    assert "one job at a time of this script; others are refused" in shell(["script", "show", script]).stdout
    running = shell.json("run", script, "--detach", "--", "sleep")
    wait_until_one_runs(shell, script)
    refused = shell(["run", script])
    assert (refused.returncode, refused.stdout) == (5, "")
    assert f"may not run beside job {running['id']}" in refused.stderr
    assert "say why" in shell(["run", script, "--override", " "]).stderr
    beside = shell.json("run", script, "--override", "The first one hangs.")
    assert (beside["status"], beside["override_reason"]) == ("succeeded", "The first one hangs.")
    assert "The first one hangs." in shell(["job", "show", str(beside["id"])]).stdout
    assert shell.json("job", "show", str(running["id"]))["status"] == "running"
    shell(["job", "cancel", str(running["id"])])
    shell.json("script", "update", script, "--restriction", "none")


@pytest.mark.parametrize(
    ("wish", "options", "code"), [("sleep", ["--time-limit", "1"], 124), ("eat", ["--time-limit", "60"], 137)]
)
def test_what_ended_a_job_by_force_shows_in_the_exit_code(
    shell: Shell, script: str, wish: str, options: list[str], code: int
) -> None:
    assert shell(["run", script, *options, "--", wish]).returncode == code


def test_a_cancelled_run_exits_with_130(shell: Shell, script: str) -> None:
    job = shell.json("run", script, "--detach", "--", "sleep")
    followed: list[int] = []
    viewer = threading.Thread(
        target=lambda: followed.append(shell(["job", "log", str(job["id"]), "--follow"]).returncode)
    )
    viewer.start()
    assert "stopped" in (told := shell(["job", "cancel", str(job["id"])])).stdout or "cancelled" in told.stdout
    viewer.join()
    assert followed == [0]
    shown = shell.json("job", "show", job["uuid"])
    assert shown["status"] == "cancelled"
    assert shell(["job", "cancel", str(job["id"])]).returncode == 5


def test_a_log_is_read_with_times_as_json_and_plain(shell: Shell, script: str) -> None:
    job = shell.json("run", script, "--", "colours")
    number = str(job["id"])
    timed = shell(["job", "log", number, "--time"]).stdout
    assert any(line.endswith("Z stdout out colours") for line in timed.splitlines())
    lines = [json.loads(line) for line in shell(["job", "log", number, "--json"]).stdout.splitlines()]
    assert {"stdout", "stderr"} <= {line["stream"] for line in lines}
    assert "out colours" in shell(["job", "log", number]).stdout.splitlines()


def test_following_goes_on_through_a_restart_of_the_server_and_misses_nothing(
    stack: Stack, shell: Shell, script: str
) -> None:
    results: list[subprocess.CompletedProcess[str]] = []
    runner = threading.Thread(target=lambda: results.append(shell(["run", script, "--follow", "--", "count"])))
    runner.start()
    wait_until_one_runs(shell, script)
    stack.kill("up")
    stack.start("up")
    runner.join()
    (told,) = results
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == ["out count", *(f"line {number}" for number in range(60))]


def test_a_failed_build_shows_the_line_that_failed(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.11-slim\nRUN false\n")
    shell(["image", "create", "broken", "--from", str(tmp_path)])
    told = shell(["image", "build", "broken"], timeout=300)
    assert told.returncode == 1
    assert "line 2: RUN false" in told.stderr


def test_saving_makes_a_version_and_saving_nothing_new_makes_none(shell: Shell, script: str, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(SOURCE + "# more\n")
    before = shell.json("script", "show", script)["version"]["number"]
    assert shell.json("script", "save", script, "--from", str(tmp_path), "-m", "more")["number"] == before + 1
    assert "Nothing is new" in shell(["script", "save", script, "--from", str(tmp_path)]).stdout


def test_schedules_are_added_previewed_paused_resumed_and_deleted(shell: Shell, script: str) -> None:
    made = shell.json("schedule", "add", script, "0 3 * * *", "--zone", "Europe/Berlin", "--", "--all")
    number = str(made["id"])
    assert (made["zone"], made["arguments"], made["enabled"]) == ("Europe/Berlin", ["--all"], True)
    assert "off" in shell(["schedule", "pause", number]).stdout
    assert "next run" in shell(["schedule", "resume", number]).stdout
    assert "0 3 * * *" in shell(["schedule", "list", "--script", script]).stdout
    assert "At 03:00 every day" in shell(["schedule", "preview", "0 3 * * *"]).stdout
    refused = shell(["schedule", "delete", number])
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert shell(["schedule", "delete", number, "--yes"]).returncode == 0
    assert shell(["schedule", "delete", number, "--yes"]).returncode == 4


def test_a_schedule_is_told_its_policies_and_shows_them(shell: Shell, script: str) -> None:
    wishes = ["--every", "5m", "--name", "steady", "--overlap", "queue", "--overlap-limit", "3", "--env", "A=b"]
    made = shell.json("schedule", "add", script, *wishes, "--blackout", "sat,sun 22:00-06:00=night", "--", "-x")
    assert (made["kind"], made["every_s"], made["arguments"], made["environment"]) == ("every", 300, ["-x"], {"A": "b"})
    number = str(made["id"])
    told = shell(["schedule", "show", number]).stdout
    for words in ("Every 5 minutes", "wait, at most 3", "sat, sun from 22:00 to 06:00 (night)", "A=b", "steady"):
        assert words in told
    changed = shell.json("schedule", "edit", number, "--cron", "0 3 * * *", "--catch-up", "none", "--no-blackouts")
    assert (changed["kind"], changed["cron"], changed["catch_up"]) == ("cron", "0 3 * * *", "none")
    assert (changed["blackouts"], changed["overlap"]) == ([], "queue")
    assert "no person nobody" in shell(["schedule", "edit", number, "--owner", "nobody"]).stderr
    assert shell.json("schedule", "edit", number, "--owner", "Anna")["owner"]["name"] == "anna"
    assert shell(["schedule", "edit", number]).returncode == 2
    assert shell(["schedule", "add", script]).returncode == 2
    shell(["schedule", "delete", number, "--yes"])


def test_a_preview_tells_the_past_and_the_clock_changes(shell: Shell) -> None:
    told = shell(["schedule", "preview", "30 3 * * *", "--zone", "Europe/Riga", "--jitter", "1m"]).stdout
    for words in ("At 03:30 every day", "LAST RUNS", "NEXT RUNS", "clocks of Europe/Riga go forward"):
        assert words in told


def test_all_schedules_are_paused_and_resumed(shell: Shell) -> None:
    assert shell.json("schedule", "pause-all", "-m", "inventory")["pause"]["reason"] == "inventory"
    assert shell(["schedule", "pause-all"]).returncode == 5
    assert shell.json("schedule", "resume-all") == {"pause": None}


def test_a_crontab_file_is_imported_whole_and_comes_back(shell: Shell, script: str, tmp_path: Path) -> None:
    file = tmp_path / "crontab"
    file.write_text("# nightly\n30 2 * * * /opt/unknown.py --all\n@reboot /opt/start\n")
    looked = shell(["schedule", "import", str(file), "--dry-run"])
    assert looked.returncode == 0 and "no due time" in looked.stdout
    refused = shell(["schedule", "import", str(file), "--yes"])
    assert refused.returncode == 2 and "lines.3" in refused.stderr
    wanted = [str(file), "--line", f"2={script}", "--leave-out", "3"]
    assert "--yes" in shell(["schedule", "import", *wanted]).stderr
    (number,) = shell.json("schedule", "import", *wanted, "--yes")["ids"]
    text = shell(["schedule", "export", "--script", script]).stdout
    assert "# nightly\n30 2 * * * scripter run --detach" in text
    assert f"is schedule {number}" in shell(["schedule", "import", "-", "--dry-run"], stdin=text).stdout
    assert shell(["schedule", "export", "-o", str(tmp_path / "out")]).returncode == 0
    assert "scripter run" in (tmp_path / "out").read_text()
    shell(["schedule", "delete", str(number), "--yes"])


def test_a_past_window_is_filled_in_and_the_ledger_shows_it(shell: Shell, script: str) -> None:
    number = str(shell.json("schedule", "add", script, "0 3 * * *")["id"])
    now = datetime.now(UTC)
    window = [number, (now - timedelta(days=2)).isoformat(), now.isoformat()]
    assert shell.json("schedule", "backfill", *window, "--dry-run")["runs"] == 2
    assert "--yes" in shell(["schedule", "backfill", *window]).stderr
    assert len(shell.json("schedule", "backfill", *window, "--yes")["items"]) == 2
    assert shell.json("schedule", "backfill", *window, "--yes") == {"items": []}
    told = shell(["schedule", "ledger", number]).stdout
    assert "Mon" in told and "caught up: Filled in by anna" in told
    assert [one["outcome"] for one in shell.json("schedule", "ledger", number, "--outcome", "caught_up")] == [
        "caught_up"
    ] * 2
    assert sum(day["caught_up"] for day in shell.json("schedule", "ledger", number)) == 2
    shell(["schedule", "delete", number, "--yes"])


def test_a_calendar_is_made_used_changed_and_deleted(shell: Shell, script: str) -> None:
    shell(["schedule", "calendar", "add", "Holidays", "--zone", "Europe/Riga", "--period", "2026-12-25=Christmas"])
    made = shell.json("schedule", "add", script, "0 3 * * *", "--calendar", "holidays")
    assert [one["name"] for one in made["calendars"]] == ["Holidays"]
    assert shell(["schedule", "calendar", "delete", "Holidays", "--yes"]).returncode == 5
    shell(["schedule", "calendar", "edit", "Holidays", "--add-period", "sat,sun 00:00-00:00"])
    told = shell(["schedule", "calendar", "show", "Holidays"]).stdout
    assert "2026-12-25 (Christmas)" in told and "sat, sun from 00:00 to 00:00" in told
    changed = shell.json("schedule", "edit", str(made["id"]), "--calendar", "none")
    assert changed["calendars"] == []
    assert shell(["schedule", "calendar", "delete", "Holidays", "--yes"]).returncode == 0
    assert "There are no calendars" in shell(["schedule", "calendar", "list"]).stdout
    shell(["schedule", "delete", str(made["id"]), "--yes"])


def test_a_wrong_crontab_line_is_told_with_its_field(shell: Shell, script: str) -> None:
    told = shell(["schedule", "add", script, "61 * * * *"])
    assert told.returncode == 2
    assert "minute must be 0-59" in told.stderr
    error = shell.json("schedule", "preview", "* *", "--zone", "Mars", code=2)["error"]
    assert {one["field"] for one in error["fields"]} == {"cron", "zone"}


def test_an_image_in_use_is_not_deleted_and_unknown_names_are_told(shell: Shell, image: str, script: str) -> None:
    told = shell(["image", "delete", image, "--yes"])
    assert told.returncode == 5 and script in told.stderr
    unknown = shell(["script", "show", "worker be"])
    assert unknown.returncode == 4 and "Did you mean worker bee?" in unknown.stderr


def test_lists_can_be_read_by_people_and_by_programs(shell: Shell, image: str, script: str) -> None:
    for what, name in (("image", image), ("script", script), ("job", script)):
        assert name in shell([what, "list"]).stdout
    assert name in {job["script"]["name"] for job in shell.json("job", "list")}
    assert any(one["name"].startswith("Command line on") for one in shell.json("token", "list"))


def test_the_doctor_finds_all_well(shell: Shell) -> None:
    findings = shell.json("doctor")
    assert {one["level"] for one in findings} <= {"ok", "notice"}


def test_a_wrong_password_or_token_is_refused_with_77(stack: Stack, shell: Shell, tmp_path: Path) -> None:
    wrong = shell(["login", stack.url, "--name", "anna", "--password-stdin"], stdin="wrong\n")
    assert wrong.returncode == 77
    shell.environment["SCRIPTER_TOKEN"] = "scr_wrong"
    try:
        told = shell(["image", "list"])
    finally:
        del shell.environment["SCRIPTER_TOKEN"]
    assert told.returncode == 77 and "scripter login" in told.stderr


def test_logging_out_revokes_the_token(stack: Stack, tmp_path: Path) -> None:
    other = Shell(stack, tmp_path)
    token = json.loads((tmp_path / "scripter" / "credentials.json").read_text())["token"]
    assert other(["logout"]).returncode == 0
    assert list((tmp_path / "scripter").iterdir()) == []
    other.environment |= {"SCRIPTER_TOKEN": token, "SCRIPTER_URL": stack.url}
    assert other(["image", "list"]).returncode == 77


def test_an_image_tells_its_problems_packages_and_versions(shell: Shell, image: str, tmp_path: Path) -> None:
    assert "No problems found." in shell(["image", "problems", image]).stdout
    (tmp_path / "Dockerfile").write_text("FROM python:3.11-slim\nCOPY nowhere.txt /\n")
    bad = shell(["image", "problems", "--from", str(tmp_path)])
    assert (bad.returncode, "Dockerfile:2" in bad.stdout) == (1, True)
    assert "pip" in [one["name"] for one in shell.json("image", "packages", image, "--search", "PIP")]
    assert [one["number"] for one in shell.json("image", "versions", image)] == [1]
    refused = shell(["image", "restore", image, "1"])
    assert "Destroy the image first" in refused.stderr
    assert "python" in [one["key"] for one in shell.json("image", "templates")]
    made = shell.json("image", "create", "from a template", "--template", "data")
    assert [one["number"] for one in shell.json("image", "versions", str(made["id"]))] == [1]
    assert "There are: python, data" in shell(["image", "create", "x", "--template", "none"]).stderr
