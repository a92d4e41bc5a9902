"""Problems of an image's files that are told before it is built: each rule with its line, and what it leaves alone."""

from __future__ import annotations

import pytest

from scripter.filestore import SourceFile
from scripter.images import problems, templates
from scripter.images.advice import Problem, Severity
from scripter.images.commands import problems as said_of_run


def found(dockerfile: str, requirements: str | None = None, *others: str) -> list[Problem]:
    files = [SourceFile("Dockerfile", dockerfile.encode()), *(SourceFile(path, b"x") for path in others)]
    if requirements is not None:
        files.append(SourceFile("requirements.txt", requirements.encode()))
    return problems.of(files)


def rules(dockerfile: str, requirements: str | None = None, *others: str) -> list[tuple[int | None, str, str]]:
    return [(one.line, one.rule, one.severity) for one in found(dockerfile, requirements, *others)]


FINE = """\
# escape=\\
ARG TAG=3.11-slim
FROM python:${TAG} AS base
FROM base
RUN apt-get update && apt-get install -y --no-install-recommends curl \\
    && rm -rf /var/lib/apt/lists/*
ENV LANG=C.UTF-8 DB_SECRET=$TAG
COPY requirements.txt ./conf/*.toml [a-z].txt /srv/
COPY --from=base /usr/bin/env /srv/
COPY ["a b.txt", "tools", "/srv/"]
RUN pip install --no-cache-dir -r requirements.txt
"""


def test_a_careful_dockerfile_has_no_problem() -> None:
    others = ("conf/x.toml", "q.txt", "a b.txt", "tools/read.py")
    assert found(FINE, "requests~=2.31\nsix==1.17.0  # why\n", *others) == []


@pytest.mark.parametrize("template", templates.TEMPLATES, ids=lambda one: one.key)
def test_what_people_start_from_has_no_problem(template: templates.Template) -> None:
    assert problems.of(template.files) == []


def test_every_template_has_a_name_of_its_own() -> None:
    keys = [one.key for one in templates.TEMPLATES]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "python"


BASE = "FROM python:3.11-slim\n"


@pytest.mark.parametrize(
    ("dockerfile", "line", "rule", "severity"),
    [
        ("FROM python\n", 1, "no-tag", "warning"),
        ("FROM python:latest\n", 1, "no-tag", "warning"),
        ("FROM registry:5000/python\n", 1, "no-tag", "warning"),
        ("FROM scratch\n", 1, "no-python", "error"),
        ("FROM python:3.7-slim\n", 1, "old-python", "error"),
        ("FROM library/python:2.7\n", 1, "old-python", "error"),
        ("FROM python:3.12-alpine\n", 1, "alpine", "note"),
        ("FROM debian:12\nRUN ls\n", 1, "no-python", "warning"),
        (f"{BASE}COPY app.py .\n", 2, "no-such-file", "error"),
        (f"{BASE}COPY tool/ *.csv /srv/\n", 2, "no-such-file", "error"),
        (f"{BASE}COPY ../secret .\n", 2, "outside", "error"),
        (f"{BASE}COPY --from=1 /a /b\n", 2, "no-stage", "error"),
        (f"{BASE}ADD https://host/x.tar.gz /srv/\n", 2, "add-address", "warning"),
        (f"{BASE}ADD here.txt /srv/\n", 2, "add", "note"),
        (f"{BASE}ENV DB_PASSWORD=hunter2\n", 2, "secret", "warning"),
        (f"{BASE}ENV API_TOKEN hunter2\n", 2, "secret", "warning"),
        (f"{BASE}ARG AWS_SECRET_ACCESS_KEY=abc\n", 2, "secret", "warning"),
        (f"{BASE}USER nobody\n", 2, "user", "note"),
        (f"{BASE}VOLUME /data\n", 2, "volume", "warning"),
        (f'{BASE}ENTRYPOINT ["python"]\n', 2, "not-used", "note"),
        (f"{BASE}CMD python x.py\n", 2, "not-used", "note"),
        (f"{BASE}EXPOSE 80\n", 2, "not-used", "note"),
        (f"{BASE}HEALTHCHECK CMD true\n", 2, "not-used", "note"),
        (f"{BASE}MAINTAINER anna\n", 2, "maintainer", "note"),
        (f"{BASE}\nRUN apt-get update\n", 3, "apt-update", "warning"),
        (f"{BASE}RUM x\n", 2, "not-buildable", "error"),
        (f"{BASE}RUN --mount=type=cache,target=/c pip install x\n", 2, "not-buildable", "error"),
    ],
)
def test_a_problem_is_told_with_its_line(dockerfile: str, line: int, rule: str, severity: str) -> None:
    assert (line, rule, severity) in rules(dockerfile, None, "here.txt")


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM python:3.11-slim@sha256:00\n",
        "FROM python@sha256:00\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y python3 && rm -rf /var/lib/apt/lists/*\n",
        f"{BASE}COPY $WHAT .\n",
        f"{BASE}COPY . /srv/\n",
        f"{BASE}COPY conf /srv/conf\n",
        f"{BASE}COPY ./conf/a.toml /srv/\n",
        f"{BASE}ARG DB_PASSWORD\n",
        f"{BASE}ENV TOKENIZERS_PARALLELISM=false TOKEN_URL=x\n",
        f"{BASE}ADD rootfs.tar.gz /\n",
    ],
)
def test_what_is_fine_is_left_alone(dockerfile: str) -> None:
    assert found(dockerfile, None, "conf/a.toml", "rootfs.tar.gz") == []


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("apt-get update && apt-get install curl && rm -rf /var/lib/apt/lists/*", "apt-asks"),
        ("apt-get install -y curl && rm -rf /var/lib/apt/lists/*", "apt-no-update"),
        ("apt-get update && apt-get install -y curl", "apt-lists"),
        ("apt update && apt install -y curl && rm -rf /var/lib/apt/lists/*", "apt"),
        ("pip install -r requirements.txt", "pip-cache"),
        ("python -m pip install --no-cache-dir requests", "unpinned"),
        ("pip3 install --no-cache-dir 'uvicorn[standard]'", "unpinned"),
        ("sudo ls", "sudo"),
        ("cd /srv", "cd"),
        ("curl -O https://anna:hunter2@host/x", "secret"),
    ],
)
def test_a_command_that_will_bite_is_told(command: str, rule: str) -> None:
    assert rule in [one[1] for one in said_of_run(command)]


