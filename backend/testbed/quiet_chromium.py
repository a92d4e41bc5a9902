#!/usr/bin/env python3
"""Starts the Chromium that `VARIABLE` names, deaf to changes of the machine's network; `pages` launches browsers by it.

Chromium aborts every request whenever an interface comes or goes, as those of containers do all the time. It hears of
that by a netlink socket, and a filter of its system calls refuses it one. Only the standard library is used here."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

VARIABLE = "SCRIPTER_QUIET_CHROMIUM"

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_AF_NETLINK = 16
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
# Of what the filter sees: the number of the call, the kind of machine, the first argument.
_CALL, _MACHINE, _FIRST = 0, 4, 16
# The kind of machine, and there the number of the system call `socket`.
_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def _refuse_netlink() -> None:
    """On a machine of another kind nothing is refused, and the browser may be disturbed."""
    if platform.machine() not in _SOCKET:
        return
    machine, socket = _SOCKET[platform.machine()]
    steps = (_Step * 8)(
        _Step(_LOAD, 0, 0, _MACHINE),
        _Step(_JUMP_IF_EQUAL, 0, 5, machine),
        _Step(_LOAD, 0, 0, _CALL),
        _Step(_JUMP_IF_EQUAL, 0, 3, socket),
        _Step(_LOAD, 0, 0, _FIRST),
        _Step(_JUMP_IF_EQUAL, 0, 1, _AF_NETLINK),
        _Step(_RETURN, 0, 0, _REFUSE | errno.EAFNOSUPPORT),
        _Step(_RETURN, 0, 0, _ALLOW),
    )
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Filter(len(steps), steps)))


if __name__ == "__main__":
    _refuse_netlink()
    chromium = os.environ[VARIABLE]
    os.execv(chromium, [chromium, *sys.argv[1:]])
