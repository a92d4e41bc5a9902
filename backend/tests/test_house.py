"""House rules that a tool can check, each with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "scripter"
ROOT = PACKAGE.parents[1]

# Longer than 400 lines only with an argument, given here.
LONG_FILES = {
    "runners/agent/agent.py": "put as one text into images that hold nothing of ours, and read from end to end by whoever doubts it"
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text())


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_the_clock_asks_for_the_time() -> None:
    guilty = [
        name
        for name, tree in sources()
        if name != "lib/clock.py" and not name.startswith("runners/agent/")
        for call in calls(tree)
        if call in {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today"}
    ]
    assert not guilty, f"Tests move the time in lib.clock; ask there: {guilty}"


def test_only_runners_speak_to_docker() -> None:
    guilty = [
        name
        for name, tree in sources()
        if not name.startswith("runners/")
        for module in imports(tree)
        if module.split(".")[0] == "docker"
    ]
    assert not guilty, f"Docker is spoken only in scripter/runners: {guilty}"


def test_nobody_copies_into_or_out_of_containers_through_the_engine() -> None:
    banned = ("put_archive", "get_archive", "export")
    guilty = [
        f"{name}: {call}"
        for name, tree in sources()
        if name.startswith("runners/")
        for call in calls(tree)
        if call.split(".")[-1] in banned
    ]
    assert not guilty, f"The engine runs container binaries on the host for these (CVE-2026-41567): {guilty}"


def test_services_do_not_commit() -> None:
    guilty = [
        f"{name}: {call}"
        for name, tree in sources()
        if name.endswith("service.py")
        for call in calls(tree)
        if call.endswith((".commit", ".rollback"))
    ]
    assert not guilty, f"Whoever opens the transaction ends it, or events and rows come apart: {guilty}"


def test_rooms_use_each_other_only_through_the_door() -> None:
    rooms = {"images", "scripts", "jobs", "schedules", "upkeep"}
    guilty = []
    for name, tree in sources():
        own = name.split("/")[0]
        # These pages join the rooms: they register handlers, tables and tasks.
        if own in {"web", "wiring.py", "migrations"}:
            continue
        for module in imports(tree):
            parts = module.split(".")
            if len(parts) > 2 and parts[0] == "scripter" and parts[1] in rooms - {own} and parts[2] in {"api", "tasks"}:
                guilty.append(f"{name}: {module}")
    assert not guilty, f"api and tasks are a room's own affair: {guilty}"


def test_files_stay_readable() -> None:
    long = {
        name: lines
        for path in sorted(PACKAGE.rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > 400
        and (name := str(path.relative_to(PACKAGE))) not in LONG_FILES
        and "migrations/versions" not in name
    }
    assert not long, f"Split them, or argue for them in LONG_FILES: {long}"


def test_no_host_of_a_package_registry_is_named() -> None:
    # Put together here, so that this file does not name them either.
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
    ]
    pattern = re.compile("|".join(re.escape(host) for host in hosts))
    folders = ("backend", "frontend", "docs", ".ci", "nginx")
    left_out = {".venv", "node_modules", "dist", "__pycache__"}
    guilty = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not left_out & set(path.parts) and not any(part.endswith("_cache") for part in path.parts)
        if pattern.search(path.read_text(errors="ignore"))
    ]
    assert not guilty, f"Installers know their registries by themselves: {guilty}"