@pytest.mark.parametrize(
    "command",
    [
        "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -qqy curl && rm -rf /var/lib/apt/lists/*",
        "pip install --no-cache-dir -r requirements.txt",
        "pip install --no-cache-dir --upgrade pip",
        "pip install --no-cache-dir -c constraints.txt six==1.17.0 './wheel.whl'",
        "pip list",
        "cd /srv && make",
        "echo 'unfinished",
        "curl -O https://host/a:b@c",
    ],
)
def test_a_careful_command_is_left_alone(command: str) -> None:
    assert list(said_of_run(command)) == []


def test_a_variable_that_switches_pips_cache_off_is_enough() -> None:
    assert rules(f"{BASE}ENV PIP_NO_CACHE_DIR=1\nRUN pip install six==1.17.0\n") == []


def test_packages_that_are_listed_and_never_installed_are_told() -> None:
    assert rules(BASE, "six==1.17.0\n") == [(None, "not-installed", "warning")]
    assert rules(BASE, "# nothing\n") == []


def test_an_installation_below_all_files_is_told() -> None:
    wasteful = f"{BASE}COPY . /srv/\nRUN pip install --no-cache-dir -r requirements.txt\n"
    assert rules(wasteful, "six==1.17.0\n") == [(2, "copy-order", "note")]


def test_requirements_that_cannot_be_installed_are_errors_with_their_line() -> None:
    assert (2, "bad-requirement", "error") in rules(BASE, "# what we need\n--index-url http://evil\n")


def test_packages_without_an_upper_bound_are_told_once() -> None:
    [one] = [problem for problem in found(BASE, "a\nb>=2\nc~=1.0\n") if problem.rule == "unpinned"]
    assert (one.line, one.severity) == (1, Severity.NOTE)
    assert one.message.endswith("a, b.")


def test_without_a_dockerfile_that_alone_is_told() -> None:
    assert [one.rule for one in problems.of([SourceFile("a.txt", b"")])] == ["no-dockerfile"]


def test_a_near_miss_names_the_file_that_is_there() -> None:
    [one] = found(f"{BASE}COPY Readme.md .\n", None, "README.md")
    assert one.remedy == "Did you mean README.md?"


def test_of_very_many_problems_the_first_are_told() -> None:
    assert len(found(BASE + "RUN sudo ls\n" * 500)) == problems.MOST


MANY = tuple(f"d{n % 20}/sub/f{n}.txt" for n in range(500))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("dockerfile", "requirements"),
    [
        ("FROM python:3.11\n" + "COPY a b c d e f g h /x\n" * 20_000, None),
        ("FROM python:3.11\n" + "COPY *a?/*b[a-z]*/*c /x\n" * 20_000, None),
        ("FROM python:3.11\nCOPY " + "*a" * 200_000 + " /x\n", None),
        ("FROM python:3.11\nCOPY " + "[" * 60_000 + "\n", None),
        ("FROM python:3.11\n" + "\n" * 900_000 + "RUN pip install x\n", None),
        ("FROM python:3.11\nRUN " + "\"'\\" * 300_000 + "\n", None),
        ("FROM python:3.11\n" + "x\n" * 400_000, None),
        ("FROM python:3.11\n" + "ONBUILD " * 100_000 + "RUN x\n", None),
        ("FROM python:3.11\n", "a\n" * 500_000),
        ("FROM python:3.11\n", ("a>=1" + "".join(f",!={n}" for n in range(100)) + "\n") * 499),
        ("FROM python:3.11\n", ("a; " + "(" * 450 + "\n") * 499),
        ("FROM python:3.11\n", "a>=1" + "".join(f",!={n}" for n in range(100_000))),
    ],
    ids=[
        "copies", "patterns", "one pattern", "brackets", "lines", "quotes", "no instructions", "onbuild",
        "packages", "bounds", "nested markers", "one package",
    ],
)  # fmt: skip
def test_files_that_were_made_to_keep_the_reader_busy_do_not(dockerfile: str, requirements: str | None) -> None:
    """They are read while somebody types, in the process that answers all others."""
    assert len(found(dockerfile, requirements, *MANY)) <= problems.MOST
