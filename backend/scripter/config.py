"""The settings of Scripter, section by section. Read once at the start and passed on; every field has a default.

`config.template.toml` at the top of the project shows each field; a test holds the two together."""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from scripter.lib import settings
from scripter.lib.tls import Trust

MEBIBYTE = 1024 * 1024
# The path is written into the start page and into a cookie.
_SITE = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_OWN = re.compile(r"/(?:api|assets)(?:/|$)", re.IGNORECASE)


class Server(settings.Section):
    """Where the web pages and the API are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8200
    # How the outside world reaches us, for links; empty means http://host:port. Its path is where the site lives.
    url: str = ""
    threads: Annotated[int, Field(ge=2, le=1000)] = 32
    # Live streams each hold a thread; more viewers than this are told to come back later.
    streams: Annotated[int, Field(ge=1, le=2000)] = 200
    # Cookies only over HTTPS; switch on wherever TLS ends before Scripter.
    secure_cookies: bool = False
    # How many proxies stand before us; each is trusted to tell from where, by which name and how it was called.
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    # The built pages; empty means the ones beside the source or inside the package.
    pages: str = ""

    @field_validator("url")
    @classmethod
    def _address(cls, given: str) -> str:
        if given and not _SITE.fullmatch(given):
            raise ValueError("this must look like https://host or https://host/path/")
        if _OWN.match(urlsplit(given).path):
            raise ValueError("its path must not begin with /api or /assets, which are Scripter's own")
        return given

    @property
    def path(self) -> str:
        """Under which path of its host the site lives, without the last slash; empty at the top."""
        return urlsplit(self.url).path.rstrip("/")


class Data(settings.Section):
    """Where everything that is not in the database lies."""

    directory: Annotated[str, Field(min_length=1)] = "data"
    # With less than this left on its disk no job and no build begins; 0 means that nobody looks.
    min_free_mb: Annotated[int, Field(ge=0, le=1_048_576)] = 1024


class _Remote(settings.Section):
    """A server elsewhere: whom to trust when it shows its certificate, and the pair that it may want to see of us."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""

    @property
    def trust(self) -> Trust:
        return Trust(self.ca_file, self.cert_file, self.key_file)


class Database(_Remote):
    """Empty means SQLite inside the data directory; otherwise `mysql+pymysql://user:password@host/name`."""

    url: str = ""
    # Encrypted, and only with a server whose certificate is right; implied by the other fields.
    tls: bool = False

    @property
    def encrypted(self) -> bool:
        return self.tls or bool(self.ca_file or self.cert_file)


