from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripter.lib.errors import BadInput
from scripter.schedules.crontab import MOST_CHARACTERS, Entry, read
from scripter.schedules.crontab_text import Line, write

MADE_AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)

USERS_OWN = """\
# m h  dom mon dow   command
SHELL=/bin/bash
PATH=/usr/local/bin:/usr/bin
MAILTO="ops@example.org"
DB_HOST = 'db1'

# nightly backup
30 2 * * * /usr/bin/python3 /opt/backup.py --all "two words" >> /var/log/b.log 2>&1
CRON_TZ=Europe/Paris
0 9 * * mon-fri /opt/report.sh
@reboot /opt/start.sh
*/5 * * * * cd /srv && ./poll | tee -a log
0 0 1 * * mail -s "x 100\\%" me%Hello%there
61 * * * * /bin/x
#0 4 * * * /opt/old.sh
@daily LEVEL=3 /opt/clean.py
* * * *
"""


def entry(line: str, **how: bool) -> Entry:
    (only,) = read(line, **how).entries
    return only


def codes(text: str, **how: bool) -> list[str]:
    return [one.code for one in read(text, **how).differences]


def test_what_a_users_crontab_says_is_read_whole() -> None:
    found = {one.line: one for one in read(USERS_OWN).entries}
    assert list(found) == [8, 10, 11, 12, 13, 14, 16, 17]
    backup = found[8]
    assert (backup.name, backup.cron, backup.zone) == ("nightly backup", "30 2 * * *", None)
    assert (backup.command.program, backup.command.arguments) == ("backup", ("--all", "two words"))
    assert backup.environment == {"DB_HOST": "db1"}
    assert (found[10].name, found[10].zone, found[10].command.program) == ("", "Europe/Paris", "report")
    assert found[16].environment == {"DB_HOST": "db1", "LEVEL": "3"}
    assert found[13].command.arguments == ("-s", "x 100%", "me")


def test_all_that_differs_is_told_with_its_line() -> None:
    told = {(one.line, one.code) for one in read(USERS_OWN).differences}
    assert told == {
        (2, "shell"), (3, "path"), (4, "mailto"), (5, "environment"), (8, "redirection"), (9, "cron_tz"),
        (11, "reboot"), (12, "shell"), (13, "percent"), (14, "invalid"), (15, "commented_out"), (17, "invalid"),
    }  # fmt: skip


def test_what_cannot_become_a_schedule_says_why() -> None:
    problems = {one.line: one.problem for one in read(USERS_OWN).entries if one.problem}
    assert problems.keys() == {11, 14, 17}
    assert "no due time" in str(problems[11])
    assert "minute must be 0-59" in str(problems[14])
    assert "needs 5 fields" in str(problems[17])


def test_a_system_crontab_has_a_user_in_its_sixth_column() -> None:
    text = "17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly\n@daily backup /opt/b.py x\n"
    first, second = read(text, system=True).entries
    assert (first.user, first.cron, first.command.program) == ("root", "17 * * * *", "")
    assert (second.user, second.command.program, second.command.arguments) == ("backup", "b", ("x",))
    assert codes(text, system=True).count("user") == 2
    assert entry("0 3 * * * root", system=True).problem == "There is no command."


def test_a_system_crontab_that_is_read_as_a_users_is_noticed() -> None:
    assert codes("0 3 * * * root /opt/b\n0 4 * * * www-data /opt/c") == ["user_column"]
    assert codes("0 3 * * * root /opt/b\n0 4 * * * /opt/c") == []


@pytest.mark.parametrize(
    ("command", "program", "arguments", "codes_told"),
    [
        ("/opt/b.py", "b", (), []),
        ("python3 -m thing", "", (), ["shell"]),
        ("b > /dev/null 2>&1", "b", (), ["redirection"]),
        ("b &> '/var/log/my log'", "b", (), ["redirection"]),
        ("b 'x > y'", "b", ("x > y",), []),
        ("b '$HOME'", "b", ("$HOME",), []),
        ('b "$HOME"', "", (), ["shell"]),
        ("b $(date +\\%F)", "", (), ["shell"]),
        ("b *.txt", "", (), ["shell"]),
        ("b 'open", "", (), ["shell"]),
        ("b `x`", "", (), ["shell"]),
        ("b; c", "", (), ["shell"]),
        ("b a\\%b", "b", ("a%b",), []),
        ("b%", "b", (), ["percent"]),
        ("/usr/local/bin/scripter run --detach --env A=1 --env B='x y' nightly -- --all", "nightly", ("--all",), []),
        ("scripter run nightly 7", "nightly", ("7",), []),
        ("scripter run -- --odd 7", "--odd", ("7",), []),
        ("scripter run", "scripter", ("run",), []),
    ],
)
def test_a_command_is_a_program_and_its_arguments_or_needs_a_shell(
    command: str, program: str, arguments: tuple[str, ...], codes_told: list[str]
) -> None:
    read_back = entry(f"0 3 * * * {command}").command
    assert (read_back.program, read_back.arguments) == (program, arguments)
    assert codes(f"0 3 * * * {command}") == codes_told


