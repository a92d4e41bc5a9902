"""The doctor before a real MariaDB and a real RabbitMQ: well, away, set badly, of another version."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest
from doctor_rig import at, bad, found
from own_mariadb import own_mariadb
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import testbed
from scripter import wiring
from scripter.config import Database, Queue
from scripter.context import Context
from scripter.doctor import broker, clocks, database, parts
from scripter.doctor.finding import Level
from scripter.lib import clock, queue
from scripter.upkeep.models import WorkerRow
from testbed.rabbitmq import Rabbitmq
from testbed.stack import free_port

STRANGE = [
    "--character-set-server=latin1", "--sql-mode=", "--max-connections=20", "--innodb-flush-log-at-trx-commit=0",
    "--max-allowed-packet=1M", "--innodb-doublewrite=0", "--log-bin=bin", "--sync-binlog=0", "--server-id=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def strange(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with settings that nobody should have."""
    with own_mariadb(tmp_path_factory.mktemp("strange") / "mariadb", *STRANGE) as url:
        yield url


def on(url: str, data: Path):
    return at(data, database=Database(url=url))


def test_a_database_that_is_well_is_named_with_its_version(mariadb_url: str, tmp_path: Path) -> None:
    [finding] = found(database.reached, on(mariadb_url, tmp_path))
    assert finding.level is Level.OK and "MariaDB 10.11" in finding.found
    [shape] = found(database.shape, on(mariadb_url, tmp_path))
    assert shape.level is Level.OK
    assert bad(found(clocks.agree, on(mariadb_url, tmp_path))) == {}


def test_every_setting_that_costs_something_is_told_with_its_price(strange: str, tmp_path: Path) -> None:
    problems = bad(found(database.settings, on(strange, tmp_path)))
    assert set(problems) == {
        "database's charset", "database's sql_mode", "database's durability", "database's connections",
        "database's packets",
    }  # fmt: skip
    assert "utf8mb4" in problems["database's charset"].remedy
    assert "max_connections = 250" in problems["database's connections"].remedy
    assert problems["database's sql_mode"].level is Level.PROBLEM
    everything = " ".join(one.found for one in found(database.settings, on(strange, tmp_path)))
    assert "innodb_flush_log_at_trx_commit is 0" in everything
    assert "innodb_doublewrite is OFF" in everything and "sync_binlog is 0" in everything


def test_a_database_that_is_away_or_unknown_is_told_from_one_with_another_password(
    mariadb_url: str, tmp_path: Path
) -> None:
    good = make_url(mariadb_url)
    for change, told in (
        ({"port": free_port()}, "Start the server"),
        ({"password": "wrong"}, "password in database.url is wrong"),
        ({"database": "nothing_here"}, "another name into database.url"),
    ):
        subject = on(good.set(**change).render_as_string(hide_password=False), tmp_path)
        [finding] = found(database.reached, subject)
        assert finding.level is Level.PROBLEM and told in finding.remedy
        assert found(database.settings, subject) == [] == found(database.shape, subject)


