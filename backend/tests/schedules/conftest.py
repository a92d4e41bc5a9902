"""What the tests of schedules stand on: scripts on an image that is built as far as its rows go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripter.access.models import User
from scripter.context import Context
from scripter.images.models import Build, BuildStatus, Image, ImageStatus
from scripter.scripts.models import Script, Version

MakeScript = Callable[..., int]


@pytest.fixture
def make_script(context: Context, anna: User) -> MakeScript:
    """Makes a script of that name, on an image of its own, and gives its id."""

    def make(name: str = "report", *, built: bool = True) -> int:
        with context.db.transaction() as session:
            image = Image(name=name, name_key=name, manifest=[], digest="0" * 64, memory_mb=512, time_limit_s=600)
            session.add(image)
            session.flush()
            if built:
                build = Build(
                    image_id=image.id,
                    number=1,
                    status=BuildStatus.SUCCEEDED,
                    manifest=[],
                    digest=image.digest,
                    reference="sha256:" + "0" * 64,
                    python="3.11.2",
                    isolates=True,
                )
                session.add(build)
                session.flush()
                image.status, image.good_build_id = ImageStatus.READY, build.id
            script = Script(
                name=name,
                name_key=name,
                image_id=image.id,
                entry="main.py",
                time_limit_s=60,
                memory_mb=128,
                cpus=1.0,
                processes=32,
                network="none",
                environment={},
                created_by_id=anna.id,
            )
            session.add(script)
            session.flush()
            version = Version(
                script_id=script.id, number=1, digest="0" * 64, manifest=[], entry="main.py", author_id=anna.id
            )
            session.add(version)
            session.flush()
            script.latest_version_id = version.id
            return script.id

    return make
