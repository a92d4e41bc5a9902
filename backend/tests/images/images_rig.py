"""What the tests of images share: making one through the HTTP client, with the worker's part done by hand."""

from __future__ import annotations

from typing import Any

from people import Browser

from scripter.context import Context
from scripter.images import builds
from scripter.images.models import Leftover
from scripter.runners.protocol import Built

FROM = {"path": "Dockerfile", "content": "FROM python:3.11-slim\n"}
WORKER = "bench:1"


def make(client: Browser, **body: Any) -> dict[str, Any]:
    made = client.post("/api/images", json={"name": "Python", **body})
    assert made.status_code == 201, made.text
    return dict(made.json)


def fields(answer: Any) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [one["field"] for one in answer.json["errors"]]


def start(client: Browser, image: dict[str, Any]) -> dict[str, Any]:
    started = client.post(f"/api/images/{image['id']}/builds")
    assert started.status_code == 202, started.text
    return dict(started.json)


def claimed(context: Context, build: dict[str, Any]) -> int:
    with context.db.transaction() as session:
        assert builds.claim(session, build["id"], WORKER, 5) is not None
    return int(build["id"])


def succeeded(context: Context, build: dict[str, Any], reference: str = "sha256:1") -> None:
    build_id = claimed(context, build)
    built = Built(reference, "3.11.2", 1000)
    with context.db.transaction() as session:
        builds.succeed(session, build_id, WORKER, built, isolates=True, steps=[])


def failed(context: Context, build: dict[str, Any]) -> None:
    build_id = claimed(context, build)
    with context.db.transaction() as session:
        builds.fail(session, build_id, WORKER, "Line 1 failed.")


def show(client: Browser, image: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/api/images/{image['id']}").json)


def save(client: Browser, image: dict[str, Any], *files: dict[str, str], **body: Any) -> Any:
    return client.put(f"/api/images/{image['id']}/files", json={"files": files, **body})


def references_left(context: Context) -> list[str]:
    with context.db.reading() as session:
        return [left.reference for left in session.query(Leftover).order_by(Leftover.id)]
