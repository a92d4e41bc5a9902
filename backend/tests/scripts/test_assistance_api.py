"""Help with the Python of a script through the HTTP client: what is sent counts, and what cannot be is refused."""

from __future__ import annotations

from typing import Any

import pytest
from people import Browser
from scripts_rig import MAIN, fields, make

from scripter.lib import python_help
from scripter.scripts import assistance


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    # The time that people wait is for idle machines.
    monkeypatch.setattr(python_help, "PATIENCE_S", 120.0)


def ask(client: Browser, script: dict[str, Any], what: str, **body: Any) -> Any:
    return client.post(f"/api/scripts/{script['id']}/python/{what}", json=body)


def test_what_is_in_the_editor_counts_over_what_is_saved(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image, files=[MAIN, {"path": "tools.py", "content": "def old(): ...\n"}])
    text = "import tools\ntools.\n"
    place = {"base": 1, "path": "main.py", "line": 2, "column": 6}
    saved = ask(client, script, "complete", changed=[{"path": "main.py", "content": text}], **place)
    assert saved.status_code == 200, saved.text
    assert "old" in [one["name"] for one in saved.json["names"]]
    changed = [{"path": "main.py", "content": text}, {"path": "new.py", "content": "def fresh(): ...\n"}]
    gone = ask(client, script, "complete", changed=changed, gone=["tools.py"], **place)
    assert (gone.json["names"], gone.json["late"]) == ([], False)
    changed[0]["content"] = "import new\nnew.fresh()\n"
    place["column"] = 5
    found = ask(client, script, "definition", changed=changed, **place).json
    assert found["targets"] == [{"path": "new.py", "line": 1, "column": 4}]
    place["column"] = 10
    assert ask(client, script, "signature", changed=changed, **place).json["signatures"][0]["name"] == "fresh"
    place["column"] = 6
    assert ask(client, script, "hover", changed=changed, **place).json["title"] == "fresh()"


def test_problems_and_layout_of_a_file_are_told_and_nothing_is_stored(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image)
    [problem] = ask(client, script, "problems", content="import os\n").json["items"]
    assert (problem["code"], problem["start"], problem["breaks"]) == ("F401", {"line": 1, "column": 7}, False)
    assert problem["fix"]["message"].startswith("Remove unused import")
    assert ask(client, script, "format", content="x=1\n").json == {"content": "x = 1\n", "why": "", "late": False}
    refused = ask(client, script, "format", content="x = (\n").json
    assert refused["content"] is None
    assert refused["why"].startswith("A mistake of syntax stands in the way: line ")
    assert len(client.get(f"/api/scripts/{script['id']}/versions").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"line": 3}, 422, "line"),
        ({"line": 0}, 422, "line"),
        ({"column": 15}, 422, "column"),
        ({"path": "other.py"}, 422, "path"),
        ({"path": "notes.txt"}, 422, "path"),
        ({"base": 9}, 404, None),
        ({"changed": [{"path": "../x.py", "content": ""}]}, 422, "files.0.path"),
        ({"changed": [{"path": "x.py", "content": "y" * (1024 * 1024 + 1)}]}, 413, "files.0.content"),
        ({"changed": [{"path": f"{n}.py", "content": ""} for n in range(400)]}, 413, None),
        ({"changed": [{"path": f"{n}.py", "content": ""} for n in range(600)]}, 422, "changed"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field(
    client: Browser, image: dict[str, Any], change: dict[str, Any], status: int, field: str | None
) -> None:
    script = make(client, image, files=[MAIN, {"path": "notes.txt", "content": "x"}])
    place = {"base": 1, "path": "main.py", "line": 1, "column": 0}
    answer = ask(client, script, "complete", **{**place, **change})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    if field:
        assert fields(answer) == [field]


def test_too_long_a_file_is_refused(client: Browser, image: dict[str, Any]) -> None:
    script = make(client, image)
    assert ask(client, script, "problems", content="x" * (1024 * 1024 + 1)).status_code == 422
    assert ask(client, {"id": 99}, "problems", content="").status_code == 404


def test_who_finds_no_place_is_told_so(client: Browser, image: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    script = make(client, image)
    refused: list[Any] = []

    def look(*_: object, **__: object) -> None:
        """Asks again while it has one of the places."""
        answer = ask(client, script, "problems", content="")
        if answer.status_code != 200:
            refused.append(answer)

    monkeypatch.setattr(assistance, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(assistance.ruff, "findings", look)
    assert ask(client, script, "problems", content="").json["late"] is True
    [answer] = refused
    assert (answer.status_code, answer.json["code"]) == (429, "too_many")
    assert "Try again shortly" in answer.json["detail"]
