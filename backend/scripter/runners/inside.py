"""Asks a built image what is installed in it: the program that runs inside, and the reading of what it says.

Called by both kinds of runner. The image is its author's, and may say anything: what cannot be is left out."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator

from scripter.runners.protocol import Package, PackageKind, Refused

MAX_PACKAGES = 3_000
MAX_NAME, MAX_VERSION = 120, 80
# What the list may have at most before it is packed: enough for the longest one that is told.
_MAX_BYTES = MAX_PACKAGES * 256

# Python 3.8. Packed, for what a container prints is kept in a small log, and told to be ours by its first word.
PROGRAM = f"""
import base64, json, os, re, zlib
from importlib import metadata
MARK, MOST = "scripter-packages:", {MAX_PACKAGES} + 1
found = []
def add(kind, name, version):
    found.append([kind, name.strip()[:{MAX_NAME}], version.strip()[:{MAX_VERSION}]])
for one in metadata.distributions():
    try:
        name, version = one.metadata["Name"], one.version
    except Exception:
        continue
    if name and version:
        add("python", re.sub(r"[-_.]+", "-", str(name)).lower(), str(version))
def blocks(path):
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            for block in file.read(64 * 1024 * 1024).split("\\n\\n"):
                yield dict(line.split(":", 1) for line in block.split("\\n") if re.match(r"[A-Za-z-]+:", line))
for block in blocks("/var/lib/dpkg/status"):
    if block.get("Status", " installed").split()[-1:] == ["installed"] and "Package" in block:
        add("system", block["Package"], block.get("Version", ""))
for block in blocks("/lib/apk/db/installed"):
    if "P" in block:
        add("system", block["P"], block.get("V", ""))
found = sorted(set(map(tuple, found)))[:MOST]
print(MARK + base64.b64encode(zlib.compress(json.dumps(found).encode())).decode())
"""
_MARK = "scripter-packages:"


def packages(printed: str) -> tuple[tuple[Package, ...], bool]:
    """What the program printed, and whether there were more than are told.

    Raises: Refused when that is not what it prints.
    """
    line = next((one for one in printed.splitlines() if one.startswith(_MARK)), None)
    if line is None:
        raise Refused(f"The image was asked for its packages and said: {printed.strip()[-300:] or 'nothing'}")
    found = sorted(set(_read(_unpacked(line.removeprefix(_MARK)))))
    return tuple(found[:MAX_PACKAGES]), len(found) > MAX_PACKAGES


def _unpacked(text: str) -> object:
    try:
        packed = base64.b64decode(text, validate=True)
        told: object = json.loads(zlib.decompressobj().decompress(packed, _MAX_BYTES))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Refused("The list of the image's packages cannot be read.") from error
    return told


def _read(told: object) -> Iterator[Package]:
    for one in told if isinstance(told, list) else []:
        match one:
            case [("python" | "system") as kind, str(name), str(version)] if name.isprintable():
                shown = version if version.isprintable() else ""
                yield Package(PackageKind(kind), name[:MAX_NAME], shown[:MAX_VERSION])
