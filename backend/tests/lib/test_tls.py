"""TLS to a real MariaDB and a real RabbitMQ with certificates of a company's own: believed when right, and only then."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pytest
from authority import Authority, Pair
from own_mariadb import own_mariadb
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

import testbed
from scripter import context, start_up
from scripter.config import Data, Database, Queue, Settings
from scripter.lib import queue, tls
from scripter.lib.errors import BadInput
from scripter.lib.tls import Trust
from testbed.rabbitmq import Rabbitmq
from testbed.stack import free_port


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that has signed nothing of these servers'."""
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def mariadb(
    services: testbed.Services, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    pair = authority.sign("mariadb", addresses="IP:127.0.0.1")
    options = [f"--ssl-ca={authority.certificate}", f"--ssl-cert={pair.certificate}", f"--ssl-key={pair.key}"]
    with own_mariadb(tmp_path_factory.mktemp("mariadb") / "tls", *options, "--require-secure-transport=ON") as url:
        yield url


@pytest.fixture(scope="module")
def broker(services: testbed.Services) -> Rabbitmq:
    found = services.own.get("rabbitmq")
    if not isinstance(found, Rabbitmq):
        pytest.skip("NOT TESTED: TLS to a broker that the testbed does not run itself")
    return found


@pytest.fixture(scope="module")
def listener(broker: Rabbitmq, authority: Authority) -> Iterator[str]:
    """The tests' broker, on one more port, with TLS."""
    with _listening(broker, authority.sign("rabbitmq", addresses="DNS:localhost")) as url:
        yield url


@contextmanager
def _listening(broker: Rabbitmq, pair: Pair) -> Iterator[str]:
    port = free_port()
    files = f'[{{certfile,"{pair.certificate}"}},{{keyfile,"{pair.key}"}}]'
    broker.control("eval", f'rabbit_networking:start_ssl_listener({{"127.0.0.1",{port}}}, {files}, 2).')
    try:
        plain = urlsplit(broker.vhost_url("%2F"))
        yield plain._replace(scheme="amqps", netloc=f"{plain.username}:{plain.password}@localhost:{port}").geturl()
    finally:
        broker.control("eval", f'rabbit_networking:stop_tcp_listener({{"127.0.0.1",{port}}}).')


def _encrypted(settings: Settings) -> str:
    """The cipher that the database speaks with these settings."""
    database = context.open_database(settings)
    try:
        with database.engine.connect() as connection:
            [(_, cipher)] = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).all()
    finally:
        database.close()
    return str(cipher)


def _refused(settings: Settings) -> str:
    """What a person is told who starts Scripter with these settings; it is told at once, and not waited for."""
    with pytest.raises(BadInput) as refused:
        start_up.open_context(settings)
    return f"{refused.value.fields[0].field}: {refused.value.message}"


def test_a_database_whose_authority_is_named_is_spoken_to_encrypted(mariadb: str, authority: Authority) -> None:
    settings = Settings(database=Database(url=mariadb, ca_file=str(authority.certificate)))
    assert _encrypted(settings).startswith("TLS_")


def test_a_database_that_offers_tls_gets_it_unasked(
    mariadb: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # As PyMySQL does it by itself, but for the system's authorities, which take long to read and are not asked.
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: pytest.fail("authorities were read"))
    assert _encrypted(Settings(data=Data(directory=str(tmp_path)), database=Database(url=mariadb)))


def test_a_database_of_an_unknown_authority_is_refused_in_words(mariadb: str, stranger: Authority, tmp_path) -> None:
    data = Data(directory=str(tmp_path))
    for database in (Database(url=mariadb, tls=True), Database(url=mariadb, ca_file=str(stranger.certificate))):
        told = _refused(Settings(data=data, database=database))
        assert told.startswith("database.url: The database is not to be trusted.")
        assert "authority that this machine does not know" in told and "database.ca_file" in told


def test_a_database_with_a_certificate_for_another_name_is_refused_in_words(
    mariadb: str, authority: Authority, tmp_path
) -> None:
    other = make_url(mariadb).set(host="localhost").render_as_string(hide_password=False)
    database = Database(url=other, ca_file=str(authority.certificate))
    assert "is for another name" in _refused(Settings(data=Data(directory=str(tmp_path)), database=database))


def test_a_database_that_speaks_no_tls_gets_no_password(
    services: testbed.Services, authority: Authority, tmp_path_factory
) -> None:
    with own_mariadb(tmp_path_factory.mktemp("plain") / "mariadb", "--skip-ssl") as url:
        settings = Settings(database=Database(url=url, ca_file=str(authority.certificate)))
        with pytest.raises(OperationalError, match="SSL is required"):
            _encrypted(settings)
        assert _encrypted(Settings(database=Database(url=url))) == ""


def test_a_broker_whose_authority_is_named_is_spoken_to_encrypted(listener: str, authority: Authority) -> None:
    trusted = tls.context(Trust(str(authority.certificate)), "queue")
    heard = queue.Queue(listener, None, trusted)
    assert heard.answers()
    heard.close()
    distrusted = queue.Queue(listener, None)
    assert not distrusted.answers()
    distrusted.close()


def test_messages_go_through_an_encrypted_connection(listener: str, authority: Authority, broker: Rabbitmq) -> None:
    with pika.BlockingConnection(
        queue.parameters(listener, tls.context(Trust(str(authority.certificate)), "queue"))
    ) as connection:
        channel = connection.channel()
        name = channel.queue_declare("", exclusive=True).method.queue
        channel.basic_publish("", name, b"hello")
        assert channel.basic_get(name, auto_ack=True)[2] == b"hello"
        assert "true" in broker.control("list_connections", "ssl")


def test_a_broker_of_an_unknown_authority_is_refused_in_words(listener: str, mariadb_url: str, tmp_path) -> None:
    settings = Settings(
        data=Data(directory=str(tmp_path)), database=Database(url=mariadb_url), queue=Queue(url=listener)
    )
    told = _refused(settings)
    assert told.startswith("queue.url: The broker is not to be trusted.")
    assert "queue.ca_file" in told


def test_a_broker_whose_certificate_has_expired_is_refused_in_words(
    broker: Rabbitmq, authority: Authority, mariadb_url: str, tmp_path
) -> None:
    with _listening(broker, authority.sign("old", addresses="DNS:localhost", days=0)) as url:
        settings = Settings(
            data=Data(directory=str(tmp_path)),
            database=Database(url=mariadb_url),
            queue=Queue(url=url, ca_file=str(authority.certificate)),
        )
        assert "Its certificate has expired" in _refused(settings)


def test_a_broker_that_is_away_does_not_keep_scripter_from_starting(
    authority: Authority, mariadb_url: str, tmp_path
) -> None:
    away = Queue(url=f"amqps://guest:guest@localhost:{free_port()}/", ca_file=str(authority.certificate))
    settings = Settings(data=Data(directory=str(tmp_path)), database=Database(url=mariadb_url), queue=away)
    start_up.open_context(settings).close()


@pytest.mark.parametrize(("field", "content"), [("ca_file", "no certificate"), ("ca_file", None), ("cert_file", "x")])
def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path, field: str, content: str | None) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput) as wrong:
        tls.context(Trust(**{field: str(file)}), "database")
    assert wrong.value.fields[0].field == f"database.{field}"
    assert str(file) in wrong.value.message
