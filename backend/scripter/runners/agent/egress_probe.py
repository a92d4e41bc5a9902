"""Runs in a container on the egress network: who answers when the addresses given as arguments are called on.

Prints JSON: per address what ICMP said (`type.code from address`), or `nothing`; under `ipv6` the interfaces that have
such an address. One file, standard library only, Python 3.8, handed to `python3 -c` by docker_egress."""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

# The port that throws everything away: where nobody listens, the machine itself answers that the port is closed.
DISCARD = 9
IP_RECVERR = 11
MSG_ERRQUEUE = 0x2000
# Of struct sock_extended_err: error, origin, type, code; the address of who sent it comes after all of it.
HEAD = struct.Struct("=IBBB")
SENDER = slice(20, 24)
# The kernel answers a few times at once and then once a second, so that it takes some asking.
PATIENCE_S = 8.0
PAUSE_MS = 250


def answer_of(address: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        asking.setblocking(False)
        asking.connect((address, DISCARD))
        poll = select.poll()
        poll.register(asking, select.POLLERR)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(OSError):  # the answer to an earlier packet, which is read below
                asking.send(b"?")
            if poll.poll(PAUSE_MS):
                found = read_answer(asking)
                if found:
                    return found
    return "nothing"


def read_answer(asking: socket.socket) -> str | None:
    try:
        _, extra, _, _ = asking.recvmsg(64, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in extra:
        if (level, kind) == (socket.IPPROTO_IP, IP_RECVERR):
            _, _, icmp_type, icmp_code = HEAD.unpack_from(data)
            return f"{icmp_type}.{icmp_code} from {socket.inet_ntoa(data[SENDER])}"
    return None


def ipv6_interfaces() -> list[str]:
    try:
        lines = Path("/proc/net/if_inet6").read_text().splitlines()
    except OSError:
        return []  # a kernel without it
    return sorted({line.split()[-1] for line in lines} - {"lo"})


if __name__ == "__main__":
    answers = {address: answer_of(address) for address in sys.argv[1:]}
    sys.stdout.write(json.dumps({"answers": answers, "ipv6": ipv6_interfaces()}))
