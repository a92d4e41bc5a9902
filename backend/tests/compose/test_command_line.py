"""The command line: the main job from another machine as it were, over HTTPS; and the doctor within the stack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from compose_rig import MARKS

from testbed.composed import Composed
from testbed.person import NAME, PASSWORD

pytestmark = MARKS

PROGRAM = str(Path(sys.executable).with_name("scripter"))


def scripter(
    environment: dict[str, str], *arguments: str, given: str = "", code: int = 0
) -> subprocess.CompletedProcess[str]:
    told = subprocess.run(
        [PROGRAM, *arguments], env=environment, input=given, capture_output=True, text=True, timeout=200
    )
    assert told.returncode == code, told.stdout + told.stderr
    return told


@pytest.fixture
def shell(member: Composed, tmp_path: Path) -> dict[str, str]:
    """The environment of a person who has copied the certificate from the server and trusts it."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "SCRIPTER_URL": member.url,
        "REQUESTS_CA_BUNDLE": str(member.certificate),
    }


def test_image_script_run_and_live_log_by_the_command_line(shell: dict[str, str], tmp_path: Path) -> None:
    image, script = tmp_path / "image", tmp_path / "script"
    image.mkdir()
    script.mkdir()
    (image / "Dockerfile").write_text("FROM python:3.11-slim\n")
    (image / "requirements.txt").write_text("")
    (script / "main.py").write_text("import sys\nprint('by hand', *sys.argv[1:], flush=True)\n")
    scripter(shell, "login", "--name", NAME, "--password-stdin", given=f"{PASSWORD}\n")
    scripter(shell, "image", "create", "hand", "--from", str(image))
    scripter(shell, "image", "build", "hand", "--follow")
    scripter(shell, "script", "create", "hand", "--image", "hand", "--from", str(script))
    assert scripter(shell, "run", "hand", "--follow", "--", "made").stdout == "by hand made\n"


def test_a_certificate_that_nobody_trusts_is_refused_with_its_reason(shell: dict[str, str]) -> None:
    del shell["REQUESTS_CA_BUNDLE"]
    told = scripter(shell, "login", "--name", NAME, "--password-stdin", given=f"{PASSWORD}\n", code=75)
    assert "certificate" in told.stderr


def test_the_doctor_sees_from_within_the_worker_what_only_it_can_see(member: Composed) -> None:
    # It ends with 1 where this machine has a problem of its own, an old engine say.
    told = member.compose("exec", "-T", "worker", "sh", "-c", "scripter doctor --json || test $? = 1")
    well = {finding["about"] for finding in json.loads(told) if finding["level"] == "ok"}
    assert well >= {"engine", "host path of data", "database", "migrations", "broker", "workers", "certificate"}
