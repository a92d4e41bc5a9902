"""`scripter prepare`: what has to be there before the services of compose.yaml begin. Its service `secrets` runs it.

It runs as root at each `docker compose up`. What is there already stays as it is, so that it may run at any time."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from scripter.cli.server import load_settings, settings_options
from scripter.config import Settings
from scripter.lib import keys
from scripter.lib.errors import BadInput

# Users and groups inside the containers, as numbers: the images of others do not know their names. compose.yaml and
# the Dockerfiles use the same ones.
SCRIPTER, MARIADB, RABBITMQ, NGINX = 10000, 10002, 10003, 10004
ROOT = 0

DAYS = 825
RENEWED_BEFORE_S = 30 * 24 * 3600
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the container has what it prepares: passwords, the certificate, and the one that people gave."""

    secrets: Path
    certificate: Path
    given: Path


def register(root: click.Group) -> None:
    root.command("prepare", hidden=True)(prepare)


_DIRECTORY = click.Path(file_okay=False, path_type=Path)


@settings_options
@click.option("--secrets", type=_DIRECTORY, default=Path("/run/secrets"))
@click.option("--certificate", type=_DIRECTORY, default=Path("/run/certificate"))
@click.option("--given", type=_DIRECTORY, default=Path("/certs"), help="Where server.crt and server.key may lie.")
@click.option("--host", envvar="SCRIPTER_HOST", default="", help="The names that people reach Scripter by.")
@click.option("--port", envvar="SCRIPTER_HTTPS_PORT", default="443", help="The published port, or address:port.")
def prepare(
    file: Path | None, data: Path | None, secrets: Path, certificate: Path, given: Path, host: str, port: str
) -> None:
    """Make what the services of compose.yaml need before they begin. As root; doing it again changes nothing."""
    settings = load_settings(file, data)
    places = Places(secrets, certificate, given)
    names = _names(host)
    url = settings.server.url or own_url(names[0], port)
    _give_data(settings.data_directory)
    _write_secrets(settings, places, url)
    _write_certificate(places, _unique([*names, urlsplit(url).hostname or names[0], *_ALWAYS]))
    click.echo(f"Everything is prepared. Scripter will be at {url}")


def own_url(host: str, port: str) -> str:
    """The address that leads to the published port. `port` may have an address before it, as Docker takes it."""
    number = port.rpartition(":")[2] or "443"
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}" if number == "443" else f"https://{shown}:{number}"


def _names(given: str) -> list[str]:
    names = given.replace(",", " ").split() or ["localhost"]
    for name in names:
        if not _is_address(name) and not _NAME.fullmatch(name):
            raise BadInput.at("SCRIPTER_HOST", f"{name} is neither the name of a host nor an address")
    return names


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _give_data(data: Path) -> None:
    """Give the data directory to Scripter's user. Its group stays: whoever it let in before may still look.

    All that is in it only if it was somebody else's; later everything in there is made by Scripter itself.
    """
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_uid == SCRIPTER:
        return
    try:
        for directory, folders, files in os.walk(data, topdown=False):
            for name in (*folders, *files):
                os.chown(Path(directory) / name, SCRIPTER, -1, follow_symlinks=False)
        # At last: while this is not done, nothing is.
        os.chown(data, SCRIPTER, -1)
    except OSError as error:
        raise BadInput.at("data.directory", f"cannot be given to user {SCRIPTER}: {error}") from error


def _write_secrets(settings: Settings, places: Places, url: str) -> None:
    """Passwords, each for those who need it alone; and what leads to the services, or to those that are set."""
    top = _directory(places.secrets, ROOT, 0o755)
    database, broker, app = (
        _directory(top / name, group, 0o750)
        for name, group in (("mariadb", MARIADB), ("rabbitmq", RABBITMQ), ("app", SCRIPTER))
    )
    for name in ("root_password", "password"):
        keys.secret(database / name)
        _allow(database / name, MARIADB)
    password = keys.secret(broker / "password")
    _allow(broker / "password", ROOT)
    _write(broker / "user.conf", f"default_user = scripter\ndefault_pass = {password}\n", RABBITMQ)
    own_database = f"mysql+pymysql://scripter:{keys.secret(database / 'password')}@mariadb/scripter"
    _write(app / "database_url", settings.database.url or own_database, SCRIPTER)
    _write(app / "queue_url", settings.queue.url or f"amqp://scripter:{password}@rabbitmq/scripter", SCRIPTER)
    _write(top / "url", url, ROOT, 0o644)
    # Nothing in there is secret but the key.
    _write(_directory(places.certificate, ROOT, 0o755) / "url", url, ROOT, 0o644)


