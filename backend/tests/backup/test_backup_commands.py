"""`scripter backup`, `restore` and `migrate` as people and programs call them, each in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn

import pytest
from backup_rig import Installations
from people import add_user
from small_disk import small_disk
from sqlalchemy import select, text

from scripter import migrations, start_up
from scripter.access.models import User
from scripter.backup import marks
from scripter.cli import main
from scripter.config import Settings
from scripter.lib import crash

PROGRAM = str(Path(sys.executable).with_name("scripter"))


def environment(settings: Settings, **more: str) -> dict[str, str]:
    mine = {
        "SCRIPTER_DATA__DIRECTORY": str(settings.data_directory),
        "SCRIPTER_DATABASE__URL": settings.database.url,
        **more,
    }
    return {**{name: value for name, value in os.environ.items() if not name.startswith("SCRIPTER_")}, **mine}


@dataclass(frozen=True)
class Ended:
    """A command that has ended, with what it printed."""

    returncode: int
    stdout: bytes
    stderr: bytes


def call(settings: Settings, *arguments: str, given: bytes = b"", **more: str) -> Ended:
    """The command in a process of its own, forked off this one: everything is imported already, which takes longest."""
    with TemporaryFile() as source, TemporaryFile() as out, TemporaryFile() as err:
        source.write(given)
        source.seek(0)
        child = os.fork()
        if child == 0:
            _become(settings, arguments, more, (source.fileno(), out.fileno(), err.fileno()))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in (out, err):
            file.seek(0)
        return Ended(code, out.read(), err.read())


def _become(settings: Settings, arguments: Sequence[str], more: Mapping[str, str], streams: Sequence[int]) -> NoReturn:
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin = os.fdopen(0, "r", closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        os.environ.clear()
        os.environ.update(environment(settings, **more))
        os.chdir(settings.data_directory.parent)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest's time limit is the parent's business
        main(list(arguments), prog_name="scripter")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - shown as a process would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@pytest.fixture
def house(installations: Installations) -> Settings:
    """An installation with one user, stopped."""
    settings = installations.settings("sqlite")
    with installations.open(settings) as context:
        add_user(context)
    return settings


def names(installations: Installations, settings: Settings) -> list[str]:
    with installations.open(settings) as context, context.db.reading() as session:
        return list(session.scalars(select(User.name)))


def test_into_a_file_and_back_again(house: Settings, installations: Installations, tmp_path: Path) -> None:
    file = tmp_path / "all.tgz"
    made = call(house, "backup", str(file), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["revision"] == migrations.head()
    assert file.stat().st_mode & 0o777 == 0o600
    again = call(house, "backup", str(file))
    assert (again.returncode, b"is there already" in again.stderr) == (5, True)
    made = call(house, "backup", str(file), "--force", "--json")
    assert made.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir() if "all" in path.name) == ["all.tgz"]
    other = installations.settings("sqlite")
    restored = call(other, "restore", str(file), "--json")
    assert (restored.returncode, json.loads(restored.stdout)["rows"]) == (0, json.loads(made.stdout)["rows"])
    assert names(installations, other) == ["anna"]


def test_through_pipes(house: Settings, installations: Installations) -> None:
    made = call(house, "backup", "-", "--json")
    assert made.returncode == 0
    assert json.loads(made.stderr)["damaged"] == []
    other = installations.settings("sqlite")
    assert call(other, "restore", "-", given=made.stdout).returncode == 0
    assert names(installations, other) == ["anna"]
    full = call(other, "restore", "-", given=made.stdout)
    assert (full.returncode, b"not empty. 1 user:" in full.stderr, b"--force" in full.stderr) == (5, True, True)
    assert call(other, "restore", "-", "--force", given=made.stdout).returncode == 0


def test_at_a_terminal_it_asks_with_what_will_be_lost(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "all.tgz"
    call(house, "backup", str(file))
    told, code = at_terminal(house, "restore", str(file), answer=b"n\n")
    assert "1 user: all of it in" in told and "Go on? [y/N]" in told
    assert code == 1
    told, code = at_terminal(house, "restore", str(file), answer=b"y\n")
    assert "Restored: the backup of" in told
    assert code == 0


def at_terminal(settings: Settings, *arguments: str, answer: bytes) -> tuple[str, int]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(settings, COLUMNS="200")
    )
    os.close(theirs)
    os.write(ours, answer)
    told = b""
    while True:
        try:
            told += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return told.decode(), process.wait()


def test_a_full_disk_is_told_and_nothing_is_left_on_it(house: Settings) -> None:
    with small_disk(house.data_directory.parent / "small", size_mb=1) as disk:
        disk.fill()
        there = sorted(disk.path.iterdir())
        made = call(house, "backup", str(disk.path / "all.tgz"))
        assert made.returncode == 75
        assert b"No space left on device. Nothing was left there." in made.stderr
        assert sorted(disk.path.iterdir()) == there


def test_what_is_no_backup_is_refused_in_one_line(house: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad.tgz").write_bytes(b"no backup")
    for file, code in (("bad.tgz", 2), ("none.tgz", 2)):
        refused = call(house, "restore", str(tmp_path / file), "--force")
        assert refused.returncode == code
        assert len(refused.stderr.splitlines()) == 1


def test_a_command_that_is_told_to_stop_leaves_nothing(house: Settings, tmp_path: Path) -> None:
    fifo = tmp_path / "slow"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [PROGRAM, "restore", str(fifo), "--force"], env=environment(house), stderr=subprocess.PIPE
    )
    with fifo.open("wb"):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert not (house.data_directory / marks.STAGING).exists()


@pytest.mark.parametrize(
    ("kind", "deaths"),
    [
        ("sqlite", ["restore-staged", "restore-marked", "restore-emptied", "restore-filled", "restore-settled"]),
        ("mariadb", ["restore-emptied", "migrated-0002", "restore-filled"]),
    ],
)
def test_a_restore_that_is_killed_again_and_again_is_all_or_nothing(
    house: Settings, installations: Installations, tmp_path: Path, kind: str, deaths: list[str]
) -> None:
    file = tmp_path / "all.tgz"
    call(house, "backup", str(file))
    other = installations.settings(kind)
    with installations.open(other) as context:
        add_user(context, "zoe")
    for step in deaths:
        died = call(other, "restore", str(file), "--force", **{crash.VARIABLE: step})
        assert died.returncode == 137, died.stderr
        if step == "restore-staged":
            assert names(installations, other) == ["zoe"]
            continue
        refused = call(other, "migrate")
        assert (refused.returncode, b"Run `scripter restore FILE` again" in refused.stderr) == (5, True)
        with pytest.raises(marks.Unfinished):
            start_up.open_context(other)
    # Nobody is asked again: what was to be lost is lost.
    assert call(other, "restore", str(file)).returncode == 0
    assert names(installations, other) == ["anna"]
    assert not (other.data_directory / marks.STAGING).exists()


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_migration_that_is_killed_is_gone_on_with(installations: Installations, kind: str) -> None:
    settings = installations.settings(kind)
    died = call(settings, "migrate", **{crash.VARIABLE: "migrated-0002"})
    assert died.returncode == 137
    on = call(settings, "migrate", "--json")
    assert on.returncode == 0, on.stderr
    interrupted = f"An earlier change of the database to {migrations.head()} was interrupted. Going on from there."
    assert interrupted.encode() in on.stderr
    assert json.loads(on.stdout)["to"] == migrations.head()
    with start_up.as_it_is(settings) as context:
        assert migrations.look(context.db, context.data / "run").interrupted is None


def test_of_several_at_once_one_migrates_and_the_others_wait(installations: Installations) -> None:
    settings = installations.settings("mariadb")
    started = [
        subprocess.Popen(
            [PROGRAM, "migrate"], env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    told = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sum(b"0001 done" in words for words in told) == 1


def test_an_older_program_refuses_a_newer_database_and_says_the_ways_out(house: Settings) -> None:
    with start_up.as_it_is(house) as context, context.db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (house.data_directory / "run" / "database.json").write_text('{"revision": "9999", "version": "9.1.0"}')
    for arguments in (["migrate"], ["worker"], ["backup", "x.tgz"], ["migrate", "--to", "0001", "--yes"]):
        refused = call(house, *arguments)
        assert refused.returncode == 5, refused.stderr
        assert b"made by Scripter 9.1.0" in refused.stderr
        assert f"scripter migrate --to {migrations.head()}".encode() in refused.stderr
        assert b"scripter restore FILE" in refused.stderr
        assert b"Traceback" not in refused.stderr


def test_going_back_says_what_is_lost_and_asks(house: Settings) -> None:
    asked = call(house, "migrate", "--to", "0001")
    assert asked.returncode == 2
    assert b"Undoing 0003 loses priorities of scripts" in asked.stderr
    assert call(house, "migrate", "--to", "0001", "--yes").returncode == 0
    unknown = call(house, "migrate", "--to", "9999", "--yes")
    assert (unknown.returncode, b"knows 0001, 0002, 0003" in unknown.stderr) == (2, True)
    ahead = call(house, "migrate", "--to", "0002", "--yes")
    assert (ahead.returncode, b"0002 is not behind it" in ahead.stderr) == (2, True)
    assert json.loads(call(house, "migrate", "--json").stdout) == {
        "from": "0001",
        "to": migrations.head(),
        "newest": migrations.head(),
    }


def test_going_back_waits_for_nobody_who_runs(house: Settings, installations: Installations) -> None:
    with installations.open(house):
        refused = call(house, "migrate", "--to", "0001", "--yes")
        assert (refused.returncode, b"Stop all of it first" in refused.stderr) == (5, True)
