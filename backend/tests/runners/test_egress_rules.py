"""The firewall of the network mode egress as a script, run in a network of its own, where it can shut out nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from scripter.cli import main

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("iptables") is None, reason="firewall rules take root and iptables"
)

SET = "from scripter.runners import egress_rules; egress_rules.put(['9.9.9.9', '1.1.1.1'])"


def rules_after(*commands: str) -> list[str]:
    """The rules of a machine that has nothing but the engine's chain, after each of `commands` was run by a shell."""
    lines = "\n".join(["iptables -N DOCKER-USER", *commands, "iptables -S"])
    done = subprocess.run(["unshare", "--net", "sh", "-e"], input=lines, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_printed_script_does_what_the_command_does_and_may_be_run_twice() -> None:
    printed = CliRunner().invoke(main, ["egress", "--print"])
    assert printed.exit_code == 0, printed.output
    script = f"sh <<'SCRIPT'\n{printed.output}SCRIPT"
    expected = rules_after(f'{sys.executable} -c "{SET}"')
    assert len(expected) > 10
    assert rules_after(script) == rules_after(script, script) == expected