def test_a_zone_that_nobody_knows_is_told_and_not_taken() -> None:
    found = read("CRON_TZ=Mars/Base\n0 3 * * * b")
    assert found.entries[0].zone is None
    assert "not a known time zone" in found.differences[0].words


def test_a_random_delay_becomes_jitter_of_an_hour_at_most() -> None:
    assert entry("RANDOM_DELAY=5\n0 3 * * * b").jitter_s == 300
    assert entry("RANDOM_DELAY=500\n0 3 * * * b").jitter_s == 3600


def test_a_comment_right_above_a_line_is_its_name() -> None:
    assert entry("#\tnightly   backup\n0 3 * * * b").name == "nightly backup"
    assert entry("# about the file\n\n0 3 * * * b").name == ""
    assert entry("# m h dom mon dow command\n0 3 * * * b").name == ""
    assert len(entry(f"# {'x' * 500}\n0 3 * * * b").name) == 100


def test_settings_of_ours_that_lead_nowhere_are_told() -> None:
    assert codes('#scripter {"overlap": "queue"}\n') == ["settings"]
    assert codes("#scripter {what\n0 3 * * * b") == ["settings"]
    assert codes('#scripter ["x"]\n') == ["settings"]


def test_what_is_too_long_is_refused() -> None:
    for text in ("x" * (MOST_CHARACTERS + 1), "0 3 * * * b\n" * 501):
        with pytest.raises(BadInput) as caught:
            read(text)
        assert caught.value.fields[0].field == "text"


@given(st.text(alphabet=st.sampled_from("0123456789*,-/@abdeily=\"'%\\#\n\t >|&$ "), max_size=300))
def test_no_text_whatever_is_too_odd_to_be_read(text: str) -> None:
    for system in (False, True):
        for one in read(text, system=system).entries:
            assert one.line >= 1


printable = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30)
anything = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
lines = st.builds(
    Line,
    script=printable.map(str.strip).filter(bool),
    cron=st.sampled_from(["0 3 * * *", "@daily", "*/5 9-17 * * MON-FRI", ""]),
    zone=st.sampled_from(["UTC", "Europe/Paris"]),
    name=anything.map(lambda text: " ".join(text.split())) | anything,
    enabled=st.booleans(),
    arguments=st.lists(anything, max_size=3).map(tuple),
    environment=st.dictionaries(st.sampled_from(["A", "B_2"]), anything, max_size=2),
    settings=st.just({}) | st.just({"overlap": "queue", "jitter_s": 30}),
)


@settings(max_examples=300)
@given(st.lists(lines.map(lambda line: with_kind(line)), max_size=4))
def test_what_is_written_is_read_back_as_it_was(written: list[Line]) -> None:
    found = read(write(written, MADE_AT))
    assert [said(one) for one in found.entries] == [expected(one) for one in written]
    assert not [one for one in found.differences if one.code != "cron_tz"]


def with_kind(line: Line) -> Line:
    kind = {} if line.cron else {"kind": "every", "every_s": 90}
    return Line(**{name: getattr(line, name) for name in Line.__slots__} | {"settings": {**line.settings, **kind}})


def said(one: Entry) -> dict[str, object]:
    """What an entry means, its settings first."""
    whole: dict[str, object] = {
        "script": one.command.program,
        "cron": one.cron,
        "zone": one.zone,
        "name": one.name,
        "enabled": one.enabled,
        "arguments": list(one.command.arguments),
        "environment": one.environment,
    }
    return whole | one.settings


def expected(line: Line) -> dict[str, object]:
    names = ("script", "cron", "zone", "name", "enabled")
    told: dict[str, object] = {name: getattr(line, name) for name in names}
    return told | {"arguments": list(line.arguments), "environment": dict(line.environment)} | dict(line.settings)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    ["* * * * * x " + ">11" * 10_000 + "|", "# " + "minutehour" * 15_000, "# " + "m h " * 40_000, "'\"\\" * 60_000],
    ids=["redirections", "heads of columns", "short heads", "quotes"],
)
def test_a_line_that_was_made_to_keep_the_reader_busy_does_not(text: str) -> None:
    """Each of them took a time that grew with the square of its length, or faster: days."""
    read(text)
