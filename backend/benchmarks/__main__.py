"""Runs every measurement against the real services of the testbed, bounded in count and time."""

from __future__ import annotations

import tempfile
from pathlib import Path

import testbed
from benchmarks import logs, start, throughput, viewers
from benchmarks.workload import ready
from testbed.stack import separate

PLACES = 4


def main() -> None:
    services = testbed.services()
    with tempfile.TemporaryDirectory(prefix="scripter-bench-") as directory:
        environment = {
            "SCRIPTER_WORKER__PLACES": str(PLACES),
            # A script that prints much is to be compared whole, and every viewer is to have a place.
            "SCRIPTER_JOBS__LOG_LIMIT_MB": "1024",
            "SCRIPTER_SERVER__STREAMS": "600",
        }
        with separate(services, Path(directory), environment) as stack:
            stack.set_up("web")
            workload = ready(stack, services.docker_host)
            start.measure(workload)
            throughput.measure(workload, PLACES)
            logs.measure(workload)
            viewers.measure(workload)


if __name__ == "__main__":
    main()
