"""Scripter as teams run it: the stack of compose.yaml, driven by docker-compose; for the compose tests and benchmark.

The compose file is the one that people run, in a directory like theirs; only variables that it offers are set.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.models.containers import Container

from scripter.runners.docker_create import DIRECTORY_LABEL
from testbed import processes, state
from testbed.daemon import run
from testbed.errors import ServiceError
from testbed.person import Person
from testbed.services import Services
from testbed.stack import SETUP_LINK

PROJECT = Path(__file__).parents[2]
START_S = 180
# The tag of the images that are made of the present files. Kept, so that they are not built anew each time.
TAG = "under-test"


class Composed(Person):
    """The stack of one compose project, and a client of it, who comes in through nginx as everybody does."""

    def __init__(self, services: Services, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        https, http = (state.free_port(set()) for _ in range(2))
        super().__init__(f"https://127.0.0.1:{https}")
        self.https_port, self.http_port = https, http
        self.directory = directory / "scripter"
        self.data = directory / "data"
        self.certificate = directory / "server.crt"
        self.project = f"scripter{secrets.token_hex(4)}"
        self.engine = docker.DockerClient(base_url=services.docker_host)
        self.environment = {
            "DOCKER_HOST": services.docker_host,
            "HOME": str(directory),
            # Else docker-compose gives up on a loaded machine.
            "COMPOSE_HTTP_TIMEOUT": "300",
            # The classic builder, as everywhere in the testbed.
            "COMPOSE_DOCKER_CLI_BUILD": "0",
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_PROJECT_NAME": self.project,
            "SCRIPTER_TAG": TAG,
            "SCRIPTER_DATA": str(self.data),
            "SCRIPTER_DOCKER_SOCKET": _socket(services.docker_host),
            "SCRIPTER_HTTPS_PORT": f"127.0.0.1:{https}",
            "SCRIPTER_HTTP_PORT": f"127.0.0.1:{http}",
            **(environment or {}),
        }
        check_out(self.directory)

    def compose(self, *arguments: str) -> str:
        """Run docker-compose in the project's directory; what it printed."""
        return self.compose_bytes(*arguments).decode(errors="replace")

    def compose_bytes(self, *arguments: str, given: bytes = b"") -> bytes:
        """The same for a command that reads and writes something other than text."""
        try:
            done = subprocess.run(
                ["docker-compose", *arguments],
                cwd=self.directory,
                env=processes.environment(self.environment),
                input=given,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise ServiceError("docker-compose is not installed. Run backend/provision as root.") from error
        if done.returncode:
            told = (done.stdout + b"\n" + done.stderr).decode(errors="replace")
            raise ServiceError(f"docker-compose {' '.join(arguments)} ended with {done.returncode}:\n{told[-6000:]}")
        return done.stdout

    def build_images(self) -> None:
        """Build the images from the files that are there: the two of them side by side."""
        self.compose("build", "--parallel")

    def up(self, *arguments: str) -> None:
        """`docker-compose up -d`: what a person types."""
        try:
            self.compose("up", "-d", *arguments)
        except ServiceError as error:
            raise ServiceError(f"{error}\n{self.account()}") from error

    def close(self) -> None:
        """Leave nothing of the project but its images."""
        self.compose("stop", "--timeout=2", "worker")
        self.remove_jobs()
        self.compose("down", "--volumes", "--remove-orphans", "--timeout=5")
        self.http.close()
        self.engine.close()

    def remove_jobs(self) -> None:
        """Remove the containers of jobs. A worker that has just stopped may still be removing some of them itself."""
        deadline = time.monotonic() + 60
        while left := self.jobs():
            if time.monotonic() > deadline:
                raise ServiceError(f"The engine keeps {[one.name for one in left]}.")
            for container in left:
                try:
                    container.remove(force=True, v=True)
                except docker.errors.APIError as error:
                    if error.status_code not in {404, 409}:
                        raise
            time.sleep(0.1)

    def containers(self) -> dict[str, Container]:
        """The containers of the project by the names of their services, also those that have ended."""
        label = f"com.docker.compose.project={self.project}"
        found = self.engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
        return {str(one.labels["com.docker.compose.service"]): one for one in found}

    def jobs(self) -> list[Container]:
        """The containers of jobs, and those that wait for one: they are the engine's and not the project's."""
        found = self.engine.containers.list(all=True, filters={"label": DIRECTORY_LABEL}, ignore_removed=True)
        return [one for one in found if any(self._is_data(mount["Source"]) for mount in one.attrs["Mounts"])]

    def _is_data(self, path: str) -> bool:
        return path.startswith(f"{self.data}/") or f"/{self.project}_data/" in path

    def crash(self, service: str) -> None:
        """Kill the first process of the service's container. Not by the engine, which takes that for an order."""
        container = self.containers()[service]
        os.kill(int(container.attrs["State"]["Pid"]), signal.SIGKILL)

    def is_well(self) -> bool:
        """Whether all that should run does, and says that it is healthy where it can say so."""
        return all(_is_well(container) for container in self.containers().values())

    def wait_until_well(self) -> None:
        self.wait_until(self.is_well, "that all containers are well")

    def wait_until_it_answers(self) -> None:
        """Until pages, API and database answer through nginx, whose certificate is trusted from then on."""
        self.wait_until(self._has_certificate, "a certificate")
        self.wait_until(self.answers, "an answer")

    def setup_link(self) -> str:
        """The link for making the first user, which a person reads in the logs."""
        found: list[str] = []

        def look() -> bool:
            found[:] = SETUP_LINK.findall(self.compose("logs", "--no-color"))
            return bool(found)

        self.wait_until(look, "a setup link")
        return found[-1]

    def set_up(self) -> None:
        """Log in as the first user, whom the printed link makes if there is none yet."""
        self.wait_until_it_answers()
        if not self.call("GET", "/session")["setup_needed"]:
            self.log_in()
            return
        code = self.setup_link().partition("code=")[2]
        self.make_first_user(code)

    def wait_until(self, look: Callable[[], bool], what: str) -> None:
        """Until `look` finds it; an error with the state of everything if it never does."""
        deadline = time.monotonic() + START_S
        while not look():
            if time.monotonic() > deadline:
                raise ServiceError(f"The stack gave no sign of {what}:\n{self.account()}")
            time.sleep(0.2)

    def account(self) -> str:
        """How the containers are, and the end of what each has said, for somebody who has to find a fault."""
        told = []
        for service, container in self.containers().items():
            said = container.logs(tail=25).decode(errors="replace")
            told.append(f"== {service}: {container.status} {_health(container)}\n{said}")
        return "\n".join(told)

    def _has_certificate(self) -> bool:
        try:
            found = ssl.get_server_certificate(("127.0.0.1", self.https_port), timeout=5)
        except OSError:
            return False
        self.certificate.write_text(found)
        self.http.verify = str(self.certificate)
        return True


@contextmanager
def composed(services: Services, directory: Path, environment: Mapping[str, str] | None = None) -> Iterator[Composed]:
    """The stack with its images built, not started yet; gone at the end."""
    stack = Composed(services, directory, environment)
    try:
        stack.build_images()
        yield stack
    finally:
        stack.close()


def check_out(directory: Path, version: str | None = None) -> None:
    """What somebody has who clones the project: its files, and nothing that was installed or built beside them.

    `version` is a tag; None means the files as they are now. What is in the directory is replaced.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    if version is not None:
        archive = directory.with_suffix(".tar")
        run(["git", "-C", str(PROJECT), "archive", f"--output={archive}", version])
        run(["tar", "--extract", f"--file={archive}", f"--directory={directory}"])
        return
    listed = run(["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    for name in filter(None, listed.split("\0")):
        source, target = PROJECT / name, directory / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def previous_version() -> str | None:
    """The newest tag before the present version that has a compose file; None if there is none."""
    tags = run(["git", "-C", str(PROJECT), "tag", "--sort=-creatordate", "--merged", "HEAD", "--no-contains", "HEAD"])
    return next((tag for tag in tags.split() if _has_compose_file(tag)), None)


def _has_compose_file(tag: str) -> bool:
    return bool(run(["git", "-C", str(PROJECT), "ls-tree", "--name-only", tag, "compose.yaml"]).strip())


def _socket(docker_host: str) -> str:
    found = re.fullmatch(r"unix://(/.+)", docker_host)
    if found is None:
        raise ServiceError(f"The worker of the stack needs the engine's socket as a file, and {docker_host} is none.")
    return found.group(1)


def _is_well(container: Container) -> bool:
    described = container.attrs["State"]
    if described["Status"] == "exited":
        one_shot = container.attrs["HostConfig"]["RestartPolicy"]["Name"] in {"", "no", "on-failure"}
        return one_shot and described["ExitCode"] == 0
    return described["Status"] == "running" and _health(container) in {"", "healthy"}


def _health(container: Container) -> str:
    return str(container.attrs["State"].get("Health", {}).get("Status", ""))
