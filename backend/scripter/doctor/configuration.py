"""Looks at the settings for what fits together badly, and at files that more people can read than should."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject

ABOUT = "settings"


def consistent(subject: Subject) -> Iterator[Finding]:
    """That they could be read at all means that every field is known and within its bounds."""
    where = str(subject.file) if subject.file else "no config.toml, so the defaults and the environment"
    yield ok(ABOUT, f"every field is known ({where})")
    yield from _cookies(subject)
    yield from _proxies(subject)
    yield from _open_to_all(subject)
    yield from _builds(subject)


def _cookies(subject: Subject) -> Iterator[Finding]:
    server = subject.settings.server
    if server.url.startswith("https:") and not server.secure_cookies:
        yield warning(
            "secure cookies",
            "server.url is HTTPS, but server.secure_cookies is off",
            "The cookie of a login also goes over plain HTTP, where whoever listens can take it.",
            "Set server.secure_cookies = true.",
        )
    if server.secure_cookies and not server.url.startswith("https:"):
        told = server.url or "empty, so that links begin with http://"
        yield problem(
            "secure cookies",
            f"server.secure_cookies is on, but server.url is {told}",
            "Browsers keep such a cookie only over HTTPS: nobody who follows our links can log in.",
            "Set server.url to the https:// address, or server.secure_cookies = false.",
        )


def _proxies(subject: Subject) -> Iterator[Finding]:
    server = subject.settings.server
    if server.url.startswith("https:") and server.proxies == 0:
        yield warning(
            "proxies",
            "server.url is HTTPS, so a proxy stands before Scripter, but server.proxies is 0",
            "All people seem to come from one address: who mistypes a password slows down the login of all.",
            "Set server.proxies to the number of proxies, most often 1.",
        )
    if server.proxies and not server.url:
        yield notice(
            "proxies",
            f"server.proxies is {server.proxies}, but server.url is empty",
            "Links that Scripter prints and sends lead past the proxy.",
            "Set server.url to the address that people use.",
        )


def _open_to_all(subject: Subject) -> Iterator[Finding]:
    server = subject.settings.server
    if _is_loopback(server.host) or server.secure_cookies:
        return
    yield warning(
        "plain HTTP",
        f"the pages are served to the network at {server.host}:{server.port} without TLS",
        "Passwords, tokens and logs can be read on the way.",
        "Put a proxy with TLS before it (docs/deployment-proxies.md), or serve to this machine alone: 127.0.0.1.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _builds(subject: Subject) -> Iterator[Finding]:
    host = urlsplit(subject.settings.builds.proxy).hostname
    if host and _is_loopback(host):
        yield problem(
            "proxy of builds",
            f"builds.proxy is {host}, which within a build is the build itself",
            "No build reaches it.",
            "Use an address of this machine that containers reach, such as that of the bridge docker0.",
        )


def private(subject: Subject) -> Iterator[Finding]:
    """Files that hold passwords and keys, and who may read them."""
    about, open_ones = "secret files", list(_open_to_others(subject))
    if open_ones:
        yield problem(
            about,
            f"others on this machine can read {', '.join(str(one) for one in open_ones)}",
            "They hold keys or passwords: whoever has them is Scripter, or its database.",
            f"chmod o= {' '.join(str(one) for one in open_ones)}",
        )
    else:
        yield ok(about, "keys and settings with passwords are closed to others")


def _open_to_others(subject: Subject) -> Iterator[Path]:
    keys = subject.data / "keys"
    suspects = [subject.data, *(keys.rglob("*") if keys.is_dir() else ())]
    if subject.file and any("@" in one.url for one in (subject.settings.database, subject.settings.queue)):
        # What came from the environment is nowhere in the file.
        text = subject.file.read_text(encoding="utf-8")
        suspects += [subject.file] if any(f"://{part}" in text and "@" in text for part in _user_parts(subject)) else []
    suspects += [Path(file) for file in (subject.settings.database.key_file, subject.settings.queue.key_file) if file]
    for one in suspects:
        if one.exists() and not one.is_symlink() and stat.S_IMODE(one.stat().st_mode) & 0o007:
            yield one


def _user_parts(subject: Subject) -> list[str]:
    """`user:password` of the addresses that have one."""
    urls = (subject.settings.database.url, subject.settings.queue.url)
    return [urlsplit(url).netloc.rpartition("@")[0] for url in urls if "@" in url]


def user(subject: Subject) -> Iterator[Finding]:
    """As whom this looks: what one user may, another may not."""
    if not subject.data.exists():
        return
    owner = subject.data.stat().st_uid
    if owner not in (os.geteuid(), 0) and os.geteuid() == 0:
        yield notice(
            "user",
            f"looked at as root, while Scripter's files belong to user {owner}",
            "What root may, that user perhaps may not: the engine's socket, for one.",
        )
