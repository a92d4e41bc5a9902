"""The testbed's own services, started beside those that this test run uses, so that breaking them disturbs nobody."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pika
import pymysql
import pytest
from sqlalchemy import make_url

import testbed
from testbed import bed
from testbed.errors import ServiceError
from testbed.rabbitmq import Rabbitmq
from testbed.services import VARIABLES, own_daemons
from testbed.state import State


@pytest.fixture(autouse=True)
def _only_docker_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second engine would rewrite the firewall rules of the first."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(VARIABLES["dockerd"], "unix:///given/docker.sock")


@pytest.fixture
def state() -> Iterator[State]:
    # Not tmp_path, which is too long for the sockets.
    directory = Path(tempfile.mkdtemp(prefix="testbed-"))
    state = State(directory)
    yield state
    bed.down(state, print)
    shutil.rmtree(directory)


def connect(url: str) -> pymysql.Connection[pymysql.cursors.Cursor]:
    address = make_url(url)
    assert address.host is not None
    return pymysql.connect(
        host=address.host, port=address.port or 0, user=address.username, password=address.password or ""
    )


def publish(url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True)
        channel.basic_publish("", queue, b"ring", pika.BasicProperties(delivery_mode=2))


def take(url: str, queue: str) -> bytes | None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        body: bytes | None = connection.channel().basic_get(queue, auto_ack=True)[2]
        return body


def test_killed_services_come_back_with_what_they_held(state: State) -> None:
    bed.up(state, print)
    services = testbed.services(state)
    with connect(services.mariadb_url) as database:
        database.cursor().execute("CREATE DATABASE kept")
    with services.vhost("one-run") as vhost:
        publish(vhost, "kept")
        broker = services.own["rabbitmq"]
        assert isinstance(broker, Rabbitmq)
        broker.flush()
        services.kill("mariadb")
        services.kill("rabbitmq")
        assert not bed.status(state, print)

        said: list[str] = []
        bed.up(state, said.append)
        assert {"mariadb: starting", "rabbitmq: starting"} <= set(said)
        assert testbed.services(state) == services
        assert take(vhost, "kept") == b"ring"
    with connect(services.mariadb_url) as database:
        assert database.cursor().execute("SHOW DATABASES LIKE 'kept'") == 1

    bed.up(state, said.append)
    assert said[-2:] == ["mariadb: runs", "rabbitmq: runs"] or said[-2:] == ["rabbitmq: runs", "mariadb: runs"]
    bed.down(state, print)
    assert not any(daemon.answers() for daemon in own_daemons(state).values())


def test_a_service_that_was_never_started_is_named_with_the_way_to_start_it(state: State) -> None:
    with pytest.raises(ServiceError, match=r"mariadb has not been started.*testbed up.*SCRIPTER_TEST_MARIADB_URL"):
        testbed.services(state)


def test_services_that_the_environment_names_are_used_and_left_alone(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLES["mariadb"], "mysql+pymysql://me@elsewhere/")
    monkeypatch.setenv(VARIABLES["rabbitmq"], "amqp://me@elsewhere/own")
    monkeypatch.setenv("SCRIPTER_TEST_CHROMIUM", "/given/chromium")
    services = testbed.services(state)
    assert services.environment() == {
        "SCRIPTER_TEST_DOCKER_HOST": "unix:///given/docker.sock",
        "SCRIPTER_TEST_MARIADB_URL": "mysql+pymysql://me@elsewhere/",
        "SCRIPTER_TEST_RABBITMQ_URL": "amqp://me@elsewhere/own",
        "SCRIPTER_TEST_CHROMIUM": "/given/chromium",
    }
    assert not services.can_break("mariadb")
    with pytest.raises(ServiceError, match="SCRIPTER_TEST_MARIADB_URL"):
        services.kill("mariadb")
    with services.vhost("one-run") as vhost:
        assert vhost == services.rabbitmq_url


def test_services_stay_the_testbeds_own_when_the_environment_repeats_their_address(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with state.lock():
        state.remember("mariadb.url", "mysql+pymysql://me@127.0.0.1:1/")
    monkeypatch.setenv(VARIABLES["mariadb"], "mysql+pymysql://me@127.0.0.1:1/")
    assert "mariadb" in own_daemons(state)
