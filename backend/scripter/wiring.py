"""The one page where lower rooms' questions meet the rooms above that can answer them."""

from __future__ import annotations

from scripter.images import service as images
from scripter.images import tasks as image_tasks
from scripter.images import uses
from scripter.jobs import service as jobs
from scripter.jobs import tasks as job_tasks
from scripter.jobs import using as using_jobs
from scripter.schedules import service as schedules
from scripter.schedules import tasks as schedule_tasks
from scripter.schedules import using as using_schedules
from scripter.scripts import service as scripts
from scripter.upkeep import service as upkeep
from scripter.upkeep import tasks as upkeep_tasks

# Imported for the tasks that they declare; a queue binds all that are declared when it is opened.
TASKS = (image_tasks, job_tasks, schedule_tasks, upkeep_tasks)


def connect() -> None:
    """Join the rooms. Called once by every process before it opens its context; a second call changes nothing."""
    images.users_of[:] = [scripts.using_image]
    images.in_use[:] = [jobs.builds_in_use]
    images.hindrances[:] = [upkeep.engine_hindrance]
    uses.schedules_of[:] = [using_schedules.of_image]
    uses.jobs_of[:] = [using_jobs.of_image]
    jobs.hindrances[:] = [upkeep.hindrance]
    scripts.last_jobs[:] = [jobs.last_of]
    scripts.schedule_counts[:] = [schedules.counts]
    scripts.next_starts[:] = [schedules.next_of]
    scripts.kept_by[:] = [jobs.of_version]
    scripts.before_delete[:] = [schedules.forget_script, jobs.forget_script]
