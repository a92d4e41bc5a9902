"""Versions that are only tried: they can be run by their number and stand in nobody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from people import Browser, add_user, logged_in
from scripts_rig import MAIN, make, save, src
from sqlalchemy import update

from scripter.context import Context
from scripter.lib import clock
from scripter.scripts import service
from scripter.scripts.models import Version

TRIED = {**MAIN, "content": "print('tried')\n"}


def live(client: Browser, script: dict[str, Any]) -> int:
    return int(client.get(f"/api/scripts/{script['id']}").json["version"]["number"])


def test_a_draft_changes_nothing_for_those_who_run_the_script(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image)
    tried = save(client, script, TRIED, draft=True, base=1)
    assert (tried.status_code, tried.json["number"], tried.json["draft"]) == (201, 2, True)
    assert live(client, script) == 1
    assert src(context, script) == {"main.py": b"print('hello')\n"}
    assert client.get(f"/api/scripts/{script['id']}/files").json["version"] == 1
    # The same files are the same draft, and those of the live version need none.
    assert save(client, script, TRIED, draft=True).json["number"] == 2
    assert save(client, script, MAIN, draft=True).json["number"] == 1


def test_saving_what_was_tried_makes_that_version_the_live_one(
    client: Browser, image: dict[str, Any], context: Context
) -> None:
    script = make(client, image)
    save(client, script, TRIED, draft=True)
    saved = save(client, script, TRIED, base=1, message="better")
    assert (saved.status_code, saved.json["number"], saved.json["draft"], saved.json["message"]) == (
        201, 2, False, "better",
    )  # fmt: skip
    assert live(client, script) == 2
    assert src(context, script) == {"main.py": b"print('tried')\n"}
    listed = client.get(f"/api/scripts/{script['id']}/versions").json["items"]
    assert [(one["number"], one["draft"]) for one in listed] == [(2, False), (1, False)]


def test_a_draft_does_not_refuse_the_saves_of_others_and_numbers_are_given_once(
    client: Browser, image: dict[str, Any], context: Context, app: Any
) -> None:
    script = make(client, image)
    save(client, script, TRIED, draft=True, base=1)
    bela = logged_in(app, context, add_user(context, "bela"))
    theirs = save(bela, script, {**MAIN, "content": "print('theirs')\n"}, base=1)
    assert (theirs.status_code, theirs.json["number"]) == (201, 3)
    assert save(client, script, TRIED, base=1).status_code == 409
    # What somebody else has tried is not taken from them.
    other = {**MAIN, "content": "print('other')\n"}
    save(client, script, other, draft=True)
    assert save(bela, script, other).json["number"] == 5
    # And an old draft is never put on top of what is newer.
    assert save(client, script, TRIED, base=5).json["number"] == 6


def test_a_draft_is_run_by_its_number(client: Browser, make_script: Any, context: Context) -> None:
    script = {"id": make_script()}
    number = save(client, script, TRIED, draft=True).json["number"]
    started = client.post(f"/api/scripts/{script['id']}/jobs", json={"version": number})
    assert (started.status_code, started.json["version"]["number"]) == (202, number)
    assert client.post(f"/api/scripts/{script['id']}/jobs", json={}).json["version"]["number"] == 1


def listed(client: Browser, script: dict[str, Any], query: str = "") -> list[int]:
    answer = client.get(f"/api/scripts/{script['id']}/versions{query}")
    return [one["number"] for one in answer.json["items"]]


def test_the_history_leaves_out_what_was_only_tried_where_one_asks_for_that(
    client: Browser, image: dict[str, Any]
) -> None:
    script = make(client, image)
    for number in range(3):
        save(client, script, {**MAIN, "content": f"print({number})\n"}, draft=True)
    save(client, script, {**MAIN, "content": "print('saved')\n"})
    assert listed(client, script) == [5, 4, 3, 2, 1]
    assert listed(client, script, "?drafts=false") == [5, 1]
    first = client.get(f"/api/scripts/{script['id']}/versions?drafts=false&limit=1").json
    assert listed(client, script, f"?drafts=false&before={first['next']}") == [1]
    assert client.get(f"/api/scripts/{script['id']}/versions?drafts=perhaps").status_code == 422


def test_old_drafts_that_no_job_knows_are_dropped_and_the_newest_version_never(
    client: Browser, make_script: Any, context: Context
) -> None:
    script = {"id": make_script()}
    for content in ("unused", "run", "young", "newest"):
        save(client, script, {**MAIN, "content": f"print({content!r})\n"}, draft=True)
    client.post(f"/api/scripts/{script['id']}/jobs", json={"version": 3})
    with context.db.transaction() as session:
        old = update(Version).where(Version.number != 4).values(created_at=clock.now() - timedelta(days=15))
        session.execute(old)
        service.sweep(session)
    assert listed(client, script) == [5, 4, 3, 1]
    # The contents are still there for whoever saves them once more.
    assert save(client, script, {**MAIN, "content": "print('unused')\n"}, draft=True).json["number"] == 6
