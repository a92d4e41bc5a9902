"""The database's shape: what migrations make is what the rows say, and several processes may start at once."""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import testbed
from scripter import migrations
from scripter.jobs.models import Job, JobAttempt, JobLock
from scripter.lib.db import Base, Database
from scripter.scripts.models import ONCE, Script


@pytest.fixture(params=["sqlite", "mariadb"])
def empty(request: pytest.FixtureRequest, services: testbed.Services, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        db = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield db
        db.close()
        return
    admin = create_engine(services.mariadb_url, isolation_level="AUTOCOMMIT")
    name = f"empty_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET latin1"))
    db = Database(make_url(services.mariadb_url).set(database=name).render_as_string(hide_password=False))
    yield db
    db.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def test_the_migrations_make_what_the_rows_say(empty: Database, tmp_path: Path) -> None:
    assert not migrations.is_current(empty)
    migrations.upgrade(empty, tmp_path)
    assert migrations.is_current(empty)
    with empty.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(found, Base.metadata) == []


def test_down_and_up_again_leaves_nothing_behind(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path)
    with empty.engine.connect() as connection:
        config = migrations.configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
    assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}
    migrations.upgrade(empty, tmp_path)
    assert migrations.is_current(empty)


MOMENT = "'2026-01-01 00:00:00.000000'"
ROWS_OF_BEFORE = (
    f"INSERT INTO images VALUES (1, 'i', 'i', '', 'ready', '[]', '', 512, 60, NULL, {MOMENT}, {MOMENT})",
    "INSERT INTO scripts (id, name, name_key, description, image_id, entry, time_limit_s, memory_mb, cpus, processes,"
    f" network, environment, created_at, updated_at) VALUES (1, 's', 's', '', 1, 'main.py', 60, 128, 1, 32, 'none',"
    f" '{{}}', {MOMENT}, {MOMENT})",
    "INSERT INTO versions (id, script_id, number, digest, manifest, entry, message, warnings, created_at)"
    f" VALUES (1, 1, 1, '', '[]', 'main.py', '', '[]', {MOMENT})",
    *(
        "INSERT INTO jobs (uuid, script_id, version_id, build_id, image_id, image_name, image_reference, `trigger`,"
        " arguments, environment, time_limit_s, memory_mb, cpus, processes, network, priority, status, attempt,"
        f" created_at, worker, log_bytes) VALUES ('{status}', 1, 1, 1, 1, 'i', 'sha256:0', 'api', '[]', '{{}}', 60, 128,"
        f" 1, 32, 'none', 0, '{status}', 1, {MOMENT}, {worker}, {log_bytes})"
        for status, worker, log_bytes in (
            ("failed", "'w'", 70),
            ("running", "'w'", "NULL"),
            ("cancelled", "NULL", "NULL"),
            ("queued", "NULL", "NULL"),
        )
    ),
    "DELETE FROM jobs WHERE status = 'queued'",
)


def test_what_ran_before_there_were_attempts_ran_once_and_its_ids_stay_given(empty: Database, tmp_path: Path) -> None:
    config = migrations.configuration()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in ROWS_OF_BEFORE:
            connection.execute(text(statement))
        connection.commit()
    migrations.upgrade(empty, tmp_path)
    with Session(empty.engine) as session:
        assert session.get_one(Script, 1).retries == ONCE
        assert [job.retries for job in session.scalars(select(Job))] == [ONCE] * 3
        attempts = [(one.job_id, one.number, one.status, one.log_end) for one in session.scalars(select(JobAttempt))]
        assert attempts == [(1, 1, "failed", 70)]
        session.execute(text(ROWS_OF_BEFORE[-2]))
        assert session.scalar(select(func.max(Job.id))) == 5


def test_processes_that_start_at_once_wait_for_each_other(empty: Database, tmp_path: Path) -> None:
    failures: list[Exception] = []

    def start() -> None:
        db = Database(empty.engine.url.render_as_string(hide_password=False))
        try:
            migrations.upgrade(db, tmp_path)
        except Exception as error:  # noqa: BLE001 - whatever went wrong in the thread is shown by the test
            failures.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrations.is_current(empty)


def test_names_that_differ_only_in_an_accent_are_different(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path)
    with empty.engine.begin() as connection:
        insert = text(
            "INSERT INTO failed_logins VALUES (:key, 1, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
        )
        connection.execute(insert, {"key": "cafe"})
        connection.execute(insert, {"key": "café"})


