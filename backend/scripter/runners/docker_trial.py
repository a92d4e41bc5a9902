"""Tries out on an engine what jobs and builds rely on, with containers that are gone at once. Used by the doctor.

Nothing is fetched for it: without an image that has a Python, less can be tried, and the answers say so."""

from __future__ import annotations

import io
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docker.errors import ImageNotFound

from scripter.runners import docker_create
from scripter.runners.docker_ask import throwaway, told
from scripter.runners.docker_egress import Egress
from scripter.runners.docker_engine import Engine
from scripter.runners.docker_paths import HostPaths
from scripter.runners.protocol import Refused
from scripter.runners.way_out import WayOut

_LABEL = "scripter.instance"
# Written by people into the first line of most of our recipes, so that it is often here before anything was built.
_USUAL_IMAGES = ("python:3.11-slim", "python:3.12-slim", "python:3-slim", "python:3")
_BELONGS = """
import json, os
with open("/job/here") as file: said = file.read()
with open("/job/written", "w") as file: file.write(said)
root = os.statvfs("/")
print(json.dumps({"said": said, "free_mb": root.f_bavail * root.f_frsize // 1048576}))
"""
# The smallest thing to ask an index for that needs all of the way: name, proxy, certificate, answer.
_ASKS = """
import json, os, subprocess, sys
if authority := os.environ.pop("TRIAL_AUTHORITY", ""):
    usual = "/etc/ssl/certs/ca-certificates.crt"
    known = open(usual).read() if os.path.exists(usual) else ""
    with open("/tmp/authorities.pem", "w") as file: file.write(known + "\\n" + authority)
    os.environ["PIP_CERT"] = "/tmp/authorities.pem"
pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "--no-input", "-vv"]
asked = subprocess.run([*pip, "download", "--no-deps", "--retries", "0", "--timeout", "8", "-d", "/tmp/x", "six"],
                       capture_output=True, text=True, env={**os.environ, "HOME": "/tmp"})
print(json.dumps({"code": asked.returncode, "said": (asked.stdout + asked.stderr)[-6000:]}))
"""


@dataclass(frozen=True, slots=True)
class MountFacts:
    """The data directory as a container had it: `owner` of what it wrote there, room on the engine's own disk."""

    source: str
    written: bool
    owner: int | None
    free_mb: int | None


class Trials:
    """Trials on one engine. All raise RunnerUnavailable and Refused."""

    def __init__(self, engine: Engine, paths: HostPaths) -> None:
        self._engine, self._paths = engine, paths

    def image(self, instance: str | None) -> str | None:
        """An image that is here and has a Python: the newest that this installation built, or a usual one."""
        with self._engine.talking():
            if instance:
                for one in self._engine.client.images(filters={"label": f"{_LABEL}={instance}"}):
                    return str(one["Id"])
            for name in _USUAL_IMAGES:
                with suppress(ImageNotFound):
                    return str(self._engine.image(name)["Id"])
        return None

    def mount(self, data: Path, image: str | None) -> MountFacts:
        """Give a container a new directory below `data`, as a job is given its own.

        Raises: Refused when the engine does not see this directory where we believe it to be.
        """
        directory = data / "run" / f"doctor-{secrets.token_hex(8)}"
        directory.mkdir(parents=True, mode=0o777)
        directory.chmod(0o777)
        try:
            source = self._paths.of(directory)
            return self._written(directory, source, image) if image else self._seen(source)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def index(self, image: str, way_out: WayOut) -> tuple[int, str]:
        """Let the image's own pip ask its index for something; its exit code, and what it said."""
        environment = {name: value for name, value in way_out.arguments().items() if name.lower() != "ftp_proxy"}
        if way_out.authority:
            environment["TRIAL_AUTHORITY"] = way_out.authority
        with self._engine.talking():
            answer = told(self._engine, docker_create.build_trial(self._engine.client, image, _ASKS, environment))
        return int(answer["code"]), way_out.hidden(str(answer["said"]))

    def egress(self, image: str, resolvers: list[str]) -> bool:
        """Whether the network mode egress keeps its promise; False: it has not been used yet.

        Raises: Refused, with what is missing.
        """
        with self._engine.talking():
            return Egress(self._engine, resolvers).trial(image)

    def _written(self, directory: Path, source: str, image: str) -> MountFacts:
        token = secrets.token_hex(16)
        (directory / "here").write_text(token)
        with self._engine.talking():
            answer = told(self._engine, docker_create.mount_trial(self._engine.client, image, _BELONGS, source))
        written = directory / "written"
        if answer["said"] != token or not written.exists() or written.read_text() != token:
            raise Refused(f"What the engine calls {source} is another directory than {directory}.")
        return MountFacts(source, True, written.stat().st_uid, int(answer["free_mb"]))

    def _seen(self, source: str) -> MountFacts:
        """Without an image: the engine refuses to mount what it does not see, and nobody else has this name."""
        with self._engine.talking(), self._empty_image() as image:
            config = docker_create.mount_trial(self._engine.client, image, "", source)
            with throwaway(self._engine, config):
                return MountFacts(source, False, None, None)

    @contextmanager
    def _empty_image(self) -> Iterator[str]:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w"):
            pass
        client, name = self._engine.client, f"scripter-doctor-{secrets.token_hex(4)}"
        client.import_image_from_data(file.getvalue(), repository=name)
        try:
            yield name
        finally:
            with suppress(ImageNotFound):
                client.remove_image(name, force=True)
