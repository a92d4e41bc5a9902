from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROVISION = Path(__file__).parents[2] / "provision"
VARIABLES = (
    "SCRIPTER_TEST_DOCKER_HOST",
    "SCRIPTER_TEST_MARIADB_URL",
    "SCRIPTER_TEST_RABBITMQ_URL",
    "SCRIPTER_TEST_CHROMIUM",
)
BY_HAND = 78


@pytest.fixture
def other_system(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without Debian's packages."""
    cat = shutil.which("cat")
    assert cat is not None
    (tmp_path / "cat").symlink_to(cat)
    return {"PATH": str(tmp_path)}


def provision(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/bash", str(PROVISION)], env=environment, capture_output=True, text=True, check=False)


def test_a_system_without_debian_packages_is_told_which_services_it_must_name(other_system: dict[str, str]) -> None:
    done = provision(other_system)
    assert done.returncode == BY_HAND
    assert [name for name in VARIABLES if name not in done.stderr] == []


def test_a_system_without_debian_packages_is_ready_once_all_services_are_named(other_system: dict[str, str]) -> None:
    done = provision(other_system | dict.fromkeys(VARIABLES, "given"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("missing", VARIABLES)
def test_one_unnamed_service_is_enough_to_be_told(other_system: dict[str, str], missing: str) -> None:
    assert provision(other_system | {name: "given" for name in VARIABLES if name != missing}).returncode == BY_HAND


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("apt-get"), reason="needs root on Debian")
def test_a_machine_that_has_everything_is_left_as_it_is() -> None:
    done = provision({"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
