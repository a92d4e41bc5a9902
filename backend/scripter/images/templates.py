"""Images to start from: a Dockerfile and requirements that build as they are, for the kinds of work that people have.

Pure; shown by this room's API. Versions are bounded above, so that a build of next year is one of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripter.filestore import SourceFile
from scripter.images.recipe import DOCKERFILE, REQUIREMENTS, STARTER_DOCKERFILE

BASE = "python:3.11-slim"


@dataclass(frozen=True, slots=True)
class Template:
    """Something to begin with. `key` names it in addresses, `offers` says what a script can do with it."""

    key: str
    title: str
    offers: str
    files: tuple[SourceFile, ...]


def _with_packages(*lines: str) -> tuple[SourceFile, ...]:
    return (
        SourceFile(DOCKERFILE, STARTER_DOCKERFILE),
        SourceFile(REQUIREMENTS, "".join(f"{line}\n" for line in lines).encode()),
    )


def _with_programs(*programs: str) -> tuple[SourceFile, ...]:
    text = (
        f"FROM {BASE}\n"
        "RUN apt-get update \\\n"
        f"    && apt-get install -y --no-install-recommends {' '.join(programs)} \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
        "COPY requirements.txt .\n"
        "RUN pip install --no-cache-dir -r requirements.txt\n"
    )
    return (SourceFile(DOCKERFILE, text.encode()), SourceFile(REQUIREMENTS, b""))


TEMPLATES: Sequence[Template] = (
    Template(
        "python",
        "Plain Python",
        "Python 3.11 and its standard library. Add the packages that you need.",
        _with_packages(),
    ),
    Template(
        "data",
        "Data and tables",
        "Read, join and write tables and Excel files, and draw charts: pandas, openpyxl, matplotlib.",
        _with_packages("pandas~=2.2", "openpyxl~=3.1", "matplotlib~=3.8"),
    ),
    Template(
        "http",
        "HTTP and APIs",
        "Call other services, with retries and checked answers: httpx, tenacity, pydantic.",
        _with_packages("httpx~=0.27", "tenacity~=9.0", "pydantic~=2.8"),
    ),
    Template(
        "database",
        "Databases",
        "Ask and change PostgreSQL, MySQL, MariaDB and SQLite: SQLAlchemy with the drivers.",
        _with_packages("SQLAlchemy~=2.0", "psycopg[binary]~=3.2", "PyMySQL~=1.1"),
    ),
    Template(
        "pages",
        "Web pages",
        "Fetch web pages and read what stands in them: httpx, Beautiful Soup, lxml.",
        _with_packages("httpx~=0.27", "beautifulsoup4~=4.12", "lxml~=5.2"),
    ),
    Template(
        "shell",
        "Shell tools",
        "Programs for scripts that call others: git, curl, jq, rsync, ssh.",
        _with_programs("git", "curl", "jq", "rsync", "openssh-client"),
    ),
)
