"""The command line of the testbed, run in backend by make and people: `python -m testbed up | images | down | ...`."""

from __future__ import annotations

import argparse
import shlex
import sys

from testbed import bed
from testbed.errors import ServiceError
from testbed.services import services
from testbed.state import State

NOT_RUNNING = 3
DEEDS = ("up", "images", "down", "status", "env")
HELP = "images makes those that compose.yaml names; env prints the services' addresses for a shell"


def main() -> int:
    """Do what the first argument says; answers the exit code: 0, 1 for an error, 3 if `status` finds one down."""
    parser = argparse.ArgumentParser(prog="python -m testbed", description="The real services of the tests.")
    parser.add_argument("deed", choices=DEEDS, help=HELP)
    deed = parser.parse_args().deed
    try:
        return _do(deed, State.default())
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


def _do(deed: str, state: State) -> int:
    if deed == "up":
        bed.up(state, _say)
    elif deed == "images":
        bed.images(state, _say)
    elif deed == "down":
        bed.down(state, _say)
    elif deed == "status":
        return 0 if bed.status(state, _say) else NOT_RUNNING
    else:
        for name, value in services(state).environment().items():
            print(f"export {name}={shlex.quote(value)}")
    return 0


def _say(line: str) -> None:
    # In one piece, since several services speak at the same time.
    print(f"{line}\n", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
