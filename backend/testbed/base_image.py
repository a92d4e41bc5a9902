"""A stand-in for the official image python:3.11-slim, made of Debian's packages; used by bed.

It needs no image hub and keeps what scripts and recipes rely on: `python`, `python3` and `pip`, an unmanaged pip, the
same PATH and command. The machine's certificates and package index go in, so that `RUN pip install` works behind its
proxy.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from testbed import daemon
from testbed.engine import Engine
from testbed.errors import ServiceError
from testbed.state import State

IMAGE = "python:3.11-slim"
SUITE = "bookworm"
PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
LABEL = "scripter.testbed.recipe"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# Nothing of these is read by a program.
SUPERFLUOUS = (
    "var/cache/apt/*.bin",
    "var/cache/apt/archives/*.deb",
    "var/cache/debconf/*-old",
    "var/lib/apt/lists/*",
    "var/log/*.log",
    "usr/share/doc/*",
    "usr/share/info/*",
    "usr/share/locale/*",
    "usr/share/man/*",
)
PIP_SETTINGS_TO_COPY = ("index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout")


class BaseImage:
    """The image and the tar file that it is imported from, which is kept: making it takes about a minute."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._pip_settings = pip_settings()
        self._recipe = self._digest()

    @property
    def archive(self) -> Path:
        """The file system as a tar file, named after what it is made from."""
        return self._state.folder("base-image") / f"{self._recipe}.tar"

    def make(self) -> None:
        """Make the tar file unless there is one made from the same recipe."""
        if self.archive.exists():
            return
        folder = self._state.folder("base-image")
        shutil.rmtree(folder)
        root = self._state.folder("base-image/root")
        root.chmod(0o755)
        daemon.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), *_mirror()])
        self._furnish(root)
        draft = self.archive.with_suffix(".new")
        daemon.run(["tar", "--create", "--numeric-owner", f"--file={draft}", f"--directory={root}", "."])
        draft.rename(self.archive)
        shutil.rmtree(root)

    def is_in(self, engine: Engine) -> bool:
        """Whether the engine has the image of this recipe."""
        recipe_of = f'{{{{index .Config.Labels "{LABEL}"}}}}'
        try:
            return engine.docker("image", "inspect", "--format", recipe_of, IMAGE).strip() == self._recipe
        except ServiceError:
            return False

    def load(self, engine: Engine) -> None:
        """Import the tar file into the engine under the official name."""
        changes = (
            "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "ENV LANG=C.UTF-8",
            'CMD ["python3"]',
            f"LABEL {LABEL}={self._recipe}",
        )
        options = [option for change in changes for option in ("--change", change)]
        engine.docker("import", *options, str(self.archive), IMAGE)

    def _furnish(self, root: Path) -> None:
        for pattern in SUPERFLUOUS:
            for path in root.glob(pattern):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        # Debian's mark that pip must not install beside apt; the official image has none.
        (root / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink()
        for name in ("python", "python3"):
            (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
        shutil.copyfile(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
        (root / "etc/pip.conf").write_text(self._pip_settings)

    def _digest(self) -> str:
        made_from = (Path(__file__).read_bytes(), CERTIFICATES.read_bytes(), self._pip_settings.encode())
        return hashlib.sha256(b"\0".join(made_from)).hexdigest()[:16]


def pip_settings() -> str:
    """The pip.conf for the image: the machine's certificates, and its package index if it names one."""
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=False, text=True)
    copied = sorted(f"{name} = {value}" for name, value in read_pip_settings(asked.stdout).items())
    return "\n".join(["[global]", f"cert = {CERTIFICATES}", *copied, ""])


def read_pip_settings(listing: str) -> dict[str, str]:
    """The settings that matter in a container, out of what `pip config list` prints: the environment's first."""
    found: dict[str, str] = {}
    for line in listing.splitlines():
        key, _, quoted = line.partition("=")
        name, value = key.rpartition(".")[2], quoted.strip("'")
        # A folder of this machine is not in the container.
        if name in PIP_SETTINGS_TO_COPY and not value.startswith(("/", "file:")):
            found.setdefault(name, value)
    return found


def _mirror() -> list[str]:
    """The machine's own mirror, if it is a Debian of the same release; otherwise the one debootstrap knows."""
    listed = daemon.run(["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"])
    return next((line.split()[1:] for line in listed.splitlines() if line.startswith(f"{SUITE} ")), [])
