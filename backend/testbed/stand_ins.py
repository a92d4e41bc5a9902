"""Stand-ins for the official images that compose.yaml and its Dockerfiles name, made of Debian's packages; for bed.

They need no image hub, and honour the variables, places and users of the official ones, so that the compose file under
test is the one that people run. Their recipes are in testbed/images; all are made from python:3.11-slim's stand-in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from testbed import daemon, processes
from testbed.base_image import CERTIFICATES, LABEL
from testbed.engine import Engine
from testbed.errors import ServiceError

RECIPES = Path(__file__).parent / "images"
OLDEST_NODE = (20, 19)
NPM_SETTINGS_TO_COPY = ("registry", "proxy", "https-proxy", "noproxy")
NO_NODE = "The pages are built with Node.js 20.19 or newer; please install it, with npm, on this machine."


@dataclass(frozen=True, slots=True)
class StandIn:
    """One image: its official name, and the folder of its recipe."""

    image: str
    folder: str

    def recipe(self, base: str) -> str:
        """A digest of everything that it is made from; `base` is that of the image below it."""
        seen = hashlib.sha256(base.encode())
        for path in sorted((RECIPES / self.folder).iterdir()):
            seen.update(path.name.encode() + b"\0" + path.read_bytes())
        if self.folder == "node":
            seen.update(npm_settings().encode() + repr(machines_node()).encode())
        return seen.hexdigest()[:16]

    def make(self, engine: Engine, recipe: str) -> None:
        """Build it. With the machine's own network, as the base was made: a proxy may be listening there alone."""
        with tempfile.TemporaryDirectory(prefix="scripter-image-") as directory:
            context = Path(directory)
            shutil.copytree(RECIPES / self.folder, context, dirs_exist_ok=True)
            if self.folder == "node":
                _add_node(context)
            proxies = [name for name in os.environ if name.lower() in processes.PROXY_VARIABLES]
            arguments = [word for name in proxies for word in ("--build-arg", name)]
            label = f"--label={LABEL}={recipe}"
            engine.docker("build", "--network=host", *arguments, label, f"--tag={self.image}", str(context))


STAND_INS = (
    StandIn("node:22-slim", "node"),
    StandIn("nginx:1.28", "nginx"),
    StandIn("mariadb:10.11", "mariadb"),
    StandIn("rabbitmq:3.13", "rabbitmq"),
)


def machines_node() -> tuple[Path, Path, str]:
    """Where this machine has Node.js and npm, and their versions.

    Raises:
        ServiceError: there is none, or it is too old for the pages.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise ServiceError(NO_NODE)
    version = daemon.run([node, "--version"]).strip()
    if tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < OLDEST_NODE:
        raise ServiceError(f"{NO_NODE} This is {version}.")
    folder = next((path for path in Path(npm).resolve().parents if (path / "package.json").exists()), None)
    if folder is None:
        raise ServiceError(f"{npm} is no npm that could be put into an image: it does not lie in its own folder.")
    return Path(node).resolve(), folder, f"{version} {daemon.run([npm, '--version']).strip()}"


def npm_settings() -> str:
    """The npmrc for the image: the machine's certificates, and its package index and proxy if it names them."""
    asked = subprocess.run(["npm", "config", "get", *NPM_SETTINGS_TO_COPY], capture_output=True, check=False, text=True)
    given = [line for line in asked.stdout.splitlines() if line.partition("=")[2] not in {"", "null", "undefined"}]
    return "\n".join([f"cafile={CERTIFICATES}", *given, ""])


def _add_node(context: Path) -> None:
    node, npm, _ = machines_node()
    shutil.copy(node, context / "node")
    shutil.copytree(npm, context / "npm", symlinks=True)
    (context / "npmrc").write_text(npm_settings())