class Queue(_Remote):
    """Empty means in-process (one process does everything); otherwise `amqp://user:password@host/vhost`, or amqps."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _address(cls, given: str) -> str:
        if given and not _leads_somewhere(given, {"amqp", "amqps"}):
            raise ValueError("this must look like amqp://user:password@host/vhost, or amqps://... for TLS")
        return given

    @property
    def encrypted(self) -> bool:
        return self.url.startswith("amqps:")


class Docker(settings.Section):
    """How to reach the Docker engine."""

    # Empty means DOCKER_HOST or the usual socket.
    host: str = ""
    # The data directory as the engine's host sees it; empty means: ask the engine for our own mounts.
    host_directory: str = ""
    # Who resolves names for jobs of the network mode egress: IPv4 addresses, with spaces between. Not the machine's
    # own resolver, which such jobs cannot reach.
    egress_dns: str = "9.9.9.9 1.1.1.1"

    @field_validator("host")
    @classmethod
    def _address(cls, given: str) -> str:
        if given and not given.startswith("unix:///") and not _leads_somewhere(given, {"tcp", "http", "https"}):
            raise ValueError("this must look like unix:///path/to/docker.sock or tcp://host:port")
        return given

    @field_validator("egress_dns")
    @classmethod
    def _addresses(cls, given: str) -> str:
        for address in given.split():
            IPv4Address(address)
        return given

    @property
    def egress_resolvers(self) -> list[str]:
        return self.egress_dns.split()


class Runner(settings.Section):
    """`auto` takes Docker if an engine answers or ever did, else the local runner, which isolates nothing."""

    kind: Literal["auto", "docker", "local"] = "auto"


class Worker(settings.Section):
    """One worker process."""

    # Empty means the host's name.
    name: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    # Jobs at one time; 0 means twice the number of processors.
    places: Annotated[int, Field(ge=0, le=256)] = 0
    builds: Annotated[int, Field(ge=1, le=16)] = 2
    # What containers that wait for a job may take of the machine, about 24 MB each; 0 keeps none waiting.
    warm_memory_mb: Annotated[int, Field(ge=0, le=65_536)] = 512

    @property
    def job_places(self) -> int:
        return self.places or 2 * (os.cpu_count() or 1)


class Jobs(settings.Section):
    """Defaults and ceilings of jobs."""

    time_limit_s: Annotated[int, Field(ge=1, le=86_400)] = 3600
    grace_s: Annotated[int, Field(ge=0, le=300)] = 10
    memory_mb: Annotated[int, Field(ge=16, le=1_048_576)] = 512
    cpus: Annotated[float, Field(ge=0.1, le=256)] = 1.0
    processes: Annotated[int, Field(ge=8, le=4096)] = 128
    log_limit_mb: Annotated[int, Field(ge=1, le=10_240)] = 64
    # What a job may hold on the disk, in its work directory and its artifacts together.
    disk_limit_mb: Annotated[int, Field(ge=1, le=1_048_576)] = 1024
    disk_limit_files: Annotated[int, Field(ge=100, le=10_000_000)] = 100_000
    # What a script may ask for at most. 0 processors means all that the machine has.
    max_time_limit_s: Annotated[int, Field(ge=1, le=86_400)] = 86_400
    max_memory_mb: Annotated[int, Field(ge=16, le=1_048_576)] = 8192
    max_cpus: Annotated[float, Field(ge=0, le=256)] = 0
    max_processes: Annotated[int, Field(ge=8, le=4096)] = 4096
    # How many jobs may wait at one time; the next one is refused, with a moment to try again. And how many jobs that
    # one person has started may wait, and run; 0 means as many as there are.
    max_queued: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    max_queued_per_user: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    max_running_per_user: Annotated[int, Field(ge=0, le=100_000)] = 0

    @property
    def most_cpus(self) -> float:
        return self.max_cpus or float(os.cpu_count() or 1)


class Builds(settings.Section):
    """Limits of image builds: what images start out with, and what they may ask for at most."""

    time_limit_s: Annotated[int, Field(ge=10, le=86_400)] = 1800
    memory_mb: Annotated[int, Field(ge=64, le=1_048_576)] = 2048
    max_time_limit_s: Annotated[int, Field(ge=10, le=86_400)] = 86_400
    max_memory_mb: Annotated[int, Field(ge=64, le=1_048_576)] = 8192
    # The way to package indexes, for the time of a build: through which proxy, to whom without it, and the file with
    # the authority that signs what the proxy or the index shows.
    proxy: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    no_proxy: str = ""
    ca_file: str = ""


class Login(settings.Section):
    """How long a login lasts."""

    idle_hours: Annotated[int, Field(ge=1, le=720)] = 8
    max_days: Annotated[int, Field(ge=1, le=365)] = 7


class Clock(settings.Section):
    """What happens with every minute, beside planning."""

    # Asked for with GET whenever a minute has been planned: a watcher elsewhere notices when that stays away.
    ping_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


class Settings(settings.Section):
    """All sections."""

    server: Server = Server()
    data: Data = Data()
    database: Database = Database()
    queue: Queue = Queue()
    docker: Docker = Docker()
    runner: Runner = Runner()
    worker: Worker = Worker()
    jobs: Jobs = Jobs()
    builds: Builds = Builds()
    login: Login = Login()
    clock: Clock = Clock()

    @property
    def data_directory(self) -> Path:
        return Path(self.data.directory).resolve()

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.data_directory / 'scripter.db'}"

    @property
    def base_url(self) -> str:
        return self.server.url.rstrip("/") or f"http://{self.server.host}:{self.server.port}"


def _leads_somewhere(given: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(given)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its port is no number
        return False


def load(file: Path | None = None) -> Settings:
    """The settings from `config.toml` (or `file`) and `SCRIPTER_SECTION__KEY` variables.

    Raises:
        BadInput: naming every mistake at once.
    """
    if file is None and Path("config.toml").exists():
        file = Path("config.toml")
    return settings.load(Settings, file, prefix="SCRIPTER")
