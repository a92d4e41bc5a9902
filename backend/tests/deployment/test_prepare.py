"""`scripter prepare`: passwords, the certificate and the data directory, before the services of compose.yaml begin."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripter.cli import main, prepare

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="giving files to others takes root")


class Deployment:
    """The places of one, in a directory."""

    def __init__(self, top: Path) -> None:
        self.data, self.secrets, self.certificate, self.given = (
            top / name for name in ("data", "secrets", "certificate", "given")
        )
        self.given.mkdir(parents=True)

    def prepare(self, **environment: str) -> Result:
        places = [f"--{name}={getattr(self, name)}" for name in ("data", "secrets", "certificate", "given")]
        return CliRunner().invoke(main, ["prepare", *places], env=environment)

    def well(self, **environment: str) -> None:
        done = self.prepare(**environment)
        assert done.exit_code == 0, done.output

    def told(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def names(self) -> str:
        return openssl("x509", "-in", str(self.certificate / "server.crt"), "-noout", "-ext", "subjectAltName")


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


def openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout


def give_certificate(place: Path, name: str = "example.org") -> None:
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "9"),
        *("-subj", f"/CN={name}", "-keyout", str(place / "server.key"), "-out", str(place / "server.crt")),
    )


def rights(path: Path) -> tuple[int, int, str]:
    found = path.stat()
    return found.st_uid, found.st_gid, oct(stat.S_IMODE(found.st_mode))


def test_each_secret_is_for_those_who_need_it_alone(deployment: Deployment) -> None:
    deployment.well()
    secrets = deployment.secrets
    assert rights(secrets / "mariadb" / "password") == (0, prepare.MARIADB, "0o640")
    assert rights(secrets / "mariadb" / "root_password") == (0, prepare.MARIADB, "0o640")
    assert rights(secrets / "rabbitmq" / "user.conf") == (0, prepare.RABBITMQ, "0o640")
    assert rights(secrets / "app" / "database_url") == (0, prepare.SCRIPTER, "0o640")
    assert rights(secrets / "mariadb") == (0, prepare.MARIADB, "0o750")
    assert rights(secrets / "rabbitmq") == (0, prepare.RABBITMQ, "0o750")
    assert rights(secrets / "app") == (0, prepare.SCRIPTER, "0o750")
    assert rights(deployment.certificate / "server.key") == (prepare.NGINX, prepare.NGINX, "0o600")


def test_both_sides_are_told_the_same_password(deployment: Deployment) -> None:
    deployment.well()
    password = deployment.told("mariadb/password")
    assert deployment.told("app/database_url") == f"mysql+pymysql://scripter:{password}@mariadb/scripter"
    broker = deployment.told("rabbitmq/password")
    assert deployment.told("app/queue_url") == f"amqp://scripter:{broker}@rabbitmq/scripter"
    assert deployment.told("rabbitmq/user.conf") == f"default_user = scripter\ndefault_pass = {broker}\n"
    assert len({password, broker, deployment.told("mariadb/root_password")}) == 3


def test_nothing_changes_when_it_is_done_again(deployment: Deployment) -> None:
    def everything() -> dict[str, bytes]:
        places = (deployment.secrets, deployment.certificate)
        return {str(path): path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}

    deployment.well()
    before = everything()
    deployment.well()
    assert everything() == before


def test_two_installations_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = Deployment(tmp_path / "one"), Deployment(tmp_path / "other")
    one.well()
    other.well()
    for name in ("mariadb/password", "mariadb/root_password", "rabbitmq/password"):
        assert one.told(name) != other.told(name)
    assert (one.certificate / "server.key").read_text() != (other.certificate / "server.key").read_text()


def test_no_secret_is_printed(deployment: Deployment) -> None:
    printed = deployment.prepare().output
    for name in ("mariadb/password", "mariadb/root_password", "rabbitmq/password"):
        assert deployment.told(name) not in printed


@pytest.mark.parametrize("environment, url", [
    ({}, "https://localhost"),
    ({"SCRIPTER_HTTPS_PORT": "8443"}, "https://localhost:8443"),
    ({"SCRIPTER_HTTPS_PORT": "127.0.0.1:8443"}, "https://localhost:8443"),
    ({"SCRIPTER_HOST": "scripter.example.org other"}, "https://scripter.example.org"),
    ({"SCRIPTER_HOST": "::1", "SCRIPTER_HTTPS_PORT": "444"}, "https://[::1]:444"),
    ({"SCRIPTER_HOST": "a", "SCRIPTER_SERVER__URL": "https://b/scripter/"}, "https://b/scripter/"),
])  # fmt: skip
def test_the_address_is_the_one_that_people_use(deployment: Deployment, environment: dict[str, str], url: str) -> None:
    deployment.well(**environment)
    assert deployment.told("url") == url
    assert (deployment.certificate / "url").read_text() == url


def test_a_database_and_a_broker_elsewhere_are_passed_on(deployment: Deployment) -> None:
    database, broker = "mysql+pymysql://s:x@db.example.org/s", "amqps://s:x@mq.example.org/s"
    deployment.well(SCRIPTER_DATABASE__URL=database, SCRIPTER_QUEUE__URL=broker)
    assert deployment.told("app/database_url") == database
    assert deployment.told("app/queue_url") == broker


def test_the_certificate_is_for_the_names_that_people_use(deployment: Deployment) -> None:
    deployment.well(SCRIPTER_HOST="scripter.example.org 192.0.2.7", SCRIPTER_SERVER__URL="https://other.example.org")
    names = deployment.names()
    for wanted in ("DNS:scripter.example.org", "IP Address:192.0.2.7", "DNS:other.example.org", "DNS:localhost"):
        assert wanted in names


def test_other_names_take_another_certificate(deployment: Deployment) -> None:
    deployment.well()
    deployment.well(SCRIPTER_HOST="scripter.example.org")
    assert "DNS:scripter.example.org" in deployment.names()


def test_a_certificate_is_renewed_before_it_ends(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "DAYS", 29)
    deployment.well()
    first = (deployment.certificate / "server.crt").read_text()
    monkeypatch.undo()
    deployment.well()
    assert (deployment.certificate / "server.crt").read_text() != first


def test_a_name_that_is_none_is_refused(deployment: Deployment) -> None:
    done = deployment.prepare(SCRIPTER_HOST="a,DNS:evil.example.org")
    assert done.exit_code == 2
    assert "SCRIPTER_HOST" in done.output


def test_a_certificate_of_your_own_is_taken_and_given_up_again(deployment: Deployment) -> None:
    give_certificate(deployment.given)
    (deployment.given / "server.key").chmod(0o600)
    deployment.well()
    for name in ("server.crt", "server.key"):
        assert (deployment.certificate / name).read_text() == (deployment.given / name).read_text()
        (deployment.given / name).unlink()
    deployment.well()
    assert "DNS:localhost" in deployment.names()


@pytest.mark.parametrize("there, missing", [("server.crt", "server.key"), ("server.key", "server.crt")])
def test_half_a_certificate_is_refused(deployment: Deployment, there: str, missing: str) -> None:
    give_certificate(deployment.given)
    (deployment.given / missing).unlink()
    done = deployment.prepare()
    assert done.exit_code == 2
    assert there in done.output and missing in done.output


def test_a_key_that_does_not_belong_to_the_certificate_is_refused(deployment: Deployment, tmp_path: Path) -> None:
    deployment.well()
    before = (deployment.certificate / "server.crt").read_text()
    give_certificate(tmp_path)
    give_certificate(deployment.given)
    (tmp_path / "server.key").replace(deployment.given / "server.key")
    done = deployment.prepare()
    assert done.exit_code == 2
    assert "does not belong" in done.output
    assert (deployment.certificate / "server.crt").read_text() == before


def test_a_file_that_is_no_certificate_is_refused(deployment: Deployment) -> None:
    give_certificate(deployment.given)
    (deployment.given / "server.crt").write_text("hello")
    assert "server.crt" in deployment.prepare().output


def test_a_data_directory_of_somebody_else_is_given_to_scripter(deployment: Deployment, tmp_path: Path) -> None:
    (deployment.data / "scripts" / "1").mkdir(parents=True)
    (deployment.data / "scripts" / "1" / "main.py").write_text("")
    (tmp_path / "elsewhere").write_text("")
    (deployment.data / "link").symlink_to(tmp_path / "elsewhere")
    os.chown(deployment.data, 1234, 1234)
    deployment.well()
    for path in (deployment.data, *deployment.data.rglob("*")):
        assert path.lstat().st_uid == prepare.SCRIPTER
    assert deployment.data.stat().st_gid == 1234, "whoever it let in may still look"
    assert (tmp_path / "elsewhere").stat().st_uid == 0


def test_what_scripts_left_in_it_stays_theirs(deployment: Deployment) -> None:
    deployment.well()
    left = deployment.data / "slots" / "1-1"
    left.mkdir(parents=True)
    os.chown(left, 10001, 10001)
    deployment.well()
    assert left.stat().st_uid == 10001
