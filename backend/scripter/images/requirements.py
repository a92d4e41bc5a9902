"""What is wrong with a requirements.txt, found before anything is stored or built. Pure; asked when files are saved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MAX_LINES = 500
# Without its hashes; and how many bounds are held against each other, each one against all: more of either is no
# requirement that a person wrote.
_MAX_CHARACTERS = 500
_MAX_BOUNDS = 40
_COMMENT = re.compile(r"(^|\s)#.*$")
_HASH = re.compile(r"\s--hash[= ](?:sha256|sha384|sha512):[0-9a-fA-F]+(?=\s|$)")
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]|%[A-Za-z_]+%")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://|\S)")
_PATH = re.compile(r"^(?:\.|/|~|\\|[A-Za-z]:\\)|^[^\s;@\[<>=!~]*/|\.(?:whl|zip|tar\.gz|tar\.bz2)\b")


def mistakes(content: str) -> list[str]:
    """Everything that is not allowed or cannot be installed, in words that name the line; empty means fine."""
    lines = content.removeprefix("\ufeff").splitlines()
    if len(lines) > MAX_LINES:
        return [f"There are {len(lines)} lines; at most {MAX_LINES} are allowed."]
    found: list[str] = []
    together: dict[str, tuple[int, SpecifierSet]] = {}
    for number, text in _logical(lines):
        try:
            _check(number, text, together)
        except ValueError as error:
            found.append(str(error))
    return found


def _logical(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Requirements with the line they begin on: comments gone, continued lines joined."""
    begin, parts = 0, ""
    for number, raw in enumerate(lines, start=1):
        begin = begin if parts else number
        if raw.endswith("\\") and not raw.lstrip().startswith("#"):
            parts += raw[:-1]
            continue
        text = _COMMENT.sub("", parts + raw).strip()
        parts = ""
        if text:
            yield begin, text
    if parts.strip():
        yield begin, parts.strip()


def _check(number: int, text: str, together: dict[str, tuple[int, SpecifierSet]]) -> None:
    text = _HASH.sub("", text).strip()
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(f"Line {number} has {len(text)} characters; at most {_MAX_CHARACTERS} are allowed.")
    _refuse(number, text)
    try:
        requirement = read(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"Line {number} cannot be read as a requirement such as requests>=2.31: {reason}.") from None
    if not satisfiable(requirement.specifier):
        raise ValueError(f"Line {number}: no version of {requirement.name} can match {requirement.specifier}.")
    if requirement.marker is None:
        _compare(number, requirement, together)


def read(text: str) -> Requirement:
    """The requirement that stands here.

    Raises:
        InvalidRequirement: there is none.
    """
    try:
        return Requirement(text)
    except RecursionError:
        raise InvalidRequirement("it has too many brackets in each other") from None


def _refuse(number: int, text: str) -> None:
    if text.startswith("-"):
        option = re.split(r"[\s=]", text, maxsplit=1)[0]
        raise ValueError(f"Line {number}: the option {option[:40]} is not allowed; list packages only.")
    if " --" in text:
        raise ValueError(f"Line {number}: options are not allowed here, except --hash.")
    if _VARIABLE.search(text):
        raise ValueError(f"Line {number}: variables are not allowed.")
    before_marker = text.split(";")[0]
    if "file:" in before_marker or _PATH.search(before_marker.split("@")[0]):
        raise ValueError(f"Line {number}: local paths are not allowed; name a package.")
    if "@" in before_marker or _ADDRESS.match(before_marker):
        raise ValueError(f"Line {number}: addresses are not allowed; name a package and its version.")


def _compare(number: int, requirement: Requirement, together: dict[str, tuple[int, SpecifierSet]]) -> None:
    """Hold the requirement against an earlier line about the same package."""
    name = canonicalize_name(requirement.name)
    earlier = together.get(name)
    both = requirement.specifier & earlier[1] if earlier else requirement.specifier
    if earlier and not satisfiable(both):
        raise ValueError(f"Line {number}: no version of {requirement.name} can match this and line {earlier[0]}.")
    together[name] = (earlier[0] if earlier else number, both)


def satisfiable(specifiers: SpecifierSet) -> bool:
    """Whether any version at all could match; True where there are too many bounds to tell.

    Every bound is one of the versions named, so it is enough to try those, and one just above each of them.
    """
    if len(specifiers) > _MAX_BOUNDS or any(one.operator == "===" for one in specifiers):
        return True  # the latter is compared as plain text, which says nothing about other versions
    try:
        named = {Version(one.version.removesuffix(".*")) for one in specifiers} | {Version("0")}
    except InvalidVersion:
        return True
    longest = max(len(version.release) for version in named)
    return any(
        specifiers.contains(candidate, prereleases=True)
        for version in named
        for candidate in (version, _just_above(version, longest))
    )


def _just_above(version: Version, longest: int) -> Version:
    digits = [*version.release, *[0] * (longest - len(version.release)), 0, 1]
    return Version(f"{version.epoch}!{'.'.join(map(str, digits))}")
