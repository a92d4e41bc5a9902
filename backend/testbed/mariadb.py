"""The testbed's MariaDB: a server with its own data, port and administrator; started by bed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess

from testbed import daemon, processes
from testbed.processes import Program
from testbed.state import State

USER = "scripter"
STOP_SECONDS = 30


class Mariadb:
    """A MariaDB on 127.0.0.1 whose user `scripter` may create databases. `Daemon` documents the verbs."""

    name = "mariadb"

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def url(self) -> str:
        """Where it is, for a user who may do everything, without a database."""
        return f"mysql+pymysql://{USER}:{self._state.password(self.name)}@127.0.0.1:{self._state.port(self.name)}/"

    def answers(self) -> bool:
        if self._state.recall(f"{self.name}.port") is None:
            return False
        address = ("--protocol=tcp", "--host=127.0.0.1", f"--port={self._state.port(self.name)}", f"--user={USER}")
        answer = subprocess.run(
            ["mariadb", "--no-defaults", *address, "--connect-timeout=2", "--execute=select 1"],
            env=processes.environment({"MYSQL_PWD": self._state.password(self.name)}),
            capture_output=True,
            check=False,
        )
        return answer.returncode == 0

    def start(self) -> None:
        processes.stop(self._program(), STOP_SECONDS)
        self._state.port_for_start(self.name)
        self._install()
        self._write_account()
        daemon.start_and_wait(self._program(), self.answers)

    def stop(self) -> None:
        processes.stop(self._program(), STOP_SECONDS)

    def kill(self) -> None:
        processes.kill(self._program())

    def _install(self) -> None:
        """Make the system tables once; beside their place first, so that a half-made set is never used."""
        folder = self._state.folder("mariadb")
        data, draft = folder / "data", folder / "data.new"
        if data.exists():
            return
        shutil.rmtree(draft, ignore_errors=True)
        command = ["mariadb-install-db", "--no-defaults", f"--user={_own_name()}", f"--datadir={draft}"]
        daemon.run([*command, "--auth-root-authentication-method=normal", "--skip-test-db"])
        draft.rename(data)

    def _write_account(self) -> None:
        """The server runs this file before it takes the first connection, at each start."""
        file = self._state.folder("mariadb") / "account.sql"
        file.write_text(
            f"CREATE USER IF NOT EXISTS '{USER}'@'%';\n"
            f"ALTER USER '{USER}'@'%' IDENTIFIED BY '{self._state.password(self.name)}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        )

    def _program(self) -> Program:
        folder, temporary = self._state.folder("mariadb"), self._state.folder("mariadb/tmp")
        data = f"--datadir={folder}/data"
        return Program(
            command=(
                "mariadbd",
                "--no-defaults",
                f"--user={_own_name()}",
                data,
                # Not in /tmp: a server that starts there removes what it takes for leftovers, also those of others.
                f"--tmpdir={temporary}",
                f"--socket={folder}/socket",
                f"--pid-file={folder}/pid",
                f"--init-file={folder}/account.sql",
                "--bind-address=127.0.0.1",
                f"--port={self._state.port(self.name)}",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_unicode_ci",
                # The default of 151 is less than several test processes with a pool each may open.
                "--max-connections=500",
                # Commits survive a killed server, which tests do, but not a power cut, which they do not.
                "--innodb-flush-log-at-trx-commit=2",
            ),
            name="mariadbd",
            mark=data,
            log=self._state.log("mariadb"),
        )


def _own_name() -> str:
    """Debian's server refuses to run as root unless told to by name."""
    return pwd.getpwuid(os.getuid()).pw_name
