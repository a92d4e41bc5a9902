"""The agent's files in a slot: its source, and its code as this Python has compiled it; used by docker.

Sixty kilobytes of source as a command line would be read and written again by every part of the engine at every start,
and compiling them takes as long as the rest of Python's start. So the command line is three lines, and an image with
the same Python as the worker's loads what is compiled; any other compiles the source."""

from __future__ import annotations

import errno
import hashlib
import marshal
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from scripter.runners import places

SOURCE, CODE = "agent.py", f"agent.{sys.implementation.cache_tag}"
# What the container's python3 is told to execute. The names of compiled files differ from one Python to the next.
BOOT = """\
import marshal, sys
try:
    code = marshal.loads(open("/job/agent." + sys.implementation.cache_tag, "rb").read())
except (OSError, TypeError, ValueError, EOFError):
    code = compile(open("/job/agent.py", "rb").read(), "agent", "exec")
exec(code)
"""


class AgentFiles:
    """The files, made once for each agent and Python under the data directory, and linked into every slot."""

    def __init__(self, data: Path) -> None:
        self._source = places.AGENT.read_bytes()
        digest = hashlib.sha256(self._source + sys.version.encode()).hexdigest()
        self._home = data / "agents" / digest[:16]

    def put(self, slot: Path) -> None:
        """Give a slot the agent. The script can read these files and not change them: they belong to the worker."""
        if not self._home.is_dir():
            self._make()
        for name in (SOURCE, CODE):
            self._link(name, slot)

    def _link(self, name: str, slot: Path) -> None:
        """In one step: a worker that was asleep may still prepare a slot from whose files an agent starts by now."""
        draft = slot / f".{name}.{secrets.token_hex(4)}"
        try:
            draft.hardlink_to(self._home / name)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                raise
            shutil.copyfile(self._home / name, draft)
        draft.replace(slot / name)
        # Where both are links to the same file already, the system leaves them as they are (rename, POSIX).
        draft.unlink(missing_ok=True)

    def _make(self) -> None:
        """Whole or not at all; somebody else may be making it at this moment."""
        draft = self._home.with_name(f".{self._home.name}.{secrets.token_hex(4)}")
        draft.mkdir(parents=True)
        (draft / SOURCE).write_bytes(self._source)
        (draft / CODE).write_bytes(marshal.dumps(compile(self._source, "agent", "exec", dont_inherit=True)))
        for file in draft.iterdir():
            file.chmod(0o644)
        with suppress(OSError):
            draft.rename(self._home)
        shutil.rmtree(draft, ignore_errors=True)
