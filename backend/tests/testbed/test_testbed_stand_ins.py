from __future__ import annotations

import re
from pathlib import Path

import pytest

from testbed import base_image
from testbed.composed import PROJECT
from testbed.errors import ServiceError
from testbed.stand_ins import STAND_INS, StandIn, machines_node

OURS = "scripter/"


def named_images() -> set[str]:
    """The images that compose.yaml and its Dockerfiles name, but for our own ones and the stages of a build."""
    named = re.findall(r"^\s*image: (\S+)$", (PROJECT / "compose.yaml").read_text(), re.MULTILINE)
    for dockerfile in ("backend/Dockerfile", "nginx/Dockerfile"):
        text = (PROJECT / dockerfile).read_text()
        stages = re.findall(r"^FROM .* AS (\S+)$", text, re.MULTILINE)
        named += set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - set(stages)
    return {image for image in named if not image.startswith(OURS)}


def test_every_image_that_the_deployment_names_has_a_stand_in_and_no_other_is_made() -> None:
    assert named_images() == {base_image.IMAGE, *(one.image for one in STAND_INS)}


@pytest.mark.parametrize("stand_in", STAND_INS, ids=lambda one: one.folder)
def test_an_image_is_made_anew_when_the_one_below_it_changes(stand_in: StandIn) -> None:
    assert stand_in.recipe("one") == stand_in.recipe("one") != stand_in.recipe("another")


def test_a_machine_without_node_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match=r"Node\.js 20\.19 or newer"):
        machines_node()
