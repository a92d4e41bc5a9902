"""What is not wise in the shell commands of a RUN line: apt, pip and their kin. Pure; asked by `advice`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

_BETWEEN = re.compile(r"&&|\|\||;|\||\n")
_AGREES = re.compile(r"^(-[a-zA-Z]*y[a-zA-Z]*|--yes|--assume-yes|-[a-zA-Z]*qq[a-zA-Z]*)$")
_PASSWORD = re.compile(r"[a-z]+://[^\s/:@]+:[^\s/@$]+@")
# Options of pip that have a value in the next word.
_WITH_VALUE = {
    "-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links",
    "-t", "--target", "--prefix", "--root", "--platform", "--python-version", "--timeout", "--retries",
}  # fmt: skip

# Severity, rule, what happens, what to do: as `advice.Problem` has them.
Said = tuple[str, str, str, str]


def problems(text: str, *, pip_keeps_nothing: bool = False) -> Iterator[Said]:
    """What can be said of the commands of one RUN. `pip_keeps_nothing`: a variable switches its cache off already."""
    parts = [words for part in _BETWEEN.split(text) if (words := _plain(part))]
    yield from _apt(parts, text)
    for words in parts:
        yield from _pip(words, pip_keeps_nothing)
        if words[0] == "sudo":
            yield "warning", "sudo", "Steps run as root already, and most bases have no sudo.", "Leave sudo out."
    if len(parts) == 1 and parts[0][0] == "cd":
        message = "Each RUN begins in the same directory again: a cd alone changes nothing."
        yield "warning", "cd", message, "Write WORKDIR, or join it to the next command by &&."
    if _PASSWORD.search(text):
        message = "An address with a password becomes part of the image's history, for everybody to read."
        yield "warning", "secret", message, "Take it out, and change the password."


def _plain(part: str) -> list[str]:
    try:
        words = shlex.split(part, comments=False)
    except ValueError:
        words = part.split()
    while words and (words[0] in ("then", "do", "{", "(", "!") or re.fullmatch(r"\w+=.*", words[0])):
        words = words[1:]
    return words


def _apt(parts: Sequence[list[str]], text: str) -> Iterator[Said]:
    calls = [_deed(words) for words in parts if words[0] in ("apt-get", "apt")]
    if any(words[0] == "apt" for words in parts):
        message = "apt is made for people; what it prints and asks may change."
        yield "note", "apt", message, "Write apt-get."
    installs = [words for words in parts if words[0] in ("apt-get", "apt") and _deed(words) == "install"]
    for words in installs:
        if not any(_AGREES.match(word) for word in words):
            yield "error", "apt-asks", "apt-get will ask whether to go on, and nobody can answer.", "Add -y."
    if "update" in calls and not installs and "upgrade" not in calls and "dist-upgrade" not in calls:
        message = "The list of packages is kept from an earlier build, and old when a later RUN installs from it."
        yield "warning", "apt-update", message, "Put update and install into one RUN, joined by &&."
    if installs and "update" not in calls:
        message = "Most bases bring no list of packages: without update in the same RUN nothing is found."
        yield "warning", "apt-no-update", message, "Write apt-get update && apt-get install -y ..."
    if installs and "/var/lib/apt/lists" not in text:
        message = "The list of packages stays in the image: some 20 to 50 MB that nobody needs."
        yield "note", "apt-lists", message, "End the line with && rm -rf /var/lib/apt/lists/*"


def _deed(words: Sequence[str]) -> str:
    return next((word for word in words[1:] if not word.startswith("-")), "")


def _pip(words: Sequence[str], keeps_nothing: bool) -> Iterator[Said]:
    rest = _after_pip(words)
    if rest is None or _deed(["pip", *rest]) != "install":
        return
    if not keeps_nothing and "--no-cache-dir" not in rest:
        message = "pip keeps what it fetched in the image, where nobody needs it any more."
        yield "note", "pip-cache", message, "Add --no-cache-dir."
    free = _without_version(rest)
    if free:
        message = f"Each build may bring another version: {', '.join(free[:4])}."
        yield "note", "unpinned", message, "List packages in requirements.txt, with a version each."


def _after_pip(words: Sequence[str]) -> list[str] | None:
    name = words[0].rsplit("/", 1)[-1]
    if re.fullmatch(r"pip[\d.]*", name):
        return list(words[1:])
    if re.fullmatch(r"python[\d.]*", name) and list(words[1:3]) == ["-m", "pip"]:
        return list(words[3:])
    return None


def _without_version(rest: Sequence[str]) -> list[str]:
    named, skip = list[str](), False
    for word in rest[rest.index("install") + 1 :] if "install" in rest else []:
        if (
            not skip
            and re.fullmatch(r"[A-Za-z0-9][\w.-]*(\[[\w,.-]*\])?", word)
            and word not in ("pip", "setuptools", "wheel")
        ):
            named.append(word)
        skip = word in _WITH_VALUE
    return named
