"""The doctor's checks side by side: one that hangs or breaks hides no other. And the table of holes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from doctor_rig import at

from scripter.config import Database
from scripter.doctor import database, holes
from scripter.doctor.finding import Level, ok
from scripter.doctor.running import Check, run


def test_a_check_that_breaks_is_told_as_such_and_hides_no_other(tmp_path: Path) -> None:
    def breaks(_):
        yield ok("half", "this much was seen")
        raise RuntimeError("no such thing")

    findings = run([Check("one", breaks), Check("two", lambda _: [ok("two", "well")])], at(tmp_path), lambda _: None)
    assert [(one.about, one.level) for one in findings] == [("one", Level.PROBLEM), ("two", Level.OK)]
    assert "RuntimeError: no such thing" in findings[0].found and findings[0].remedy


def test_a_setting_that_is_of_no_use_is_named(tmp_path: Path) -> None:
    subject = at(tmp_path, database=Database(url="mysql+pymysql://host/x", ca_file=str(tmp_path / "none.pem")))
    [finding] = run([Check("database", database.reached)], subject, lambda _: None)
    assert (finding.level, finding.remedy) == (Level.PROBLEM, "Correct database.ca_file.")
    assert "none.pem holds no certificates" in finding.found


def test_a_check_that_hangs_is_given_up_on_and_hides_no_other(tmp_path: Path) -> None:
    never = threading.Event()
    hangs = Check("slow", lambda _: [ok("slow", str(never.wait()))], patience_s=0.2)
    findings = run([hangs, Check("two", lambda _: [ok("two", "well")])], at(tmp_path), lambda _: None)
    never.set()
    assert [(one.about, one.level) for one in findings] == [("slow", Level.PROBLEM), ("two", Level.OK)]
    assert "no answer within" in findings[0].found


def test_whoever_waits_is_told_what_is_still_looked_at(tmp_path: Path) -> None:
    told: list[list[str]] = []
    run([Check("one", lambda _: []), Check("two", lambda _: [])], at(tmp_path), told.append)
    assert told[0] == ["one", "two"] and told[-1] == []


@pytest.mark.parametrize(
    ("component", "number", "first", "count"),
    [
        ("runc", "1.1.5+ds1", "CVE-2024-21626", 4),
        ("runc", "1.1.12", "CVE-2025-31133", 3),
        ("runc", "1.2.7", "CVE-2025-31133", 3),
        ("runc", "1.4.0-rc.2", "CVE-2025-31133", 3),
        ("runc", "1.0.0-rc94", "CVE-2021-30465", 5),
        ("engine", "20.10.24+dfsg1", "CVE-2024-24557", 4),
        ("engine", "25.0.6", "CVE-2026-34040", 2),
        ("engine", "29.3.1", "CVE-2026-41567", 1),
    ],
)
def test_a_version_has_the_holes_that_were_mended_after_it(component: str, number: str, first: str, count: int) -> None:
    known = holes.known(component, number)
    assert (known[0].name, len(known)) == (first, count)


@pytest.mark.parametrize("number", ["1.2.8", "1.2.9+dev", "v1.3.3", "1.4.0-rc.3", "1.4.0", "2.0.0", "unknown", ""])
def test_a_version_that_is_mended_or_cannot_be_read_has_none(number: str) -> None:
    assert holes.known("runc", number) == []
