"""Which runner the settings lead to, and what people are told about it."""

from __future__ import annotations

from pathlib import Path

import testbed
from scripter import config
from scripter.config import Settings
from scripter.runners.choose import choose, notice


def settings(kind: str, host: str) -> Settings:
    return Settings.model_validate({"runner": {"kind": kind}, "docker": config.Docker(host=host)})


def test_auto_takes_docker_where_an_engine_answers(services: testbed.Services, tmp_path: Path) -> None:
    runner = choose(settings("auto", services.docker_host), tmp_path)
    assert (runner.kind, runner.isolates, runner.answers()) == ("docker", True, True)


def test_auto_takes_the_local_runner_where_none_answers(tmp_path: Path) -> None:
    runner = choose(settings("auto", f"unix://{tmp_path}/nothing.sock"), tmp_path)
    assert (runner.kind, runner.isolates, runner.answers()) == ("local", False, True)


def test_auto_stays_with_docker_where_an_engine_has_answered_once(services: testbed.Services, tmp_path: Path) -> None:
    assert choose(settings("auto", services.docker_host), tmp_path).kind == "docker"
    runner = choose(settings("auto", f"unix://{tmp_path}/nothing.sock"), tmp_path)
    assert (runner.kind, runner.answers()) == ("docker", False)
    assert choose(settings("local", ""), tmp_path).kind == "local"


def test_docker_is_docker_also_while_the_engine_is_away(tmp_path: Path) -> None:
    runner = choose(settings("docker", f"unix://{tmp_path}/nothing.sock"), tmp_path)
    assert (runner.kind, runner.answers()) == ("docker", False)


def test_local_is_local_also_where_an_engine_answers(services: testbed.Services, tmp_path: Path) -> None:
    assert choose(settings("local", services.docker_host), tmp_path).kind == "local"


def test_the_notice_says_plainly_that_nothing_is_isolated(services: testbed.Services, tmp_path: Path) -> None:
    assert notice(choose(settings("docker", services.docker_host), tmp_path)) == ""
    assert "nothing isolates them" in notice(choose(settings("local", ""), tmp_path))
