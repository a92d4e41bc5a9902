"""The stack of compose.yaml: from `up -d` to the first login, and what it holds of the memory while nothing happens."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import testbed
from benchmarks.workload import figure
from testbed.composed import Composed, composed

# What was taken for the start is given back, and every process has done its first rounds.
REST_S = 45
OTHERS = ("mariadb", "rabbitmq")


def measure(services: testbed.Services) -> None:
    """Print the seconds to the first login, with the images there, and the memory of each service and of all (PSS)."""
    temporary = tempfile.TemporaryDirectory(prefix="scripter-bench-")
    with temporary as directory, composed(services, Path(directory)) as stack:
        began = time.monotonic()
        stack.up()
        stack.set_up()
        figure("compose_first_login_s", time.monotonic() - began, "s")
        stack.wait_until_well()
        time.sleep(REST_S)
        _measure_memory(stack)


def _measure_memory(stack: Composed) -> None:
    held = {
        service: sum(_pss_kb(int(row[1])) for row in container.top()["Processes"]) / 1024
        for service, container in stack.containers().items()
        if container.status == "running"
    }
    for service, mebibytes in sorted(held.items()):
        figure(f"compose_memory_{service}_mb", mebibytes, "MiB")
    figure("compose_memory_own_mb", sum(held[service] for service in held if service not in OTHERS), "MiB")
    figure("compose_memory_all_mb", sum(held.values()), "MiB")


def _pss_kb(pid: int) -> int:
    """What the process holds, with its part of what it shares with others."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
