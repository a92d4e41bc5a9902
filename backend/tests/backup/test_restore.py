"""A restored installation: what is there again, what does not go on, and what is refused with nothing changed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from backup_rig import MOMENT, Installations, backup, fill_every_table, restore
from people import add_user
from sqlalchemy import select, text

from scripter import logstore, migrations, start_up
from scripter.access import credentials
from scripter.access import service as access
from scripter.access.models import AuditEntry, Login, User
from scripter.backup import marks
from scripter.backup.archive import BadArchive, Reader, Writer
from scripter.context import Context
from scripter.filestore import Manifest, SourceFile
from scripter.images import builds
from scripter.images import service as images
from scripter.images.models import Build, BuildStatus, Image, ImageStatus
from scripter.jobs import service as jobs
from scripter.jobs import slots
from scripter.jobs.models import Job, JobAttempt
from scripter.jobs.states import Reason, Status, Trigger
from scripter.lib import clock, disk
from scripter.lib.errors import Conflict, DiskFull
from scripter.schedules import ledger
from scripter.schedules import service as schedules
from scripter.schedules.models import Occurrence, Outcome
from scripter.scripts import service as scripts
from scripter.scripts.models import Script

KINDS = ["sqlite", "mariadb"]
MINUTE = timedelta(minutes=1)


class Before:
    """An installation with one of each thing, some of them under way."""

    def __init__(self, context: Context) -> None:
        self.context = context
        anna = add_user(context)
        with context.db.transaction() as session:
            image = images.create(
                session, "Base", files=[SourceFile("Dockerfile", b"FROM python:3.11-slim\n")], by=anna
            )
            good = builds.start(session, image, by=anna)
            self.image_id, self.build_id = image.id, good.id
        self._end_build(self.build_id)
        with context.db.transaction() as session:
            script = scripts.create(
                session, "Report", image_id=self.image_id, by=anna, files=[SourceFile("main.py", b"1\n")]
            )
            scripts.save_version(session, script, [SourceFile("main.py", "print('\N{CRAB}')\n".encode())], by=anna)
            self.script_id = script.id
            self.schedule_id = schedules.add(session, script.id, cron="* * * * *", by=anna).id
            self.cookie = credentials.open_login(session, anna)
            _, self.token = access.make_token(session, session.get_one(User, anna.id), "ci")
        self.done, self.waiting, self.running = (self._job() for _ in range(3))
        self._move(self.done, Status.SUCCEEDED, log_bytes=70, reason="exit 0")
        self._move(self.running, Status.RUNNING, worker="w:1")

    def _end_build(self, build_id: int) -> None:
        with self.context.db.transaction() as session:
            build = session.get_one(Build, build_id)
            build.status, build.reference, build.started_at = BuildStatus.SUCCEEDED, "sha256:" + "0" * 64, MOMENT
            image = session.get_one(Image, build.image_id)
            image.status, image.good_build_id = ImageStatus.READY, build_id

    def _job(self) -> int:
        with self.context.db.transaction() as session:
            return jobs.start(session, session.get_one(Script, self.script_id), trigger=Trigger.API).id

    def _move(self, job_id: int, status: Status, **more: object) -> None:
        with self.context.db.transaction() as session:
            job = session.get_one(Job, job_id)
            job.status, job.started_at = status, MOMENT
            for name, value in more.items():
                setattr(job, name, value)
            logstore.create(slots.log_path(self.context, job))
            slots.log_path(self.context, job).write_bytes(b"2026-11-22T12:00:00.000000000Z stdout F hello\n")

    def rebuild(self) -> int:
        """A build that is asked for and not done."""
        with self.context.db.transaction() as session:
            return builds.start(session, session.get_one(Image, self.image_id), by=None).id


@pytest.mark.parametrize(("source", "to"), [("sqlite", "mariadb"), ("mariadb", "sqlite")])
def test_elsewhere_everything_is_there_and_nothing_goes_on(installations: Installations, source: str, to: str) -> None:
    with time_machine.travel(MOMENT, tick=False), installations.open(installations.settings(source)) as context:
        before = Before(context)
        unfinished = before.rebuild()
        archive, made = backup(context)
        instance = context.instance
    assert (made.logs, made.damaged) == (None, [])
    settings = installations.settings(to)
    with time_machine.travel(MOMENT + 10 * MINUTE, tick=False):
        done = restore(settings, archive)
    assert (done.jobs_closed, done.builds_closed, done.images_to_build, done.tokens) == (2, 1, 1, 1)
    assert (done.rows, done.in_place, done.logs_missing) == (made.rows, False, 3)
    with installations.open(settings) as context, context.db.reading() as session:
        script = scripts.get(session, before.script_id)
        assert [one.number for one in scripts.history(session, script)] == [2, 1]
        assert scripts.files(session, scripts.version(session, script, 1)) == [SourceFile("main.py", b"1\n")]
        assert (context.data / f"scripts/{script.id}/src/main.py").read_text() == "print('\N{CRAB}')\n"
        assert (context.data / f"images/{before.image_id}/src/Dockerfile").is_file()
        image = session.get_one(Image, before.image_id)
        assert (image.status, image.good_build_id) == (ImageStatus.FAILED, None)
        assert "was not done when the backup of 2026-11-22 12:00 UTC" in str(session.get_one(Build, unfinished).reason)
        assert context.instance != instance and context.former_instances == []
        check_closed_jobs(context, before)
        assert session.scalars(select(Login)).all() == []
        assert credentials.by_token(session, before.token) is not None
        assert session.scalars(select(AuditEntry.tag).order_by(AuditEntry.id.desc())).first() == "system:restore"


def check_closed_jobs(context: Context, before: Before) -> None:
    with context.db.reading() as session:
        done, waiting, running = (session.get_one(Job, one) for one in (before.done, before.waiting, before.running))
        assert (done.status, done.reason, done.log_bytes) == (Status.SUCCEEDED, "exit 0", 70)
        assert (waiting.status, waiting.reason_code) == (Status.CANCELLED, Reason.CANCELLED)
        assert (running.status, running.reason_code) == (Status.LOST, Reason.LOST)
        for job in (waiting, running):
            assert "when the backup of 2026-11-22 12:00 UTC was made" in str(job.reason)
            assert jobs.events(session, job_id=job.id)[-1].now == job.status
        (attempt,) = session.scalars(select(JobAttempt).where(JobAttempt.job_id == running.id))
        assert (attempt.status, attempt.number) == (Status.LOST, 1)
        notice = slots.log_path(context, done).read_bytes()
        assert b"F:scripter this log was not in the backup of 2026-11-22 12:00 UTC" in notice


@pytest.mark.parametrize("kind", KINDS)
def test_no_due_time_of_before_runs_again(installations: Installations, kind: str) -> None:
    with time_machine.travel(MOMENT, tick=False), installations.open(installations.settings(kind)) as context:
        before = Before(context)
        archive, _ = backup(context)
    settings = installations.settings(kind)
    now = MOMENT + 10 * MINUTE
    with time_machine.travel(now, tick=False):
        assert restore(settings, archive).due_times_missed == 10
        with installations.open(settings) as context:
            context.db.run(lambda session: ledger.fire(session, clock.now()))
            with context.db.reading() as session:
                rows = session.scalars(select(Occurrence).order_by(Occurrence.due_at)).all()
                assert {row.outcome for row in rows if row.due_at <= now} == {Outcome.MISSED}
                assert {row.outcome for row in rows if row.due_at > now} == {Outcome.PLANNED}
                assert [row.due_at for row in rows][:10] == [
                    MOMENT.replace(second=0, microsecond=0) + n * MINUTE for n in range(1, 11)
                ]
                assert "restored from the backup of 2026-11-22 12:00 UTC" in str(rows[0].reason)
                assert session.scalar(select(Job.id).where(Job.schedule_id == before.schedule_id)) is None


def test_in_place_images_stay_built_and_containers_of_before_are_nobodys(installations: Installations) -> None:
    settings = installations.settings("sqlite")
    with installations.open(settings) as context:
        before = Before(context)
        archive, _ = backup(context, with_logs=True)
        instance = context.instance
        (context.data / "slots" / "9-1").mkdir(parents=True)
        (context.data / "scripts" / "77" / "logs").mkdir(parents=True)
    done = restore(settings, archive)
    assert (done.in_place, done.images_to_build, done.logs_missing) == (True, 0, 1)
    with installations.open(settings) as context, context.db.reading() as session:
        assert session.get_one(Image, before.image_id).good_build_id == before.build_id
        assert context.instance != instance and context.former_instances == [instance]
        assert slots.former_labels(context) == [{"scripter.instance": instance}]
        assert not (context.data / "slots" / "9-1").exists()
        assert not (context.data / "scripts" / "77").exists()
        log = slots.log_path(context, session.get_one(Job, before.done)).read_text()
        assert log.endswith("stdout F hello\n")


def test_numbers_that_were_given_before_are_not_given_again(installations: Installations) -> None:
    with installations.open(installations.settings("mariadb")) as context:
        before = Before(context)
        with context.db.transaction() as session:
            session.execute(text("DELETE FROM job_events"))
            session.execute(text("DELETE FROM jobs WHERE id > 1"))
        archive, _ = backup(context)
    settings = installations.settings("sqlite")
    restore(settings, archive)
    with installations.open(settings) as context, context.db.transaction() as session:
        script = session.get_one(Script, before.script_id)
        session.get_one(Image, before.image_id).good_build_id = before.build_id
        session.flush()
        assert jobs.start(session, script, trigger=Trigger.API).id == 4


def test_a_backup_of_an_older_shape_is_brought_up_to_date(installations: Installations) -> None:
    settings = installations.settings("sqlite")
    with start_up.as_it_is(settings) as context:
        migrations.upgrade(context.db, context.data / "run", to="0001")
        with context.db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO users (id, name, name_key, role, password_hash, created_at) VALUES (7, 'a', 'a', 'x', '', '2026-01-01 00:00:00.000000')"
                )
            )
        archive, made = backup(context)
    assert made.revision == "0001"
    restore(other := installations.settings("mariadb"), archive)
    with installations.open(other) as context, context.db.reading() as session:
        assert migrations.is_current(context.db)
        assert session.get_one(User, 7).name == "a"


def test_a_backup_of_a_shape_that_nobody_knows_yet_is_refused(installations: Installations) -> None:
    with installations.open(settings := installations.settings("sqlite")) as context:
        archive, _ = backup(context)
    newer = changed(archive, header={"revision": "9999", "version": "9.0.0"})
    with pytest.raises(BadArchive, match=r"Scripter 9\.0\.0 with a database of revision 9999"):
        restore(settings, newer)


def changed(archive: bytes, *, header: dict[str, object] | None = None, add: dict[str, bytes] | None = None) -> bytes:
    """The same backup, written anew with another header or with more in it; its sums are right."""
    reader = Reader(io.BytesIO(archive))
    target = io.BytesIO()
    writer = Writer(target, reader.header._replace(**(header or {})))  # type: ignore[arg-type]
    for member in reader.members():
        writer.add_bytes(member.name, member.content.read())
    for name, content in (add or {}).items():
        writer.add_bytes(name, content)
    writer.finish()
    return target.getvalue()


def tree(directory: Path) -> dict[str, bytes]:
    files = (path for path in sorted(directory.rglob("*")) if path.is_file() and path.parent.name != "run")
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda whole: whole[: len(whole) // 2], "not whole"),
        (lambda whole: changed(whole, add={"../../etc/cron.d/x": b"x"}), "nothing that Scripter writes"),
        (lambda whole: changed(whole, add={"/etc/passwd": b"x"}), "nothing that Scripter writes"),
        (lambda whole: changed(whole, add={"scripts/1/logs/../../../x.log": b"x"}), "nothing that Scripter writes"),
        (lambda whole: changed(whole, add={"keys/instance": b"x"}), "nothing that Scripter writes"),
        (lambda whole: changed(whole, add={"objects/00/" + "0" * 62: b"x"}), "not what its name says"),
        (lambda whole: changed(whole, add={"objects/00/" + "0" * 62: b"x" * (9 << 20)}), "larger than any file"),
        (lambda whole: changed(whole, add={"database/users/000009.jsonl": b"[1]\n"}), "as many columns"),
        (lambda whole: changed(whole, add={"database/secrets/000001.jsonl": b"[1]\n"}), "does not name"),
        (lambda whole: changed(whole, header={"tables": {"users": ["id"]}, "last_ids": {}}), "not that of revision"),
    ],
)  # fmt: skip
def test_a_bad_backup_changes_nothing(
    installations: Installations, spoil: Callable[[bytes], bytes], words: str
) -> None:
    with installations.open(settings := installations.settings("sqlite")) as context:
        Before(context)
        archive, _ = backup(context)
    there = tree(settings.data_directory)
    with pytest.raises(BadArchive, match=words):
        restore(settings, spoil(archive))
    assert tree(settings.data_directory) == there
    assert marks.unfinished(settings.data_directory) is None


def test_a_backup_that_needs_more_room_than_there_is_changes_nothing(
    installations: Installations, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installations.open(settings := installations.settings("sqlite")) as context:
        archive, _ = backup(context)
    there = tree(settings.data_directory)
    bomb = changed(archive, add={f"scripts/1/logs/{n}.log": b"\0" * (8 << 20) for n in range(4)})
    assert len(bomb) < 1 << 20
    monkeypatch.setattr(disk, "room", lambda _: disk.Room(70, None, read_only=False))
    with pytest.raises(DiskFull, match="more room than the 70 MB"):
        restore(settings, bomb)
    assert tree(settings.data_directory) == there


def test_what_would_be_lost_is_named(installations: Installations) -> None:
    with installations.open(settings := installations.settings("mariadb")) as context:
        archive, _ = backup(context)
        empty = backup(context)[0]
        Before(context)
    lost: list[str] = []
    restore(settings, archive, lambda one: lost.extend(one.losses()))
    assert lost == ["1 user", "1 image", "1 script", "1 schedule", "3 jobs", "2 logs of jobs"]
    restore(settings, empty, lambda one: lost.clear() or lost.extend(one.losses()))  # type: ignore[func-returns-value]
    assert lost == []


def test_a_database_of_something_else_is_left_alone(installations: Installations) -> None:
    with installations.open(installations.settings("sqlite")) as context:
        archive, _ = backup(context)
    settings = installations.settings("mariadb")
    with start_up.alone(settings) as context, context.db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE customers (id INT PRIMARY KEY)"))
    with pytest.raises(Conflict, match=r"tables of something else \(customers\)"):
        restore(settings, archive, lambda one: one.losses() and None)


def test_a_database_file_that_cannot_be_read_is_replaced(installations: Installations) -> None:
    with installations.open(settings := installations.settings("sqlite")) as context:
        add_user(context)
        archive, _ = backup(context)
    for suffix in ("-wal", "-shm"):
        (settings.data_directory / f"scripter.db{suffix}").unlink(missing_ok=True)
    (settings.data_directory / "scripter.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    lost: list[str] = []
    restore(settings, archive, lambda one: lost.extend(one.losses()))
    assert "cannot be read" in lost[0]
    with installations.open(settings) as context, context.db.reading() as session:
        assert session.scalars(select(User.name)).all() == ["anna"]


def test_a_backup_of_a_damaged_store_says_what_is_missing(installations: Installations) -> None:
    with installations.open(settings := installations.settings("sqlite")) as context:
        before = Before(context)
        with context.db.reading() as session:
            version = scripts.version(session, scripts.get(session, before.script_id), 1)
            (entry,) = Manifest.load(version.manifest)
        content = context.data / "objects" / entry.sha256[:2] / entry.sha256[2:]
        content.chmod(0o600)
        content.write_bytes(b"something else")
        archive, made = backup(context)
        assert made.damaged == [entry.sha256]
    restore(settings, archive)


def test_who_runs_keeps_a_restore_out_and_the_other_way_round(installations: Installations) -> None:
    settings = installations.settings("sqlite")
    with installations.open(settings) as context:
        archive, _ = backup(context)
        with pytest.raises(Conflict, match="Stop all of it first"):
            restore(settings, archive)

    def try_to_start(_: object) -> None:
        with pytest.raises(Conflict, match="is being restored"):
            start_up.open_context(settings)

    restore(settings, archive, try_to_start)


def test_what_a_killed_restore_has_unpacked_is_removed_at_the_next_start(installations: Installations) -> None:
    settings = installations.settings("sqlite")
    (settings.data_directory / marks.STAGING / "new").mkdir(parents=True)
    with installations.open(settings) as context:
        assert not (context.data / marks.STAGING).exists()


def test_every_row_of_every_table_is_there_again(installations: Installations) -> None:
    with installations.open(installations.settings("mariadb")) as context:
        fill_every_table(context)
        archive, made = backup(context)
    settings = installations.settings("sqlite")
    assert restore(settings, archive).rows == made.rows
    with installations.open(settings) as context, context.db.reading() as session:
        for table in ("users", "jobs", "builds", "versions", "occurrences", "job_attempts", "tokens"):
            assert session.scalar(text(f"SELECT COUNT(*) FROM {table}")) == 3, table
