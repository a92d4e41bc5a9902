"""Known holes of engines and container runtimes: a table, and what of it a version has. Used by the engine's check.

By number only: distributions mend old versions without a new number, which the words around this have to say."""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """`fixed` holds the first good release of each line that got one; `source` is the advisory of the maintainers."""

    name: str
    component: str
    fixed: tuple[str, ...]
    what: str
    source: str
    escape: bool = False


HOLES = (
    Hole("CVE-2019-5736", "runc", ("1.0.0-rc7",), "a container replaces runc on the host", "GHSA-gxmr-w5mj-v8hh", True),
    Hole("CVE-2021-30465", "runc", ("1.0.0-rc95",), "a mount is led out of the container by a symbolic link",
         "GHSA-c3xm-pvg7-gh7r", True),
    Hole("CVE-2024-21626", "runc", ("1.1.12",), "a working directory below /proc/self/fd is on the host",
         "GHSA-xr7r-f8xq-vfvv", True),
    Hole("CVE-2025-31133", "runc", ("1.2.8", "1.3.3", "1.4.0-rc.3"), "a masked path shows a file of the host",
         "GHSA-9493-h29p-rfm2", True),
    Hole("CVE-2025-52565", "runc", ("1.2.8", "1.3.3", "1.4.0-rc.3"), "the mount of /dev/console is led elsewhere",
         "GHSA-qw9x-cqr3-wc7r", True),
    Hole("CVE-2025-52881", "runc", ("1.2.8", "1.3.3", "1.4.0-rc.3"), "writes to /proc are led elsewhere",
         "GHSA-cgrx-mc8f-2prm", True),
    Hole("CVE-2024-24557", "engine", ("23.0.10", "24.0.9", "25.0.2"),
         "a foreign image is taken for a layer of one's own build", "GHSA-xw73-rw38-6vjc"),
    Hole("CVE-2024-41110", "engine", ("23.0.15", "25.0.6", "26.1.5", "27.1.1"),
         "requests get past an authorization plug-in, where there is one", "GHSA-v23v-6jw2-98fq"),
    Hole("CVE-2026-34040", "engine", ("29.3.1",),
         "large requests get past an authorization plug-in, where there is one", "the release notes of 29.3.1"),
    Hole("CVE-2026-41567", "engine", ("29.5.1",),
         "`docker cp` into a container runs a program of that container on the host (Scripter itself never copies so)",
         "the release notes of 29.5.1"),
)  # fmt: skip

# Older lines get no more releases of Docker's own.
OLDEST_MAINTAINED: Version = (28,)
# Below this the engine lacks what containers of jobs are made with.
OLDEST_USABLE: Version = (20, 10)


def known(component: str, number: str) -> list[Hole]:
    """The holes that this version has, by its number; none for a number that cannot be read."""
    version = parsed(number)
    return [one for one in HOLES if one.component == component and version and _has(version, one)]


def parsed(number: str) -> Version | None:
    """`20.10.24+dfsg1` is (20, 10, 24, 1000), `1.4.0-rc.3` is (1, 4, 0, 3), which comes before its release."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-~]rc\.?(\d+))?", number)
    if found is None:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0), int(found[4]) if found[4] else 1000


def _has(version: Version, hole: Hole) -> bool:
    """A version is good if it is at or after the fix of its own line, or of a line before it that was fixed last."""
    fixes = [fix for fix in map(parsed, hole.fixed) if fix]
    own_line = [fix for fix in fixes if fix[:2] == version[:2]]
    return version < own_line[0] if own_line else version < max(fixes)
