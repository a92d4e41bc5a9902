from __future__ import annotations

import socket
from pathlib import Path

import pytest

from testbed.errors import ServiceError
from testbed.state import State, free_port, is_free


def test_a_port_once_chosen_stays_the_same_in_later_runs(tmp_path: Path) -> None:
    assert State(tmp_path).port("mariadb") == State(tmp_path).port("mariadb")


def test_two_services_never_share_a_port(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert len({state.port(f"service-{number}") for number in range(50)}) == 50


def test_a_port_that_a_stranger_took_is_replaced_before_a_start(tmp_path: Path) -> None:
    state = State(tmp_path)
    with socket.create_server(("127.0.0.1", state.port("mariadb"))) as stranger:
        taken = stranger.getsockname()[1]
        assert not is_free(taken)
        chosen = state.port_for_start("mariadb")
    assert chosen != taken
    assert State(tmp_path).port("mariadb") == chosen


def test_a_free_port_is_never_one_of_those_already_taken() -> None:
    first = free_port(set())
    assert free_port({first}) != first


def test_the_record_with_the_passwords_is_for_its_owner_only(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.password("mariadb") == State(tmp_path).password("mariadb")
    assert (tmp_path / "testbed.json").stat().st_mode & 0o777 == 0o600


def test_a_directory_too_long_for_sockets_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="SCRIPTER_TESTBED_DIR"):
        State(tmp_path / ("long" * 30))


def test_the_directory_is_the_one_that_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTER_TESTBED_DIR", str(tmp_path))
    assert State.default().directory == tmp_path.resolve()
