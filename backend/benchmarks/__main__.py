"""`python -m benchmarks [PART ...]`: measures against the real services of the testbed, bounded in count and time."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

import testbed
from benchmarks import compose, listing, logs, memory, minutes, pages, schedules, start, stops, throughput, viewers
from benchmarks.workload import Workload, ready
from testbed.stack import separate

# What is measured on one stack, one after the other.
TOGETHER: dict[str, Callable[[Workload], None]] = {
    "start": start.measure,
    "throughput": throughput.measure,
    "stops": stops.measure,
    "logs": logs.measure,
    "viewers": viewers.measure,
    "pages": pages.measure,
    "minutes": minutes.measure,
}
# On stacks of their own; memory_docker only when it is asked for, since it takes so long.
APART = ("schedules", "listing", "memory", "compose", "memory_docker")
USUAL = (*(part for part in TOGETHER if part != "minutes"), "schedules", "listing", "memory", "compose")


def main() -> None:
    """Measure what the arguments name, or everything usual."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Prints `figure NAME VALUE UNIT`.")
    parser.add_argument("part", nargs="*", metavar="PART", help=f"one of: {', '.join((*TOGETHER, *APART))}")
    parts = parser.parse_args().part or USUAL
    if unknown := set(parts) - {*TOGETHER, *APART}:
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    services = testbed.services()
    if chosen := [part for part in TOGETHER if part in parts]:
        _together(services, chosen)
    if "schedules" in parts:
        schedules.measure(services)
    if "listing" in parts:
        listing.measure(services)
    if "memory" in parts:
        memory.measure(services, "local")
    if "compose" in parts:
        compose.measure(services)
    if "memory_docker" in parts:
        memory.measure(services, "docker")


def _together(services: testbed.Services, parts: Collection[str]) -> None:
    environment = {
        # A script that prints much is to be compared whole, and every viewer is to have a place.
        "SCRIPTER_JOBS__LOG_LIMIT_MB": "1024",
        "SCRIPTER_SERVER__STREAMS": "600",
        "SCRIPTER_JOBS__GRACE_S": str(stops.GRACE_S),
    }
    temporary = tempfile.TemporaryDirectory(prefix="scripter-bench-")
    with temporary as directory, separate(services, Path(directory), environment) as stack:
        stack.set_up("web")
        workload = ready(stack, services.docker_host)
        for part in parts:
            TOGETHER[part](workload)


if __name__ == "__main__":
    main()
