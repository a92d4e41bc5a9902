"""What a built image says of its packages: read with care, for the image may say anything; asked of both runners."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib

import pytest
from runner_rig import Rig

from scripter.runners import inside
from scripter.runners.protocol import ImageGone, Package, PackageKind, Refused


def told(value: object) -> str:
    return "scripter-packages:" + base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


def test_what_the_program_prints_is_what_is_read() -> None:
    printed = subprocess.run([sys.executable, "-c", inside.PROGRAM], capture_output=True, text=True, check=True).stdout
    packages, cut = inside.packages(f"a warning of the image's own\n{printed}")
    assert not cut
    assert {"pytest", "sqlalchemy"} <= {one.name for one in packages if one.kind is PackageKind.PYTHON}
    assert all(one.version for one in packages)


def test_what_cannot_be_a_package_is_left_out() -> None:
    packages, _ = inside.packages(
        told([["python", "six", "1"], ["python", "six", "1"], ["other", "x", "1"], ["python", 5, "1"], "x",
              ["python", "a\u001bb", "1"], ["system", "bash", "\u0007"], ["python", "n" * 500, "v" * 500]])
    )  # fmt: skip
    assert packages == (
        Package(PackageKind.PYTHON, "n" * inside.MAX_NAME, "v" * inside.MAX_VERSION),
        Package(PackageKind.PYTHON, "six", "1"),
        Package(PackageKind.SYSTEM, "bash", ""),
    )


def test_of_very_many_packages_the_first_are_kept() -> None:
    packages, cut = inside.packages(
        told([["python", f"p{number:05}", "1"] for number in range(inside.MAX_PACKAGES + 1)])
    )
    assert (len(packages), cut) == (inside.MAX_PACKAGES, True)


@pytest.mark.parametrize(
    "printed",
    ["", "Traceback ...\nImportError: x", "scripter-packages:???", "scripter-packages:AAAA", told("x" * 10_000_000)],
)
def test_an_answer_that_is_none_is_refused(printed: str) -> None:
    with pytest.raises(Refused):
        inside.packages(printed)


@pytest.fixture(params=["docker", "bubblewrap"])
def rig(request: pytest.FixtureRequest) -> Rig:
    found = request.getfixturevalue(f"{request.param}_rig")
    assert isinstance(found, Rig)
    return found


def test_a_built_image_tells_its_packages(rig: Rig) -> None:
    found = rig.runner.contents(rig.image)
    assert Package(PackageKind.PYTHON, "six", "1.17.0") in found.packages
    if rig.runner.kind == "docker":
        assert any(one.kind is PackageKind.SYSTEM and one.name == "dpkg" for one in found.packages)
        assert "pip install" in "".join(layer.made_by for layer in found.layers[1:])
        assert found.layers[0].size_bytes > 10_000_000


def test_an_image_that_is_not_there_is_gone(rig: Rig) -> None:
    for reference in ("sha256:" + "0" * 64, "venv:sha256:" + "0" * 64):
        with pytest.raises(ImageGone):
            rig.runner.contents(reference)