def _directory(path: Path, group: int, mode: int) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, ROOT, group)
    path.chmod(mode)
    return path


def _allow(path: Path, group: int, mode: int = 0o640, owner: int = ROOT) -> None:
    os.chown(path, owner, group)
    path.chmod(mode)


def _write(path: Path, content: str, group: int, mode: int = 0o640, owner: int = ROOT) -> None:
    """Whole or not at all: somebody may be reading it."""
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        os.fsync(file.fileno())
    _allow(draft, group, mode, owner)
    draft.replace(path)


def _write_certificate(places: Places, names: list[str]) -> None:
    """The certificate that was given, or one of our own, made anew before it ends or when the names are others."""
    made_for = places.certificate / "made_for"
    given = [places.given / name for name in ("server.crt", "server.key")]
    there = [path for path in given if path.exists()]
    if len(there) == len(given):
        _check_pair(*given)
        made_for.unlink(missing_ok=True)
        _install(places, *given)
        click.echo("The certificate is the one in nginx/certs.")
    elif there:
        missing = next(path.name for path in given if path not in there)
        raise BadInput.at("nginx/certs", f"there is {there[0].name} and no {missing}: a certificate takes both")
    elif not _still_good(places, made_for, names):
        # While the one is new and the other old, they are nobody's pair: the next run begins again.
        made_for.unlink(missing_ok=True)
        _make_pair(places, names)
        _write(made_for, "\n".join(names), ROOT, 0o644)
        click.echo(f"Made a certificate for {', '.join(names)}. Nobody vouches for it: browsers will warn.")


def _still_good(places: Places, made_for: Path, names: list[str]) -> bool:
    certificate = places.certificate / "server.crt"
    if not made_for.exists() or made_for.read_text().split("\n") != names or not certificate.exists():
        return False
    return _openssl("x509", "-in", certificate, "-noout", "-checkend", str(RENEWED_BEFORE_S)).returncode == 0


def _make_pair(places: Places, names: list[str]) -> None:
    alternatives = ",".join(f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names)
    with tempfile.TemporaryDirectory() as directory:
        certificate, key = Path(directory) / "server.crt", Path(directory) / "server.key"
        made = _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"),
            *("-days", str(DAYS), "-subj", f"/CN={names[0][:64]}", "-keyout", key, "-out", certificate),
            *("-addext", f"subjectAltName={alternatives}", "-addext", "basicConstraints=critical,CA:FALSE"),
            *("-addext", "extendedKeyUsage=serverAuth"),
        )
        if made.returncode != 0:
            raise BadInput.at("SCRIPTER_HOST", f"no certificate can be made for it: {made.stderr.strip()[-300:]}")
        _install(places, certificate, key)


def _check_pair(certificate: Path, key: Path) -> None:
    """Raises: BadInput."""
    public = [
        _openssl("x509", "-in", certificate, "-noout", "-pubkey"),
        # A key with a passphrase is refused and not asked for.
        _openssl("pkey", "-in", key, "-pubout", "-passin", "pass:"),
    ]
    for path, found in zip((certificate, key), public, strict=True):
        if found.returncode != 0:
            raise BadInput.at(f"nginx/certs/{path.name}", "cannot be read as PEM, or is protected by a passphrase")
    if public[0].stdout != public[1].stdout:
        raise BadInput.at("nginx/certs/server.key", "does not belong to server.crt, whose first part must be your own")


def _install(places: Places, certificate: Path, key: Path) -> None:
    _write(places.certificate / "server.crt", certificate.read_text(), ROOT, 0o644)
    _write(places.certificate / "server.key", key.read_text(), NGINX, 0o600, owner=NGINX)


def _openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("openssl")
    if program is None:
        raise BadInput("There is no openssl, which makes and checks certificates.")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
