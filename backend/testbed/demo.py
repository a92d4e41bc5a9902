"""A Scripter with a life: images, scripts with versions, schedules, a month of jobs. For pictures, and for tests that
walk over all pages. Everything is made through the API but the past, which is written into the database."""

from __future__ import annotations

import random
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from testbed.person import Person

ENDS = {"succeeded", "failed", "cancelled", "lost"}
HISTORY = 900
DAYS = 30

REPORT = '''\
"""Sums up the orders of a day and prints them as a table."""

from __future__ import annotations

import random
import sys
import time

GREEN, DIM, END = "\\033[32m", "\\033[2m", "\\033[0m"


def orders(day: str) -> list[tuple[str, int, float]]:
    """Customer, number of orders, and their sum."""
    chance = random.Random(day)
    names = ("Alder & Sons", "Birch Ltd", "Cedar Mill", "Dogwood", "Elm Street Books")
    return [(name, chance.randint(1, 40), chance.random() * 9000) for name in names]


def main() -> None:
    day = sys.argv[1] if len(sys.argv) > 1 else "today"
    print(f"{DIM}reading the orders of {day} ...{END}", flush=True)
    time.sleep(0.4)
    total = 0.0
    for name, count, money in orders(day):
        total += money
        print(f"{name:<20} {count:>4} {money:>12,.2f}")
    print(f"{GREEN}total{END} {total:>31,.2f}")


if __name__ == "__main__":
    main()
'''
IMPORT = '''\
"""Reads the orders that came in since the last time."""

import json
import sys


def amount(row: dict) -> float:
    return float(row["amount"])


rows = [json.loads(line) for line in ('{"amount": "12.50"}', '{"amount": "7,20"}')]
print(f"{len(rows)} new orders", flush=True)
for number, row in enumerate(rows, 1):
    print(f"order {number}: {amount(row):.2f}", flush=True)
'''
MIRROR = '''\
"""Copies what is new to the other side, and says how far it is."""

import sys
import time

FILES = 400

for number in range(1, FILES + 1):
    print(f"copied {number} of {FILES} files", flush=True)
    if number % 25 == 0:
        print(f"file {number} is slow today", file=sys.stderr, flush=True)
    time.sleep(1.5)
'''
CLEAN = 'print("nothing older than 30 days")\n'
DIGEST = '''\
"""Fails the first time, as networks do."""

import pathlib
import sys

seen = pathlib.Path("/tmp/scripter-demo-digest")
if not seen.exists():
    seen.write_text("once")
    print("the mail server did not answer", file=sys.stderr)
    sys.exit(3)
seen.unlink()
print("sent to 14 people")
'''
RECIPE = "FROM python:3.11-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
NOTES = "# Notes\n\nAsk Anna first.\n"
INVENTORY = 'for number in range(5_000):\n    print(f"shelf {number // 50:03} place {number % 50:02} counted")\n'


@dataclass(frozen=True, slots=True)
class Things:
    """The ids of what pages are shown of."""

    image: int
    build: int
    script: int
    job: int
    earlier_job: int
    failed_job: int
    running_job: int
    schedule: int

    def address(self, template: str) -> str:
        """`/jobs/{failed_job}` with its number."""
        return template.format(**{name: getattr(self, name) for name in self.__slots__})


def fill(person: Person, data: Path) -> Things:
    """Make it all, in a `scripter up` that has just begun. `data` is its data directory.

    Raises:
        RuntimeError: it has no built image.
    """
    image, build = _built_image(person)
    _new_image(person, "Web", "For what talks to other machines")
    scripts = _scripts(person, image)
    schedule = _schedules(person, scripts)
    first = [_run(person, scripts[name]) for name in ("report", "import", "clean", "inventory")]
    _wait(person, first)
    with closing(sqlite3.connect(data / "scripter.db", timeout=30)) as db, db:
        _write_past(db, first)
    running = _run(person, scripts["mirror"])
    _wait(person, [_run(person, scripts["inventory"]), _run(person, scripts["digest"]), _run(person, scripts["clean"])])
    # Of another version than the last one of the same script.
    earlier = int(person.call("POST", f"/scripts/{scripts['report']}/jobs", {"version": 2})["id"])
    failed, job = _run(person, scripts["import"]), _run(person, scripts["report"], "2026-11-21")
    _wait(person, [earlier, failed, job])
    return Things(image, build, scripts["report"], job, earlier, failed, running, schedule)


