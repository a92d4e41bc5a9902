"""What a build on the real engine leaves behind for people to read: steps with times and places, packages, base."""

from __future__ import annotations

import itertools
import secrets

from builds_rig import begin, ended, log_of

from scripter import logstore
from scripter.context import Context
from scripter.images import comparing, templates
from scripter.images.models import Build, BuildContents

BASE = "python:3.11-slim"


def contents_of(context: Context, build: Build) -> BuildContents | None:
    with context.db.reading() as session:
        return comparing.contents(session, build)


def said_at(context: Context, build: Build, place: int) -> str:
    """The first line of the build's log from this byte on."""
    chunk = logstore.read(context.logs.build_path(build.image_id, build.id), place)
    return chunk.data.decode().splitlines()[0]


def test_a_build_keeps_its_steps_with_times_and_places_and_what_lies_in_the_image(worker: Context) -> None:
    mark = secrets.token_hex(6)
    files = {"Dockerfile": f"# why\nFROM {BASE}\nRUN echo {mark}\nCOPY a.txt /srv/\n", "a.txt": ""}
    build = ended(worker, begin(worker, files))
    assert build.status == "succeeded", log_of(worker, build)
    assert build.version == 1
    steps = build.steps[:3]
    assert [step["line"] for step in steps] == [2, 3, 4]
    assert [step["cached"] for step in steps[:2]] == [False, False]
    assert all(step["began_at"] <= later["began_at"] for step, later in itertools.pairwise(steps))
    for step in steps:
        assert f" Step {step['number']}/" in said_at(worker, build, step["log_start"])
    found = contents_of(worker, build)
    assert found is not None
    # The base itself has these.
    names = {(one["kind"], one["name"]) for one in found.packages}
    assert {("python", "pip"), ("system", "dpkg")} <= names
    assert all(one["version"] for one in found.packages)
    assert (found.cut, found.base) == (False, BASE)
    assert found.base_digest is not None and found.base_digest.startswith("sha256:")
    assert any(mark in layer["made_by"] for layer in found.layers)
    again = ended(worker, begin(worker, files))
    assert [step["cached"] for step in again.steps[:3]] == [False, True, True]


def test_an_image_that_cannot_say_what_is_in_it_is_good_all_the_same(worker: Context) -> None:
    build = ended(
        worker, begin(worker, {"Dockerfile": f"FROM {BASE}\nRUN rm -r /usr/lib/python3.11/importlib/metadata\n"})
    )
    assert build.status == "succeeded"
    assert contents_of(worker, build) is None
    assert "what is installed in the image could not be read: " in log_of(worker, build)


def test_the_plainest_template_builds_as_it_is(worker: Context) -> None:
    template = templates.TEMPLATES[0]
    build = ended(worker, begin(worker, {file.path: file.content.decode() for file in template.files}))
    assert build.status == "succeeded", log_of(worker, build)
