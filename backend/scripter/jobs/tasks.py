"""What the queue rings about jobs. Only doorbells: claiming and following are done by the worker's supervisor, so that
no message is held for the length of a job."""

from __future__ import annotations

from scripter.context import Context
from scripter.lib.queue import task


@task("jobs.execute", queue="jobs")
def execute(context: Context, job_id: int) -> None:
    """A job waits. Whichever job has waited longest is taken, by whichever worker has a place."""
    context.job_bell.set()


@task("jobs.stop", queue="jobs")
def stop(context: Context, job_id: int) -> None:
    """A running job should stop. Other workers than the one that hears this look by themselves every second."""
    context.stop_bell.set()
