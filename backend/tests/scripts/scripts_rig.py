"""What the tests of scripts share: making and saving one through the HTTP client, and what lies on the disk then."""

from __future__ import annotations

from typing import Any

from people import Browser

from scripter.context import Context

MAIN = {"path": "main.py", "content": "print('hello')\n"}


def make(client: Browser, image: dict[str, Any], **body: Any) -> dict[str, Any]:
    made = client.post("/api/scripts", json={"name": "Report", "image_id": image["id"], "files": [MAIN], **body})
    assert made.status_code == 201, made.text
    return dict(made.json)


def fields(answer: Any) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [one["field"] for one in answer.json["errors"]]


def save(client: Browser, script: dict[str, Any], *files: dict[str, str], **body: Any) -> Any:
    return client.post(f"/api/scripts/{script['id']}/versions", json={"files": files, **body})


def src(context: Context, script: dict[str, Any]) -> dict[str, bytes]:
    home = context.data / "scripts" / str(script["id"]) / "src"
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
