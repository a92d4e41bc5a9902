"""Settings: from the file, from the environment, and every mistake told at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scripter import config
from scripter.config import Database, Docker, Queue, Settings
from scripter.context import open_database
from scripter.lib import settings
from scripter.lib.errors import BadInput

TEMPLATE = Path(__file__).parents[2] / "config.template.toml"


def test_the_template_shows_every_field_with_its_default() -> None:
    assert tomllib.loads(TEMPLATE.read_text()) == Settings().model_dump()


def test_without_a_file_everything_works() -> None:
    assert config.load().base_url == "http://127.0.0.1:8200"


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server]\nport = 9000\nhost = '::1'\n")
    monkeypatch.setenv("SCRIPTER_SERVER__PORT", "9001")
    loaded = config.load(file)
    assert (loaded.server.port, loaded.server.host) == (9001, "::1")


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("amqp://a:b@localhost/\n")
    loaded = settings.load(Settings, None, prefix="SCRIPTER", environment={"SCRIPTER_QUEUE__URL_FILE": str(secret)})
    assert loaded.queue.url == "amqp://a:b@localhost/"


def test_a_field_that_is_a_file_itself_is_not_taken_for_the_file_with_a_value(tmp_path: Path) -> None:
    (tmp_path / "name").write_text("/etc/ssl/other.pem\n")
    given = {"SCRIPTER_DATABASE__CA_FILE": "/etc/ssl/own.pem", "SCRIPTER_QUEUE__CA_FILE_FILE": str(tmp_path / "name")}
    loaded = settings.load(Settings, None, prefix="SCRIPTER", environment=given)
    assert (loaded.database.ca_file, loaded.queue.ca_file) == ("/etc/ssl/own.pem", "/etc/ssl/other.pem")


def test_every_mistake_is_told_at_once_in_words(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server]\nport = 'many'\ncolour = 'red'\n[jobs]\nmemory_mb = 1\n[sevrer]\nport = 1\n")
    with pytest.raises(BadInput) as caught:
        settings.load(Settings, file, prefix="SCRIPTER", environment={"SCRIPTER_DATA__DIRECTORY_FILE": "/nowhere"})
    told = {one.field: one.message for one in caught.value.fields}
    assert set(told) == {"server.port", "server.colour", "jobs.memory_mb", "sevrer", "SCRIPTER_DATA__DIRECTORY_FILE"}
    assert told["server.colour"] == "there is no such setting"
    assert "greater than or equal to 16" in told["jobs.memory_mb"]
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("url", ["abc", "http://host/x", "amqp://", "amqp:///x", "amqp://me:hunter2@host:x/"])
def test_what_is_no_address_of_a_broker_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        settings.load(Settings, None, prefix="SCRIPTER", environment={"SCRIPTER_QUEUE__URL": url})
    [told] = caught.value.fields
    assert told.field == "queue.url"
    assert "amqp://user:password@host/vhost" in told.message
    assert "hunter2" not in told.message


@pytest.mark.parametrize("host", ["abc", "/run/docker.sock", "tcp://", "tcp://host:x", "unix://run/docker.sock"])
def test_what_is_no_address_of_an_engine_is_refused(host: str) -> None:
    with pytest.raises(BadInput) as caught:
        settings.load(Settings, None, prefix="SCRIPTER", environment={"SCRIPTER_DOCKER__HOST": host})
    [told] = caught.value.fields
    assert told.field == "docker.host"
    assert "unix:///path/to/docker.sock or tcp://host:port" in told.message


@pytest.mark.parametrize("host", ["unix:///run/docker.sock", "tcp://127.0.0.1:2375", "tcp://[::1]:2376", ""])
def test_what_is_an_address_of_an_engine_is_taken(host: str) -> None:
    assert Docker(host=host).host == host


@pytest.mark.parametrize("url", ["amqp://me:secret@host", "amqps://me:secret@[::1]:5671/%2F", ""])
def test_what_is_an_address_of_a_broker_is_taken(url: str) -> None:
    assert Queue(url=url).url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("abc", "cannot be read"),
        ("mysql+pymysql://me:hunter2@host:x/name", "cannot be read"),
        ("postgresql://me:hunter2@host/name", "a kind of database that Scripter does not know"),
        ("mysql://me:hunter2@host/name", "a kind of database that Scripter does not know"),
        ("mysql+pymysql://me:hunter2@host", "does not name a database"),
    ],
)
def test_what_is_no_address_of_a_database_is_refused_without_its_password(url: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_database(Settings(database=Database(url=url)))
    [told] = caught.value.fields
    assert told.field == "database.url"
    assert why in told.message and "mysql+pymysql://user:password@host/name" in told.message
    assert "hunter2" not in told.message


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server\n")
    with pytest.raises(BadInput) as caught:
        config.load(file)
    assert caught.value.fields[0].field == str(file)


def test_the_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().server.port = 1  # type: ignore[misc]
