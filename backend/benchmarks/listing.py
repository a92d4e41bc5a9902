"""How quickly the list of jobs is answered when there are a million: every filter, on its first page and deep down.

The jobs are rows that MariaDB itself makes of one; what is timed is the question with everything that a page shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

import testbed
from benchmarks import ground
from benchmarks.workload import figure
from scripter.access.models import User
from scripter.config import Jobs
from scripter.context import Context
from scripter.jobs import service, views
from scripter.jobs.listing import query
from scripter.jobs.models import Job
from scripter.jobs.service import Filter
from scripter.jobs.states import Status, Trigger
from scripter.lib import clock
from scripter.scripts.models import Script, Version

JOBS = 1_000_000
AT_ONCE = 100_000
SCRIPTS = 40
# This one ran now and then, and none of its jobs failed.
RARE = SCRIPTS
PEOPLE = 4
PAGE = 50
ROUNDS = 5
STATUSES = (Status.SUCCEEDED, Status.FAILED, Status.LOST, Status.RUNNING)
TRIGGERS = (Trigger.SCHEDULE, Trigger.PERSON, Trigger.API)

# What a job is like by its number `n`: a year of them, one every half minute. Most are of the first script, and most
# were started by a schedule.
_ODD = {
    "uuid": "CONCAT('many-', n)",
    "created_at": "TIMESTAMPADD(SECOND, -(:jobs - n) * 31, :now)",
    "started_at": "TIMESTAMPADD(SECOND, -(:jobs - n) * 31 + 1, :now)",
    "finished_at": "TIMESTAMPADD(SECOND, -(:jobs - n) * 31 + 9, :now)",
    "script_id": ":script + IF(MOD(n, 5000) = 17, :rare, IF(MOD(n, 3) = 0, 1 + MOD(n DIV 3, :rare - 1), 0))",
    "version_id": ":version + IF(MOD(n, 5000) = 17, :rare, IF(MOD(n, 3) = 0, 1 + MOD(n DIV 3, :rare - 1), 0))",
    "image_id": "IF(MOD(n, 1000) = 3, 2, 1)",
    "status": "CASE WHEN MOD(n, 5000) = 17 THEN 'succeeded' WHEN MOD(n, 33) = 0 THEN 'failed'"
    " WHEN MOD(n, 120) = 1 THEN 'cancelled' WHEN MOD(n, 2000) = 2 THEN 'lost' ELSE 'succeeded' END",
    "trigger": "CASE WHEN MOD(n, 11) = 0 THEN 'person' WHEN MOD(n, 5000) = 4 THEN 'api' ELSE 'schedule' END",
    "started_by_id": "IF(MOD(n, 11) = 0, IF(MOD(n, 1100) = 0, :person + 1 + MOD(n DIV 1100, 3), :person), NULL)",
}


def measure(services: testbed.Services) -> None:
    """Print `list_NAME_ms` for each filter: the slowest of a first page, one in the middle and the last one."""
    with ground.empty(services.mariadb_url, Jobs()) as context:
        script, person = _things(context)
        _fill(context, script, person)
        worst = 0.0
        for name, which in _filters(script, person).items():
            taken = _slowest_page_ms(context, which)
            figure(f"list_{name}_ms", taken, "ms")
            worst = max(worst, taken)
        figure("list_people_ms", _taken_ms(context, service.starters), "ms")
        figure("list_slowest_ms", worst, "ms")


def _things(context: Context) -> tuple[int, int]:
    """The first of the scripts, each with one version, and the first of the people; the others follow by number."""
    first = ground.add_script(context)
    numbers = range(1, SCRIPTS + 1)
    with context.db.transaction() as session:
        script = session.execute(select(Script.__table__)).mappings().one()
        version = session.execute(select(Version.__table__)).mappings().one()
        names = [{"id": first + number, "name": f"s{number}", "name_key": f"s{number}"} for number in numbers]
        session.execute(insert(Script), [{**script, "latest_version_id": None, **name} for name in names])
        owners = [{"id": version["id"] + number, "script_id": first + number} for number in numbers]
        session.execute(insert(Version), [{**version, **owner} for owner in owners])
        people = [{"name": f"p{number}", "name_key": f"p{number}"} for number in range(PEOPLE)]
        session.execute(insert(User), [{"password_hash": "", "created_at": clock.now(), **one} for one in people])
        return first, session.scalars(select(User.id).order_by(User.id)).first() or 0


def _fill(context: Context, script: int, person: int) -> None:
    with context.db.transaction() as session:
        like = service.start(session, session.get_one(Script, script), trigger=Trigger.SCHEDULE)
        given: dict[str, object] = {
            "script": script,
            "version": like.version_id,
            "person": person,
            "rare": RARE,
            "like": like.id,
        }
    names = [f"`{column.name}`" for column in Job.__table__.columns if column.name not in ("id", *_ODD)]
    columns, values = ", ".join([*(f"`{name}`" for name in _ODD), *names]), ", ".join([*_ODD.values(), *names])
    given |= {"rare": RARE, "jobs": JOBS, "now": clock.now().replace(tzinfo=None)}
    for begun in range(0, JOBS, AT_ONCE):
        numbers = f"(SELECT seq AS n FROM seq_{begun + 1}_to_{begun + AT_ONCE}) AS numbers"
        made = f"INSERT INTO jobs ({columns}) SELECT {values} FROM jobs, {numbers} WHERE jobs.id = :like"
        with context.db.transaction() as session:
            session.execute(text(made), given)
    with context.db.transaction() as session:
        session.execute(text("DELETE FROM jobs WHERE id = :like"), {"like": given["like"]})
        session.execute(text("ANALYZE TABLE jobs"))


def _filters(script: int, person: int) -> dict[str, Filter]:
    """What people choose on the page, each alone, and pairs whose one half is rare."""
    ago = clock.now() - timedelta(days=200)
    return {
        "all": Filter(),
        **{f"status_{status}": Filter(status=status) for status in STATUSES},
        **{f"trigger_{trigger}": Filter(trigger=trigger) for trigger in TRIGGERS},
        "script": Filter(script_id=script),
        "script_rare": Filter(script_id=script + RARE),
        "version": Filter(script_id=script, version=1),
        "image": Filter(image_id=1),
        "image_rare": Filter(image_id=2),
        "person": Filter(started_by_id=person),
        "person_rare": Filter(started_by_id=person + 1),
        "period_week": Filter(since=clock.now() - timedelta(days=7)),
        "period_past": Filter(since=ago, until=ago + timedelta(days=1)),
        "script_failed": Filter(script_id=script + 7, status=Status.FAILED),
        "script_never_failed": Filter(script_id=script + RARE, status=Status.FAILED),
        "image_rare_lost": Filter(image_id=2, status=Status.LOST),
        "person_rare_lost": Filter(started_by_id=person + 1, status=Status.LOST),
        "failed_by_schedule_past": Filter(
            status=Status.FAILED, trigger=Trigger.SCHEDULE, since=ago, until=ago + timedelta(days=30)
        ),
    }


def _slowest_page_ms(context: Context, which: Filter) -> float:
    with context.db.reading() as session:
        chosen = query(which, None).with_only_columns(Job.id).order_by(None).subquery()
        ids = list(session.scalars(select(chosen.c.id).order_by(chosen.c.id)))
    # First, in the middle, and the last one.
    befores = [None, *([ids[len(ids) // 2], ids[min(PAGE, len(ids) - 1)]] if ids else [])]
    return max(_taken_ms(context, _page(which, before)) for before in befores)


def _page(which: Filter, before: int | None) -> Callable[[Session], object]:
    return lambda session: views.views(session, service.listed(session, which, before=before, limit=PAGE))


def _taken_ms(context: Context, ask: Callable[[Session], object]) -> float:
    """The middle one of several times."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with context.db.reading() as session:
            ask(session)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
