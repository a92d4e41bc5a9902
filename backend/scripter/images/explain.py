"""Finds, in the output of a failed build step, the one line that says why. Pure; asked by the builder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_LENGTH = 500
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_EXIT_CODE = re.compile(r"(?:returned a non-zero code:|failed with exit code) (\d+)")
_NOISE = re.compile(
    r"^(\[notice\]|WARNING:|W:|debconf:|npm notice|--->|Removing intermediate container|Step \d+/\d+|note:|hint:|╰─>|│"
    r"|\[end of output\]|\^|~+|ERROR: Job failed)|returned a non-zero code|failed with exit code \d+",
    re.IGNORECASE,
)

Words = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """Lines that look like `pattern` say why; `words` puts it into a sentence where the line alone does not help."""

    pattern: re.Pattern[str]
    words: Words | None = None


def _rule(pattern: str, words: str | None = None) -> _Rule:
    if words is None:
        return _Rule(re.compile(pattern))
    return _Rule(re.compile(pattern), lambda found: found.expand(words))


# The first rule that meets a line decides: causes stand above their consequences.
_RULES: Sequence[_Rule] = (
    # Bounds of the build itself.
    _rule(r"(?i)^.*\btimed out after [\d.]+ ?(?:s|seconds)\b.*$"),
    _rule(
        r"No space left on device|not enough free space|no space left",
        "The disk is full (no space left on device). Free some space, then build again.",
    ),
    _rule(r"\bit was killed, probably because .*", r"Out of memory: \g<0>"),
    _rule(
        r"^(?:.*Killed signal terminated program.*|Killed|MemoryError.*|.*Cannot allocate memory.*"
        r"|.*returned a non-zero code: 137)$",
        "Out of memory: the step was killed. Give the image's builds a higher memory limit.",
    ),
    # The base image.
    _rule(
        r"pull access denied for ([^\s,]+)",
        r"The base image \1 does not exist, or needs a login to be fetched.",
    ),
    _rule(r"manifest for (\S+) not found", r"The base image \1 does not exist: there is no such tag."),
    _rule(r"repository (\S+) not found: does not exist", r"The base image \1 does not exist."),
    _rule(r"toomanyrequests:\s*(.*)", r"The registry refuses for now, too many requests: \1"),
    _rule(r"invalid reference format.*", "The base image's name cannot be read: invalid reference format."),
    _rule(
        r'(?:Get|Head) "?https?://[^/\s]+/v2/.*?: (?:.*: )?([^:]+)$',
        r"The base image could not be fetched, the registry cannot be reached: \1.",
    ),
    # The Dockerfile and the files beside it.
    _rule(r"(?i)dockerfile parse error.*"),
    _rule(
        r"(COPY|ADD) failed: (?:file not found in build context or excluded by \.dockerignore: )?"
        r"(?:forbidden path outside the build context: (?P<out>\S+).*)",
        r"\1 cannot take \g<out>: it is outside of the image's files.",
    ),
    _rule(
        r"(COPY|ADD) failed: .*?stat (?:/\S*docker-builder\d+/)?(.+?): "
        r"(?:file does not exist|no such file or directory)",
        r"\1 found no file \2 among the image's files.",
    ),
    _rule(
        r"(COPY|ADD) failed: no source files were specified.*",
        r"\1 found no file that matches among the image's files.",
    ),
    _rule(r"(?:COPY|ADD) failed: .*"),
    _rule(r"When using (?:COPY|ADD) with more than one source file.*"),
    _rule(
        r'exec: "?([^":]+)"?: (?:stat .*no such file or directory|executable file not found in \$PATH)',
        r"\1: no such program in the base image.",
    ),
    # The package index cannot be reached: pip goes on to say that no version was found, which misleads.
    _rule(
        r"Retry\(total=0.*?(Temporary failure in name resolution|Name or service not known|No route to host"
        r"|Network is unreachable|Connection refused|[Cc]onnect(?:ion)? ?timed? ?out|Read timed out)",
        r"pip could not reach the package index: \1.",
    ),
    _rule(r"(certificate verify failed[^'\")]*)", r"The package index was not trusted: \1."),
    # pip, from the cause to the consequence.
    _rule(r"ERROR: (THESE PACKAGES DO NOT MATCH THE HASHES.*)", r"\1"),
    _rule(r"ERROR: (Cannot install .* because these package versions have conflicting dependencies\.?)", r"\1"),
    _rule(r"ERROR: (Double requirement given: .*)", r"\1"),
    _rule(r"ERROR: (Invalid requirement: .*)", r"\1"),
    _rule(r"ERROR: (Could not open requirements file: .*)", r"\1"),
    _rule(r"ERROR: (Package '?\S+ requires a different Python: .*)", r"\1"),
    _rule(r"ERROR: (No matching distribution found for .*)", r"\1"),
    _rule(r"ERROR: (Could not find a version that satisfies .*)", r"\1"),
    _rule(
        r"externally-managed-environment",
        "pip refuses to install beside the system's packages (externally-managed-environment). Make a virtual "
        "environment first, or add --break-system-packages.",
    ),
    _rule(r"fatal error: (\S+): No such file or directory", r"The C header \1 is missing. Install its -dev package."),
    _rule(
        r"(?:error: )?command '?(\S*(?:gcc|cc|g\+\+|clang|cargo|rustc))'? failed: No such file or directory",
        r"A package has to be compiled and \1 is not in the image. Install it first, or take a version with a wheel.",
    ),
    _rule(r"unable to execute '?(\S+)'?: No such file or directory", r"\1 is needed to compile and not in the image."),
    _rule(r"^\s*(error: [^\s].*(?:missing|not found|required|unsupported).*)$", r"\1"),
    # apt, apk, npm.
    _rule(r"Temporary failure resolving '([^']+)'", r"\1 cannot be reached: temporary failure in name resolution."),
    _rule(r"Do you want to continue\?.*Abort", "apt asked whether to go on, and nobody can answer. Add -y."),
    _rule(r"^E: (Unable to locate package .*)", r"\1. Was apt-get update run in the same RUN?"),
    _rule(r"^E: (Package '.*' has no installation candidate)", r"\1."),
    _rule(r"^E: (Version '.*' for '.*' was not found)", r"\1."),
    _rule(r"^E: (?!Sub-process|Unable to fetch some|Aborted)(.*)$", r"\1"),
    _rule(r"^dpkg: error.*"),
    _rule(r"^\s*(\S+) \(no such package\):", r"There is no package \1."),
    _rule(r"^npm (?:ERR!|error) (?:code|404) (.*)", r"npm: \1"),
    # Commands.
    _rule(r"^(?:/bin/)?(?:ba|da|a)?sh: (?:line )?(?:\d+: )?([^:]+): (?:command )?not found", r"\1: command not found."),
    _rule(r"^(?:/bin/)?(?:ba|da|a)?sh: .*(?:[Ss]yntax error|unexpected).*"),
    _rule(r"^(?:/bin/)?(?:ba|da|a)?sh: .*(?:Permission denied|[Nn]o such file).*"),
    # Python: the last line of a traceback.
    _rule(r"^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt)(?:: .*)?$"),
)


def explain(log_lines: Sequence[str], step: str) -> str:
    """Why the step `step` failed, as one line of at most 500 characters.

    `log_lines` is the output of that step in order, and last what the builder itself said.
    """
    lines = [line for line in map(_plain, log_lines) if line]
    for rule in _RULES:
        # From the end: what a program says last is nearest to why it stopped.
        for line in reversed(lines):
            found = rule.pattern.search(line)
            if found:
                return _short(rule.words(found) if rule.words else found[0].strip())
    return _short(_last_words(lines, step))


def _last_words(lines: Sequence[str], step: str) -> str:
    for line in reversed(lines):
        if not _NOISE.search(line):
            return line
    for line in reversed(lines):
        found = _EXIT_CODE.search(line)
        if found:
            return f"The command ended with exit code {found[1]} and said nothing."
    return lines[-1] if lines else f"{step.split(' ')[0] or 'The build'} failed and said nothing."


def _plain(line: str) -> str:
    # A progress bar writes over itself: only what it showed last counts.
    return _ANSI.sub("", line).rstrip("\r\n").rsplit("\r", 1)[-1].strip()


def _short(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 3] + "..."
