"""A backup of the running stack, put into a new one after everything was lost, by the commands that operators type."""

from __future__ import annotations

import shutil
from typing import Any

from compose_rig import BUILT, COUNT, MARKS, counted, ended, lines_of, make_script, run

from testbed.composed import Composed

pytestmark = MARKS

NEVER = "0 0 29 2 *"


def test_a_backup_of_the_running_stack_brings_everything_back_after_it_was_lost(member: Composed, image: Any) -> None:
    script = make_script(member, image, "Kept", COUNT)
    job = ended(member, run(member, script, "7"))
    wish = {"script_id": script["id"], "cron": NEVER, "zone": "UTC"}
    schedule = member.call("POST", "/schedules", wish)
    running = run(member, script, "600")
    archive = member.compose_bytes("exec", "-T", "worker", "scripter", "backup", "--logs", "-")
    make_script(member, image, "Made after the backup", COUNT)

    lose_everything(member)
    member.compose("up", "-d", "mariadb")
    member.wait_until(member.is_well, "a database")
    restore = ("run", "--rm", "-T", "--no-deps", "worker", "scripter", "restore", "--force", "-")
    member.compose_bytes(*restore, given=archive)
    member.up()

    member.wait_until_it_answers()
    member.log_in()
    assert "Made after the backup" not in [one["name"] for one in member.call("GET", "/scripts")["items"]]
    assert lines_of(member, job) == counted(7)
    assert member.call("GET", f"/schedules/{schedule['id']}")["cron"] == NEVER
    # Its container went with the old stack: it is not run a second time, and not forgotten either.
    assert ended(member, running)["status"] in {"lost", "cancelled", "failed"}
    build = member.call("POST", f"/images/{image['id']}/builds")
    assert member.wait_for(f"/builds/{build['id']}", BUILT, 300, every_s=0.3)["status"] == "succeeded"
    again = ended(member, run(member, script, "3"))
    assert (again["status"], lines_of(member, again)) == ("succeeded", counted(3))


def lose_everything(stack: Composed) -> None:
    stack.compose("stop", "--timeout=5", "worker")
    stack.remove_jobs()
    stack.compose("down", "--volumes", "--timeout=5")
    shutil.rmtree(stack.data)
