"""The testbed's RabbitMQ: a broker of its own name, ports and files, virtual hosts for test runs; started by bed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import socket
from pathlib import Path

from testbed import daemon, processes
from testbed.processes import Program
from testbed.state import State

USER = "scripter"
STOP_SECONDS = 30
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"

# Debian's commands of the same names in /usr/sbin insist on the system's user and directories; these do not.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")


class Rabbitmq:
    """A RabbitMQ on 127.0.0.1 and the port mapper that Erlang needs beside it. `Daemon` documents the verbs."""

    name = "rabbitmq"

    def __init__(self, state: State) -> None:
        self._state = state
        self._node = "scripter-testbed@localhost"

    @property
    def url(self) -> str:
        """Where the default virtual host is."""
        return self.vhost_url("%2F")

    def vhost_url(self, vhost: str) -> str:
        """Where the virtual host is; its name must need no quoting."""
        return f"amqp://{USER}:{self._state.password(self.name)}@127.0.0.1:{self._state.port(self.name)}/{vhost}"

    def add_vhost(self, vhost: str) -> None:
        """Make a virtual host that the user may do everything in. Takes about a second."""
        self.control("add_vhost", vhost)
        self.control("set_permissions", "-p", vhost, USER, ".*", ".*", ".*")

    def delete_vhost(self, vhost: str) -> None:
        """Remove the virtual host and the queues in it."""
        self.control("delete_vhost", vhost)

    def answers(self) -> bool:
        if self._state.recall(f"{self.name}.port") is None:
            return False
        try:
            with socket.create_connection(("127.0.0.1", self._state.port(self.name)), timeout=5) as connection:
                connection.sendall(PROTOCOL_HEADER)
                # The broker's first word is the method connection.start; it opens its port as its last step.
                return connection.recv(1) == METHOD_FRAME
        except OSError:
            return False

    def start(self) -> None:
        self.stop()
        for port in (self.name, "rabbitmq-nodes", "epmd"):
            self._state.port_for_start(port)
        self._write_settings()
        daemon.start_and_wait(self._port_mapper(), self._port_mapper_answers)
        daemon.start_and_wait(self._broker(), self.answers)

    def stop(self) -> None:
        processes.stop(self._broker(), STOP_SECONDS)
        processes.stop(self._port_mapper(), STOP_SECONDS)

    def kill(self) -> None:
        processes.kill(self._broker())

    def flush(self) -> None:
        """Write to disk what the broker knows of its queues; by itself it does so only now and then."""
        self.control("eval", "mnesia:sync_log().")

    def wipe(self) -> None:
        """Crash, and lose the disk: no queue, no message and no virtual host is left. `start` brings it back empty."""
        self.kill()
        shutil.rmtree(self._state.folder("rabbitmq") / "data")

    def control(self, *arguments: str) -> str:
        """Run a command of rabbitmqctl and answer what it printed."""
        return daemon.run([str(PROGRAMS / "rabbitmqctl"), "--quiet", *arguments], self._environment())

    def _port_mapper_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._state.port("epmd")), timeout=5):
                return True
        except OSError:
            return False

    def _write_settings(self) -> None:
        folder = self._state.folder("rabbitmq")
        (folder / "plugins").write_text("[].\n")
        # Read at each start, so that the account is there even if a first start was interrupted.
        (folder / "definitions.json").write_text(json.dumps(self._definitions(), indent=2))
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._state.port(self.name)}\n"
            f"load_definitions = {folder}/definitions.json\n"
            "log.console = true\n"
            "log.console.level = warning\n"
            "log.file = false\n"
            # The default waits for a gigabyte or so to be free, and blocks publishers silently until then.
            "disk_free_limit.absolute = 50MB\n"
        )

    def _definitions(self) -> dict[str, list[dict[str, object]]]:
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        return {
            "users": [
                {
                    "name": USER,
                    "password_hash": hash_password(self._state.password(self.name)),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": ["administrator"],
                }
            ],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": USER, "vhost": "/", **everything}],
        }

    def _environment(self) -> dict[str, str]:
        folder = self._state.folder("rabbitmq")
        return {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._state.port("epmd")),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self._state.port("rabbitmq-nodes")),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            # Names no file, so that the settings of a broker that the machine has anyway are not read.
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/no-such-file",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            # Lets the wrapper replace itself by the broker, which then gets the signals itself.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _broker(self) -> Program:
        return Program(
            command=(str(PROGRAMS / "rabbitmq-server"),),
            name="beam.smp",
            mark=f"-home {self._state.folder('rabbitmq')} ",
            log=self._state.log("rabbitmq"),
            environment=self._environment(),
        )

    def _port_mapper(self) -> Program:
        arguments = ("-port", str(self._state.port("epmd")), "-address", "127.0.0.1")
        return Program(command=("epmd", *arguments), name="epmd", mark=" ".join(arguments), log=self._state.log("epmd"))


def hash_password(password: str) -> str:
    """The form in which RabbitMQ keeps a password: base64 of a 4-byte salt and the SHA-256 of salt and password."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
