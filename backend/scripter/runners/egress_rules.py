"""The firewall of the network mode egress: which addresses jobs are refused, as rules of iptables on the engine's
machine. Called by docker_egress in a worker that may, and by the command `scripter egress` otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripter.runners.protocol import Refused

# An interface's name has at most 15 letters. The rules know the network by it, so they can be there before it is.
BRIDGE = "scr-egress"
# Everything that is not the public internet: this machine and its neighbours, whatever their use.
FORBIDDEN = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
CHAIN = "SCRIPTER-EGRESS"
# Not the usual answer of a closed port: whoever asks can tell that a rule refused it.
_REJECT = "-j REJECT --reject-with icmp-admin-prohibited"
# Passed on through this machine, and meant for itself: the engine keeps the first chain free for others, and goes
# through it before its own rules.
JUMPS = (("DOCKER-USER", f"-i {BRIDGE} -j {CHAIN}"), ("INPUT", f"-i {BRIDGE} {_REJECT}"))
_LOOKED_AT = ("INPUT", "FORWARD", "DOCKER-USER", CHAIN)
# iptables is alone while it works; others wait this long for it.
_WAIT = ["-w", "10"]
_PATIENCE_S = 30


def can_set() -> bool:
    """Whether this process can put the rules where they count: as root, beside the network's bridge, with iptables.

    A worker in a container of its own sees another set of interfaces and rules, and must not touch those.
    """
    return os.geteuid() == 0 and Path(f"/sys/class/net/{BRIDGE}").exists() and shutil.which("iptables") is not None


def put(dns: Sequence[str]) -> None:
    """Put the rules in place, in one step: at no moment is a part of them missing. Doing it twice does no harm.

    Two at the same moment may each add a jump; the second jump to the same rules changes nothing.

    Raises: Refused.
    """
    missing = [(chain, rule) for chain, rule in JUMPS if not _has(chain, rule)]
    _run(["iptables-restore", *_WAIT, "--noflush"], _table(dns, missing))


def as_shell(dns: Sequence[str]) -> str:
    """What `put` does as a script for root's shell, on a machine that has iptables and not Scripter."""
    iptables = " ".join(["iptables", *_WAIT])
    jumps = [f"{iptables} -C {chain} {rule} 2>/dev/null || {iptables} -I {chain} 1 {rule}" for chain, rule in JUMPS]
    restore = " ".join(["iptables-restore", *_WAIT, "--noflush"])
    return "\n".join(["set -e", f"{restore} <<'RULES'", _table(dns, []) + "RULES", *jumps, ""])


def seen() -> str:
    """The rules that a job's packets meet, in order, as iptables tells them; other text means other rules.

    Raises: Refused.
    """
    rules = _run(["iptables", *_WAIT, "-S"]).splitlines()
    return "\n".join(rule for rule in rules if rule.split()[1] in _LOOKED_AT)


def _table(dns: Sequence[str], missing: Sequence[tuple[str, str]]) -> str:
    # Naming the chain empties it. A resolver may be a private address: it is let through for questions, and only those.
    asked = [f"-d {server} -p {way} --dport 53 -j RETURN" for server in dns for way in ("udp", "tcp")]
    refused = [f"-d {network} {_REJECT}" for network in FORBIDDEN]
    own = [f"-A {CHAIN} {rule}" for rule in (*asked, *refused)]
    jumps = [f"-I {chain} 1 {rule}" for chain, rule in missing]
    return "\n".join(["*filter", f":{CHAIN} - [0:0]", *own, *jumps, "COMMIT", ""])


def _has(chain: str, rule: str) -> bool:
    command = ["iptables", *_WAIT, "-C", chain, *rule.split()]
    return subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False).returncode == 0


def _run(command: list[str], given: str | None = None) -> str:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"The firewall rules of the network mode egress could not be set: {error}") from error
    if done.returncode != 0:
        raise Refused(
            "The firewall rules of the network mode egress could not be set. They need root, iptables and a Docker"
            f" engine that has made its chain DOCKER-USER. {command[0]} says: {done.stderr.strip()[:300]}"
        )
    return done.stdout
