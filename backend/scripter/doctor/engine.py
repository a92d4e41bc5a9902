"""Looks at the engine itself: whether it can be reached, and by whom; its age; how it isolates, bounds and survives."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from scripter.doctor import holes
from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject
from scripter.runners.docker_look import EngineFacts

ABOUT = "engine"
_GROWN_UP_STORAGE = {"overlay2", "overlay", "overlayfs", "btrfs", "zfs", "fuse-overlayfs", "windowsfilter"}


def reached(subject: Subject) -> Iterator[Finding]:
    """Whether the engine answers; nearly everything else hangs on it."""
    facts = subject.facts
    if facts is not None:
        kind = "Podman" if facts.podman else "Docker"
        rootless = ", rootless" if facts.rootless else ""
        yield ok(
            ABOUT, f"{kind} {facts.versions.get('engine', '?')} answers at {facts.host} ({facts.machine}{rootless})"
        )
        yield from _socket(facts.host)
        if facts.podman:
            yield _podman()
    elif subject.needs_engine:
        why = "Without it no job runs and no image is built; they wait until it is back."
        yield problem(ABOUT, subject.engine_error, why, _way_to(subject.engine.host))
    else:
        yield notice(
            ABOUT,
            "there is none: jobs run in virtual environments on this machine, as this user",
            "Nothing isolates them from the machine, from Scripter's own files, and from each other.",
            "Start a Docker engine for anything but trying Scripter out, then start Scripter again.",
        )


def _way_to(host: str) -> str:
    """What is in the way, as far as it can be seen from here."""
    if not host.startswith("unix://"):
        return f"Start the engine, or set docker.host to where it is; now it is {host}."
    path = Path(host.removeprefix("unix://"))
    try:
        if not path.exists():
            return f"There is no {path}: start the engine, mount its socket into this container, or set docker.host."
        with path.open("r+b"):
            pass
    except PermissionError:
        return f"This user may not use {path}: add it to the socket's group (often `docker`), and log in again."
    except OSError:
        pass  # a socket cannot be opened like a file; what matters is that nobody forbade it
    return f"{path} is there, but nothing answers behind it: start the engine, and look into its log."


def _socket(host: str) -> Iterator[Finding]:
    about = "engine's socket"
    if host.startswith("tcp://") and ":2376" not in host:
        yield warning(
            about,
            f"{host} is reached without TLS",
            "Whoever reaches that port is root on its machine.",
            "Use a socket, or TLS (DOCKER_TLS_VERIFY and DOCKER_CERT_PATH).",
        )
    if not host.startswith("unix://"):
        return
    path = Path(host.removeprefix("unix://"))
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o002:
        yield problem(
            about,
            f"everybody on this machine may use {path}",
            "Whoever may use it is root on this machine.",
            f"chmod o-rw {path}; and look into the engine's settings why it came to be so.",
        )
    else:
        yield ok(about, f"{path} is open to its owner and group alone ({stat.filemode(found.st_mode)})")


def _podman() -> Finding:
    return notice(
        ABOUT,
        "Podman plays the engine, through its socket for Docker's clients",
        "Images and jobs work as far as docs/deployment-proxies.md says; the network mode egress does not.",
    )


def versions(subject: Subject) -> Iterator[Finding]:
    """How old the engine and its runtime are, and what is known of that."""
    if (facts := subject.facts) is None:
        return
    for component in ("engine", "runc", "crun"):
        if (number := facts.versions.get(component)) and not (component == "engine" and facts.podman):
            yield from _version(component, number)
    if not facts.podman:
        yield from _age(facts.versions.get("engine", ""))


def _version(component: str, number: str) -> Iterator[Finding]:
    found = holes.known(component, number)
    if not found:
        yield ok(f"{component} {number}", "no known hole in Scripter's table")
        return
    price = "What is built, or who may use the engine, could be meddled with."
    if any(one.escape for one in found):
        price = "A script could get out of its container."
    each = "; ".join(f"{one.name}: {one.what} (fixed in {', '.join(one.fixed)}; {one.source})" for one in found)
    yield warning(
        f"{component} {number}",
        f"has known holes, by its number: {', '.join(one.name for one in found)}",
        f"{price} {each}",
        "Update it. Distributions mend old versions without changing the number: look for these names in the"
        " package's changelog.",
    )


def _age(number: str) -> Iterator[Finding]:
    version = holes.parsed(number)
    if version is None:
        return
    if version < holes.OLDEST_USABLE:
        yield problem(
            ABOUT,
            f"version {number} is too old",
            "Jobs need private cgroup namespaces, which came with 20.10.",
            "Update Docker.",
        )
    elif version < holes.OLDEST_MAINTAINED:
        yield notice(
            ABOUT,
            f"version {number} is of a line that Docker no longer mends",
            "Holes that are found from now on stay open, unless your distribution mends them.",
            "Update Docker, or see that your distribution still cares for this version.",
        )


def features(subject: Subject) -> Iterator[Finding]:
    """What the engine does with containers: keeps them, stores them, bounds them, shuts them in."""
    if (facts := subject.facts) is None:
        return
    yield _live_restore(facts)
    yield _storage(facts)
    yield from _limits(facts)
    yield from _isolation(facts)


def _live_restore(facts: EngineFacts) -> Finding:
    about = "live-restore"
    if facts.podman:
        return ok(about, "not needed: Podman's containers hang on no daemon")
    if facts.live_restore:
        return ok(about, "on: jobs go on while the engine is restarted or updated")
    return warning(
        about,
        "off",
        "A restart or an update of the engine ends all jobs that run; they count as lost or are retried.",
        'Put "live-restore": true into /etc/docker/daemon.json and reload the engine (SIGHUP); no restart is needed.',
    )


def _storage(facts: EngineFacts) -> Finding:
    about = "storage driver"
    if facts.storage in _GROWN_UP_STORAGE:
        return ok(about, facts.storage)
    why = "Each layer is copied whole, or the driver is given up: builds are slow and take many times the room."
    remedy = "Use overlay2, on a disk that can carry it; see `storage-driver` in the engine's settings."
    return warning(about, facts.storage, why, remedy)


def _limits(facts: EngineFacts) -> Iterator[Finding]:
    about = "limits"
    told = f"cgroup version {facts.cgroup_version}, driver {facts.cgroup_driver}"
    missing = [one for one in facts.missing_limits if one != "swap"]
    if missing:
        yield problem(
            about,
            f"the kernel does not bound {', '.join(missing)} of containers ({told})",
            "One job can take all of the machine, and with it every other job and Scripter.",
            _delegate(facts) if facts.rootless else "Switch these controllers on (kernel options cgroup_enable=...).",
        )
    elif "swap" in facts.missing_limits:
        yield notice(
            about,
            f"memory is bounded, swap is not ({told})",
            "A job that needs more than its memory may use the machine's swap before it is ended.",
            "Boot with swapaccount=1, or do without swap.",
        )
    else:
        yield ok(about, f"memory, processors and processes of a container can be bounded ({told})")


def _delegate(facts: EngineFacts) -> str:
    if facts.cgroup_version == "1":
        return (
            "A rootless engine can bound nothing with cgroup version 1: boot with systemd.unified_cgroup_hierarchy=1."
        )
    return "Let systemd delegate cpu, cpuset, io, memory and pids to the user (Delegate= in user@.service)."


def _isolation(facts: EngineFacts) -> Iterator[Finding]:
    about = "isolation"
    if "seccomp" not in facts.security:
        yield warning(
            about,
            "the engine filters no system calls (no seccomp)",
            "A script reaches more of the kernel, and its holes.",
            "Use a kernel and an engine with seccomp, and do not switch the engine's profile off.",
        )
    shut = [name for name in ("seccomp", "apparmor", "selinux", "userns", "rootless") if name in facts.security]
    yield ok(about, f"shut in by {', '.join(shut) or 'namespaces and capabilities alone'}")
    if not {"apparmor", "selinux", "userns", "rootless"} & facts.security:
        yield notice(
            about,
            "neither AppArmor nor SELinux, and no user namespace",
            "If a script gets out of its container nevertheless, it is root on this machine.",
            "Where you do not trust those who write scripts: a rootless engine, or workers on machines of their own.",
        )
