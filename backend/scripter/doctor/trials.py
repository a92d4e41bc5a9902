"""Tries out, with containers that are gone at once, the data directory's mount, the builds' and the egress network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject
from scripter.runners.docker_trial import MountFacts, Trials
from scripter.runners.protocol import Refused

# An image of some size, and the layers of the next one.
_ROOM_MB = 5_000
_NO_IMAGE = "no image with a Python is on this engine yet"
_BUILD_ONE = "Build any image, then look again."
_BY_HAND = "Look into the engine's log; `docker run` of any image should fail in the same way."


def mount(subject: Subject) -> Iterator[Finding]:
    """Whether a container gets the very directory that we mean, and can write there."""
    if subject.facts is None:
        return
    about, trials = "host path of data", Trials(subject.engine, subject.paths)
    why = "Jobs get their directory from there: none can start, or they start with an empty one."
    try:
        found = trials.mount(subject.data, trials.image(subject.instance))
    except Refused as error:
        yield problem(about, f"no container got {subject.data}: {error.message}", why, _remedy(error))
        return
    where = PurePosixPath(found.source).parents[1]
    if not found.written:
        yield ok(about, f"the engine mounts {where} (whether a container can write there was not tried: {_NO_IMAGE})")
        return
    yield ok(about, f"a container reads and writes {subject.data}, which the engine mounts from {where}")
    yield from _owner(found)
    yield from _room(found)


def _remedy(error: Refused) -> str:
    """The engine may as well refuse for another reason, such as limits that it cannot set."""
    if re.search(r"mount|directory|bind source|no such file", error.message, re.IGNORECASE):
        return "Mount the data directory into this container as a whole, or set docker.host_directory to its host path."
    return _BY_HAND


def _owner(found: MountFacts) -> Iterator[Finding]:
    if found.owner in (0, os.geteuid()):
        return
    yield problem(
        "user namespace",
        f"what root in a container writes belongs to user {found.owner} outside",
        "The worker cannot read or remove what a job leaves: logs stay empty, directories stay behind.",
        "Switch userns-remap off for this engine, or use a rootless engine of the worker's own user.",
    )


def _room(found: MountFacts) -> Iterator[Finding]:
    about = "disk of the engine"
    if found.free_mb is None:
        return
    if found.free_mb >= _ROOM_MB:
        yield ok(about, f"{found.free_mb} MB are free for images and containers")
        return
    yield (problem if found.free_mb < 500 else warning)(
        about,
        f"only {found.free_mb} MB are free for images and containers",
        "Builds fail with a full disk, and with the same disk everything else does.",
        "Remove what nobody needs (`docker image prune`), or give the engine a larger disk.",
    )


def network(subject: Subject) -> Iterator[Finding]:
    """Whether a build step reaches its package index: by the image's own pip, with our proxy and authority."""
    if subject.facts is None:
        return
    about, trials = "network of builds", Trials(subject.engine, subject.paths)
    image = trials.image(subject.instance)
    if image is None:
        yield notice(about, f"not tried: {_NO_IMAGE}", "", _BUILD_ONE)
        return
    try:
        code, said = trials.index(image, subject.way_out)
    except Refused as error:
        yield problem(about, f"no container could be started there: {error.message}", "Builds fail.", _BY_HAND)
        return
    if code == 0 or _reached(said):
        through = " through the proxy of builds.proxy" if subject.way_out.proxy else ""
        yield ok(about, f"pip in a container reaches its package index{through}")
        return
    found, remedy = _explained(said)
    yield problem(about, found, "Builds that install packages fail.", remedy)


def _reached(said: str) -> bool:
    """The index answered, though not with this package: as an index of one's own may."""
    return "from versions: none" in said and not _trouble(said)


# In the order in which a way out is gone.
_SIGNS = (
    "Proxy Authentication",
    "Cannot connect to proxy",
    "ProxyError",
    "name resolution",
    "Name or service not",
    "CERTIFICATE_VERIFY_FAILED",
    "SSLError",
    "refused",
    "timed out",
    "unreachable",
    "No module named pip",
)


def _trouble(said: str) -> str | None:
    """The first sign of trouble in what pip said."""
    return next((one for one in _SIGNS if one in said), None)


_WORDS = {
    "Proxy Authentication": ("the proxy wants another password", "Put the right one into builds.proxy."),
    "Cannot connect to proxy": ("the proxy does not answer", "Set builds.proxy to an address that containers reach."),
    "ProxyError": ("the proxy does not answer", "Set builds.proxy to an address that containers reach."),
    "CERTIFICATE_VERIFY_FAILED": (
        "the certificate that is shown there is not believed",
        "If a proxy opens TLS, or the index is your own: name the authority's certificate in builds.ca_file.",
    ),
    "SSLError": (
        "TLS fails on the way",
        "Name the authority's certificate in builds.ca_file, if it is one of your own.",
    ),
    "refused": (
        "the package index refuses the connection",
        "See which index pip is told to use in the image (pip.conf).",
    ),
    "No module named pip": ("the image that was tried has no pip", "Nothing, if your images install nothing."),
}
_NAMES = (
    "names are not resolved in a container",
    'Give the engine a resolver that containers reach: "dns": ["ADDRESS"] in /etc/docker/daemon.json.',
)
_SILENCE = (
    "nothing answers: packets from containers do not get out, or no answer comes back",
    "Look at the firewall's FORWARD chain and at net.ipv4.ip_forward; where only a proxy leads out, set builds.proxy.",
)


def _explained(said: str) -> tuple[str, str]:
    sign = _trouble(said)
    if sign in ("name resolution", "Name or service not"):
        return _NAMES
    if sign in ("timed out", "unreachable"):
        return _SILENCE
    if sign in _WORDS:
        return _WORDS[sign]
    last = re.sub(r"\s+", " ", said.strip())[-300:]
    return f"pip in a container fails: {last}", "See what it says, and try the same in a container by hand."


def egress(subject: Subject) -> Iterator[Finding]:
    """Whether the rules of the network mode egress stand, if a job has ever wanted it."""
    if subject.facts is None or subject.facts.podman:
        return
    about, trials = "network mode egress", Trials(subject.engine, subject.paths)
    image = trials.image(subject.instance)
    if image is None:
        yield notice(about, f"not tried: {_NO_IMAGE}", "", _BUILD_ONE)
        return
    try:
        used = trials.egress(image, subject.settings.docker.egress_resolvers)
    except Refused as error:
        found, _, remedy = error.message.partition(". ")
        why = "Scripts with this network mode are refused until it is safe."
        yield warning(about, f"{found}.", why, remedy or "Run `scripter egress` as root on the engine's machine.")
        return
    if used:
        yield ok(about, "the firewall keeps jobs from this machine and its neighbours")
    else:
        yield ok(about, "no script has used it yet; its rules are tried before the first job")
