from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from people import Browser
from sqlalchemy import func, select

from scripter.context import Context
from scripter.schedules.models import Schedule

MakeScript = Callable[..., int]

FILE = """\
MAILTO=ops@example.org
DB=one
# nightly
30 2 * * * /opt/backup.py --all >> /var/log/backup.log 2>&1
CRON_TZ=Europe/Paris
@hourly /opt/poll.sh
@reboot /opt/start.sh
"""


def look(client: Browser, text: str = FILE, **how: object) -> dict[str, Any]:
    answer = client.post("/api/schedules/import/preview", json={"text": text, **how})
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def items(client: Browser, text: str = FILE, **how: object) -> dict[int, dict[str, Any]]:
    return {one["line"]: one for one in look(client, text, **how)["items"]}


def number_of_schedules(context: Context) -> int:
    with context.db.reading() as session:
        return session.scalar(select(func.count(Schedule.id))) or 0


def test_the_preview_finds_scripts_by_name_and_stores_nothing(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    backup = make_script("Backup")
    found = look(client, zone="Europe/Riga")
    lines = {one["line"]: one for one in found["items"]}
    assert lines[4]["script"] == {"id": backup, "name": "Backup"}
    assert (lines[4]["words"], lines[4]["zone"]) == ("At 02:30 every day", "Europe/Riga")
    assert (lines[4]["name"], lines[4]["arguments"], lines[4]["environment"]) == ("nightly", ["--all"], {"DB": "one"})
    assert len(lines[4]["next"]) == 3
    assert 'There is no script "poll". Say which script' in lines[6]["problem"]
    assert "no due time" in lines[7]["problem"]
    assert (found["new"], found["problems"]) == (1, 2)
    codes = [one["code"] for one in found["differences"]]
    assert codes == ["mailto", "environment", "redirection", "cron_tz", "reboot"]
    assert number_of_schedules(context) == 0


def test_nothing_is_made_while_one_line_has_a_problem(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    make_script("backup")
    answer = client.post("/api/schedules/import", json={"text": FILE})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.get_json()["errors"]} == {"lines.6", "lines.7"}
    assert number_of_schedules(context) == 0


def test_the_import_makes_what_the_preview_said_and_twice_is_once(
    client: Browser, context: Context, make_script: MakeScript
) -> None:
    backup, other = make_script("backup"), make_script("other")
    wish = {"text": FILE, "scripts": [{"line": 6, "script_id": other}], "leave_out": [7]}
    assert look(client, **wish)["problems"] == 0
    made = client.post("/api/schedules/import", json=wish)
    assert made.status_code == 201
    first, second = (client.get(f"/api/schedules/{one}").get_json() for one in made.get_json()["ids"])
    assert (first["script"]["id"], first["cron"], first["zone"], first["name"]) == (
        backup,
        "30 2 * * *",
        "UTC",
        "nightly",
    )
    assert (first["arguments"], first["environment"]) == (["--all"], {"DB": "one"})
    assert (second["script"]["id"], second["cron"], second["zone"]) == (other, "@hourly", "Europe/Paris")
    again = look(client, **wish)
    assert [one["exists"] for one in again["items"]] == [first["id"], second["id"], None]
    assert client.post("/api/schedules/import", json=wish).get_json() == {"ids": []}
    assert number_of_schedules(context) == 2


def test_one_script_can_stand_for_all_lines_that_name_none(client: Browser, make_script: MakeScript) -> None:
    backup, other = make_script("backup"), make_script("other")
    found = items(client, script_id=other, leave_out=[7])
    assert (found[4]["script"]["id"], found[6]["script"]["id"]) == (backup, other)
    assert found[7]["left_out"] is True


def test_a_variable_that_no_script_may_be_given_is_a_problem_of_its_line(
    client: Browser, make_script: MakeScript
) -> None:
    make_script("backup")
    (line,) = items(client, "LD_PRELOAD=/x.so\n0 3 * * * backup").values()
    assert "This name is not allowed" in line["problem"]


EVERYTHING: list[dict[str, object]] = [
    {"cron": "30 2 * * *", "zone": "Europe/Paris", "name": "nightly", "arguments": ["--all", "two words", "50%"]},
    {"cron": "@weekly", "enabled": False, "environment": {"A": "b c", "D": "x\ny"}, "jitter_s": 30, "grace_s": 120},
    {"cron": "*/5 9-17 * * MON-FRI", "overlap": "queue", "overlap_limit": 3, "catch_up": "all", "catch_up_cap": 5},
    {"kind": "every", "every_s": 90, "epoch": "2026-01-01T00:00:00Z", "name": "steady"},
    {"kind": "once", "at": "2999-01-01T00:00:00Z", "priority": 1},
    {
        "cron": "0 0 1 * *",
        "starts_at": "2026-01-01T00:00:00Z",
        "ends_at": "2999-01-01T00:00:00Z",
        "blackouts": [
            {"date": "2026-12-25", "reason": "holiday"},
            {"weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}},
            {"from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"},
        ],
    },
]


def test_what_is_exported_comes_back_as_it_was(client: Browser, make_script: MakeScript) -> None:
    script = make_script("back up")
    ids = []
    for one in EVERYTHING:
        made = client.post("/api/schedules", json={"script_id": script, **one})
        assert made.status_code == 201, made.get_json()
        ids.append(made.get_json()["id"])
    before = [told(client, one) for one in ids]
    text = client.get("/api/schedules/export").get_json()["text"]
    assert [one["exists"] for one in look(client, text)["items"]] == ids
    for one in ids:
        client.delete(f"/api/schedules/{one}")
    assert look(client, text)["new"] == len(EVERYTHING), look(client, text)
    made = client.post("/api/schedules/import", json={"text": text})
    assert [told(client, one) for one in made.get_json()["ids"]] == before
    assert client.get("/api/schedules/export").get_json()["text"].splitlines()[1:] == text.splitlines()[1:]


def told(client: Browser, schedule_id: int) -> dict[str, Any]:
    """What somebody has said about a schedule."""
    whole = client.get(f"/api/schedules/{schedule_id}").get_json()
    not_said = {"id", "created_at", "updated_at", "next", "next_at", "last", "created_by", "owner", "pause"}
    return {name: value for name, value in whole.items() if name not in not_said}


def test_an_export_is_of_one_script_if_asked(client: Browser, make_script: MakeScript) -> None:
    ant, bee = make_script("ant"), make_script("bee")
    for script in (ant, bee):
        client.post("/api/schedules", json={"script_id": script, "cron": "0 3 * * *"})
    text = client.get(f"/api/schedules/export?script_id={bee}").get_json()["text"]
    assert "0 3 * * * scripter run --detach bee\n" in text
    assert "ant" not in text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": "x" * 300_000}, "text"),
        ({"text": "", "zone": "Mars/Base"}, "zone"),
        ({"text": "", "scripts": [{"line": 0, "script_id": 1}]}, "scripts.0.line"),
        ({"text": "", "user": 1}, "user"),
    ],
)
def test_bad_wishes_name_their_field(client: Browser, body: dict[str, object], field: str) -> None:
    for path in ("/api/schedules/import/preview", "/api/schedules/import"):
        answer = client.post(path, json=body)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.get_json()["errors"]] == [field]


@pytest.mark.parametrize(
    "spoilt",
    ['{"overlap": "often"}', '{"jitter_s": "x"}', '{"jitter_s": 5000}', '{"nothing": 1}', '{"script_id": 4711}',
     '{"calendars": ["none"]}', '{"calendars": 5}', '{"name": "\\ud800"}', '{"kind": 5}', '{"x": NaN}', "[" * 5000],
)  # fmt: skip
def test_settings_that_somebody_has_spoilt_are_a_problem_of_their_line_or_do_nothing(
    client: Browser, make_script: MakeScript, spoilt: str
) -> None:
    make_script("backup")
    found = look(client, f"#scripter {spoilt}\n0 3 * * * backup")
    assert len(found["items"]) in (1, 2)