def test_an_empty_database_and_one_of_another_version_are_told(strange: str, tmp_path: Path) -> None:
    [empty] = found(database.shape, on(strange, tmp_path))
    assert empty.level is Level.NOTICE and "is empty" in empty.found
    engine = create_engine(strange, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        try:
            connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
            assert "scripter migrate" in bad(found(database.shape, on(strange, tmp_path)))["migrations"].remedy
            connection.execute(text("UPDATE alembic_version SET version_num = 'of_tomorrow'"))
            assert "newer version" in bad(found(database.shape, on(strange, tmp_path)))["migrations"].why
        finally:
            connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()


def test_looking_makes_no_database(tmp_path: Path) -> None:
    for look in (database.reached, database.shape, database.settings, parts.alive):
        assert bad(found(look, at(tmp_path))) == {}
    assert list(tmp_path.iterdir()) == []


def test_without_a_tick_and_a_worker_both_are_missed(context: Context, tmp_path: Path) -> None:
    subject = on(context.settings.database.url, tmp_path)
    problems = bad(found(parts.alive, subject))
    assert "scripter worker" in problems["workers"].remedy
    assert "scripter clock" in problems["clock"].remedy


def _add_worker(context: Context, name: str, **fields: object) -> None:
    now = clock.now()
    row = {"runner": "docker", "isolates": True, "notice": "", "engine_answers": True, "places": 2, "running": 0,
           "started_at": now, "seen_at": now, "pool": "default"}  # fmt: skip
    with context.db.transaction() as session:
        session.add(WorkerRow(run=f"{name}:{secrets.token_hex(4)}", name=name, **{**row, **fields}))


def test_workers_are_told_with_what_hinders_them(context: Context, tmp_path: Path) -> None:
    _add_worker(context, "one")
    subject = on(context.settings.database.url, tmp_path)
    assert "workers" not in bad(found(parts.alive, subject))
    _add_worker(context, "two", engine_answers=False)
    assert "two does not reach its engine" in bad(found(parts.alive, subject))["workers"].found
    _add_worker(context, "three", isolates=False)
    assert any("three runs jobs without containers" in one.found for one in found(parts.alive, subject))


@pytest.fixture
def vhost(services: testbed.Services) -> Iterator[str]:
    with services.vhost(f"doctor_{secrets.token_hex(4)}") as url:
        yield url


@pytest.fixture(autouse=True)
def known_queues() -> None:
    wiring.connect()


def to(url: str, data: Path, **sections: object):
    return at(data, queue=Queue(url=url), **sections)


def test_a_broker_is_named_with_its_version_and_its_queues(vhost: str, tmp_path: Path) -> None:
    findings = found(broker.reached, to(vhost, tmp_path))
    assert bad(findings) == {}
    assert "RabbitMQ 3." in findings[0].found and "heartbeat 20 s" in findings[0].found
    assert "not there yet: " in findings[-1].found
    made = queue.Queue(vhost, None)
    for name in queue.declared():
        made.broker.declare_queue(name, ensure=True)
    made.close()
    findings = found(broker.reached, to(vhost, tmp_path))
    assert bad(findings) == {}
    assert "messages that wait: " in findings[-1].found and "jobs 0" in findings[-1].found


def test_without_a_broker_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.level for one in found(broker.reached, at(tmp_path))] == [Level.OK]


def test_a_broker_that_is_away_is_told_from_one_with_another_password(vhost: str, tmp_path: Path) -> None:
    away = make_url(vhost).set(port=free_port()).render_as_string(hide_password=False)
    assert "Start RabbitMQ" in bad(found(broker.reached, to(away, tmp_path)))["broker"].remedy
    wrong = make_url(vhost).set(password="wrong").render_as_string(hide_password=False)
    assert "password" in bad(found(broker.reached, to(wrong, tmp_path)))["broker"].remedy


def test_a_queue_that_somebody_made_otherwise_is_a_problem(vhost: str, tmp_path: Path) -> None:
    with pika.BlockingConnection(pika.URLParameters(vhost)) as connection:
        connection.channel().queue_declare("jobs", durable=True, arguments={"x-queue-type": "quorum"})
    problems = bad(found(broker.reached, to(vhost, tmp_path)))
    assert "made with other arguments" in problems["queues"].found
    assert "rabbitmqctl delete_queue jobs" in problems["queues"].remedy


def test_queues_to_which_no_living_worker_listens_are_a_problem(vhost: str, context: Context, tmp_path: Path) -> None:
    made = queue.Queue(vhost, None)
    made.broker.declare_queue("jobs", ensure=True)
    made.close()
    _add_worker(context, "elsewhere")
    subject = to(vhost, tmp_path, database=context.settings.database)
    assert "same queue.url" in bad(found(broker.reached, subject))["queues"].remedy


@pytest.mark.alone
def test_a_broker_that_is_short_of_memory_takes_no_messages(
    services: testbed.Services, vhost: str, tmp_path: Path
) -> None:
    running = services.own.get("rabbitmq")
    assert isinstance(running, Rabbitmq)
    running.control("set_vm_memory_high_watermark", "0")
    try:
        problems = bad(found(broker.reached, to(vhost, tmp_path)))
    finally:
        running.control("set_vm_memory_high_watermark", "0.4")
    assert "takes no messages" in problems["broker"].found
    assert "disk_free_limit" in problems["broker"].remedy


@pytest.fixture
def database_url(mariadb_url: str) -> str:
    return mariadb_url
