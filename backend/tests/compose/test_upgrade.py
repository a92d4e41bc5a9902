"""An earlier version of the project is renewed while a job runs, and goes back; its data lie in a volume of Docker's.

The earlier version is the newest tag that has a compose file. As long as there is none, the present version stands in
for it, and the one after it is made up: the same with another number, and with a migration more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from compose_rig import (
    COUNT,
    MARKS,
    counted,
    ended,
    lines_of,
    patient,
    run,
    text_of,
    until,
)

import testbed
from scripter import migrations
from testbed.composed import Composed, check_out, previous_version

pytestmark = MARKS

LATER_VERSION = "999.0.0"
LATER_REVISION = "9999"
LATER_MIGRATION = f'''"""A table that a later version wants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{LATER_REVISION}"
down_revision = "{migrations.head()}"
branch_labels = None
depends_on = None
LOST = "a table that nobody uses"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))


def downgrade() -> None:
    op.drop_table("later")
'''
PACE = timedelta(seconds=10)
LINES = 400


@dataclass(frozen=True)
class Renewal:
    """A stack, and the files of two versions for it: the tag `before`, and what comes after. None: the present files."""

    stack: Composed
    tag: str | None

    def put_before(self) -> None:
        check_out(self.stack.directory, self.tag)

    def put_after(self) -> None:
        """What `git pull` does."""
        check_out(self.stack.directory)
        if self.tag is None:
            init = self._package / "__init__.py"
            init.write_text(init.read_text().replace(self.number(), LATER_VERSION))
            (self._package / "migrations" / "versions" / f"{LATER_REVISION}_later.py").write_text(LATER_MIGRATION)

    def take(self, name: str) -> None:
        """The images of this tag are those that the next command takes."""
        self.stack.environment["SCRIPTER_TAG"] = f"under-test-{name}"

    def build(self, name: str) -> None:
        """Build the images from the files that are there, and take them."""
        self.take(name)
        self.stack.build_images()

    def number(self) -> str:
        """The version of the files that are there."""
        found = re.search(r'__version__ = "(.+)"', (self._package / "__init__.py").read_text())
        assert found is not None
        return found.group(1)

    def revision(self) -> str:
        """The shape of the database that they want."""
        return max(path.name[:4] for path in (self._package / "migrations" / "versions").glob("[0-9]*.py"))

    def running(self) -> str:
        """The version that answers."""
        return str(patient(lambda: self.stack.call("GET", "/system"))["version"])

    @property
    def _package(self) -> Path:
        return self.stack.directory / "backend" / "scripter"


@pytest.fixture(scope="module")
def renewal(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renewal]:
    stack = Composed(services, tmp_path_factory.mktemp("upgrade"), {"SCRIPTER_DATA": "data"})
    renewal = Renewal(stack, previous_version())
    renewal.put_before()
    try:
        renewal.build("before")
        stack.up()
        stack.set_up()
        yield renewal
    finally:
        stack.close()


@pytest.fixture(scope="module")
def script(renewal: Renewal) -> Any:
    return renewal.stack.make_script(renewal.stack.make_image("Plain"), "Counting", COUNT)


def test_a_job_goes_on_through_an_upgrade_and_no_due_time_is_lost(renewal: Renewal, script: Any) -> None:
    stack = renewal.stack
    assert renewal.running() == renewal.number()
    wish = {"script_id": script["id"], "kind": "every", "every_s": PACE.seconds, "arguments": ["2"]}
    schedule = stack.call("POST", "/schedules", wish)
    renewal.put_after()
    renewal.build("after")
    running = run(stack, script, str(LINES))
    until(lambda: "line 3\n" in text_of(stack, running))

    stack.up()

    stack.wait_until_well()
    upgraded = datetime.now().astimezone()
    assert renewal.running() == renewal.number()
    assert ended(stack, running)["status"] == "succeeded"
    assert lines_of(stack, running) == counted(LINES)
    ledger = until(lambda: settled_since(stack, schedule, upgraded))
    due = sorted(datetime.fromisoformat(one["due_at"]) for one in ledger)
    assert [later - earlier for earlier, later in pairwise(due)] == [PACE] * (len(due) - 1)
    stack.call("PATCH", f"/schedules/{schedule['id']}", {"enabled": False})


def settled_since(stack: Composed, schedule: Any, moment: datetime) -> Any:
    """What became of the due times, once one has run that came after the moment."""
    ledger = patient(lambda: stack.call("GET", f"/schedules/{schedule['id']}/occurrences?limit=200"))["items"]
    ran = [datetime.fromisoformat(one["due_at"]) for one in ledger if one["outcome"] == "ran"]
    return ledger if any(due > moment for due in ran) else None


def test_the_way_back_leads_to_the_earlier_version_with_all_that_it_knows(renewal: Renewal, script: Any) -> None:
    stack = renewal.stack
    renewal.put_before()
    wanted = renewal.revision()
    stack.compose("stop", "nginx", "api", "streams", "worker", "clock")
    # Still by the images of the later version, which alone knows the way.
    stack.compose("run", "--rm", "-T", "migrate", "scripter", "migrate", "--to", wanted, "--yes")
    renewal.take("before")
    stack.up()
    stack.wait_until_well()
    assert renewal.running() == renewal.number()
    job = ended(stack, patient(lambda: run(stack, script, "3")))
    assert (job["status"], lines_of(stack, job)) == ("succeeded", counted(3))