def test_ids_of_deleted_rows_are_never_given_again(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path)
    user = (
        "INSERT INTO users (name, name_key, role, password_hash, created_at)"
        " VALUES ('a', 'a', 'administrator', '', '2026-01-01 00:00:00.000000')"
    )
    with empty.engine.begin() as connection:
        ids = []
        for _ in range(2):
            connection.execute(text(user))
            ids.append(connection.scalar(text("SELECT MAX(id) FROM users")))
            connection.execute(text("DELETE FROM users"))
    assert ids == [1, 2]


# One row at most, whose id nobody keeps.
SINGLE_ROWS = {"clock_ticks", "setup_codes"}


def test_sqlite_gives_ids_only_once_in_rows_and_migrations(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'ids.db'}")
    migrations.upgrade(db, tmp_path)
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        made = {row.name: row.sql for row in rows}
    db.close()
    for table in Base.metadata.sorted_tables:
        wanted = "id" in table.c and table.name not in SINGLE_ROWS
        assert bool(table.dialect_options["sqlite"]["autoincrement"]) == wanted, table.name
        assert ("AUTOINCREMENT" in made[table.name]) == wanted, table.name


class Interrupted(Exception):
    """What stands for the end of the process."""


def interrupt(db: Database, at: int) -> Callable[[], None]:
    """Let the next change of the database be cut off before its `at`-th statement; gives what ends that again."""
    left = iter(range(at))

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        changing = statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"))
        if changing and next(left, None) is None:
            raise Interrupted

    event.listen(db.engine, "before_cursor_execute", count)
    return lambda: event.remove(db.engine, "before_cursor_execute", count)


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_change_that_is_cut_off_at_any_statement_is_gone_on_with(empty: Database, tmp_path: Path, way: str) -> None:
    told: list[str] = []
    cut = 0
    migrations.upgrade(empty, tmp_path)
    with empty.engine.connect() as connection:
        locks = set(connection.scalars(select(JobLock.name)))
    start, end = ("0001", migrations.head()) if way == "up" else (migrations.head(), "0001")
    # Not after each statement: on MariaDB every round takes a second or two.
    for at in range(0, 40, 8):
        _bring_to(empty, tmp_path, start)
        undo = interrupt(empty, at)
        try:
            _bring_to(empty, tmp_path, end)
        except Interrupted:
            cut += 1
            assert migrations.look(empty, tmp_path).interrupted == end
        finally:
            undo()
        if at % 16:
            # Half of a step is neither shape: it is finished before another way is taken.
            migrations.go_back(empty, tmp_path, "0001", told.append)
        migrations.upgrade(empty, tmp_path, told.append)
        assert migrations.look(empty, tmp_path) == (migrations.head(), migrations.head(), None)
        with empty.engine.connect() as connection:
            found = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(found, Base.metadata) == []
            assert set(connection.scalars(select(JobLock.name))) == locks
    assert cut >= 2
    assert sum("was interrupted. Going on" in words for words in told) == cut


def _bring_to(db: Database, directory: Path, revision: str) -> None:
    now = migrations.look(db, directory).revision
    if now is None or now < revision:
        migrations.upgrade(db, directory, lambda _: None, to=revision)
    elif now > revision:
        migrations.go_back(db, directory, revision, lambda _: None)


def test_a_newer_database_is_refused_and_not_touched(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for change in (
        lambda: migrations.upgrade(empty, tmp_path),
        lambda: migrations.go_back(empty, tmp_path, "0002", print),
    ):
        with pytest.raises(migrations.Newer, match="at revision 9999"):
            change()
    assert migrations.look(empty, tmp_path).revision == "9999"


def test_a_database_on_its_way_to_a_newer_shape_is_refused(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path)
    (tmp_path / "database.json").write_text(f'{{"revision": "{migrations.head()}", "under_way": "9999"}}')
    with pytest.raises(migrations.Newer, match="half way to revision 9999"):
        migrations.upgrade(empty, tmp_path)


def test_what_the_database_refuses_is_told_with_the_way_on(empty: Database, tmp_path: Path) -> None:
    migrations.upgrade(empty, tmp_path, to="0002")
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE job_locks (own INT)"))
    with pytest.raises(migrations.MigrationFailed, match=r"from 0002 to \d+ failed.*already exists.*scripter migrate"):
        migrations.upgrade(empty, tmp_path)
    with empty.engine.begin() as connection:
        connection.execute(text("DROP TABLE job_locks"))
    migrations.upgrade(empty, tmp_path)
    assert migrations.is_current(empty)


def test_every_step_back_says_what_it_loses() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert all(revision.module.LOST for revision in scripts.walk_revisions())


def test_the_newest_step_is_known_by_its_file_without_reading_alembic() -> None:
    assert migrations.head() == ScriptDirectory.from_config(migrations.configuration()).get_current_head()
    seen = "import sys, scripter.migrations as known; known.head(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
