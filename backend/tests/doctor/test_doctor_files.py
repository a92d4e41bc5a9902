"""The doctor before settings, files, disks and certificates."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from authority import Authority, Pair
from doctor_rig import at, bad, found
from small_disk import small_disk

from scripter.config import Builds, Data, Database, Server
from scripter.doctor import certificates, configuration, disk
from scripter.doctor.finding import Level
from scripter.doctor.subject import Subject
from scripter.lib import certificates as reading
from scripter.lib import keys
from testbed.stack import free_port


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("server", "about", "remedy"),
    [
        (Server(url="https://host", proxies=1), "secure cookies", "secure_cookies = true"),
        (Server(url="http://host", secure_cookies=True), "secure cookies", "server.url"),
        (Server(secure_cookies=True), "secure cookies", "server.url"),
        (Server(url="https://host", secure_cookies=True), "proxies", "most often 1"),
        (Server(host="0.0.0.0"), "plain HTTP", "TLS"),
    ],
)
def test_settings_that_do_not_fit_together_are_told(server: Server, about: str, remedy: str, tmp_path: Path) -> None:
    problems = bad(found(configuration.consistent, at(tmp_path, server=server)))
    assert list(problems) == [about]
    assert remedy in problems[about].remedy


@pytest.mark.parametrize(
    "server",
    [
        Server(),
        Server(url="https://host/scripter/", proxies=1, secure_cookies=True, host="0.0.0.0"),
        Server(host="::1"),
    ],
)
def test_settings_that_fit_together_are_well(server: Server, tmp_path: Path) -> None:
    assert bad(found(configuration.consistent, at(tmp_path, server=server))) == {}


def test_a_proxy_that_is_this_machine_only_outside_of_a_build_is_a_problem(tmp_path: Path) -> None:
    subject = at(tmp_path, builds=Builds(proxy="http://127.0.0.1:3128"))
    assert "docker0" in bad(found(configuration.consistent, subject))["proxy of builds"].remedy


def test_keys_that_others_can_read_are_a_problem_with_the_command_that_mends_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    keys.secret(tmp_path / "keys" / "instance")
    assert bad(found(configuration.private, at(tmp_path))) == {}
    (tmp_path / "keys" / "instance").chmod(0o644)
    remedy = bad(found(configuration.private, at(tmp_path)))["secret files"].remedy
    assert remedy == f"chmod o= {tmp_path}/keys/instance"


def test_a_settings_file_with_a_password_is_looked_at_and_one_without_is_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "mysql+pymysql://scripter:hunter2@host/x"\n')
    file.chmod(0o644)
    database = Database(url="mysql+pymysql://scripter:hunter2@host/x")
    subject = Subject(at(tmp_path, database=database).settings, file)
    assert str(file) in bad(found(configuration.private, subject))["secret files"].found
    file.write_text("")
    assert bad(found(configuration.private, subject)) == {}


def test_room_on_the_disk_is_told_and_its_end_is_a_problem(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size_mb=64) as small:
        subject = at(small.path)
        assert any("only 64 MB are free" in one.found for one in found(disk.writable, subject))
        small.fill()
        findings = found(disk.writable, subject)
        assert any("nothing can be written" in one.found for one in findings)
        small.make_room()
        small.remount("ro")
        assert any("can only be read" in one.found for one in found(disk.writable, subject))


def test_a_disk_in_memory_is_warned_of(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size_mb=64, files=1_000_000) as small:
        subject = at(small.path)
        subject.settings = subject.settings.model_copy(update={"data": Data(directory=str(small.path), min_free_mb=1)})
        [warned] = bad(found(disk.writable, subject)).values()
        assert "lies in memory (tmpfs)" in warned.found


def test_a_disk_without_room_for_files_is_a_problem(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size_mb=64, files=300) as small:
        subject = at(small.path)
        subject.settings = subject.settings.model_copy(update={"data": Data(directory=str(small.path), min_free_mb=1)})
        assert any("more files can be made" in one.found for one in found(disk.writable, subject))


def test_a_data_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert "data.directory" in bad(found(disk.writable, at(tmp_path / "none")))["data directory"].remedy


def test_that_nobody_looks_after_the_room_is_warned_of(tmp_path: Path) -> None:
    subject = at(tmp_path)
    subject.settings = subject.settings.model_copy(update={"data": Data(directory=str(tmp_path), min_free_mb=0)})
    assert any("nobody looks" in one.found for one in found(disk.writable, subject))


@contextmanager
def tls_server(pair: Pair) -> Iterator[int]:
    """The port of a server that shows this certificate, and says nothing."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                plain = listening.accept()[0]
            except OSError:
                return
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(1)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _shown(pair: Pair, data: Path):
    with tls_server(pair) as port:
        return found(certificates.shown, at(data, server=Server(url=f"https://localhost:{port}/scripter/")))


def test_a_certificate_that_has_ended_is_a_problem_and_one_that_will_soon_a_warning(
    authority: Authority, tmp_path: Path
) -> None:
    ended = bad(_shown(authority.sign("ended", days=0), tmp_path))["certificate"]
    assert ended.level is Level.PROBLEM and "ended on" in ended.found
    soon = bad(_shown(authority.sign("soon", days=5), tmp_path))["certificate"]
    assert soon.level is Level.WARNING and "ends in 4 days" in soon.found


def test_a_certificate_that_is_good_but_of_an_unknown_authority_is_told_so(
    authority: Authority, tmp_path: Path
) -> None:
    findings = _shown(authority.sign("good", days=300), tmp_path)
    assert [one.level for one in findings] == [Level.OK, Level.NOTICE]
    assert "is good until 20" in findings[0].found and "not believed by this machine" in findings[1].found


def test_an_address_where_nobody_answers_is_only_noticed(tmp_path: Path) -> None:
    subject = at(tmp_path, server=Server(url=f"https://localhost:{free_port()}"))
    [finding] = found(certificates.shown, subject)
    assert finding.level is Level.NOTICE and "--certificate" in finding.remedy


def test_without_https_there_is_no_certificate_to_look_at(tmp_path: Path) -> None:
    assert found(certificates.shown, at(tmp_path, server=Server(url="http://host"))) == []


def test_certificates_in_files_are_looked_at_the_first_to_end_counts(authority: Authority, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(authority.certificate.read_text() + authority.sign("brief", days=3).certificate.read_text())
    [warned] = bad(list(certificates.in_files([both]))).values()
    assert f"in {both} ends in 2 days" in warned.found
    (tmp_path / "no.pem").write_text("nothing")
    broken = [tmp_path / "no.pem", tmp_path / "none.pem"]
    assert [one.level for one in certificates.in_files(broken)] == [Level.PROBLEM, Level.PROBLEM]


def test_the_settings_own_certificates_are_looked_at(authority: Authority, tmp_path: Path) -> None:
    old = authority.sign("old", days=0)
    database = Database(cert_file=str(old.certificate), key_file=str(old.key))
    subject = at(tmp_path, builds=Builds(ca_file=str(old.certificate)), database=database)
    findings = found(certificates.of_settings, subject)
    assert len(findings) == 1 and findings[0].level is Level.PROBLEM


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x03\x02\x01\x01", b"hello world", bytes(300)])
def test_what_is_no_certificate_is_not_taken_for_one(der: bytes) -> None:
    with pytest.raises(reading.Unreadable):
        reading.ends_at(der)
