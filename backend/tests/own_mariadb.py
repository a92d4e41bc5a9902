"""A MariaDB server of a test's own, with the settings that a test wants: TLS, or what no sensible person would set."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed import processes
from testbed.stack import free_port

PASSWORD = "own-password"
_START_S = 60


@contextmanager
def own_mariadb(directory: Path, *options: str) -> Iterator[str]:
    """The URL of a server's empty database `scripter`; `options` are mariadbd's, after ours."""
    # One of its own for temporary files: in /tmp its start would remove those of other servers.
    (directory / "tmp").mkdir(parents=True)
    # Its own user's directories, also where pytest's are root's alone.
    me, port = pwd.getpwuid(os.getuid()).pw_name, free_port()
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--user={me}", f"--datadir={directory}/data", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        check=True, capture_output=True,
    )  # fmt: skip
    (directory / "account.sql").write_text(
        f"CREATE USER scripter@'%' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL PRIVILEGES ON *.* TO scripter@'%';\nCREATE DATABASE scripter;\n"
    )
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", f"--user={me}", f"--datadir={directory}/data", f"--tmpdir={directory}/tmp", f"--socket={directory}/socket",
         f"--pid-file={directory}/pid", f"--init-file={directory}/account.sql", "--bind-address=127.0.0.1",
         f"--port={port}", f"--log-error={directory}/error.log", *options],
    )  # fmt: skip
    try:
        ready = processes.wait_until(lambda: _ready(directory / "error.log") or server.poll() is not None, _START_S)
        assert ready and server.poll() is None, (directory / "error.log").read_text()
        yield f"mysql+pymysql://scripter:{PASSWORD}@127.0.0.1:{port}/scripter"
    finally:
        server.terminate()
        server.wait(timeout=_START_S)


def _ready(log: Path) -> bool:
    return log.exists() and "ready for connections" in log.read_text(errors="replace")
