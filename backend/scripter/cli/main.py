"""The root of the command line: its groups, its help, its exit codes."""

from __future__ import annotations

import click

from scripter import __version__
from scripter.cli import (
    backup,
    completion,
    doctor,
    egress,
    images,
    jobs,
    login,
    migrate,
    prepare,
    schedules,
    scripts,
    server,
    users,
)
from scripter.cli.app import Group

EXIT_CODES = """
Exit codes

\b
  0    done
  1    something went wrong inside Scripter, a build failed, or the doctor found a problem
  2    the command line, a setting or an input is wrong
  4    there is no such thing
  5    not possible in the present state
  75   not possible right now (nothing answers, too many requests): try again
  77   not logged in, or not allowed

`scripter run` exits as the script did, and otherwise with

\b
  124      it ran out of time
  125      it could not be started, or was lost
  130      it was cancelled
  137      it ran out of memory
  153      it took more of the disk than it may
  128+N    signal N ended it
"""


@click.group(cls=Group, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scripter")
def main() -> None:
    """Scripter: write Python scripts, run them in containers, give them crontabs.

    The commands speak to the server at SCRIPTER_URL with the token SCRIPTER_TOKEN, or to where `scripter login` has
    logged in. Images and scripts are called by name or number. Every command knows --json.
    """


login.register(main)
images.register(main)
scripts.register(main)
jobs.register(main)
schedules.register(main)
doctor.register(main)
completion.register(main)
server.register(main)
egress.register(main)
prepare.register(main)
backup.register(main)
migrate.register(main)
users.register(main)
