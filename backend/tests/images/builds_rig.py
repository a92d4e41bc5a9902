"""What the tests of builds on a real engine share: beginning one, waiting for its end, and what it said and left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import docker

from scripter import logstore
from scripter.context import Context
from scripter.filestore import SourceFile
from scripter.images import service, tasks
from scripter.images.models import FINISHED, Build, Image

PATIENCE_S = 180


def images_of(engine: docker.DockerClient, context: Context) -> list[str]:
    labelled = {"label": f"scripter.instance={context.instance}"}
    return [str(image.id) for image in engine.images.list(filters=labelled)]


def until(true: Callable[[], object], what: str) -> None:
    """Wait for it; the time is only there to end a test that would hang."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.05)


def begin(context: Context, files: Mapping[str, str], **limits: int) -> int:
    """Start a build of an image with these files; gives back the build's id."""
    given = [SourceFile(path, content.encode()) for path, content in files.items()]
    with context.db.transaction() as session:
        image = service.create(session, f"Image {time.monotonic_ns()}", files=given, by=None, **limits)
        build = service.start_build(session, image, by=None)
    tasks.build(context, build.id)
    return build.id


def row(context: Context, build_id: int) -> Build:
    with context.db.reading() as session:
        return session.get_one(Build, build_id)


def ended(context: Context, build_id: int) -> Build:
    until(lambda: row(context, build_id).status in FINISHED, "the end of the build")
    return row(context, build_id)


def image_of(context: Context, build: Build) -> Image:
    with context.db.reading() as session:
        return session.get_one(Image, build.image_id)


def log_of(context: Context, build: Build) -> str:
    """What it has said so far: nothing while it has not begun."""
    path = context.logs.build_path(build.image_id, build.id)
    return b"".join(logstore.plain([logstore.read(path, limit=1024 * 1024).data])).decode()
