"""Which line of a failed step's output is shown as the reason; the outputs are as the programs print them."""

from __future__ import annotations

import pytest

from scripter.images.explain import MAX_LENGTH, explain

EXIT_1 = "The command '/bin/sh -c pip install -r requirements.txt' returned a non-zero code: 1"

PIP_MISSING = """\
Collecting requests>=2
  Downloading requests-2.32.3-py3-none-any.whl (64 kB)
\x1b[31mERROR: Could not find a version that satisfies the requirement nope-such-thing==9.9 (from versions: none)\x1b[0m\x1b[31m
\x1b[0m\x1b[31mERROR: No matching distribution found for nope-such-thing==9.9\x1b[0m\x1b[31m
\x1b[0m
[notice] A new release of pip is available: 24.0 -> 26.1
[notice] To update, run: pip install --upgrade pip"""

PIP_CONFLICT = """\
ERROR: Cannot install -r requirements.txt (line 1) and urllib3==1.0 because these package versions have conflicting dependencies.

The conflict is caused by:
    The user requested urllib3==1.0
    requests 2.32.3 depends on urllib3<3 and >=1.21.1

To fix this you could try to:
1. loosen the range of package versions you've specified
2. remove package versions to allow pip attempt to solve the dependency conflict

ERROR: ResolutionImpossible: for help visit the pip documentation"""

PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/requests/
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/requests/
ERROR: Could not find a version that satisfies the requirement requests (from versions: none)
ERROR: No matching distribution found for requests"""

PIP_COMPILE = """\
  error: subprocess-exited-with-error
  
  × Building wheel for psycopg2 (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [40 lines of output]
      running build_ext
      building 'psycopg2._psycopg' extension
      error: command 'gcc' failed: No such file or directory
      [end of output]
  
  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for psycopg2
ERROR: ERROR: Failed to build installable wheels for some pyproject.toml based projects (psycopg2)"""

PIP_HEADER = """\
      gcc -Wno-unused-result -DNDEBUG -c x.c -o x.o
      x.c:1:10: fatal error: Python.h: No such file or directory
          1 | #include <Python.h>
            |          ^~~~~~~~~~
      compilation terminated.
      error: command '/usr/bin/gcc' failed with exit code 1
  ERROR: Failed building wheel for x"""

PIP_MANAGED = """\
error: externally-managed-environment

× This environment is externally managed
╰─> To install Python packages system-wide, try apt install
    python3-xyz, where xyz is the package you are trying to
    install.

note: If you believe this is a mistake, please contact your Python installation or OS distribution provider.
hint: See PEP 668 for the detailed specification."""

APT_MISSING = """\
Reading package lists...
Building dependency tree...
Reading state information...
\x1b[91mE: Unable to locate package nosuchpackage
\x1b[0m"""

APT_OFFLINE = """\
Err:1 http://mirror.example/debian bookworm InRelease
  Temporary failure resolving 'mirror.example'
Reading package lists...
W: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Temporary failure resolving 'mirror.example'
W: Some index files failed to download. They have been ignored, or old ones used instead.
E: Unable to locate package curl"""

APT_ASKS = """\
After this operation, 1234 kB of additional disk space will be used.
Do you want to continue? [Y/n] Abort."""

TRACEBACK = """\
Traceback (most recent call last):
  File "<string>", line 1, in <module>
ModuleNotFoundError: No module named 'numpy'"""

SYNTAX = """\
  File "/setup.py", line 3
    def x(:
          ^
SyntaxError: invalid syntax"""


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (PIP_MISSING, "No matching distribution found for nope-such-thing==9.9"),
        (
            PIP_CONFLICT,
            "Cannot install -r requirements.txt (line 1) and urllib3==1.0 because these package versions have "
            "conflicting dependencies.",
        ),
        (PIP_OFFLINE, "pip could not reach the package index: Temporary failure in name resolution."),
        (
            PIP_COMPILE,
            "A package has to be compiled and gcc is not in the image. Install it first, or take a version with a "
            "wheel.",
        ),
        (PIP_HEADER, "The C header Python.h is missing. Install its -dev package."),
        (
            PIP_MANAGED,
            "pip refuses to install beside the system's packages (externally-managed-environment). Make a virtual "
            "environment first, or add --break-system-packages.",
        ),
        (
            "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
            "Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
        ),
        (
            "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12'",
            "Package 'x' requires a different Python: 3.11.2 not in '>=3.12'",
        ),
        (APT_MISSING, "Unable to locate package nosuchpackage. Was apt-get update run in the same RUN?"),
        (APT_OFFLINE, "mirror.example cannot be reached: temporary failure in name resolution."),
        (APT_ASKS, "apt asked whether to go on, and nobody can answer. Add -y."),
        (
            "E: Package 'x' has no installation candidate",
            "Package 'x' has no installation candidate.",
        ),
        (
            "E: The repository 'http://m bookworm Release' does not have a Release file.",
            "The repository 'http://m bookworm Release' does not have a Release file.",
        ),
        (
            "ERROR: unable to select packages:\n  foo (no such package):\n    required by: world[foo]",
            "There is no package foo.",
        ),
        ("npm ERR! code E404\nnpm ERR! 404 Not Found", "npm: Not Found"),
        ("/bin/sh: 1: frobnicate: not found", "frobnicate: command not found."),
        ("/bin/sh: frobnicate: not found", "frobnicate: command not found."),
        ("bash: line 1: frobnicate: command not found", "frobnicate: command not found."),
        ('/bin/sh: 1: Syntax error: "(" unexpected', '/bin/sh: 1: Syntax error: "(" unexpected'),
        (TRACEBACK, "ModuleNotFoundError: No module named 'numpy'"),
        (SYNTAX, "SyntaxError: invalid syntax"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        (
            "OSError: [Errno 28] No space left on device",
            "The disk is full (no space left on device). Free some space, then build again.",
        ),
        ("make: *** [all] Error 2", "make: *** [all] Error 2"),
        ("one\ntwo\n\n  \n", "two"),
        ("10%\r50%\r\x1b[32mdownload failed: 404\x1b[0m\r\n", "download failed: 404"),
    ],
)
def test_the_line_that_matters_is_found(output: str, expected: str) -> None:
    assert explain([*output.splitlines(), EXIT_1], "RUN pip install -r requirements.txt") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "COPY failed: file not found in build context or excluded by .dockerignore: stat app.py: file does not exist",
            "COPY found no file app.py among the image's files.",
        ),
        (
            "COPY failed: stat /var/lib/docker/tmp/docker-builder123456/lib/app.py: no such file or directory",
            "COPY found no file lib/app.py among the image's files.",
        ),
        ("ADD failed: no source files were specified", "ADD found no file that matches among the image's files."),
        (
            "COPY failed: forbidden path outside the build context: ../x ()",
            "COPY cannot take ../x: it is outside of the image's files.",
        ),
        (
            "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested "
            "access to the resource is denied",
            "The base image nosuch does not exist, or needs a login to be fetched.",
        ),
        (
            "manifest for python:9.99 not found: manifest unknown: manifest unknown",
            "The base image python:9.99 does not exist: there is no such tag.",
        ),
        (
            'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 127.0.0.1:53: no such host',
            "The base image could not be fetched, the registry cannot be reached: no such host.",
        ),
        (
            'Get "https://registry.example/v2/": net/http: request canceled while waiting for connection '
            "(Client.Timeout exceeded while awaiting headers)",
            "The base image could not be fetched, the registry cannot be reached: request canceled while waiting for "
            "connection (Client.Timeout exceeded while awaiting headers).",
        ),
        (
            "toomanyrequests: You have reached your limit.",
            "The registry refuses for now, too many requests: You have reached your limit.",
        ),
        (
            "invalid reference format: repository name must be lowercase",
            "The base image's name cannot be read: invalid reference format.",
        ),
        (
            "dockerfile parse error line 3: unknown instruction: FOO",
            "dockerfile parse error line 3: unknown instruction: FOO",
        ),
        (
            'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/bin/zsh": '
            "stat /bin/zsh: no such file or directory: unknown",
            "/bin/zsh: no such program in the base image.",
        ),
        (
            "The command '/bin/sh -c python x.py' returned a non-zero code: 137",
            "Out of memory: the step was killed. Give the image's builds a higher memory limit.",
        ),
        (
            "The command '/bin/sh -c exit 3' returned a non-zero code: 3",
            "The command ended with exit code 3 and said nothing.",
        ),
        (
            "Line 2 of the Dockerfile failed: it was killed, probably because it needed more than the 64 MB of memory "
            "that builds have.",
            "Out of memory: it was killed, probably because it needed more than the 64 MB of memory that builds have.",
        ),
        ("Line 2 of the Dockerfile failed with exit code 3: x", "The command ended with exit code 3 and said nothing."),
        ("The build timed out after 60 s.", "The build timed out after 60 s."),
    ],
)
def test_what_the_builder_itself_says_is_put_into_plain_words(said: str, expected: str) -> None:
    assert explain([said], "COPY app.py .") == expected


def test_a_killed_compiler_means_out_of_memory() -> None:
    output = ["c++: fatal error: Killed signal terminated program cc1plus", "error: command 'g++' failed", EXIT_1]
    assert explain(output, "RUN pip install x").startswith("Out of memory")


def test_what_comes_last_counts_among_equals() -> None:
    assert explain(["ValueError: first", "TypeError: last", EXIT_1], "RUN x") == "TypeError: last"


def test_without_any_output_there_is_still_a_reason() -> None:
    assert explain([], "RUN true") == "RUN failed and said nothing."
    assert explain([], "") == "The build failed and said nothing."


def test_a_reason_is_never_longer_than_a_line_on_the_screen_bears() -> None:
    assert len(explain(["x" * 100_000], "RUN x")) == MAX_LENGTH
