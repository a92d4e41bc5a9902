"""What every runner promises about building, asked of each of them on its real engine, with real packages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runner_rig import BASE, DOCKERFILE, Rig, Watch, ended, go, until

from scripter.runners.protocol import BuildFailed, ImageInUse

INSTALLS = "COPY . /recipe\nRUN cd /recipe && pip install -r requirements.txt\n"


@pytest.fixture(params=["docker", "bubblewrap"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Builds are the same with and without bubblewrap."""
    found = request.getfixturevalue(f"{request.param}_rig")
    assert isinstance(found, Rig)
    return found


@pytest.fixture
def endless(rig: Rig) -> dict[str, str]:
    """A recipe's files with a package of its own, whose installation never ends; a process with the test's mark tells."""
    backend = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)', '{rig.mark}'])\n"
    return {
        "requirements.txt": "./package\n",
        "package/pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
        "package/backend.py": backend,
    }


def test_a_build_tells_its_steps_with_their_lines_and_its_output(rig: Rig) -> None:
    watch = Watch()
    # Not one that the engine has done before and so would not do again.
    dockerfile = DOCKERFILE.replace("RUN", f"RUN echo {rig.mark} &&")
    built = rig.build(f"# comment\n{dockerfile}", watch, **{"requirements.txt": "six==1.17.0\n"})
    installing = next(step for step in watch.steps if "pip install" in step.instruction)
    assert installing.line == 4
    assert [step.number for step in watch.steps] == list(range(1, len(watch.steps) + 1))
    assert b"Successfully installed six-1.17.0\n" in watch.said
    assert built.size_bytes > 1_000_000
    rig.runner.remove_image(built.reference)


def test_the_built_python_is_the_one_that_jobs_run_on(rig: Rig) -> None:
    built = rig.build(f"FROM {BASE}\n")
    job = rig.run("import platform\nprint(platform.python_version())", spec={"image": built.reference})
    rig.clean()
    rig.runner.remove_image(built.reference)
    assert job.output == [built.python]


def test_two_builds_are_two_images(rig: Rig) -> None:
    built = rig.build(f"FROM {BASE}\n")
    assert built.reference != rig.image
    rig.runner.remove_image(built.reference)
    assert not rig.runner.has_image(built.reference)
    assert rig.runner.has_image(rig.image)


def test_removing_an_image_twice_does_no_harm(rig: Rig) -> None:
    built = rig.build(f"FROM {BASE}\n")
    rig.runner.remove_image(built.reference)
    rig.runner.remove_image(built.reference)


def test_an_image_is_not_removed_under_a_running_job(rig: Rig) -> None:
    built = rig.build(f"FROM {BASE}\n")
    slot = rig.prepare("print('still here')", image=built.reference)
    with pytest.raises(ImageInUse):
        rig.runner.remove_image(built.reference)
    rig.runner.start(slot, go())
    assert ended(slot).output == ["still here"]
    rig.runner.discard(slot)
    rig.runner.remove_image(built.reference)
    assert not rig.runner.has_image(built.reference)


def test_requirements_that_do_not_exist_fail_with_pip_s_own_line(rig: Rig) -> None:
    failure = rig.failed_build(DOCKERFILE, **{"requirements.txt": "six==99\n"})
    assert failure.error == "ERROR: No matching distribution found for six==99"
    assert failure.error in failure.message
    assert failure.step and failure.step.line == 3


def test_a_recipe_without_a_dockerfile_is_refused(rig: Rig) -> None:
    recipe = replace(rig.recipe(""), files={"requirements.txt": b"six\n"})
    with pytest.raises(BuildFailed, match="no Dockerfile"):
        rig.runner.build(recipe, Watch())


def test_a_dockerfile_without_instructions_is_refused(rig: Rig) -> None:
    failure = rig.failed_build("# nothing\n")
    assert failure.step is None
    assert "Dockerfile" in failure.message


def test_a_cancelled_build_stops_and_leaves_nothing_running(rig: Rig, endless: dict[str, str]) -> None:
    watch = Watch(cancel_when=lambda _: bool(rig.processes()))
    failure = rig.failed_build(f"FROM {BASE}\n{INSTALLS}", watch, **endless)
    assert failure.message == "The build was cancelled."
    assert failure.step == watch.steps[-1]
    until(lambda: rig.processes() == [], "the build's processes to be gone")


def test_a_build_over_its_time_limit_stops_and_leaves_nothing_running(rig: Rig, endless: dict[str, str]) -> None:
    failure = rig.failed_build(f"FROM {BASE}\n{INSTALLS}", limit_s=8, **endless)
    assert "longer than 8 s" in failure.message
    until(lambda: rig.processes() == [], "the build's processes to be gone")


def test_a_build_cancelled_at_once_does_not_begin(rig: Rig) -> None:
    assert (
        rig.failed_build(DOCKERFILE, Watch(lambda _: True), **{"requirements.txt": "six\n"}).message
        == "The build was cancelled."
    )
