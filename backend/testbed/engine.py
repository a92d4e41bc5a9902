"""The testbed's Docker engine: containerd and dockerd with their own sockets, files and network; started by bed.

containerd is started here and not by dockerd: dockerd would take the machine's own containerd if it found its socket,
even one that a stopped machine left behind.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

from testbed import daemon, processes
from testbed.errors import ServiceError
from testbed.network import Bridge
from testbed.processes import Program
from testbed.state import State

STOP_SECONDS = 30
SYSTEM_SOCKET = Path("/var/run/docker.sock")

CONTAINERD_SETTINGS = """\
version = 2
root = "{folder}/containerd"
state = "{folder}/containerd-run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{folder}/containerd.sock"
[debug]
  address = "{folder}/containerd-debug.sock"
"""


class Engine:
    """A Docker engine that only root can reach, with live-restore. `Daemon` documents the verbs."""

    name = "dockerd"

    def __init__(self, state: State) -> None:
        self._state = state
        self._bridge = Bridge(state)

    @property
    def url(self) -> str:
        """Where it is, in the form of DOCKER_HOST."""
        return f"unix://{self._socket}"

    def docker(self, *arguments: str) -> str:
        """Run the docker command against this engine and answer what it printed."""
        # The classic builder: the newer one is a plug-in that Debian's docker does not bring.
        environment = {"DOCKER_BUILDKIT": "0", "HOME": str(self._folder)}
        return daemon.run(["docker", "--host", self.url, *arguments], environment)

    def label(self, image: str, label: str) -> str | None:
        """What the image's label says; None if the engine has no such image."""
        try:
            return self.docker("image", "inspect", "--format", f'{{{{index .Config.Labels "{label}"}}}}', image).strip()
        except ServiceError:
            return None

    def answers(self) -> bool:
        return can_connect(self._containerd_socket) and ping(self._socket)

    def start(self) -> None:
        self._refuse_company()
        for program in (self._dockerd(), self._containerd()):
            processes.stop(program, STOP_SECONDS)
        (self._folder / "containerd.toml").write_text(CONTAINERD_SETTINGS.format(folder=self._folder))
        self._write_settings(live_restore=True)
        # dockerd refuses to start when the process id in here exists, whoever has it now.
        (self._folder / "dockerd.pid").unlink(missing_ok=True)
        self._bridge.ensure()
        daemon.start_and_wait(self._containerd(), lambda: can_connect(self._containerd_socket))
        daemon.start_and_wait(self._dockerd(), self.answers)

    def stop(self) -> None:
        """End the engine and, unlike a crash or `kill`, all its containers: they are leftovers of tests."""
        if self.answers():
            processes.check_unshared(self._dockerd())
            self._clear()
        processes.stop(self._dockerd(), STOP_SECONDS)
        processes.kill_children(processes.find(self._shim()))
        processes.kill(self._shim())
        processes.stop(self._containerd(), STOP_SECONDS)
        self._unmount()
        self._bridge.remove()

    def kill(self) -> None:
        """End dockerd alone, as a crash would: containers run on."""
        processes.kill(self._dockerd())

    def stop_with_containers(self) -> None:
        """End it in good order as an engine without live-restore does: its containers are stopped first."""
        self._write_settings(live_restore=False)
        processes.send(self._dockerd(), signal.SIGHUP)
        if not processes.wait_until(lambda: "false" in self.docker("info", "--format", "{{.LiveRestoreEnabled}}"), 10):
            raise ServiceError(f"dockerd did not read its settings again.\n{daemon.tail(self._state.log('dockerd'))}")
        processes.stop(self._dockerd(), 2 * STOP_SECONDS)

    def freeze(self) -> None:
        """Let it hang: it listens, and says nothing, until `thaw`."""
        processes.send(self._dockerd(), signal.SIGSTOP)

    def thaw(self) -> None:
        processes.send(self._dockerd(), signal.SIGCONT)

    def cut_power(self) -> None:
        """End the engine and all its containers at once and without a word, as if the machine had lost its power."""
        shims = processes.find(self._shim())
        processes.kill(self._dockerd())
        processes.kill(self._containerd())
        processes.kill_children(shims)
        processes.kill(self._shim())

    def _write_settings(self, *, live_restore: bool) -> None:
        # In the file and not among the arguments, because the file can be read again.
        settings = json.dumps({"live-restore": live_restore})
        (self._folder / "dockerd.json").write_text(f"{settings}\n")

    @property
    def _folder(self) -> Path:
        return self._state.folder("docker")

    @property
    def _socket(self) -> Path:
        return self._folder / "docker.sock"

    @property
    def _containerd_socket(self) -> Path:
        return self._folder / "containerd.sock"

    def _refuse_company(self) -> None:
        if os.geteuid() != 0:
            raise ServiceError("Only root can start a Docker engine. Name a running one in SCRIPTER_TEST_DOCKER_HOST.")
        if ping(SYSTEM_SOCKET):
            raise ServiceError(
                "A Docker engine already runs on this machine, and a second one would overwrite its firewall rules."
                f" Use it for the tests: SCRIPTER_TEST_DOCKER_HOST=unix://{SYSTEM_SOCKET}"
            )

    def _clear(self) -> None:
        if containers := self.docker("ps", "--all", "--quiet").split():
            self.docker("rm", "--force", "--volumes", *containers)
        self.docker("network", "prune", "--force")

    def _unmount(self) -> None:
        """Let go of what containers that ended with the machine left mounted, so that the directory can be deleted."""
        below = f"{self._folder}/"
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for path in reversed([path for path in mounted if path.startswith(below)]):
            daemon.run(["umount", "--lazy", path])

    def _containerd(self) -> Program:
        settings = f"{self._folder}/containerd.toml"
        return Program(
            command=("containerd", "--config", settings),
            name="containerd",
            mark=settings,
            log=self._state.log("containerd"),
        )

    def _shim(self) -> Program:
        """The keeper of one container. containerd starts it, so that only finding and killing it matter here."""
        return Program(
            command=("containerd-shim-runc-v2",),
            name="containerd-shim-runc-v2",
            mark=str(self._containerd_socket),
            log=self._state.log("containerd"),
        )

    def _dockerd(self) -> Program:
        folder = self._folder
        data = f"--data-root={folder}/data"
        return Program(
            command=(
                "dockerd",
                data,
                f"--exec-root={folder}/run",
                f"--pidfile={folder}/dockerd.pid",
                f"--host={self.url}",
                f"--containerd={self._containerd_socket}",
                # Instead of the machine's own daemon.json.
                f"--config-file={folder}/dockerd.json",
                # Works with and without systemd; dockerd's own choice would need one on some machines.
                "--exec-opt=native.cgroupdriver=cgroupfs",
                f"--bridge={self._bridge.name}",
                f"--default-address-pool=base={self._bridge.pool},size=24",
                f"--mtu={self._bridge.mtu()}",
                # Published ports by a process for each, as engines do unless told otherwise. The kernel's rules for
                # them are lost when another engine starts on this machine.
                "--userland-proxy=true",
            ),
            name="dockerd",
            mark=data,
            log=self._state.log("dockerd"),
        )


def can_connect(path: Path) -> bool:
    """Whether a process listens on the Unix socket; the file alone may be left over."""
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.connect(str(path))
        return True
    return False


def ping(path: Path) -> bool:
    """Whether a Docker engine answers on the Unix socket."""
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
        return connection.recv(64).startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
    return False