def _built_image(person: Person) -> tuple[int, int]:
    """That of the sample with which `scripter up` begins, and its build: another one would take a minute."""
    for image in person.call("GET", "/images")["items"]:
        if image["built"]:
            return image["id"], image["built"]["build_id"]
    raise RuntimeError("No image is built: this is no `scripter up` that has shown its sample.")


def _new_image(person: Person, name: str, description: str) -> None:
    files = [
        {"path": "Dockerfile", "content": RECIPE},
        {"path": "requirements.txt", "content": "requests\n"},
    ]
    person.call("POST", "/images", {"name": name, "description": description, "files": files})


def _scripts(person: Person, image: int) -> dict[str, int]:
    wanted = {
        "report": ("nightly-report", "Orders of the day, as a table", REPORT),
        "import": ("import-orders", "Every quarter of an hour", IMPORT),
        "mirror": ("mirror-files", "To the other side", MIRROR),
        "clean": ("clean-up", "", CLEAN),
        "digest": ("send-digest", "Mail to those who want it", DIGEST),
        "inventory": ("inventory", "Says much", INVENTORY),
    }
    made = {}
    for key, (name, description, content) in wanted.items():
        body = {"name": name, "description": description, "image_id": image, "files": _files(content)}
        made[key] = person.call("POST", "/scripts", body)["id"]
    digest = {"retries": {"count": 2, "delay_s": 1, "factor": 2, "reasons": ["exit"]}}
    person.call("PATCH", f"/scripts/{made['digest']}", digest)
    for number, (old, new, message) in enumerate(
        (("today", "yesterday", "the report is about yesterday"), ("9000", "7500", "smaller sums")), 1
    ):
        files = _files(REPORT.replace(old, new))
        person.call("POST", f"/scripts/{made['report']}/versions", {"files": files, "message": message, "base": number})
    return made


def _files(content: str) -> list[dict[str, str]]:
    return [
        {"path": "main.py", "content": content},
        {"path": "notes/README.md", "content": "# Notes\n\nAsk Anna first.\n"},
    ]


def _schedules(person: Person, scripts: dict[str, int]) -> int:
    wanted = (
        ("report", "0 3 * * 1-5", "Europe/Berlin", True),
        ("import", "*/15 * * * *", "UTC", True),
        ("clean", "30 2 * * *", "America/New_York", True),
        ("digest", "0 9 1 * *", "Europe/Berlin", False),
    )
    ids = []
    for key, cron, zone, enabled in wanted:
        body = {"script_id": scripts[key], "cron": cron, "zone": zone, "enabled": enabled, "arguments": []}
        ids.append(person.call("POST", "/schedules", body)["id"])
    return int(ids[0])


def _run(person: Person, script: int, *arguments: str) -> int:
    return int(person.call("POST", f"/scripts/{script}/jobs", {"arguments": list(arguments)})["id"])


def _wait(person: Person, jobs: list[int]) -> None:
    for job in jobs:
        person.wait_for(f"/jobs/{job}", ENDS, every_s=0.3)


def _write_past(db: sqlite3.Connection, examples: list[int]) -> None:
    """Copies of the jobs `examples`, at moments of the last month, more by day than by night, oldest first."""
    chance = random.Random(7)
    columns = [row[1] for row in db.execute("PRAGMA table_info(jobs)") if row[1] != "id"]
    asked = f"SELECT {', '.join(columns)} FROM jobs WHERE id = ?"
    rows = [dict(zip(columns, db.execute(asked, (one,)).fetchone(), strict=True)) for one in examples]
    now = datetime.now(UTC).replace(tzinfo=None)
    moments = sorted(now - timedelta(hours=1, days=chance.random() ** 1.3 * DAYS) for _ in range(HISTORY))
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO jobs ({', '.join(columns)}) VALUES ({marks})"
    db.executemany(statement, (tuple(_at(chance.choice(rows), at, chance).values()) for at in moments))


def _at(row: dict[str, Any], at: datetime, chance: random.Random) -> dict[str, Any]:
    seconds = chance.lognormvariate(1.2 + 0.5 * (at.hour in (2, 3)), 0.6)
    failed_by_chance = row["status"] == "failed" and chance.random() < 0.6
    well = {"status": "succeeded", "reason": None, "reason_code": None, "exit_code": 0} if failed_by_chance else {}
    times = {"created_at": at, "started_at": at, "finished_at": at + timedelta(seconds=seconds)}
    return {
        **row,
        **well,
        **{name: str(one) for name, one in times.items()},
        "uuid": str(uuid.UUID(int=chance.getrandbits(128))),
    }
