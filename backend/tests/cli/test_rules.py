from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from scripter.cli import rules


@click.command()
@rules.rule_options
def command() -> None:
    click.echo(json.dumps(rules.given()))


def said(*arguments: str) -> object:
    """What a command with these options would send."""
    told = CliRunner().invoke(command, arguments)
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def test_what_is_not_named_is_not_sent() -> None:
    assert said() == {}
    assert said("--priority", "-3") == {"priority": -3}


def test_only_the_named_parts_of_a_retry_policy_are_sent() -> None:
    assert said("--retries", "3", "--retry-on", "lost", "--retry-on", "exit") == {
        "retries": {"count": 3, "reasons": ["lost", "exit"]}
    }
    assert said("--retry-delay", "0", "--retry-factor", "1.5") == {"retries": {"delay_s": 0, "factor": 1.5}}


def test_none_takes_a_limit_away() -> None:
    assert said("--deadline", "none", "--max-running", "None", "--max-queued", "7") == {
        "deadline_s": None,
        "max_running": None,
        "max_queued": 7,
    }


def test_a_restriction_is_named_with_its_key_and_told_in_words() -> None:
    assert said("--restriction", "key", "--restriction-key", "db", "--restriction-wait", "refuse") == {
        "restriction": "key",
        "restriction_key": "db",
        "restriction_wait": "refuse",
    }
    assert rules.restriction_in_words("none", "", "wait") is None
    assert rules.restriction_in_words("self", "", "wait") == "one job at a time of this script; others wait"
    told = rules.restriction_in_words("key", "db", "refuse")
    assert told == "one job at a time of all with the key db; others are refused"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--restriction", "many"),
        ("--retries", "11"),
        ("--deadline", "0"),
        ("--max-running", "few"),
        ("--retry-on", "luck"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_sent(wrong: tuple[str, str]) -> None:
    told = CliRunner().invoke(command, wrong)
    assert told.exit_code == 2
    assert wrong[0] in told.stderr


@pytest.mark.parametrize(
    ("count", "delay_s", "factor", "words"),
    [
        (0, 10, 2, "never"),
        (1, 10, 2, "once, after 10 s"),
        (3, 10, 2, "3 times, after 10 s, each pause 2 times the one before"),
        (3, 0, 2, "3 times, at once"),
        (2, 5, 1, "2 times, after 5 s each"),
    ],
)
def test_a_retry_policy_is_told_in_words(count: int, delay_s: int, factor: float, words: str) -> None:
    assert rules.in_words(count, delay_s, factor) == words
